"""Approving the fee of a month by the keeper of the book and booking it as payable; `paying` pays it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import recorded_by
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.contracts import Month, PerformanceRefused, contract_of, performance
from ecociv.green_economy.declaration import FeeBook
from ecociv.green_economy.fees.books import FeeAccounts, fee_book, post_fee
from ecociv.green_economy.fees.common import (
    ApprovedByThePayer,
    audited,
    fault_of_approver,
    refuse_day,
    refuse_paper,
)
from ecociv.green_economy.fees.models import FeeApproval, FeeBooking, FeeCorrection
from ecociv.green_economy.fees.queries import FeeState, fee_states, in_fen
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.ledger.permissions import require_keeper
from ecociv.people import audit


@dataclass(kw_only=True, slots=True)
class ApproveFee:
    """Approve what is owed for a settled month (批准付款), with what earlier approved months come to by now.

    Parameters
    ----------
    seen
        Number of the settlement that the author looked at; whatever is newest, where none is given.
    """

    zone: str
    contract: str
    month: str
    day: dt.date
    document: str
    author: Any
    seen: int | None = None

    def check(self) -> tuple[PerformanceSettlement, list[FeeState]]:
        """The settled month, and the approved months that were settled again since.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        GreenRefused
            A month that is not settled or was approved, or was settled again since it was looked at, a settlement that the readings no longer bear out, of this month or of
            one that was approved before, no document, a day that cannot be.
        """
        require_keeper(self.author, self.zone, fee_book(self.zone).keeper)
        refuse_paper(self.document, self.day)
        states = fee_states(self.zone, [self.contract])
        own = next((each for each in states if each.settlement.month == self.month), None)
        if own is None:
            raise GreenRefused(
                Text(
                    zh=f"合同 {self.contract} 的 {self.month} 尚未结算，请先结算。",
                    en=f"{self.month} of contract {self.contract} is not settled: settle it first.",
                )
            )
        if own.approval is not None:
            raise GreenRefused(
                Text(
                    zh=f"{self.month} 已批准；重新结算的差额在下一次批准时调整。",
                    en=f"{self.month} was approved before; what is settled again is corrected in the next approval.",
                )
            )
        if self.seen not in (None, own.settlement.pk):
            raise GreenRefused(
                Text(
                    zh=f"{self.month} 已重新结算，请核对新的金额后再批准。",
                    en=f"{self.month} was settled again in the meantime: look at the new amount and approve that.",
                )
            )
        end = Month.read(self.month).end
        if self.day < end:
            raise GreenRefused(
                Text(
                    zh=f"{self.month} 最早于 {end} 批准。",
                    en=f"{self.month} is approved on {end} at the earliest.",
                )
            )
        before = [each for each in states if each.approval is not None]
        again = [each.settlement.month for each in (own, *before) if not self._bears_out(each.settlement)]
        if again:
            months = ", ".join(sorted(again))
            raise GreenRefused(
                Text(
                    zh=f"{months} 的监测数据在结算后有更正，请先重新结算。",
                    en=f"Readings of {months} were restated since they were settled: settle them again first.",
                )
            )
        return own.settlement, [each for each in before if each.restated]

    def execute(self) -> FeeApproval:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            settlement, restated = self.check()
            own = in_fen(settlement)
            differences = {
                each.settlement.pk: (in_fen(each.settlement) or 0) - (each.standing or 0) for each in restated
            }
            carried = sum(differences.values())
            made = FeeApproval(
                zone=self.zone,
                contract=self.contract,
                month=self.month,
                settlement=settlement,
                document=self.document.strip(),
                own=own,
                corrections_sum=carried,
                total=(own or 0) + carried,
                sample=settlement.sample,
                day=self.day,
                **recorded_by(self.author),
            )
            made.save()
            FeeCorrection.objects.bulk_create(
                FeeCorrection(
                    approval=made,
                    corrects=each.approval,
                    settlement=each.settlement,
                    before=each.standing,
                    after=in_fen(each.settlement),
                    difference=differences[each.settlement.pk],
                )
                for each in sorted(restated, key=lambda one: one.settlement.month)
            )
            audited(self.author, "approve-fee", made, {"total": made.total, "corrections": carried})
            return made

    def _bears_out(self, settlement: PerformanceSettlement) -> bool:
        """Whether the readings as they are known now give what was settled."""
        month = Month.read(settlement.month)
        try:
            found = contract_of(self.zone, self.contract, month.first) or contract_of(
                self.zone, self.contract, month.end - dt.timedelta(days=1)
            )
            if found is None:
                return False
            due = performance(self.zone, found, month)
        except PerformanceRefused as refused:
            raise GreenRefused(refused.text) from refused
        amount = due.amount if isinstance(due.amount, Decimal) else None
        return settlement.amount == amount


@dataclass(kw_only=True, slots=True)
class BookFee:
    """Book an approved fee as payable (记应付): the cost is there, and the provider is owed."""

    approval: FeeApproval
    day: dt.date
    author: Any

    def check(self) -> FeeBook:
        """The book, when it can be booked.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        GreenRefused
            A fee that was booked, nothing to pay, a day before the approval, or approved by the same person where the zone
            keeps the two apart.
        """
        approval = self.approval
        declared = fee_book(approval.zone)
        require_keeper(self.author, approval.zone, declared.keeper)
        refuse_day(self.day)
        if approval.bookings.filter(entry__reversed_by=None).exists():
            raise GreenRefused(
                Text(zh=f"{approval.month} 已记应付。", en=f"{approval.month} was booked before.")
            )
        if approval.total == 0:
            raise GreenRefused(
                Text(
                    zh=f"{approval.month} 没有应付金额。", en=f"There is nothing to pay for {approval.month}."
                )
            )
        if self.day < approval.day:
            raise GreenRefused(
                Text(
                    zh=f"记账日期不能早于批准日期 {approval.day}。",
                    en=f"It cannot be booked before it was approved, on {approval.day}.",
                )
            )
        fault = fault_of_approver(approval, self.author, self.day)
        if fault is not None:
            raise ApprovedByThePayer(fault)
        return declared

    def execute(self) -> FeeBooking:
        """Post the entry."""
        with transaction.atomic():
            audit.hold()
            self.check()
            approval = self.approval
            accounts = FeeAccounts.opened(approval.zone, self.author)
            payable = accounts.payable(approval, self.author)
            entry = post_fee(
                accounts.book,
                self.day,
                [(payable.key, -approval.total), (accounts.cost.key, approval.total)],
                approval,
                "应付服务费",
                self.author,
                f"fee:{approval.contract}:{approval.month}:{approval.bookings.count() + 1}",
            )
            made = FeeBooking(approval=approval, entry=entry, day=self.day, **recorded_by(self.author))
            made.save()
            audited(self.author, "book-fee", approval, {"entry": entry.number})
            return made
