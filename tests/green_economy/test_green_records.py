"""What is on record: contracts from readings, settlements, purchases by the list of their day, borrowers, issuance."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from docx import Document as Word

from ecociv.green_economy.actions import GreenRefused, RequestIssuance, SettlePerformance
from ecociv.green_economy.contracts import (
    Month,
    PerformanceRefused,
    contract_months,
    contract_of,
    performance,
)
from ecociv.green_economy.loans import borrower_record, quarter_totals
from ecociv.green_economy.models import IssuanceRequest, PerformanceSettlement
from ecociv.green_economy.purchases import body_shares, purchases, year_shares
from ecociv.liabilities.damage.actions import OpenDamage
from ecociv.people.models import User
from ecociv.registers.actions import ChangeState, ReviseEntry
from ecociv.reporting.issuance_request.write import write_issuance_request
from green_economy.situations import BORROWER, LOCAL, PROVIDER, ZONE, contract, entered, obligation

SERIES = "sewage-online/plant-1/cod"


# -- contracts -----------------------------------------------------------------------------------------------------


def test_what_cannot_be_judged_says_why(enterprises: None) -> None:
    contract()
    found = contract_of(ZONE, "C1", dt.date(2016, 5, 1))
    assert found is not None
    assert [str(one) for one in contract_months(found, dt.date(2016, 3, 5))] == ["2016-02", "2016-01"]
    with pytest.raises(PerformanceRefused, match="no obligation"):
        performance(ZONE, found, Month(2016, 5))
    with pytest.raises(PerformanceRefused, match="outside the term"):
        performance(ZONE, found, Month(2017, 1))
    obligation(SERIES)
    with pytest.raises(PerformanceRefused, match="no series sewage-online"):
        performance(ZONE, found, Month(2016, 5))
    for month, words in (
        ("2016-13", "no month"),
        ("2099-01", "has not ended"),
        ("2014-05", "no contract"),
        ("2015-05", "outside the term"),
    ):
        with pytest.raises(GreenRefused, match=words):
            SettlePerformance(zone=ZONE, contract="C1", month=month, author="test").execute()


@pytest.mark.usefixtures("enterprises")
def test_only_the_declared_body_settles(user: Callable[..., User]) -> None:
    contract()
    for somebody in (user("department_officer", "forestry-bureau"), user("leader"), user("auditor")):
        with pytest.raises(PermissionDenied):
            SettlePerformance(zone=ZONE, contract="C1", month="2016-05", author=somebody).execute()
    assert not PerformanceSettlement.objects.exists()


# -- procurement ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_purchase_is_judged_by_the_list_of_its_day() -> None:
    for key, first, last in (("OLD", "2014-01-01", "2015-12-31"), ("NEW", "2016-01-01", "2018-12-31")):
        entered(
            "green-product",
            key,
            on="2014-01-01",
            product="灯",
            category="lighting",
            mark="energy-saving",
            valid_from_day=first,
            valid_to_day=last,
        )

    def buy(key: str, day: str, product: str = "", category: str = "lighting", amount: str = "100") -> None:
        values = {"item": "灯", "body": "市财政局", "day": day, "category": category, "amount": amount}
        entered("green-purchase", key, on=day, **values, **({"product": product} if product else {}))

    buy("1", "2015-12-31", "OLD")
    buy("2", "2016-01-01", "OLD")
    buy("3", "2016-01-01", "NEW", amount="300")
    buy("4", "2016-05-01")
    buy("5", "2016-05-01", "NEW", category="furniture")
    buy("6", "2016-05-01", "NEW", amount="999")
    ChangeState(
        zone=ZONE,
        kind="green-purchase",
        key="6",
        author="test",
        on=dt.date(2016, 6, 1),
        to="withdrawn",
        document="撤销函",
    ).execute()
    # removed from the list in 2017, which changes nothing for purchases of 2016
    ChangeState(
        zone=ZONE,
        kind="green-product",
        key="NEW",
        author="test",
        on=dt.date(2017, 1, 1),
        to="removed",
        document="公告",
    ).execute()
    buy("7", "2017-02-01", "NEW")
    found = purchases(ZONE)
    assert {one.key: one.why_not for one in found} == {
        "1": "",
        "2": "out",
        "3": "",
        "4": "none",
        "5": "differs",
        "7": "out",
    }
    shares = year_shares(found)
    assert shares[2015].share == Decimal("100.0")
    assert shares[2016].share == Decimal("50.0")  # 300 of 100 + 300 + 100 + 100
    assert shares[2017].share == Decimal("0.0")
    assert [one.count for one in body_shares(found, 2016)] == [4]


# -- credit --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("enterprises")
def test_a_balance_is_read_as_it_stood_on_the_day() -> None:
    entered(
        "green-loan",
        "L1",
        on="2016-02-01",
        purpose="脱硫",
        bank="农商银行",
        borrower=BORROWER,
        **{"class": "pollution"},
        principal="1000000.00",
        balance="1000000.00",
        from_day="2016-02-01",
        to_day="2019-02-01",
    )
    ReviseEntry(
        zone=ZONE,
        kind="green-loan",
        key="L1",
        author="test",
        on=dt.date(2016, 11, 1),
        changes={"balance": "400000.00"},
        reason="还款",
    ).execute()

    def pollution(end: dt.date) -> Any:
        return next(one for one in quarter_totals(ZONE, end) if one.key == "pollution")

    assert pollution(dt.date(2015, 12, 31)).loans == 0
    assert (pollution(dt.date(2016, 3, 31)).balance, pollution(dt.date(2016, 3, 31)).lent) == (
        Decimal(1_000_000),
        Decimal(1_000_000),
    )
    assert (pollution(dt.date(2016, 12, 31)).balance, pollution(dt.date(2016, 12, 31)).lent) == (
        Decimal(400_000),
        Decimal(0),
    )


@pytest.mark.usefixtures("enterprises")
def test_what_stands_against_a_borrower_on_a_day() -> None:
    day = dt.date(2018, 1, 1)
    assert borrower_record(ZONE, BORROWER, day).ok
    entered(
        "discharge-permit",
        f"{BORROWER}001P",
        site="厂区",
        holder=BORROWER,
        management="key",
        permitted="化学需氧量=1000",
        valid_from_day="2016-01-01",
        valid_to_day="2020-12-31",
        state="issued",
    )
    ChangeState(
        zone=ZONE,
        kind="discharge-permit",
        key=f"{BORROWER}001P",
        author="test",
        on=dt.date(2017, 6, 1),
        to="suspended",
        document="处罚决定",
    ).execute()
    assert borrower_record(ZONE, BORROWER, dt.date(2017, 5, 31)).ok
    assert borrower_record(ZONE, BORROWER, day).codes == ("permit-suspended",)
    assert borrower_record(ZONE, "91360203MA0000003J", day).codes == ("not-on-register",)


@pytest.mark.usefixtures("enterprises")
def test_an_open_damage_case_stands_against_a_borrower(user: Callable[..., User]) -> None:
    OpenDamage(
        zone=ZONE,
        title="偷排案",
        enterprise=BORROWER,
        clue="群众举报",
        medium="surface-water",
        happened_on=dt.date(2018, 1, 20),
        author=user("department_officer", "ecology-and-environment-bureau"),
        at=dt.datetime(2018, 2, 1, 23, 30, tzinfo=LOCAL),
        sample=True,
    ).execute()
    assert borrower_record(ZONE, BORROWER, dt.date(2018, 1, 31)).ok
    assert borrower_record(ZONE, BORROWER, dt.date(2018, 2, 1)).codes == ("open-damage-case",)
    # nobody knew of it at noon of that day
    noon = dt.datetime(2018, 2, 1, 12, tzinfo=LOCAL)
    assert "open-damage-case" not in borrower_record(ZONE, BORROWER, dt.date(2018, 2, 1), noon).codes
    assert borrower_record(ZONE, PROVIDER, dt.date(2018, 2, 1)).ok


# -- forest carbon -------------------------------------------------------------------------------------------------


def forest(state: str = "registered", key: str = "F1") -> None:
    entered(
        "forest-carbon-project",
        key,
        state=state,
        title="造林",
        owner=PROVIDER,
        methodology="AR-CM-001",
        area="100",
        baseline="0.5",
        leakage="0",
        plots="3",
        interval="3",
        from_day="2014-01-01",
        to_day="2033-12-31",
    )
    for year, volume in ((2014, 20), (2017, 40), (2020, 60)):
        for plot in ("1", "2", "3"):
            entered(
                "forest-plot-survey",
                f"{key}-{plot}-{year}",
                on=f"{year}-10-01",
                project=key,
                stratum="杉木",
                plot=plot,
                species="杉木",
                stratum_area="100",
                day=f"{year}-10-01",
                volume=str(volume),
            )


@pytest.mark.usefixtures("enterprises")
def test_removals_are_asked_for_once(user: Callable[..., User]) -> None:
    forest()
    with pytest.raises(PermissionDenied):
        RequestIssuance(
            zone=ZONE, project="F1", years=(2014, 2017), author=user("department_officer", "finance-bureau")
        ).execute()
    officer = user("department_officer", "forestry-bureau")
    row = RequestIssuance(zone=ZONE, project="F1", years=(2014, 2017), author=officer).execute()
    assert row.tonnes > 0
    assert row.trace.value == row.tonnes
    for years in ((2014, 2017), (2014, 2020)):
        with pytest.raises(GreenRefused, match="nothing is asked for twice"):
            RequestIssuance(zone=ZONE, project="F1", years=years, author=officer).execute()
    # the next period begins on the day on which the first ends
    assert RequestIssuance(zone=ZONE, project="F1", years=(2017, 2020), author=officer).execute().serial == 2
    assert IssuanceRequest.objects.count() == 2
    paper = Word(io.BytesIO(write_issuance_request(row, "docx")))
    text = "".join(p.text for p in paper.paragraphs)
    assert f"{row.tonnes:,}" in text and "治理公司" in text


@pytest.mark.usefixtures("enterprises")
def test_a_project_that_is_not_registered_asks_for_nothing() -> None:
    forest("designed")
    with pytest.raises(GreenRefused, match="not registered"):
        RequestIssuance(zone=ZONE, project="F1", years=(2014, 2017), author="test").execute()
    with pytest.raises(GreenRefused, match="years with one"):
        RequestIssuance(zone=ZONE, project="F1", years=(2014, 2016), author="test").execute()
    with pytest.raises(GreenRefused, match="no forest-carbon project"):
        RequestIssuance(zone=ZONE, project="F9", years=(2014, 2017), author="test").execute()
