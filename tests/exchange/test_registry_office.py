"""The office of the registry: accounts opened, given an owner and closed, series let expire; pages and commands."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.cli.main import main
from ecociv.exchange.actions import Deposit, OpenMarket, SendCommand, SubmitOrder
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import AccountRow, JournalEntry
from ecociv.exchange.queries import holdings_of
from ecociv.exchange.registry import Series
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.expiring import ExpireSeries, all_series, series_standing
from ecociv.exchange.rights.holding import PledgeUnits
from ecociv.exchange.rights.opening import OpenRegistryAccount
from ecociv.exchange.verify import verify
from ecociv.people.models import AuditEntry
from ecociv.registers.sample import load_sample_registers
from exchange.rights_situations import DAY, KILN, POWER, SO2, ZONE, factory, give, officer, open_accounts

pytestmark = pytest.mark.django_db
PHARMA = "91360222MA00000046"  # on the register, without an account
STRANGER = "91350100M000100Y43"  # a code that is right, of nobody on the register
WATER = Series("water-right", 2018, "lean-river")


@pytest.fixture(scope="module")
def registers(plan_in_database: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The sample registers, taken back with the plan at the end of the module."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        load_sample_registers(ZONE)


@pytest.fixture(autouse=True)
def exchange(registers: None, db: None) -> None:
    """SO2 rights of 2018, which were valid to the end of 2022, and of this year."""
    open_accounts()
    give(SO2, KILN, 1000)
    give(SO2, POWER, 3000)
    give(SO2._replace(vintage=timezone.localdate().year), KILN, 50)


@pytest.fixture
def operator() -> Client:
    """An officer of the body that operates the exchange."""
    client = Client()
    client.force_login(officer())
    return client


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["exchange", *map(str, arguments)])


# -------------------------------------------------------------------------------------------------------- accounts


def test_an_account_is_looked_at_and_then_opened(operator: Client) -> None:
    address = reverse("portal:exchange-account-open")
    assert PHARMA in operator.get(address).content.decode()  # offered, as it has none yet
    said = {"account": f" {PHARMA.lower()} ", "sort": "trader", "document": "开户协议7号"}
    looked = operator.post(address, said)
    assert looked.status_code == 200 and "样例浮梁制药一有限公司" in looked.content.decode()
    assert not AccountRow.objects.filter(account=PHARMA).exists()
    assert operator.post(address, {**said, "make": "1"}).status_code == 302
    row = AccountRow.objects.get(account=PHARMA)
    assert (row.name, row.owner, row.sort) == ("样例浮梁制药一有限公司", PHARMA, "trader")
    assert AuditEntry.objects.filter(action="exchange.open-account", reason="开户协议7号").exists()
    again = operator.post(address, {**said, "make": "1"})
    assert again.status_code == 422 and "已经开立" in again.content.decode()


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"account": PHARMA[:-1] + "X"}, "校验位"),
        ({"account": "a kiln"}, "18位"),
        ({"account": "nobodys-reserve", "sort": "reserve"}, "reserve-discharge"),
        ({"account": PHARMA, "owner": "somebody"}, "18位"),
        ({"account": STRANGER}, "register"),  # nobody on the register, and no name given
        ({"account": PHARMA, "document": " "}, ""),
        ({"account": PHARMA, "sort": "exchange"}, ""),
    ],
)
def test_what_is_wrong_with_an_application_is_said(operator: Client, said: dict[str, str], word: str) -> None:
    whole = {"sort": "trader", "document": "开户协议", "make": "1", **said}
    refused = operator.post(
        reverse("portal:exchange-account-open"), whole, headers={"accept-language": "zh-hans"}
    )
    text = refused.content.decode()
    assert refused.status_code == 422 and (word in text or word == "register")
    assert not AccountRow.objects.filter(account__in=[PHARMA, STRANGER]).exists()


def test_an_enterprise_off_the_register_needs_its_name(operator: Client) -> None:
    said = {"account": STRANGER, "sort": "trader", "document": "开户协议", "name": "外地一"}
    assert operator.post(reverse("portal:exchange-account-open"), {**said, "make": "1"}).status_code == 302
    assert AccountRow.objects.get(account=STRANGER).name == "外地一"


def test_an_account_is_closed_while_it_is_empty_and_may_be_opened_again(operator: Client) -> None:
    full = operator.post(reverse("portal:exchange-account-close", args=[KILN]), {"document": "销户申请"})
    assert full.status_code == 422 and not AccountRow.objects.get(account=KILN).closed
    said = {"account": PHARMA, "sort": "trader", "document": "开户协议", "make": "1"}
    operator.post(reverse("portal:exchange-account-open"), said)
    address = reverse("portal:exchange-account-close", args=[PHARMA])
    assert operator.post(address, {"document": ""}).status_code == 422
    assert operator.post(address, {"document": "误开，撤销"}).status_code == 302
    assert AccountRow.objects.get(account=PHARMA).closed
    assert operator.get(address).status_code == 404
    assert address not in operator.get(reverse("portal:exchange-account", args=[PHARMA])).content.decode()
    assert operator.post(reverse("portal:exchange-account-open"), said).status_code == 302
    assert not AccountRow.objects.get(account=PHARMA).closed
    assert verify(ZONE).broken is None


def test_an_owner_is_changed_while_nothing_is_open(operator: Client) -> None:
    address = reverse("portal:exchange-account-owner", args=[KILN])
    assert operator.post(address, {"owner": KILN, "document": "认定书"}).status_code == 422  # it is already
    assert operator.post(address, {"owner": POWER, "document": "认定书"}).status_code == 302
    assert AccountRow.objects.get(account=KILN).owner == POWER
    assert verify(ZONE).broken is None


def test_only_the_operator_opens_closes_and_lets_expire() -> None:
    for user in (factory(KILN), officer("forester", "forestry-bureau")):
        client = Client()
        client.force_login(user)
        for address in (
            reverse("portal:exchange-account-open"),
            reverse("portal:exchange-account-close", args=[KILN]),
            reverse("portal:exchange-account-owner", args=[KILN]),
            reverse("portal:exchange-series-expire", args=["so2", 2018]) + "?region=jingdezhen",
        ):
            assert client.get(address).status_code == 403, address
            assert client.post(address, {"document": "x"}).status_code == 403, address
    assert JournalEntry.objects.filter(kind__in=["close-account", "change-owner"]).count() == 0


def test_accounts_by_command() -> None:
    officer()
    by = ("--document", "开户协议", "--as", "officer")
    assert run("account", "open", PHARMA[:-1] + "X", *by).exit_code == 3
    assert run("account", "open", STRANGER, *by).exit_code == 2
    opened = run("account", "open", PHARMA, *by, "--format", "json", "--key", "k1")
    assert opened.exit_code == 0 and json.loads(opened.stdout)["outcome"]["account"] == PHARMA
    assert run("account", "open", PHARMA, *by).exit_code == 3
    assert run("account", "owner", PHARMA, KILN, *by).exit_code == 0
    assert AccountRow.objects.get(account=PHARMA).owner == KILN
    assert run("account", "close", PHARMA, *by).exit_code == 0
    assert run("account", "close", PHARMA, *by).exit_code == 3
    assert run("account", "close", KILN, *by).exit_code == 3
    with pytest.raises(RightsRefused):
        OpenRegistryAccount(zone=ZONE, author="test", account="x", name="x", document="y").execute()


# -------------------------------------------------------------------------------------------------------- series


def test_what_has_ended_is_told_by_the_day_asked_for() -> None:
    before = series_standing(ZONE, SO2, dt.date(2022, 12, 31))
    after = series_standing(ZONE, SO2, dt.date(2023, 1, 1))
    assert before is not None and after is not None
    assert (before.ends, before.ended, after.ended) == (dt.date(2022, 12, 31), False, True)
    assert (after.units, len(after.holders)) == (4000, 2)
    assert series_standing(ZONE, WATER) is None
    assert [one.may_expire for one in all_series(ZONE)] == [True, False]


def test_a_series_expires_on_the_page_whoever_holds_it(operator: Client) -> None:
    pledged = {"series": SO2, "quantity": 400, "account": KILN, "claim": "质押合同1", "document": "登记"}
    PledgeUnits(zone=ZONE, author="test", on=DAY, **pledged).execute()
    text = operator.get(reverse("portal:exchange-series")).content.decode()
    address = reverse("portal:exchange-series-expire", args=["so2", 2018])
    assert f"{address}?region=jingdezhen" in text
    assert operator.get(address).status_code == 404  # without the region there is no such series
    whole = f"{address}?region=jingdezhen"
    assert "质押合同1" in operator.get(whole).content.decode()
    assert operator.post(whole, {"document": ""}).status_code == 422
    assert operator.post(whole, {"document": "失效公告1号"}).status_code == 302
    expired = {one.account: one.quantity for one in holdings_of(ZONE) if one.state == "expired"}
    assert expired == {KILN: 1000, POWER: 3000}
    assert operator.post(whole, {"document": "再来"}).status_code == 422
    this_year = f"{reverse('portal:exchange-series-expire', args=['so2', timezone.localdate().year])}?region=jingdezhen"
    assert operator.post(this_year, {"document": "失效公告2号"}).status_code == 422
    assert verify(ZONE).broken is None


def test_rights_that_are_valid_today_do_not_expire_by_a_day_to_come() -> None:
    ours = SO2._replace(vintage=timezone.localdate().year)
    later = ExpireSeries(zone=ZONE, author="test", series=ours, document="公告", on=dt.date(2200, 1, 1))
    assert later.standing().units == 50, "what would expire then can be looked at"
    with pytest.raises(RightsRefused) as caught:
        later.execute()
    assert caught.value.code == "day-to-come"
    assert not [one for one in holdings_of(ZONE) if one.state == "expired"]


def test_units_that_an_order_holds_hinder_it() -> None:
    rules = {
        "market": "so2",
        "instrument": "so2",
        "vintage": 2018,
        "region": "jingdezhen",
        "label_zh": "二氧化硫",
        "label_en": "SO2",
        "reference": 1000,
    }
    OpenMarket(zone=ZONE, author="test", rules=rules_of(rules), document="公告").execute()
    opened = {"kind": "open-session", "market": "so2", "day": timezone.localdate().isoformat()}
    SendCommand(zone=ZONE, author="test", said=opened).execute()
    order = {"account": POWER, "market": "so2", "side": "sell", "quantity": 10, "price": 1000}
    SubmitOrder(zone=ZONE, author="test", **order).execute()
    with pytest.raises(RightsRefused) as caught:
        ExpireSeries(zone=ZONE, author="test", series=SO2, document="公告").execute()
    assert caught.value.code == "reserved" and "order 1" in str(caught.value)
    SendCommand(zone=ZONE, author="test", said={"kind": "close-session", "market": "so2"}).execute()
    ExpireSeries(zone=ZONE, author="test", series=SO2, document="公告").execute()
    assert verify(ZONE).broken is None


def test_series_by_command() -> None:
    officer()
    rows = json.loads(run("series", "list", "--format", "json").stdout)
    assert [(row["vintage"], row["ended"], row["units"]) for row in rows][0] == (2018, True, 4000)
    assert len(json.loads(run("series", "list", "--due", "--format", "json").stdout)) == 1
    assert json.loads(run("series", "list", "--due", "--on", "2022-12-31", "--format", "json").stdout) == []
    asked = ("series", "expire", "so2", 2018, "--region", "jingdezhen")
    looked = run(*asked, "--language", "en")
    assert looked.exit_code == 1 and "4000 would expire; nothing recorded" in looked.stdout
    assert run(*asked, "--on", "2022-12-31").exit_code == 3
    assert run("series", "expire", "so2", 2018).exit_code == 3
    assert run("series", "expire", "gold", 2018).exit_code == 3
    assert run(*asked, "--document", "公告").exit_code == 2  # in whose name?
    assert run(*asked, "--document", "公告", "--as", "officer").exit_code == 0
    assert run(*asked, "--document", "公告", "--as", "officer").exit_code == 3


def test_declared_rules_are_put_in_force_by_command() -> None:
    officer()
    shown = run("rules", "--format", "json")
    assert shown.exit_code == 1
    assert {row["market"]: row["open"] for row in json.loads(shown.stdout)}["so2"] is False
    assert run("rules", "--put-in-force", "公告1号").exit_code == 2
    made = run("rules", "--put-in-force", "公告1号", "--as", "officer", "--format", "json")
    assert made.exit_code == 0 and len(json.loads(made.stdout)["entries"]) == 4
    assert run("rules").exit_code == 0
    again = run("rules", "--put-in-force", "公告1号", "--as", "officer", "--format", "json")
    assert json.loads(again.stdout)["entries"] == []


def test_money_of_a_closed_account_is_asked_for_first(operator: Client) -> None:
    Deposit(zone=ZONE, author="test", account=POWER, amount=1, document="入金单").execute()
    text = operator.get(reverse("portal:exchange-account-close", args=[POWER])).content.decode()
    assert "disabled" in text and "0.01" in text


def test_accounts_are_described_as_the_register_has_them_and_once() -> None:
    officer()
    asked = ("account", "describe", "--document", "企业登记", "--as", "officer", "--format", "json")
    made = {each["account"]: each for each in json.loads(run(*asked).stdout)}
    assert (made[POWER]["sector"], made[POWER]["regions"]) == ("power", ["jingdezhen", "lean-river"])
    assert (made[KILN]["sector"], made[KILN]["regions"]) == ("industry", ["changjiang-river", "jingdezhen"])
    assert all(each["outcome"]["ok"] for each in made.values())
    row = AccountRow.objects.get(account=KILN)
    assert (row.sector, row.regions) == ("industry", "changjiang-river,jingdezhen")
    assert json.loads(run(*asked).stdout) == []
    opened = ("account", "open", "91360281MA00000094", "--document", "开户协议", "--as", "officer")
    assert run(*opened).exit_code == 0
    row = AccountRow.objects.get(account="91360281MA00000094")
    assert (row.sector, row.regions) == ("industry", "jingdezhen,lean-river")
    assert verify(ZONE).broken is None
