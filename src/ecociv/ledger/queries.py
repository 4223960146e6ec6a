"""Reading the books: balances, statements of account, trial balance; on a day, as known at a moment.

What is shown to somebody asks who reads (:mod:`ecociv.ledger.reading`). ``balance``, ``balances`` and ``lowest_from`` are
for the rules of the rooms that post, and are shown to nobody as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount
from ecociv.ledger.reading import Reach, reach_of, seen_lines


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
    """One line of an account with the balance after it, and the accounts on the other side.

    Among ``others`` none stands for several accounts that the reader does not see.
    """

    line: EntryLine
    balance: int
    others: tuple[LedgerAccount | None, ...]


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


def require_account(reader: Any, account: LedgerAccount) -> Reach:
    """What somebody reads of the book of an account that is open to them.

    Raises
    ------
    PermissionDenied
        Where the account is not.
    """
    reach = reach_of(reader, account.book)
    if not reach.reads(account):
        raise PermissionDenied(_("This account belongs to another body; you read those of your own."))
    return reach


def statement(
    account: LedgerAccount,
    start: dt.date | None = None,
    end: dt.date | None = None,
    as_of: dt.datetime | None = None,
    *,
    reader: Any,
) -> Statement:
    """Every line of an account from a day to a day, in order of days, as known at a moment.

    Raises
    ------
    PermissionDenied
        For whoever may not read the account.
    """
    reach = require_account(reader, account)
    opening = balance(account, start - dt.timedelta(days=1), as_of) if start else 0
    rows = _lines([account], end, as_of).select_related("entry__book", "account")
    if start is not None:
        rows = rows.filter(day__gte=start)
    lines = list(rows.order_by("day", "entry__number", "place"))
    whole: dict[int, list[EntryLine]] = {}
    for each in (
        EntryLine.objects.filter(entry__in={line.entry_id for line in lines})
        .select_related("account")
        .order_by("entry", "place")
    ):
        whole.setdefault(each.entry_id, []).append(each)
    held, made = opening, []
    for line in lines:
        held += line.amount
        seen = (each.account for each in seen_lines(whole[line.entry_id], reach))
        made.append(StatementRow(line, held, tuple(dict.fromkeys(each for each in seen if each != account))))
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
    book: Book, on: dt.date | None = None, as_of: dt.datetime | None = None, *, reader: Any
) -> tuple[TrialRow, ...]:
    """Every account of a book that is open to the reader (试算平衡).

    To whoever reads the whole book the balances add up to zero, and as much entered as left.
    """
    reach = reach_of(reader, book)
    accounts = [each for each in book.accounts.order_by("key") if reach.reads(each)]
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


def entries(book: Book, as_of: dt.datetime | None = None, *, reader: Any) -> QuerySet[Entry]:
    """The entries of a book that touch an account open to the reader, in order, as known at a moment.

    What of their lines is shown is said by :func:`ecociv.ledger.reading.seen_lines`.
    """
    rows = book.entries.select_related("book", "reverses", "reversed_by").prefetch_related("lines__account")
    reach = reach_of(reader, book)
    if reach.own is not None:
        rows = rows.filter(pk__in=EntryLine.objects.filter(account__in=reach.own).values("entry"))
    return rows.filter(recorded_at__lte=as_of) if as_of is not None else rows
