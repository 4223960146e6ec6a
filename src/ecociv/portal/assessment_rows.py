"""Rows of the results of a round: score, grade, rank, and where the rank may lie, by peer group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.assessment.rules import UnitResult
from ecociv.assessment.standing import Standing
from ecociv.portal.tables import Column
from ecociv.portal.zone import language

_WIDTH, _EDGE = 120, 6


@dataclass(frozen=True, slots=True)
class Bar:
    """The range of ranks as a picture: places are in units of the drawing, 120 wide."""

    left: float
    width: float
    mark: float
    words: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One unit of a round."""

    unit: str
    name: str
    group: str
    total: Decimal | None
    plus: Decimal
    minus: Decimal
    grade: str
    rank: int | None
    of: int
    low: int | None
    high: int | None
    barred: tuple[str, ...]
    why: tuple[str, ...]
    sample: bool

    @property
    def interval(self) -> str:
        """Best and worst rank in words of a table."""
        if self.low is None or self.high is None:
            return ""
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def bar(self) -> Bar | None:
        """Where the rank may lie among the units of the group; None without an interval or with nobody to compare."""
        if self.low is None or self.high is None or self.rank is None or self.of < 2:
            return None
        step = (_WIDTH - 2 * _EDGE) / (self.of - 1)
        words = _("rank %(rank)s of %(of)s; may lie from %(low)s to %(high)s") % {
            "rank": self.rank,
            "of": self.of,
            "low": self.low,
            "high": self.high,
        }
        return Bar(
            round(_EDGE + (self.low - 1) * step - 4, 1),
            round((self.high - self.low) * step + 8, 1),
            round(_EDGE + (self.rank - 1) * step, 1),
            words,
        )


def rows_of(standing: Standing, units: Iterable[str]) -> list[ResultRow]:
    """Rows of some units, in the order of the plan."""
    return [_row(standing, standing.results[unit]) for unit in units]


def groups_of(standing: Standing, rows: list[ResultRow]) -> list[tuple[str, list[ResultRow]]]:
    """Rows by peer group, the best rank first and those without a rank last."""
    titles = [each.title.in_language(language()) for each in standing.rules.peer_groups.values()]
    found = []
    for title in titles:
        of_group = [row for row in rows if row.group == title]
        if of_group:
            found.append((title, sorted(of_group, key=lambda row: (row.rank is None, row.rank or 0))))
    return found


def _row(standing: Standing, result: UnitResult) -> ResultRow:
    tongue, rules = language(), standing.rules
    low, high = standing.intervals.get(result.unit, (None, None))
    barred = {key: each.title for key, each in rules.vetoes.items()}
    barred |= {key: each.title for key, each in rules.caps.items()}
    return ResultRow(
        result.unit,
        result.name.in_language(tongue),
        rules.peer_groups[result.group].title.in_language(tongue),
        result.total,
        result.plus,
        result.minus,
        result.grade.title.in_language(tongue) if result.grade else "",
        result.rank,
        result.of,
        low,
        high,
        tuple(barred[key].in_language(tongue) for key in result.triggered),
        tuple(reason.text.in_language(tongue) for reason in result.reasons) if result.rank is None else (),
        result.sample,
    )


def columns() -> list[Column[ResultRow]]:
    """Columns of the exported results."""
    return [
        Column("group", gettext_lazy("Peer group"), lambda row: row.group),
        Column("unit", gettext_lazy("Unit"), lambda row: row.name, sort_by=lambda row: row.name),
        Column(
            "score", gettext_lazy("Score"), lambda row: row.total, sort_by=lambda row: row.total, numeric=True
        ),
        Column("plus", gettext_lazy("Points added"), lambda row: row.plus, numeric=True),
        Column("minus", gettext_lazy("Points taken off"), lambda row: row.minus, numeric=True),
        Column("grade", gettext_lazy("Grade"), lambda row: row.grade),
        Column(
            "rank", gettext_lazy("Rank"), lambda row: row.rank, sort_by=lambda row: row.rank, numeric=True
        ),
        Column("of", gettext_lazy("Units ranked"), lambda row: row.of, numeric=True),
        Column("best", gettext_lazy("Best rank"), lambda row: row.low, numeric=True),
        Column("worst", gettext_lazy("Worst rank"), lambda row: row.high, numeric=True),
        Column("barred", gettext_lazy("Vetoes and caps"), lambda row: "; ".join(row.barred)),
        Column("sample", gettext_lazy("Data"), lambda row: _("sample") if row.sample else ""),
    ]
