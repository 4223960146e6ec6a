"""Settling months of treatment contracts from readings in a store of their own, which commits what it writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ecociv.core.missing import Missing
from ecociv.green_economy.actions import GreenRefused, SettlePerformance
from ecociv.green_economy.contracts import Month, contract_of, performance, settlements
from ecociv.people.models import AuditEntry
from ecociv.people.recorded import AppendOnlyError
from green_economy.situations import LOCAL, SERIES, ZONE, append, contract, obligation, parties, series


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("evidence")
def test_a_month_is_paid_by_its_readings_and_settled_again_with_a_reason() -> None:
    parties()
    contract()
    obligation(SERIES)
    to = series()
    # May has 744 hours: 40 beyond the limit of 50, and 4 suspect ones, which take no part
    append(to, "2016-05-01", [50.0] * 700 + [50.1] * 40 + [10.0] * 4, ["good"] * 740 + ["suspect"] * 4)
    # hours of the months around May count in none of it
    append(to, "2016-04-30T23:00", [99.0])
    append(to, "2016-06-01", [99.0])
    found = contract_of(ZONE, "C1", dt.date(2016, 5, 1))
    assert found is not None
    due = performance(ZONE, found, Month(2016, 5))
    part = due.parts[0]
    # 700 of 740 are 94.59 %, 0.41 points short: 95 % of 100,000
    assert (part.due, part.usable, part.met, part.attained) == (744, 740, 700, Decimal("94.59"))
    assert due.amount == Decimal("95000.00")
    assert part.breaches[0].start.astimezone(LOCAL).isoformat() == "2016-05-30T04:00:00+08:00"

    row = SettlePerformance(zone=ZONE, contract="C1", month="2016-05", author="test").execute()
    assert (row.revision, row.amount, row.reduced) == (1, Decimal("95000.00"), Decimal("5000.00"))
    assert row.trace == due.trace
    with pytest.raises(GreenRefused, match="nothing has changed"):
        SettlePerformance(zone=ZONE, contract="C1", month="2016-05", author="test", reason="x").execute()

    append(to, "2016-05-30T04:00", [40.0] * 40)  # the 40 are corrected
    with pytest.raises(GreenRefused, match="why it is settled again"):
        SettlePerformance(zone=ZONE, contract="C1", month="2016-05", author="test").execute()
    again = SettlePerformance(
        zone=ZONE, contract="C1", month="2016-05", author="test", reason="仪器校准"
    ).execute()
    assert (again.revision, again.amount) == (2, Decimal("100000.00"))
    # as known before the correction the month still comes to 95,000
    before = performance(ZONE, found, Month(2016, 5), row.recorded_at)
    assert before.amount == Decimal("95000.00")
    assert settlements(ZONE, ["C1"], row.recorded_at)["C1", "2016-05"] == row
    assert settlements(ZONE, ["C1"])["C1", "2016-05"] == again
    assert AuditEntry.objects.filter(action="settle-performance").count() == 2
    with pytest.raises(AppendOnlyError):
        row.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("evidence")
def test_a_month_without_readings_is_settled_as_unknown_and_not_as_zero() -> None:
    parties()
    contract()
    obligation(SERIES)
    series()
    found = contract_of(ZONE, "C1", dt.date(2016, 5, 1))
    assert found is not None
    assert performance(ZONE, found, Month(2016, 5)).amount is Missing.MISSING
    row = SettlePerformance(zone=ZONE, contract="C1", month="2016-05", author="test").execute()
    assert (row.amount, row.reduced) == (None, None)
