"""Figures of entries of the registers: reserves of mines, quantities of permits."""

from __future__ import annotations

import datetime as dt

from ecociv.accounts.declaration import CellSource
from ecociv.accounts.gather.figures import Summed
from ecociv.core.missing import Missing
from ecociv.core.text import Text


def register_figure(
    zone: str, area: str, source: CellSource, row: str, column: str, year: int, unit: str,
    as_of: dt.datetime | None = None,
) -> Summed:  # fmt: skip
    """A quantity of the entries of a kind, added up over the area.

    A register that this installation does not keep has no figure, and says so.
    """
    reason = Text(
        zh=f"本系统没有“{source.register_}”登记簿", en=f"There is no register {source.register_!r} here"
    )
    return Summed(Missing.MISSING, reason, (), sample=False)
