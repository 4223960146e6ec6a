"""Loading a bank's statement, matching it with the book by rule or by hand, withdrawing a match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.reading import FileRefused
from ecociv.ledger.actions import LedgerRefused
from ecociv.ledger.bank.forms import StatementForm, statement_forms
from ecociv.ledger.bank.matching import WINDOW, Found, Item, matches
from ecociv.ledger.bank.queries import open_lines, open_rows
from ecociv.ledger.bank.reading import BankFile, RowFault, read_statement
from ecociv.ledger.models import (
    BankLine,
    BankStatement,
    EntryLine,
    LedgerAccount,
    Match,
    MatchedItem,
    MatchWithdrawal,
)
from ecociv.ledger.money import shown
from ecociv.ledger.permissions import require_keeper
from ecociv.people import audit


class StatementRefused(LedgerRefused):
    """A statement file that cannot be loaded; ``faults`` has every row with what is wrong in it. Nothing was loaded."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__(*(("row", fault.text) for fault in faults))
        self.faults = faults


@dataclass(kw_only=True, slots=True)
class ImportStatement:
    """Load a bank's statement file (导入对账单) for an account, all rows or none.

    Parameters
    ----------
    form
        Key of a declared form of file.
    name
        The name under which the file was sent, where the path has another.
    """

    account: LedgerAccount
    path: Path
    form: str
    author: Any
    name: str = ""
    sample: bool = False

    def check(self) -> BankFile:
        """The file as read.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            The file as a whole: its form, encoding, columns, or that it was loaded before.
        StatementRefused
            With each row that cannot be taken.
        """
        require_keeper(self.author, self.account.book.zone, self.account.book.keeper)
        form = self._form()
        try:
            found = read_statement(Path(self.path), form, timezone.localdate())
        except FileRefused as refused:
            raise LedgerRefused((refused.code, refused.text)) from refused
        before = BankStatement.objects.filter(
            account=self.account, file=digest_of_file(Path(self.path))
        ).first()
        if before is not None:
            raise LedgerRefused(
                (
                    "loaded-before",
                    Text(
                        zh=f"这个文件已于 {timezone.localtime(before.recorded_at):%Y-%m-%d} 导入。",
                        en=f"This file was loaded on {timezone.localtime(before.recorded_at):%Y-%m-%d}.",
                    ),
                )
            )
        faults = found.faults or tuple(self._loaded_before(found))
        if faults:
            raise StatementRefused(*faults)
        return found

    def execute(self) -> BankStatement:
        """Load it."""
        with transaction.atomic():
            audit.hold()
            found = self.check()
            made = BankStatement(
                account=self.account,
                file=keep_document(
                    Path(self.path), received_from=name_of(self.author), sample=self.sample, name=self.name
                ),
                form=self.form,
                first_day=found.first_day,
                last_day=found.last_day,
                rows=len(found.rows),
                closing=found.closing,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
                sample=self.sample,
            )
            made.save()
            BankLine.objects.bulk_create(
                BankLine(
                    statement=made,
                    account=self.account,
                    row=row.row,
                    day=row.day,
                    amount=row.amount,
                    number=row.number,
                    reference=row.reference,
                    counterparty=row.counterparty,
                )
                for row in found.rows
            )
            audit.record(
                actor=self.author,
                action="ledger.import-statement",
                zone=self.account.book.zone,
                subject_kind="ledger-account",
                subject_key=f"{self.account.book.key}/{self.account.key}",
                after={"file": made.file_id, "rows": made.rows},
            )
            return made

    def _form(self) -> StatementForm:
        forms = statement_forms(self.account.book.zone)
        if self.form not in forms:
            raise LedgerRefused(
                (
                    "form-unknown",
                    Text(
                        zh=f"没有对账单格式“{self.form}”：{'、'.join(forms)}。",
                        en=f"There is no form of statement {self.form!r}; there are: {', '.join(forms)}.",
                    ),
                )
            )
        return forms[self.form]

    def _loaded_before(self, found: BankFile) -> Iterable[RowFault]:
        known = BankLine.objects.filter(
            account=self.account, day__range=(found.first_day, found.last_day)
        ).select_related("statement")
        by_number = {each.number: each for each in known if each.number}
        by_number |= {
            each.number: each
            for each in BankLine.objects.filter(
                account=self.account, number__in=[row.number for row in found.rows if row.number]
            ).select_related("statement")
        }
        alike = {(x.day, x.amount, x.reference, x.counterparty): x for x in known}
        for row in found.rows:
            twin = (
                by_number.get(row.number)
                if row.number
                else alike.get((row.day, row.amount, row.reference, row.counterparty))
            )
            if twin is not None:
                yield RowFault(
                    row.row,
                    "number" if row.number else "",
                    row.number or shown(row.amount),
                    Text(
                        zh=f"这一笔已在 {twin.statement.first_day} 至 {twin.statement.last_day} 的对账单第 {twin.row} 行导入。",
                        en=f"This was loaded before: row {twin.row} of the statement from {twin.statement.first_day} to "
                        f"{twin.statement.last_day}.",
                    ),
                )


@dataclass(kw_only=True, slots=True)
class MatchByRules:
    """Match whatever the rules can tell apart (自动对账); the rest stays open on both sides."""

    account: LedgerAccount
    author: Any
    window: int = WINDOW

    def check(self) -> list[Found]:
        """What would be matched.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        """
        require_keeper(self.author, self.account.book.zone, self.account.book.keeper)
        rows = [Item(row.day, row.pk, row.amount, row.reference) for row in open_rows(self.account)]
        lines = []
        for line in open_lines(self.account):
            back = line.entry.reverses_id or (line.entry_id if line.entry.reversal is not None else 0)
            lines.append(Item(line.day, line.pk, line.amount, line.entry.document, back))
        return matches(rows, lines, self.window)

    def execute(self) -> list[Match]:
        """Record the matches."""
        with transaction.atomic():
            audit.hold()
            return [
                _matched(self.account, found.how, found.rows, found.lines, "", self.author)
                for found in self.check()
            ]


@dataclass(kw_only=True, slots=True)
class MatchByHand:
    """Say that rows and lines are the same money (手工对账); their sums have to agree, and a reason is given."""

    account: LedgerAccount
    rows: Sequence[int]
    lines: Sequence[int]
    reason: str
    author: Any

    def check(self) -> None:
        """Whether it can be said.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            ``no-reason``, ``nothing-chosen``, ``not-open``, ``sums-differ``.
        """
        require_keeper(self.author, self.account.book.zone, self.account.book.keeper)
        faults: list[tuple[str, Text]] = []
        if not self.reason.strip():
            faults.append(("no-reason", Text(zh="请说明理由。", en="Give the reason.")))
        if not self.rows and not self.lines:
            faults.append(("nothing-chosen", Text(zh="请选择明细。", en="Choose rows and lines.")))
        rows = {row.pk: row.amount for row in open_rows(self.account) if row.pk in set(self.rows)}
        lines = {line.pk: line.amount for line in open_lines(self.account) if line.pk in set(self.lines)}
        if set(rows) != set(self.rows) or set(lines) != set(self.lines):
            faults.append(
                (
                    "not-open",
                    Text(
                        zh="所选明细有的已经对上，请刷新后再选。",
                        en="Some of what was chosen is matched already: read the page again and choose anew.",
                    ),
                )
            )
        elif sum(rows.values()) != sum(lines.values()):
            faults.append(
                (
                    "sums-differ",
                    Text(
                        zh=f"银行 {shown(sum(rows.values()))} 元，账簿 {shown(sum(lines.values()))} 元，两边合计须相等。",
                        en=f"The bank has {shown(sum(rows.values()))} yuan and the book {shown(sum(lines.values()))}: "
                        "both sides have to add up to the same.",
                    ),
                )
            )
        if faults:
            raise LedgerRefused(*faults)

    def execute(self) -> Match:
        """Record the match."""
        with transaction.atomic():
            audit.hold()
            self.check()
            return _matched(
                self.account, Match.How.BY_HAND, self.rows, self.lines, self.reason.strip(), self.author
            )


@dataclass(kw_only=True, slots=True)
class WithdrawMatch:
    """Take a match back (撤销对账): its rows and lines are open again, the match stays to be read."""

    match: Match
    reason: str
    author: Any

    def check(self) -> None:
        """Whether it can be taken back.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            ``no-reason``, ``withdrawn-before``.
        """
        book = self.match.account.book
        require_keeper(self.author, book.zone, book.keeper)
        if not self.reason.strip():
            raise LedgerRefused(("no-reason", Text(zh="请说明理由。", en="Give the reason.")))
        if MatchWithdrawal.objects.filter(match=self.match).exists():
            raise LedgerRefused(("withdrawn-before", Text(zh="已经撤销。", en="It was withdrawn before.")))

    def execute(self) -> MatchWithdrawal:
        """Record the withdrawal."""
        with transaction.atomic():
            audit.hold()
            self.check()
            made = MatchWithdrawal(
                match=self.match,
                reason=self.reason.strip(),
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            made.save()
            account = self.match.account
            audit.record(
                actor=self.author,
                action="ledger.withdraw-match",
                zone=account.book.zone,
                subject_kind="ledger-account",
                subject_key=f"{account.book.key}/{account.key}",
                after={"match": self.match.pk},
                reason=self.reason,
            )
            return made


def _matched(
    account: LedgerAccount, how: str, rows: Sequence[int], lines: Sequence[int], reason: str, author: Any
) -> Match:
    match = Match(
        account=account,
        how=how,
        reason=reason,
        recorded_at=timezone.now(),
        author=account_of(author),
        author_name=name_of(author),
    )
    match.save()
    MatchedItem.objects.bulk_create(
        [
            *(MatchedItem(match=match, bank_line=BankLine(pk=row)) for row in rows),
            *(MatchedItem(match=match, entry_line=EntryLine(pk=line)) for line in lines),
        ]
    )
    audit.record(
        actor=author,
        action="ledger.match",
        zone=account.book.zone,
        subject_kind="ledger-account",
        subject_key=f"{account.book.key}/{account.key}",
        after={"how": str(how), "rows": list(rows), "lines": list(lines)},
        reason=reason,
    )
    return match
