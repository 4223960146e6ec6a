"""Proving a book: numbers, balance of every entry, reversals, floors and seals; the first break is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.ledger.models import Book, EntryLine
from ecociv.ledger.models.entries import content_of
from ecociv.ledger.money import shown
from ecociv.people.audit import digest_of


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a book does not hold: its entry (0 for the book as a whole), a code and the sentence."""

    entry: int
    code: str
    text: Text


def verify(book: Book) -> Break | None:
    """Walk a book from its first entry; ``None`` when everything holds."""
    lines: dict[int, list[EntryLine]] = {}
    for line in (
        EntryLine.objects.filter(entry__book=book).select_related("account").order_by("entry", "place")
    ):
        lines.setdefault(line.entry_id, []).append(line)
    said: dict[int, list[tuple[str, int]]] = {}
    numbers: dict[int, int] = {}
    seal = ""
    rows = book.entries.select_related("book").order_by("number").iterator(chunk_size=2000)
    for expected, entry in enumerate(rows, 1):
        if entry.number != expected:
            return Break(
                expected,
                "gap",
                Text(
                    zh=f"第 {expected} 号凭证缺失（下一号为 {entry.number}）。",
                    en=f"Entry {expected} is missing (the next one is {entry.number}).",
                ),
            )
        own = lines.pop(entry.pk, [])
        total = sum(line.amount for line in own)
        if total or not own:
            return Break(
                entry.number,
                "unbalanced",
                Text(
                    zh=f"第 {entry.number} 号凭证分录合计 {shown(total)} 元，应为零。",
                    en=f"The lines of entry {entry.number} add up to {shown(total)} yuan, not to zero.",
                ),
            )
        for line in own:
            if (
                line.account.book_id != book.pk
                or line.day != entry.day
                or line.recorded_at != entry.recorded_at
            ):
                return Break(
                    entry.number,
                    "line",
                    Text(
                        zh=f"第 {entry.number} 号凭证第 {line.place} 行的账户或日期与凭证不符。",
                        en=f"Line {line.place} of entry {entry.number} has another book or day than the entry.",
                    ),
                )
        said[entry.pk] = [(line.account.key, line.amount) for line in own]
        numbers[entry.pk] = entry.number
        if entry.reverses_id is not None:
            back = said.get(entry.reverses_id)
            if back is None or [(key, -amount) for key, amount in back] != said[entry.pk]:
                return Break(
                    entry.number,
                    "reversal",
                    Text(
                        zh=f"第 {entry.number} 号凭证与其冲销的凭证不相抵。",
                        en=f"Entry {entry.number} does not undo the entry that it reverses.",
                    ),
                )
        content = content_of(
            entry, said[entry.pk], numbers.get(entry.reverses_id) if entry.reverses_id else None
        )
        seal = digest_of({"before": seal, "entry": content})
        if seal != entry.seal:
            return Break(
                entry.number,
                "seal",
                Text(
                    zh=f"第 {entry.number} 号凭证在记账后被改动，或其前的凭证被抽换。",
                    en=f"Entry {entry.number} was altered after it was posted, or one before it was exchanged.",
                ),
            )
    return _below_floor(book)


def _below_floor(book: Book) -> Break | None:
    floors = {each.pk: each for each in book.accounts.exclude(floor=None)}
    held: dict[int, int] = {}
    rows = (
        EntryLine.objects.filter(account__in=list(floors))
        .order_by("day")
        .values_list("day", "account", "amount")
    )
    days: dict[dt.date, dict[int, int]] = {}
    for day, account, amount in rows:
        of_day = days.setdefault(day, {})
        of_day[account] = of_day.get(account, 0) + amount
    for at, changes in days.items():
        for account, change in changes.items():
            held[account] = held.get(account, 0) + change
            owner = floors[account]
            assert owner.floor is not None
            if held[account] < owner.floor:
                return Break(
                    0,
                    "below-floor",
                    Text(
                        zh=f"账户“{owner.title.zh}” {at} 余额 {shown(held[account])} 元，低于下限 {shown(owner.floor)} 元。",
                        en=f"The account {owner.title.en!r} held {shown(held[account])} yuan on {at}, below its floor of "
                        f"{shown(owner.floor)} yuan.",
                    ),
                )
    return None
