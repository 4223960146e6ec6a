"""Edited cells of a workbook as changes to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecociv.plan.exchange.rows import ItemKind, Problem
from ecociv.plan.exchange.workbook_codecs import ABSENT
from ecociv.plan.exchange.workbook_columns import Column


@dataclass(frozen=True)
class Change:
    """One edited cell.

    Attributes
    ----------
    sheet, row, column : str, int, str
        Where it stands: sheet, row of Excel, column letter.
    kind, number, series : str, int, str or None
        The item; ``series`` where the value belongs to one series of an indicator.
    field, heading : str
        Field of the item and the column's heading.
    before, after : str
        The plan's present words and those of the workbook.
    value, current : object
        Both as data; None or ``ABSENT`` for an empty cell.
    exported : str
        The words at the time of the export.
    conflict : bool
        The plan has changed this field since the export, to something else than the workbook says.
    """

    sheet: str
    row: int
    column: str
    kind: ItemKind
    number: int
    series: str | None
    field: str
    heading: str
    before: str
    after: str
    value: Any
    current: Any
    exported: str
    conflict: bool
    target: Column

    @property
    def key(self) -> str:
        """How findings and links name the item, e.g. ``task:12``."""
        return f"{self.kind}:{self.number}"


@dataclass(frozen=True)
class StaleItem:
    """An item that has changed in the plan since the workbook was exported; ``edited`` where the workbook edits it too."""

    kind: ItemKind
    number: int
    fields: tuple[str, ...]
    edited: bool


@dataclass(frozen=True)
class WorkbookDifference:
    """Everything that an edited workbook says about a plan."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    stale: tuple[StaleItem, ...]
    exported_digest: str | None
    current_digest: str

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Changes of fields that the plan has changed since, too."""
        return tuple(change for change in self.changes if change.conflict)

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Problems that must be mended before anything is applied."""
        return tuple(problem for problem in self.problems if problem.blocking)

    @property
    def outdated(self) -> bool:
        """Whether the plan is no longer the one that was exported."""
        return self.exported_digest is not None and self.exported_digest != self.current_digest


def same_value(first: Any, second: Any) -> bool:
    """Equal as data; a truth value is not a number, and an absent value equals nothing but itself."""
    if first is ABSENT or second is ABSENT:
        return first is second
    return isinstance(first, bool) is isinstance(second, bool) and bool(first == second)
