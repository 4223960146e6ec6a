"""Supervision through the database: alerts kept once, decisions added, the audit extract."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from ecociv.exchange.actions import (
    ChangeOwner,
    CloseSession,
    Deposit,
    FreezeAccount,
    OpenMarket,
    OpenSession,
    SubmitOrder,
    UnfreezeAccount,
)
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import AlertDecision, SurveillanceAlert, TradeRow
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.extract import COLUMNS, as_csv, as_json_lines, extract
from ecociv.exchange.rights.watching import DecideAlert, LookForAlerts, alerts, standing
from exchange.rights_situations import (
    CEMENT,
    CERAMICS,
    KILN,
    SO2,
    ZONE,
    give,
    moment,
    officer,
    open_accounts,
)

pytestmark = pytest.mark.django_db
TRADING_DAY = dt.date(2018, 6, 4)
"""A Monday."""
RULES = {
    "market": "so2",
    "instrument": "so2",
    "vintage": 2018,
    "region": "jingdezhen",
    "label_zh": "二氧化硫",
    "label_en": "SO2",
    "reference": 1000,
    "band": 1000,
    "position": 5000,
}


@pytest.fixture(autouse=True)
def exchange(plan_in_database: None, db: None) -> None:
    """A market at 10.00 yuan; three enterprises with units and money."""
    early = moment(TRADING_DAY, "08:00")
    open_accounts(early)
    for account in (KILN, CERAMICS, CEMENT):
        give(SO2, account, 2000, early)
        paid = {"account": account, "amount": 10_000_000, "document": "入金单", "at": early}
        Deposit(zone=ZONE, author="test", **paid).execute()
    OpenMarket(zone=ZONE, author="test", rules=rules_of(RULES), document="公告", at=early).execute()
    OpenSession(
        zone=ZONE, author="test", market="so2", day=TRADING_DAY, at=moment(TRADING_DAY, "09:30")
    ).execute()


def meet(seller: str, buyer: str, quantity: int, price: int, clock: str) -> None:
    """Two orders that meet."""
    for account, side in ((seller, "sell"), (buyer, "buy")):
        SubmitOrder(
            zone=ZONE,
            author="test",
            account=account,
            market="so2",
            side=side,
            quantity=quantity,
            price=price,
            at=moment(TRADING_DAY, clock),
        ).execute()


def look() -> list[SurveillanceAlert]:
    return LookForAlerts(zone=ZONE, author="test", day=TRADING_DAY).execute()


def test_a_ring_and_a_ramp_are_found_once_with_their_trades() -> None:
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    meet(CERAMICS, KILN, 100, 1000, "10:05")
    meet(CERAMICS, CEMENT, 200, 1040, "14:55")
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:00")).execute()
    assert TradeRow.objects.count() == 3
    made = look()
    kinds = sorted((alert.kind, alert.owner) for alert in made)
    # everybody has a third of 6,000 units: 20 % is a large position
    assert ("wash-ring", KILN) in kinds and ("ramping", CEMENT) in kinds
    assert sum(kind == "large-position" for kind, _ in kinds) == 3 and len(kinds) == 5
    ring = next(alert for alert in made if alert.kind == "wash-ring")
    assert [trade["quantity"] for trade in ring.body["trades"]] == [100, 100]
    assert look() == [] and SurveillanceAlert.objects.count() == 5


def test_the_close_is_when_the_session_was_closed() -> None:
    """The same trades with the session closed at 15:30: the last quarter of an hour has none of them."""
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    meet(CERAMICS, CEMENT, 200, 1040, "14:55")
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:30")).execute()
    assert [alert.kind for alert in look() if alert.kind == "ramping"] == []


def test_decisions_are_added_and_the_last_one_holds() -> None:
    alert = look()[0]
    assert standing(alert) == "open"
    with pytest.raises(RightsRefused) as caught:
        DecideAlert(alert=alert, author="test", decision="acted", note="已冻结").execute()
    assert caught.value.code == "document-missing"
    with pytest.raises(RightsRefused) as caught:
        DecideAlert(alert=alert, author="test", decision="dismissed", note=" ").execute()
    assert caught.value.code == "note-missing"
    with pytest.raises(PermissionDenied):
        DecideAlert(
            alert=alert, author=officer("x", "forestry-bureau"), decision="dismissed", note="无"
        ).execute()
    DecideAlert(alert=alert, author=officer(), decision="inquiry", note="发函询问").execute()
    DecideAlert(alert=alert, author="test", decision="dismissed", note="系初始分配所致").execute()
    assert standing(alerts(ZONE).get(pk=alert.pk)) == "dismissed"
    assert AlertDecision.objects.filter(alert=alert).count() == 2


def test_the_extract_has_everything_of_the_span_and_of_one_account() -> None:
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    DecideAlert(alert=look()[0], author="test", decision="inquiry", note="=询问").execute()
    FreezeAccount(zone=ZONE, author="test", account=CEMENT, document="冻结令1号").execute()
    UnfreezeAccount(zone=ZONE, author="test", account=CEMENT, document="解冻令1号").execute()
    china = ZoneInfo("Asia/Shanghai")
    since, until = dt.datetime(2018, 1, 1, tzinfo=china), dt.datetime(2999, 1, 1, tzinfo=china)
    rows = [json.loads(line) for line in as_json_lines(extract(ZONE, since, until))]
    assert {row["record"] for row in rows} == {"extract", "journal", "movement", "trade", "alert", "decision"}
    assert rows[0]["digest"] == [row for row in rows if row["record"] == "journal"][-1]["digest"]
    (trade,) = [row for row in rows if row["record"] == "trade"]
    assert (trade["from"], trade["to"], trade["price"], trade["amount"]) == (KILN, CERAMICS, 1000, 100_000)
    assert all(row["document"] for row in rows if row["record"] == "movement")
    own = [row for row in extract(ZONE, since, until, CEMENT) if row["record"] == "journal"]
    assert {"freeze-account", "unfreeze-account"} <= {row["kind"] for row in own}
    assert not [row for row in extract(ZONE, since, until, CEMENT) if row["record"] == "trade"]
    text = "".join(as_csv(extract(ZONE, since, until)))
    read = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert tuple(read[0]) == COLUMNS and len(read) == len(rows)
    early = list(extract(ZONE, since, dt.datetime(2018, 1, 2, tzinfo=china)))
    assert [row["record"] for row in early] == ["extract"]


def kinds_of(alerts_made: list[SurveillanceAlert]) -> set[tuple[str, str]]:
    """Kinds with their owners, large positions left out: everybody holds a third here."""
    return {(one.kind, one.owner) for one in alerts_made if one.kind != "large-position"}


def one_group(*accounts: str) -> None:
    """Before the first trade of the day these accounts are known to be of one group."""
    for account in accounts:
        said = {"owner": "GROUP", "document": "认定书", "at": moment(TRADING_DAY, "09:35")}
        ChangeOwner(zone=ZONE, author="test", account=account, **said).execute()


def test_accounts_found_to_be_of_one_group_have_traded_with_themselves() -> None:
    """A trade that looked sound on its day is a wash trade once both accounts are known to have one owner."""
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:00")).execute()
    assert kinds_of(look()) == set()
    ChangeOwner(
        zone=ZONE, author="test", account=CERAMICS, owner="GROUP", document="实际控制人认定书1号"
    ).execute()
    assert kinds_of(look()) == set()  # one account of the group on one side only
    ChangeOwner(
        zone=ZONE, author="test", account=KILN, owner="GROUP", document="实际控制人认定书2号"
    ).execute()
    made = look()
    assert kinds_of(made) == {("wash-own", "GROUP")}
    (alert,) = [one for one in made if one.kind == "wash-own"]
    assert sorted(alert.body["accounts"]) == sorted([KILN, CERAMICS])
    assert [trade["quantity"] for trade in alert.body["trades"]] == [100]
    assert kinds_of(look()) == set()  # what was found is not found again


def test_a_known_group_cannot_cross_and_raises_no_alarm() -> None:
    one_group(KILN, CERAMICS)
    for account, side in ((KILN, "sell"), (CERAMICS, "buy")):
        order = {"account": account, "market": "so2", "side": side, "quantity": 100, "price": 1000}
        SubmitOrder(zone=ZONE, author="test", at=moment(TRADING_DAY, "10:00"), **order).execute()
    meet(KILN, CEMENT, 100, 1000, "10:10")  # a sale out of the group is a sale
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:00")).execute()
    assert TradeRow.objects.count() == 1
    assert kinds_of(look()) == set()


@pytest.mark.parametrize(
    ("clock", "price", "buyers", "found"),
    [
        ("14:45", 1030, [CEMENT], True),  # the first moment of the last quarter of an hour, 3 % up
        ("14:44", 1030, [CEMENT], False),  # a minute earlier
        ("14:55", 1029, [CEMENT], False),  # 2.9 %
        ("14:55", 1030, [CEMENT, KILN, CERAMICS], False),  # a third of the units each
        ("14:55", 970, [CEMENT], False),  # the price fell, and the seller is another
    ],
)
def test_a_busy_close_is_no_ramping(clock: str, price: int, buyers: list[str], found: bool) -> None:
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    for buyer in buyers:
        seller = KILN if buyer != KILN else CERAMICS
        meet(seller, buyer, 200, price, clock)
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:00")).execute()
    assert (("ramping", CEMENT) in kinds_of(look())) is found


def test_a_group_ramps_with_its_accounts_together() -> None:
    """Each bought a quarter of the last units; together it is half, and the price rose by 4 %."""
    one_group(CERAMICS, CEMENT)
    meet(KILN, CERAMICS, 100, 1000, "10:00")
    meet(KILN, CERAMICS, 100, 1040, "14:50")
    meet(KILN, CEMENT, 100, 1040, "14:52")
    CloseSession(zone=ZONE, author="test", market="so2", at=moment(TRADING_DAY, "15:00")).execute()
    (alert,) = [one for one in look() if one.kind == "ramping"]
    assert alert.owner == "GROUP" and sorted(alert.body["accounts"]) == sorted([CERAMICS, CEMENT])
