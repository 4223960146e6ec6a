"""The pages of damage, mines and what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ecociv.liabilities.damage.queries import position
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.sample import load_sample_liabilities
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.queries import entries
from ecociv.registers.sample import load_sample_registers

ZONE, FACTORY, OTHER = "jingdezhen", "91360222MA0000001W", "91360202MA00000021"


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def people(plan_in_database: None, db: None) -> dict[str, User]:
    """The sample accounts, with one for an enterprise that has nothing to do with any damage."""
    wanted = {
        "department": (Role.DEPARTMENT_OFFICER, "ecology-and-environment-bureau"),
        "office": (Role.LEADING_GROUP_OFFICE, ""),
        "finance": (Role.DEPARTMENT_OFFICER, "finance-bureau"),
        "enterprise": (Role.ENTERPRISE, FACTORY),
    }
    made = {
        name: User.objects.create(username=name, role=role.value, organisation=body, zone=ZONE)
        for name, (role, body) in wanted.items()
    }
    load_sample_registers(ZONE)
    load_sample_liabilities(ZONE)
    made["other"] = User.objects.create(
        username="other", role=Role.ENTERPRISE.value, organisation="91360281MA0000004H", zone=ZONE
    )
    return made


@pytest.fixture
def reader(people: dict[str, User]) -> Callable[[str], Client]:
    def make(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(people[name])
        return client

    return make


def late() -> Damage:
    return Damage.objects.get(case__title__contains="倾倒")


def test_what_is_due_adds_up_on_the_page_and_in_the_file(reader: Callable[[str], Client]) -> None:
    page = reader("office").get("/liabilities/?on=2019-12-31")
    total = page.context["total"]
    assert total.value == sum(one.amount for one in page.context["table"].sorted_rows)
    assert total.sample
    body = page.content.decode()
    # The figure stands with its thousands apart, marked as sample, with its chart and table.
    assert f"{total.value:,.2f}" in body
    assert "sample-mark" in body and "data-quality-chart" in body
    assert "样例" in reader("office").get("/liabilities/?format=csv").content.decode()


def test_late_payments_are_shown_with_their_days(reader: Callable[[str], Client]) -> None:
    damage = late()
    before = reader("office").get(f"/liabilities/damage/{damage.pk}/?on=2020-03-31").content.decode()
    after = reader("office").get(f"/liabilities/damage/{damage.pk}/?on=2020-04-02").content.decode()
    assert "text-danger" not in before
    # Due on 31 March 2020: two days late on 2 April.
    at = position(damage, dt.date(2020, 4, 2))
    assert at.late == 2 and at.overdue_shown in after and "text-danger" in after
    listed = reader("office").get("/liabilities/damage/?pay=late").content.decode()
    assert damage.case.number in listed and listed.count("/liabilities/damage/") < 12


def test_an_enterprise_reads_its_own_damage_and_no_other(reader: Callable[[str], Client]) -> None:
    own = late()
    assert own.enterprise == FACTORY
    client, foreign = reader("enterprise"), Damage.objects.exclude(enterprise=FACTORY).first()
    assert foreign is not None
    assert client.get(f"/liabilities/damage/{own.pk}/").status_code == 200
    assert client.get(f"/liabilities/damage/{foreign.pk}/").status_code == 403
    listed = client.get("/liabilities/damage/").content.decode()
    assert own.case.number in listed and foreign.case.number not in listed
    assert reader("other").get(f"/liabilities/damage/{own.pk}/").status_code == 403
    assert client.get("/liabilities/").status_code == 403
    assert "/liabilities/damage/" in client.get("/").content.decode()


def test_the_money_of_a_mine_is_for_its_holder(
    reader: Callable[[str], Client], people: dict[str, User]
) -> None:
    mine = entries(ZONE, "mining-right")[0]
    assert reader("enterprise").get(f"/liabilities/mines/{mine.key}/").status_code == 403
    people["other"].organisation = mine.holder
    people["other"].save()
    page = reader("other").get(f"/liabilities/mines/{mine.key}/")
    assert page.status_code == 200 and "/money/" not in page.content.decode()
    assert reader("other").get("/liabilities/mines/").content.decode().count("/entries/") == 0


@pytest.mark.parametrize("name", ["enterprise", "office", "department", ""])
def test_only_who_keeps_the_book_books_money(reader: Callable[[str], Client], name: str) -> None:
    before = Movement.objects.count()
    given = {"day": "2020-05-01", "amount": "100", "document": "收据"}
    answer = reader(name).post(f"/liabilities/damage/{late().pk}/money/paid/", given)
    assert answer.status_code == (302 if name == "" else 403)
    assert Movement.objects.count() == before


def test_a_payment_is_booked_once_for_two_clicks(reader: Callable[[str], Client]) -> None:
    client, damage = reader("finance"), late()
    address = f"/liabilities/damage/{damage.pk}/money/paid/"
    given = {"day": "2020-05-01", "amount": "1,000.50", "document": "收据", "request": "page:1"}
    before = position(damage).sums.paid
    assert "0.005" in client.post(address, {**given, "amount": "0.005"}).content.decode()
    for _click in (1, 2):
        assert client.post(address, given).status_code == 302
    assert position(damage).sums.paid - before == 100_050
    over = client.post(address, {**given, "amount": "99999999", "request": "page:2"})
    assert over.status_code == 200 and "field-error" in over.content.decode()


def test_a_clue_is_put_on_record_valued_and_not_settled_too_early(reader: Callable[[str], Client]) -> None:
    client = reader("department")
    assert client.get("/cases/new/environmental-damage/").headers["Location"] == "/liabilities/damage/new/"
    given = {
        "title": "某河段死鱼",
        "enterprise": FACTORY,
        "medium": "surface-water",
        "happened_on": "2018-05-01",
        "clue": "村民举报",
    }
    assert client.post("/liabilities/damage/new/", {**given, "enterprise": ""}).status_code == 200
    made = client.post("/liabilities/damage/new/", given)
    damage = Damage.objects.get(case__title="某河段死鱼")
    assert made.headers["Location"] == f"/liabilities/damage/{damage.pk}/"
    address = f"/liabilities/damage/{damage.pk}/value/virtual-treatment/"
    said = {
        "amount": "500",
        "unit_cost": "20",
        "function_class": "III",
        "factor-sensitivity": "9",
        "document": "报告",
    }
    refused = client.post(address, said).content.decode()
    assert "4.5" in refused and position(damage).valuation is None
    assert client.post(address, {**said, "factor-sensitivity": "5"}).status_code == 302
    # 500 x 20 x 5 = 50,000 yuan.
    assert position(damage).valuation.fen == 5_000_000  # type: ignore[union-attr]
    assert "50,000.00" in client.get(f"/liabilities/damage/{damage.pk}/").content.decode()
    early = client.post(
        f"/liabilities/damage/{damage.pk}/settle/",
        {
            "kind": "agreement",
            "signed_on": "2018-06-01",
            "due-1": "2018-07-01",
            "fen-1": "50000",
            "document": "协议",
        },
    )
    assert early.status_code == 200 and position(damage).settlement is None


def test_works_are_valued_row_by_row(reader: Callable[[str], Client]) -> None:
    client, damage = reader("department"), late()
    address = f"/liabilities/damage/{damage.pk}/value/restoration/"
    rows = {
        "overheads": "8",
        "name-1": "清运",
        "quantity-1": "1200",
        "unit-1": "m^3",
        "price-1": "35",
        "name-2": "复绿",
        "document": "报告",
        "reason": "补充评估",
    }
    assert client.post(address, rows).status_code == 200
    done = client.post(address, {**rows, "quantity-2": "2", "unit-2": "ha", "price-2": "15000"})
    assert done.status_code == 302
    # (1,200 x 35 + 2 x 15,000) x 1.08 = 77,760.
    assert position(damage).valuation.fen == 7_776_000  # type: ignore[union-attr]


def test_equivalency_is_discounted_on_the_page_and_recorded(reader: Callable[[str], Client]) -> None:
    client, damage = reader("department"), late()
    address = f"/liabilities/damage/{damage.pk}/value/resource-equivalency/"
    assert "resource-equivalency" in client.get(f"/liabilities/damage/{damage.pk}/").content.decode()
    before = position(damage).valuation
    said = {
        "unit": "ha",
        "losses": "2016 10\n2017，10",
        "gains": "2018\t0.5\n2019: 0.5",
        "price": "30000",
        "base_year": "2017",
    }
    shown = client.post(address, {**said, "preview": "1"}).content.decode()
    # 10 x 1.03 + 10 = 20.3; 0.5/1.03 + 0.5/1.0609 = 0.9567347...; their quotient times 30,000 is 636,540 yuan.
    for figure in ("1.030000", "10.3000", "20.3000", "0.970874", "0.4854", "0.9567", "636,540.00"):
        assert figure in shown, figure
    assert position(damage).valuation == before, "nothing is recorded by looking"
    for changes, field in (
        ({"rate": "9"}, "rate"), ({"losses": "10 2016"}, "losses"), ({"gains": "2018 0"}, "gains"), ({"gains": "2018 -1"}, "gains"),
        ({"losses": "2016 1\n2016 2"}, "losses"), ({"losses": "1700 1"}, "losses"), ({"base_year": "x"}, "base_year"), ({"price": ""}, "price"),
        ({"losses": "2016 1e99"}, "losses"), ({"document": ""}, "document"), ({"reason": ""}, "reason"),
    ):  # fmt: skip
        refused = client.post(address, {**said, "document": "报告", "reason": "补", **changes})
        assert refused.status_code == 200 and field in refused.context["form"].errors, changes
    assert client.post(address, {**said, "document": "报告", "reason": "补充评估"}).status_code == 302
    assert position(damage).valuation.fen == 63_654_000  # type: ignore[union-attr]
    page = client.get(f"/liabilities/damage/{damage.pk}/").content.decode()
    assert "20.3000" in page and "0.970874" in page, "the table stands beside the arithmetic"
    assert reader("finance").post(address, said).status_code == 403


def test_the_page_of_a_mine_shows_its_arithmetic_and_books(reader: Callable[[str], Client]) -> None:
    mine = entries(ZONE, "mining-right")[0]
    client = reader("finance")
    page = client.get(f"/liabilities/mines/{mine.key}/").content.decode()
    assert "trace" in page and "/money/works/" in page
    address = f"/liabilities/mines/{mine.key}/money/works/"
    given = {"day": "2020-05-01", "amount": "99999999999", "document": "验收", "request": "page:9"}
    assert "field-error" in client.post(address, given).content.decode()
    assert client.post(address, {**given, "amount": "1"}).status_code == 302
    assert client.get(f"/liabilities/mines/{mine.key}/money/gift/").status_code == 404
    assert client.get("/liabilities/mines/C000/").status_code == 404


def test_the_book_opens_and_an_enterprise_finds_its_own_accounts_in_it(reader: Callable[[str], Client]) -> None:
    """Accounts of liabilities have strokes in their keys, and each belongs to the enterprise that answers."""
    book, entry = "/ledger/environmental-liabilities/", Movement.objects.filter(key=late().case.number).first()
    assert entry is not None
    office, own, other = reader("office"), reader("enterprise"), reader("other")
    account = f"{book}accounts/damage/{late().case.number}/"
    for page in (book, account, f"{account}bank/", f"{book}entries/{entry.entry.number}/"):
        assert office.get(page).status_code == 200, page
        assert own.get(page).status_code == (200 if late().enterprise == FACTORY else 404), page
        assert other.get(page).status_code in (403, 404), page
