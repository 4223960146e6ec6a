"""Two officers approve, book and pay the same fee at the same moment; real transactions on the database in use."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from at_once import at_once
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.fees.actions import ApproveFee, BookFee
from ecociv.green_economy.fees.paying import PayByRules, PayFees
from ecociv.green_economy.fees.queries import fee_states
from ecociv.green_economy.models import FeeApproval, FeeBooking, FeePayment
from ecociv.ledger.models import Book, Entry
from ecociv.ledger.verify import verify
from green_economy.situations import SERIES, ZONE, append, contract, obligation, parties, series
from green_economy.test_fees import bank, settle

DAY = dt.date(2016, 9, 1)


@pytest.mark.django_db(transaction=True)
def test_a_fee_is_approved_booked_and_paid_once(evidence: None, tmp_path: Path) -> None:
    parties()
    contract()
    obligation(SERIES)
    append(series(), "2016-06-01", [40.0] * 720)
    settle("2016-06")
    approve = ApproveFee(zone=ZONE, contract="C1", month="2016-06", day=DAY, document="付6号", author="test")
    approvals = at_once([approve.execute] * 3, GreenRefused)
    assert sum(isinstance(each, FeeApproval) for each in approvals) == 1
    made = FeeApproval.objects.get()
    bookings = at_once([BookFee(approval=made, day=DAY, author="test").execute] * 3, GreenRefused)
    assert sum(isinstance(each, FeeBooking) for each in bookings) == 1
    # one by hand and one by the rules: a row pays once
    (row,) = bank(tmp_path, ("2016-09-02", "100000", "付6号"))
    paid = at_once(
        [
            PayFees(bank_line=row, approvals=[made], author="test").execute,
            PayByRules(zone=ZONE, author="test").execute,
        ],
        GreenRefused,
    )
    assert sum(bool(each) for each in paid if isinstance(each, list)) == 1
    assert FeePayment.objects.count() == 1 and [each.state for each in fee_states(ZONE)] == ["paid"]
    assert Entry.objects.count() == 2 and verify(Book.objects.get()) is None
