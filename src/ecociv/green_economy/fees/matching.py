"""Which rows of the bank pay which fees. Pure: no Django.

As with the book, a rule pays only what it can tell apart: what two rows or two fees could be stays open for a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owed:
    """A booked fee that is not paid; ``total`` in fen, below zero where the provider owes."""

    number: int
    contract: str
    document: str
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """An open row of the bank; ``amount`` in fen, below zero for what left the account."""

    number: int
    amount: int
    reference: str


def paid_by(rows: Sequence[Row], owed: Sequence[Owed]) -> list[tuple[int, tuple[int, ...]]]:
    """Rows with the fees that each of them pays: numbers of both, no row and no fee twice.

    A row pays one fee of its amount whose document it names; else all open fees of the one contract that it names, where they
    add up to its amount.

    Examples
    --------
    >>> paid_by([Row(1, -950, "付 环治付〔3〕 款")], [Owed(7, "C1", "环治付〔3〕", 950), Owed(8, "C1", "环治付〔4〕", 950)])
    [(1, (7,))]
    >>> paid_by([Row(1, -1900, "合同C1")], [Owed(7, "C1", "3", 950), Owed(8, "C1", "4", 950)])
    [(1, (7, 8))]
    >>> paid_by([Row(1, -950, "服务费")], [Owed(7, "C1", "3号", 950)])
    []
    """
    found: list[tuple[int, tuple[int, ...]]] = []
    left = {one.number: one for one in owed}
    open_rows = {row.number: row for row in rows}

    def take(candidates: dict[int, list[tuple[int, ...]]]) -> None:
        wanted: dict[int, int] = {}
        for ways in candidates.values():
            for number in {number for way in ways for number in way}:
                wanted[number] = wanted.get(number, 0) + 1
        for row, ways in candidates.items():
            if len(ways) == 1 and all(wanted[number] == 1 for number in ways[0]):
                found.append((row, ways[0]))
                del open_rows[row]
                for number in ways[0]:
                    del left[number]

    def ways_of(row: Row, candidates: Iterable[Sequence[Owed]]) -> list[tuple[int, ...]]:
        return [_numbers(fees) for fees in candidates if sum(one.total for one in fees) == -row.amount]

    single = {row.number: ways_of(row, [[one] for one in owed if _names(row, one.document)]) for row in rows}
    take({row: ways for row, ways in single.items() if ways})
    by_contract: dict[str, list[Owed]] = {}
    for one in left.values():
        by_contract.setdefault(one.contract, []).append(one)
    whole = {
        row.number: ways_of(row, [fees for name, fees in by_contract.items() if _names(row, name)])
        for row in list(open_rows.values())
    }
    take({row: ways for row, ways in whole.items() if ways})
    return sorted(found)


def _numbers(fees: Iterable[Owed]) -> tuple[int, ...]:
    return tuple(sorted(one.number for one in fees))


def _names(row: Row, words: str) -> bool:
    """Whether a row names something: compared without blanks, in one width, as whole numbers (``C1`` is not in ``C12``)."""
    said, asked = _plain(row.reference), _plain(words)
    at = said.find(asked) if asked else -1
    while at >= 0:
        before, after = said[at - 1 : at], said[at + len(asked) : at + len(asked) + 1]
        if not (asked[0].isascii() and asked[0].isalnum() and before.isascii() and before.isalnum()) and not (
            asked[-1].isascii() and asked[-1].isalnum() and after.isascii() and after.isalnum()
        ):
            return True
        at = said.find(asked, at + 1)
    return False


def _plain(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", words).split()).casefold()
