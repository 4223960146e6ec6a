"""Reading the books: balances, statements of account, trial balance; on a day, as known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount


def _lines(
    accounts: Iterable[LedgerAccount], on: dt.date | None, as_of: dt.datetime | None
) -> QuerySet[EntryLine]:
    rows = EntryLine.objects.filter(account__in=list(accounts))
    if on is not None:
        rows = rows.filter(day__lte=on)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return rows


def balance(account: LedgerAccount, on: dt.date | None = None, as_of: dt.datetime | None = None) -> int:
    """Fen on an account at the end of a day (of all days, when none is given), as known at a moment."""
    return int(_lines([account], on, as_of).aggregate(all=Sum("amount"))["all"] or 0)


def balances(
    book: Book, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> dict[LedgerAccount, int]:
    """Fen on every account of a book, by key; two queries."""
    accounts = list(book.accounts.order_by("key"))
    sums = dict(
        _lines(accounts, on, as_of)
        .order_by()
        .values("account")
        .annotate(all=Sum("amount"))
        .values_list("account", "all")
    )
    return {account: int(sums.get(account.pk) or 0) for account in accounts}


def lowest_from(account: LedgerAccount, day: dt.date) -> tuple[int, dt.date]:
    """The lowest balance of an account at the end of a day or of any later one, and the first day that has it."""
    lowest = held = balance(account, day)
    when = day
    later = (
        EntryLine.objects.filter(account=account, day__gt=day)
        .order_by("day")
        .values("day")
        .annotate(all=Sum("amount"))
    )
    for row in later:
        held += int(row["all"])
        if held < lowest:
            lowest, when = held, row["day"]
    return lowest, when


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of an account with the balance after it, and the accounts on the other side."""

    line: EntryLine
    balance: int
    others: tuple[LedgerAccount, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What passed through an account between two days (对账单), in fen; ``opening + sum(rows) = closing``."""

    account: LedgerAccount
    start: dt.date | None
    end: dt.date | None
    opening: int
    rows: tuple[StatementRow, ...]
    closing: int
    paid_in: int
    paid_out: int


def statement(
    account: LedgerAccount,
    start: dt.date | None = None,
    end: dt.date | None = None,
    as_of: dt.datetime | None = None,
) -> Statement:
    """Every line of an account from a day to a day, in order of days, as known at a moment."""
    opening = balance(account, start - dt.timedelta(days=1), as_of) if start else 0
    rows = _lines([account], end, as_of).select_related("entry__book", "account")
    if start is not None:
        rows = rows.filter(day__gte=start)
    lines = list(rows.order_by("day", "entry__number", "place"))
    others: dict[int, list[LedgerAccount]] = {}
    for other in (
        EntryLine.objects.filter(entry__in={line.entry_id for line in lines})
        .exclude(account=account)
        .select_related("account")
        .order_by("entry", "place")
    ):
        others.setdefault(other.entry_id, []).append(other.account)
    held, made = opening, []
    for line in lines:
        held += line.amount
        made.append(StatementRow(line, held, tuple(dict.fromkeys(others.get(line.entry_id, ())))))
    return Statement(
        account,
        start,
        end,
        opening,
        tuple(made),
        held,
        sum(line.amount for line in lines if line.amount > 0),
        -sum(line.amount for line in lines if line.amount < 0),
    )


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account in the trial balance: what entered, what left, what remains; fen."""

    account: LedgerAccount
    paid_in: int
    paid_out: int
    balance: int


def trial_balance(
    book: Book, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> tuple[TrialRow, ...]:
    """Every account of a book (试算平衡); the balances add up to zero, and as much entered as left."""
    accounts = list(book.accounts.order_by("key"))
    rows = _lines(accounts, on, as_of).order_by()

    def sums(part: QuerySet[EntryLine]) -> dict[int, int]:
        found = part.values("account").annotate(all=Sum("amount")).values_list("account", "all")
        return {pk: int(total) for pk, total in found}

    entered, left = sums(rows.filter(amount__gt=0)), sums(rows.filter(amount__lt=0))
    return tuple(
        TrialRow(
            each,
            entered.get(each.pk, 0),
            -left.get(each.pk, 0),
            entered.get(each.pk, 0) + left.get(each.pk, 0),
        )
        for each in accounts
    )


def entries(book: Book, as_of: dt.datetime | None = None) -> QuerySet[Entry]:
    """The entries of a book in order, as known at a moment, with what a list shows of each."""
    rows = book.entries.select_related("book", "reverses", "reversed_by").prefetch_related("lines__account")
    return rows.filter(recorded_at__lte=as_of) if as_of is not None else rows
