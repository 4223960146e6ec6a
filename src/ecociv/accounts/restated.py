"""Figures that were corrected: what a cell was before each correction, and since when it is what it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.accounts.cells import Cell
from ecociv.accounts.queries import BalanceSheet, balance_sheet

LOOKED_AT = 5
"""The latest corrections that are shown; each costs a sheet as it was known before it."""
_INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Restated:
    """A cell before and after a correction.

    Attributes
    ----------
    at : datetime
        When the correction was recorded: until then the sheet had `before`.
    """

    at: dt.datetime
    before: Cell | None
    after: Cell | None


def revised(cell: Cell) -> bool:
    """Whether a figure that the cell rests on is not as it was first recorded."""
    return any(leaf.revision > 1 for leaf in cell.trace.leaves())


def restatements(sheet: BalanceSheet, account: str, row: str, column: str) -> tuple[Restated, ...]:
    """The corrections of a cell up to the moment of a sheet, the latest last; both values of each.

    A correction that left the cell as it was is not among them.
    """
    now = sheet.account(account).cells.get((row, column))
    if now is None:
        return ()
    moments = sorted(
        {leaf.recorded for leaf in now.trace.leaves() if leaf.revision > 1 and leaf.recorded is not None}
    )
    found: list[Restated] = []
    after: Cell | None = now
    for moment in reversed(moments[-LOOKED_AT:]):
        then = balance_sheet(sheet.zone, sheet.area, sheet.year, moment - _INSTANT)
        before = then.account(account).cells.get((row, column))
        if (before.figure if before else None) != (after.figure if after else None):
            found.append(Restated(moment, before, after))
        after = before
    return tuple(reversed(found))
