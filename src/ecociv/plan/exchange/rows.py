"""Rows as a plan document gives them, with the doubts of whoever read them.

These are the importer's own types: a document of another city, or one that is still wrong, must be
representable before any rule of the zone package accepts it. Cells keep their words; figures, dates and
names are read beside them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ecociv.core.text import Text

ItemKind = Literal["indicator", "task", "project"]
Place = Literal["indicator", "task", "project", "document"]
SourceKind = Literal["web-text", "word", "workbook", "unreadable"]

FOUND_LIMIT = 120


def shortened(text: str, limit: int = FOUND_LIMIT) -> str:
    """``text`` cut to ``limit`` characters, with an ellipsis where something was cut.

    >>> shortened("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True)
class Doubt:
    """A reading that a colleague should check.

    Attributes
    ----------
    place, number : str, int or None
        Which row; ``number`` is None for the document as a whole.
    field : str
        Field of the row: ``lead``, ``support``, ``goal``, ``due``, ``targets``, ``unit`` ...
    code : str
        Stable name of the kind of doubt, e.g. ``lost-cell-border``.
    found, read_as : str
        The words of the document and what was made of them.
    why : Text
        Why the reading is not certain.
    line : int or None
        Line of the text, or row of the table, counted from 1.
    """

    place: Place
    number: int | None
    field: str
    code: str
    found: str
    read_as: str
    why: Text
    line: int | None = None


@dataclass(frozen=True)
class Problem:
    """Something that could not be read: what was found, where, and what to do.

    ``blocking`` problems keep a workbook from being applied; the others are notices.
    """

    code: str
    text: Text
    remedy: Text
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None
    blocking: bool = True

    def where(self, language: str = "zh") -> str:
        """Sheet, row and column, or the line, for a reader of ``language``."""
        zh = language.startswith("zh")
        parts = []
        if self.sheet is not None:
            parts.append(f"工作表“{self.sheet}”" if zh else f'sheet "{self.sheet}"')
        if self.row is not None:
            parts.append(f"第{self.row}行" if zh else f"row {self.row}")
        if self.column is not None:
            parts.append(f"{self.column}列" if zh else f"column {self.column}")
        if self.line is not None:
            parts.append(f"第{self.line}行" if zh else f"line {self.line}")
        return ("" if zh else ", ").join(parts)

    def sentence(self, language: str = "zh") -> str:
        """Where, what and the remedy, as sentences for a reader of ``language``."""
        zh = language.startswith("zh")
        where, colon, stop = self.where(language), "：" if zh else ": ", "。" if zh else ". "
        said = [self.text.in_language(language), self.remedy.in_language(language)]
        return (f"{where}{colon}" if where else "") + "".join(part + stop for part in said if part).rstrip()


@dataclass(frozen=True)
class ImportedSeries:
    """One line of figures of an indicator: a name (empty where there is only one), unit and cells as printed."""

    name: str
    unit: str
    baseline: str
    cells: Mapping[int, str]


@dataclass(frozen=True)
class ImportedIndicator:
    """An indicator row with its sub-rows."""

    number: int
    category: str
    name: str
    base_year: int | None
    series: tuple[ImportedSeries, ...]
    extras: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None

    @property
    def unit(self) -> str:
        """Unit of the first line of figures."""
        return self.series[0].unit if self.series else ""


Relation = Literal["at_least", "at_most", "hold", "between", "change_percent", "delegated"]


@dataclass(frozen=True)
class ImportedTarget:
    """A figure found in a row's sentence.

    Attributes
    ----------
    quantity : str
        The words before (or, for counted things, after) the figure.
    year, from_year : int or None
        Year it is due; None where the sentence names none. ``from_year`` opens a period.
    relation : str
        What the words around the figure say about it.
    value, upper : Decimal or None
        The figure; ``upper`` only for ``between``. None for ``delegated``.
    unit : str
        Unit as written.
    column : str
        ``goal`` or ``content``: where in the row it stands.
    """

    quantity: str
    year: int | None
    relation: Relation
    value: Decimal | None
    unit: str
    column: Literal["goal", "content"]
    upper: Decimal | None = None
    from_year: int | None = None

    def to_mapping(self) -> dict[str, Any]:
        """The mapping form of the target algebra; ``base`` is None where the document names no base year."""
        if self.relation == "between":
            return {"between": [self.value, self.upper]}
        if self.relation == "change_percent":
            return {"relative_to_base": {"change_percent": self.value, "base": None}}
        if self.relation == "delegated":
            return {"delegated": {"to": "province", "cell": self.quantity}}
        return {self.relation: self.value}


@dataclass(frozen=True)
class ImportedMilestone:
    """An outcome other than a figure, with the date as the zone package writes it (``2015``, ``2016-06``)."""

    by: str
    outcome: str


@dataclass(frozen=True)
class ImportedDuty:
    """A task or a project row.

    ``group`` is the system of a task or the programme of a project, as headed in the document, and
    ``group_number`` its place (1 for 一). ``name`` is the project's name; a task has a ``topic`` instead.
    Dates are texts as in the zone package: ``2015``, ``2016-06`` or ``2016-12-31``.
    """

    kind: Literal["task", "project"]
    number: int
    group: str
    group_number: int | None
    topic: str
    name: str
    content: str
    goal: str
    lead: tuple[str, ...]
    support: tuple[str, ...]
    support_open: bool
    start: str | None
    due: str | None
    milestones: tuple[ImportedMilestone, ...] = ()
    recurring: str | None = None
    targets: tuple[ImportedTarget, ...] = ()
    goal_shared_with: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class ImportedPlan:
    """All that was read from one file.

    ``items`` is filled by the workbook only: whole items in the shape of the zone package, by kind and number.
    """

    kind: SourceKind
    indicators: tuple[ImportedIndicator, ...] = ()
    tasks: tuple[ImportedDuty, ...] = ()
    projects: tuple[ImportedDuty, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    errors: tuple[Problem, ...] = ()
    items: Mapping[str, Mapping[int, Mapping[str, Any]]] = field(default_factory=dict)

    def doubts_of(self, place: Place, number: int | None) -> tuple[Doubt, ...]:
        """The doubts about one row."""
        return tuple(doubt for doubt in self.doubts if (doubt.place, doubt.number) == (place, number))

    @property
    def groups(self) -> dict[str, list[str]]:
        """Systems and programmes in the order in which they occur."""
        return {
            "systems": list(dict.fromkeys(task.group for task in self.tasks if task.group)),
            "programmes": list(dict.fromkeys(project.group for project in self.projects if project.group)),
        }


def jsonable(value: Any) -> Any:
    """``value`` as plain JSON types: dataclasses as objects, decimals as text, texts in both languages."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: jsonable(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return value
