"""Paying the fee of a month: approved by the keeper of the book, booked as payable, paid by rows of the bank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.contracts import Month, PerformanceRefused, contract_of, performance
from ecociv.green_economy.declaration import FeeBook
from ecociv.green_economy.fees.books import FeeAccounts, fee_book, post_fee
from ecociv.green_economy.fees.matching import Owed, Row, paid_by
from ecociv.green_economy.fees.models import FeeApproval, FeeBooking, FeeCorrection, FeePayment
from ecociv.green_economy.fees.queries import FeeState, fee_states, in_fen
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.ledger.bank.actions import MatchByHand
from ecociv.ledger.bank.queries import open_rows
from ecociv.ledger.duties import same_person
from ecociv.ledger.models import BankLine
from ecociv.ledger.money import shown
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
        _refuse_paper(self.document, self.day)
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
                **_who(self.day, self.author),
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
            _audited(self.author, "approve-fee", made, {"total": made.total, "corrections": carried})
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
        _refuse_day(self.day)
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
        fault = _same_person(approval, self.author, self.day)
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
            made = FeeBooking(approval=approval, entry=entry, **_who(self.day, self.author))
            made.save()
            _audited(self.author, "book-fee", approval, {"entry": entry.number})
            return made


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
        own = [_same_person(each, self.author, row.day) for each in self.approvals]
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
                paid = FeePayment(approval=each, entry=entry, bank_line=row, **_who(row.day, self.author))
                paid.save()
                _audited(self.author, "pay-fee", each, {"entry": entry.number, "row": row.pk})
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


class ApprovedByThePayer(GreenRefused):
    """Whoever approved a fee neither books nor pays it."""


def _same_person(approval: FeeApproval, author: Any, day: dt.date) -> Text | None:
    item = Text(
        zh=f"{approval.contract} {approval.month} 的服务费",
        en=f"The fee of {approval.contract} for {approval.month}",
    )
    return same_person(approval.zone, fee_book(approval.zone).keeper, approval.author, author, day, item)


def _refuse_day(day: dt.date) -> None:
    if day > timezone.localdate():
        raise GreenRefused(Text(zh="日期不能在将来。", en="The day cannot lie in the future."))


def _refuse_paper(document: str, day: dt.date) -> None:
    if not document.strip():
        raise GreenRefused(Text(zh="请填写文号。", en="Give the number of the document."))
    _refuse_day(day)


def _who(day: dt.date, author: Any) -> dict[str, Any]:
    return {
        "day": day,
        "recorded_at": timezone.now(),
        "author": account_of(author),
        "author_name": name_of(author),
    }


def _audited(author: Any, action: str, approval: FeeApproval, after: Any) -> None:
    audit.record(
        actor=author,
        action=action,
        zone=approval.zone,
        subject_kind="treatment-contract",
        subject_key=f"{approval.contract}:{approval.month}",
        after=after,
    )
