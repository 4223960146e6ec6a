"""Paying booked fees by rows of the bank, chosen by hand or told apart by rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import recorded_by
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.fees.books import FeeAccounts, fee_book, post_fee
from ecociv.green_economy.fees.common import (
    ApprovedByThePayer,
    audited,
    fault_of_approver,
)
from ecociv.green_economy.fees.matching import Owed, Row, paid_by
from ecociv.green_economy.fees.models import FeeApproval, FeePayment
from ecociv.green_economy.fees.queries import fee_states
from ecociv.ledger.bank.actions import MatchByHand
from ecociv.ledger.bank.queries import open_rows
from ecociv.ledger.models import BankLine
from ecociv.ledger.money import shown
from ecociv.ledger.permissions import require_keeper
from ecociv.people import audit


@dataclass(kw_only=True, slots=True)
class PayFees:
    """Pay booked fees by one row of the bank (付款对账): entries of the row's day, matched with the row."""

    bank_line: BankLine
    approvals: Sequence[FeeApproval]
    author: Any

    def check(self) -> None:
        """Whether the row pays these fees.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        GreenRefused
            No fee, fees of several zones, the same fee twice, fees of which one is not booked or was paid, a row that is
            matched already or of another account, sums that differ, a row before the booking; fees that the same person
            approved where the zone keeps the two apart.
        """
        if not self.approvals:
            raise GreenRefused(Text(zh="请选择要付的服务费。", en="Choose the fees that the row pays."))
        zone = self.approvals[0].zone
        require_keeper(self.author, zone, fee_book(zone).keeper)
        if len({each.pk for each in self.approvals}) < len(self.approvals) or any(
            each.zone != zone for each in self.approvals
        ):
            raise GreenRefused(
                Text(
                    zh="每笔服务费只能选一次，并且都应属于同一试验区。",
                    en="Choose each fee once, and fees of one zone only.",
                )
            )
        accounts = FeeAccounts.known(zone)
        row = self.bank_line
        faults: list[Text] = []
        if row.account_id != accounts.bank.pk or not open_rows(accounts.bank).filter(pk=row.pk).exists():
            faults.append(
                Text(
                    zh="这一行不是付款账户的未对上明细，请刷新后再选。",
                    en="The row is no open row of the bank account: read the page again and choose anew.",
                )
            )
        for each in self.approvals:
            booking = each.bookings.filter(entry__reversed_by=None).first()
            if booking is None or each.payments.filter(entry__reversed_by=None).exists():
                faults.append(
                    Text(
                        zh=f"{each.contract} {each.month} 未记应付，或已付款。",
                        en=f"{each.contract} {each.month} is not booked, or was paid.",
                    )
                )
            elif row.day < booking.day:
                faults.append(
                    Text(
                        zh=f"{each.contract} {each.month} 于 {booking.day} 记应付，银行付款日 {row.day} 更早，请核对。",
                        en=f"{each.contract} {each.month} was booked on {booking.day}, after {row.day}, the day of the bank.",
                    )
                )
        total = sum(each.total for each in self.approvals)
        if total != -row.amount:
            faults.append(
                Text(
                    zh=f"银行付出 {shown(-row.amount)} 元，所选服务费合计 {shown(total)} 元，两边须相等。",
                    en=f"The bank paid {shown(-row.amount)} yuan and the fees add up to {shown(total)}: both have to be the same.",
                )
            )
        if faults:
            raise GreenRefused(*faults)
        own = [fault_of_approver(each, self.author, row.day) for each in self.approvals]
        if any(own):
            raise ApprovedByThePayer(*(fault for fault in own if fault is not None))

    def execute(self) -> list[FeePayment]:
        """Post the entries and match them."""
        with transaction.atomic():
            audit.hold()
            self.check()
            row = self.bank_line
            accounts = FeeAccounts.known(self.approvals[0].zone)
            made = []
            for each in self.approvals:
                entry = post_fee(
                    accounts.book,
                    row.day,
                    [(accounts.bank.key, -each.total), (accounts.payable(each, self.author).key, each.total)],
                    each,
                    "支付服务费",
                    self.author,
                    f"fee-paid:{each.contract}:{each.month}:{each.payments.count() + 1}",
                )
                paid = FeePayment(
                    approval=each, entry=entry, bank_line=row, day=row.day, **recorded_by(self.author)
                )
                paid.save()
                audited(self.author, "pay-fee", each, {"entry": entry.number, "row": row.pk})
                made.append(paid)
            lines = [line.pk for paid in made for line in paid.entry.lines.filter(account=accounts.bank)]
            months = ", ".join(f"{each.contract} {each.month}" for each in self.approvals)
            MatchByHand(
                account=accounts.bank, rows=[row.pk], lines=lines, reason=months[:500], author=self.author
            ).execute()
            return made


@dataclass(kw_only=True, slots=True)
class PayByRules:
    """Pay whatever rows of the bank name so that the rules can tell it apart (按对账单付款); the rest stays open."""

    zone: str
    author: Any

    def check(self) -> list[PayFees]:
        """What would be paid.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        """
        require_keeper(self.author, self.zone, fee_book(self.zone).keeper)
        accounts = FeeAccounts.known(self.zone)
        rows = {row.pk: row for row in open_rows(accounts.bank)}
        owed = {
            each.approval.pk: each.approval
            for each in fee_states(self.zone)
            if each.state == "to-pay" and each.approval is not None
        }
        found = paid_by(
            [Row(row.pk, row.amount, f"{row.reference} {row.counterparty}") for row in rows.values()],
            [Owed(one.pk, one.contract, one.document, one.total) for one in owed.values()],
        )
        return [
            PayFees(bank_line=rows[row], approvals=[owed[number] for number in fees], author=self.author)
            for row, fees in found
        ]

    def execute(self) -> list[FeePayment]:
        """Pay them; a row that cannot pay (such as one from before the booking) stays open.

        Raises
        ------
        ApprovedByThePayer
            Where rows name fees, and the reason that none can be paid is that the author approved them.
        """
        with transaction.atomic():
            audit.hold()
            made: list[FeePayment] = []
            own: list[Text] = []
            for each in self.check():
                try:
                    made += each.execute()
                except ApprovedByThePayer as refused:
                    own += refused.texts
                except GreenRefused:
                    continue
            if own and not made:
                raise ApprovedByThePayer(*own)
            return made
