"""Reading the reconciliation of an account: what is matched, what is open on each side, and how the balances agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from ecociv.ledger.models import BankLine, BankStatement, EntryLine, LedgerAccount, Match, MatchedItem
from ecociv.ledger.queries import require_account


def standing_matches(account: LedgerAccount, as_of: dt.datetime | None = None) -> QuerySet[Match]:
    """The matches of an account that were not withdrawn, as known at a moment."""
    rows = Match.objects.filter(account=account)
    if as_of is None:
        return rows.filter(withdrawal=None)
    return rows.filter(recorded_at__lte=as_of).exclude(withdrawal__recorded_at__lte=as_of)


def open_rows(account: LedgerAccount, as_of: dt.datetime | None = None) -> QuerySet[BankLine]:
    """Rows of the bank that no match holds, by day."""
    taken = MatchedItem.objects.filter(
        match__in=standing_matches(account, as_of), bank_line__isnull=False
    ).values("bank_line")
    rows = BankLine.objects.filter(account=account).exclude(pk__in=taken).select_related("statement")
    if as_of is not None:
        rows = rows.filter(statement__recorded_at__lte=as_of)
    return rows.order_by("day", "pk")


def open_lines(account: LedgerAccount, as_of: dt.datetime | None = None) -> QuerySet[EntryLine]:
    """Lines of the book that no match holds, by day."""
    taken = MatchedItem.objects.filter(
        match__in=standing_matches(account, as_of), entry_line__isnull=False
    ).values("entry_line")
    rows = (
        EntryLine.objects.filter(account=account)
        .exclude(pk__in=taken)
        .select_related("entry__book", "entry__reversed_by")
    )
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return rows.order_by("day", "pk")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How bank and book of an account agree (余额调节表), in fen.

    ``bank - open_bank = book - open_book`` always holds: matched items are equal on both sides. ``bank`` is what all
    loaded rows add up to; ``unexplained`` is what the bank's own closing balance has beyond that (money that was there
    before the first statement), none where the bank writes no balance.
    """

    account: LedgerAccount
    bank: int
    open_bank: int
    book: int
    open_book: int
    closing: int | None
    matches: tuple[Match, ...]
    rows: tuple[BankLine, ...]
    lines: tuple[EntryLine, ...]

    @property
    def adjusted(self) -> int:
        """What both sides agree on."""
        return self.book - self.open_book

    @property
    def unexplained(self) -> int | None:
        """Bank's closing balance less what its rows add up to."""
        return None if self.closing is None else self.closing - self.bank

    @property
    def settled(self) -> bool:
        """Whether nothing is open on either side."""
        return not self.rows and not self.lines


def reconciliation(
    account: LedgerAccount, as_of: dt.datetime | None = None, *, reader: Any
) -> Reconciliation:
    """The reconciliation of an account, as known at a moment.

    Raises
    ------
    PermissionDenied
        For whoever may not read the account.
    """
    require_account(reader, account)
    statements = BankStatement.objects.filter(account=account)
    if as_of is not None:
        statements = statements.filter(recorded_at__lte=as_of)
    newest = statements.order_by("-last_day", "-pk").first()
    lines = EntryLine.objects.filter(account=account)
    if as_of is not None:
        lines = lines.filter(recorded_at__lte=as_of)
    rows_open, lines_open = tuple(open_rows(account, as_of)), tuple(open_lines(account, as_of))
    found = (
        standing_matches(account, as_of)
        .order_by("pk")
        .prefetch_related("items__bank_line", "items__entry_line__entry__book")
    )
    bank = BankLine.objects.filter(statement__in=statements).aggregate(all=Sum("amount"))["all"]
    return Reconciliation(
        account=account,
        bank=int(bank or 0),
        open_bank=sum(row.amount for row in rows_open),
        book=int(lines.aggregate(all=Sum("amount"))["all"] or 0),
        open_book=sum(line.amount for line in lines_open),
        closing=newest.closing if newest else None,
        matches=tuple(found),
        rows=rows_open,
        lines=lines_open,
    )
