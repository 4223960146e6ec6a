"""Two officers approve and book the same year at the same moment; real transactions on the database in use."""

from __future__ import annotations

import pytest

from at_once import at_once
from compensation.test_yearly import FULIANG, LEPING, basin, computed, county, fund
from ecociv.compensation.models import YearlyPayment, YearlyTransfer
from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly import preparing
from ecociv.compensation.yearly.actions import ApproveYear, BookYear
from ecociv.ledger.models import Book, Entry
from ecociv.ledger.verify import verify


@pytest.mark.django_db(transaction=True)
def test_a_year_is_approved_and_booked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one = basin(fund(2016, 1000, {FULIANG: county(60), LEPING: county(40)}))
    monkeypatch.setattr(preparing, "programmes", lambda zone: (one,))
    first = computed(one, 2016)
    approve = ApproveYear(computed=first, day=first.day, document="批", author="tests").execute
    approvals = at_once([approve] * 3, SettlementRefused)
    assert sum(isinstance(each, YearlyPayment) for each in approvals) == 1
    assert {each.code for each in approvals if isinstance(each, SettlementRefused)} == {"settled"}
    payment = YearlyPayment.objects.get(stage="approved")
    transfers = at_once([BookYear(payment=payment, day=payment.day, author="tests").execute] * 3, SettlementRefused)  # fmt: skip
    assert sum(isinstance(each, YearlyTransfer) for each in transfers) == 1
    assert Entry.objects.count() == 1 and verify(Book.objects.get()) is None
