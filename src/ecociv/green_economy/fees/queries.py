"""Reading fees: what each month stands at, where it is on its way to the bank, what is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.green_economy.fees.models import FeeApproval, FeeBooking, FeeCorrection, FeePayment
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.ledger.money import fen

STATES: dict[str, Text] = {
    "to-approve": Text(zh="待批准付款", en="To be approved"),
    "not-judged": Text(zh="无法考核", en="Cannot be judged"),
    "to-book": Text(zh="待记应付", en="To be booked as payable"),
    "to-pay": Text(zh="待付款", en="To be paid"),
    "paid": Text(zh="已付款", en="Paid"),
    "nothing-to-pay": Text(zh="无应付", en="Nothing to pay"),
}
"""Where the fee of a month stands, in words; the key goes into files and addresses."""


def in_fen(settlement: PerformanceSettlement) -> int | None:
    """Fen of a settled month; none where it could not be judged."""
    return None if settlement.amount is None else fen(Decimal(settlement.amount))


@dataclass(frozen=True, slots=True)
class FeeState:
    """The fee of a settled month: its newest settlement, and what was done with it."""

    settlement: PerformanceSettlement
    state: str
    approval: FeeApproval | None = None
    booking: FeeBooking | None = None
    payment: FeePayment | None = None
    standing: int | None = None

    @property
    def words(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def restated(self) -> bool:
        """Whether the month was settled again to another amount than its fee stands at; the next approval carries the difference."""
        return self.approval is not None and self.standing != in_fen(self.settlement)


def fee_states(
    zone: str, contracts: Iterable[str] | None = None, as_of: dt.datetime | None = None
) -> list[FeeState]:
    """The fee of every settled month, newest first, as known at a moment; five queries."""
    rows = PerformanceSettlement.objects.filter(zone=zone).order_by("revision")
    approvals = FeeApproval.objects.filter(zone=zone)
    carried = FeeCorrection.objects.filter(approval__zone=zone).order_by("approval_id")
    bookings = FeeBooking.objects.filter(approval__zone=zone)
    payments = FeePayment.objects.filter(approval__zone=zone)
    if contracts is not None:
        keys = list(contracts)
        rows, approvals = rows.filter(contract__in=keys), approvals.filter(contract__in=keys)
    if as_of is not None:
        rows, approvals = rows.filter(recorded_at__lte=as_of), approvals.filter(recorded_at__lte=as_of)
        carried = carried.filter(approval__recorded_at__lte=as_of)
        bookings, payments = (
            bookings.filter(recorded_at__lte=as_of),
            payments.filter(recorded_at__lte=as_of),
        )
    newest = {(row.contract, row.month): row for row in rows.defer("parts", "trace_said")}
    approved = {(row.contract, row.month): row for row in approvals}
    after = {row.corrects_id: row.after for row in carried}
    booked = {
        row.approval_id: row
        for row in bookings.select_related("entry__book", "entry__reversed_by")
        if row.entry.stands(as_of)
    }
    paid = {
        row.approval_id: row
        for row in payments.select_related("entry__book", "entry__reversed_by", "bank_line")
        if row.entry.stands(as_of)
    }
    found = []
    for key in sorted(newest, key=lambda each: (each[1], each[0]), reverse=True):
        approval = approved.get(key)
        if approval is None:
            state = "to-approve" if newest[key].amount is not None else "not-judged"
            found.append(FeeState(newest[key], state))
            continue
        booking, payment = booked.get(approval.pk), paid.get(approval.pk)
        state = "nothing-to-pay" if approval.total == 0 else "to-book"
        if booking is not None:
            state = "paid" if payment is not None else "to-pay"
        standing = after.get(approval.pk, approval.own)
        found.append(FeeState(newest[key], state, approval, booking, payment, standing))
    return found
