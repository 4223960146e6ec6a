"""Results as objects: what a unit scored, item by item, with weight, reasons and trace, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from ecociv.assessment.rules import explain
from ecociv.assessment.rules.declaration import Grade, RuleSet
from ecociv.assessment.rules.engine import NONE, Scores, State, score_table
from ecociv.assessment.rules.exact import unscaled
from ecociv.assessment.rules.inputs import ABSENT, Entry, Inputs, Unit, Units, inputs_to_json, units_to_json
from ecociv.assessment.rules.table import table_of
from ecociv.assessment.rules.weights import Weights, effective_weights
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.core.verdicts import Reason


@dataclass(frozen=True)
class ItemResult:
    """One item of one unit.

    Attributes
    ----------
    score : Decimal or None
        0 to full, rounded; None where the item does not count.
    weight : Decimal
        As declared, in the units of the whole (mostly points of 100), to six decimals.
    effective_weight : Decimal
        After the weight of absent items was shared out.
    points : Decimal or None
        Score times effective weight over full, to six decimals, for the reader; sums use exact fractions.
    """

    assessment: Assessment
    unit: str
    key: str
    category: str
    state: State
    score: Decimal | None
    weight: Decimal
    effective_weight: Decimal

    @property
    def title(self) -> Text:
        """What the item is called."""
        return self.assessment.rules.items[self.key].title

    @property
    def entry(self) -> Entry:
        """The figure, or the score that was given."""
        return self.assessment.entry(self.unit, self.key)

    @property
    def value(self) -> Decimal | None:
        """The figure, in the unit of the item."""
        return getattr(self.entry, "value", None)

    @property
    def missing(self) -> Missing | None:
        """Why there is no figure."""
        return getattr(self.entry, "missing", None)

    @property
    def sample(self) -> bool:
        """Whether it rests on generated sample data."""
        trace = getattr(self.entry, "trace", None)
        return self.entry.sample or bool(trace is not None and trace.sample)

    @property
    def points(self) -> Decimal | None:
        """Points of the total that the item brings."""
        if self.score is None:
            return None
        return _six(self.score * self.effective_weight / self.assessment.rules.full)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it scored so."""
        return explain.item_reasons(self)

    @cached_property
    def trace(self) -> Trace:
        """The arithmetic, down to the trace of the figure."""
        return explain.item_trace(self)


@dataclass(frozen=True)
class CategoryResult:
    """A category of one unit; ``score`` is None where no item of it counts."""

    assessment: Assessment
    unit: str
    key: str
    score: Decimal | None
    weight: Decimal
    items: Mapping[str, ItemResult]

    @property
    def title(self) -> Text:
        """What the category is called."""
        return self.assessment.rules.categories[self.key].title

    @cached_property
    def trace(self) -> Trace:
        """The items with their weights."""
        return explain.category_trace(self)


@dataclass(frozen=True)
class UnitResult:
    """What one unit scored.

    Attributes
    ----------
    base : Decimal or None
        Weighted mean of the items, before plus and minus points.
    total : Decimal or None
        With points, vetoes and caps; None where the unit is left out.
    plus, minus : Decimal
        Points after their limits.
    contribution : Decimal or None
        The total as a part of the whole Party and government assessment (share in percent), to four decimals.
    rank, of : int or None, int
        Rank within the peer group and how many were ranked there; no rank has a reason.
    """

    assessment: Assessment
    unit: str
    name: Text
    group: str
    base: Decimal | None
    total: Decimal | None
    plus: Decimal
    minus: Decimal
    contribution: Decimal | None
    grade: Grade | None
    unqualified: bool
    rank: int | None
    of: int
    categories: Mapping[str, CategoryResult]
    adjustments: Mapping[str, Decimal]
    triggered: tuple[str, ...]

    @property
    def items(self) -> dict[str, ItemResult]:
        """Every item by key."""
        return {key: item for category in self.categories.values() for key, item in category.items.items()}

    @property
    def sample(self) -> bool:
        """Whether any figure is generated sample data."""
        return any(item.sample for item in self.items.values())

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """What raised, lowered or barred the total, the grade or the rank."""
        return explain.unit_reasons(self)

    @cached_property
    def trace(self) -> Trace:
        """The whole arithmetic: categories, items, figures."""
        return explain.unit_trace(self)

    def to_json(self, *, traces: bool = False) -> dict[str, object]:
        """Plain JSON values, decimals as text."""
        return explain.unit_json(self, traces=traces)


class Assessment(Mapping[str, UnitResult]):
    """The scores of all units in a year: a mapping of unit to `UnitResult`, in the order in which they were given.

    Attributes
    ----------
    rules, year, units, inputs
        What was scored; nothing of it is changed.
    scores : Scores
        The columns behind the objects.
    """

    def __init__(self, scores: Scores, units: Units, inputs: Inputs) -> None:
        self.scores, self.units, self.inputs = scores, units, inputs
        self._places = {unit: row for row, unit in enumerate(scores.table.units)}
        self._made: dict[str, UnitResult] = {}

    @property
    def rules(self) -> RuleSet:
        """The rule set that was applied."""
        return self.scores.rules

    @property
    def year(self) -> int:
        """The year of assessment."""
        return self.scores.year

    def __getitem__(self, unit: str) -> UnitResult:
        if unit not in self._made:
            self._made[unit] = self._unit(unit, self._places[unit])
        return self._made[unit]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def weights(self, group: str) -> Weights:
        """The weights of a peer group in the year."""
        return effective_weights(self.rules, self.year, group)

    def entry(self, unit: str, key: str) -> Entry:
        """What was handed in for a unit and a key."""
        return self.inputs.get(unit, {}).get(key, ABSENT)

    def row_of(self, unit: str) -> int:
        """The row of a unit in the columns."""
        return self._places[unit]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of rule set, year, units, inputs and results: equal digests are equal to the last bit."""
        return digest_of_json(
            {
                "rules": self.rules.to_json(),
                "year": self.year,
                "units": units_to_json(self.units),
                "inputs": inputs_to_json(self.inputs),
                "results": self.results_json(),
            }
        )

    def results_json(self) -> dict[str, object]:
        """The bare results: totals, ranks, grades, scores of items; whole numbers in the last digit."""
        found, grades = self.scores, [grade.key for grade in self.rules.grades]
        return {
            unit: {
                "total": int(found.total[row]),
                "grade": grades[found.grade[row]] if found.grade[row] != NONE else None,
                "rank": int(found.ranks.rank[row]),
                "of": int(found.ranks.of[row]),
                "categories": found.categories[row].tolist(),
                "items": found.items[row].tolist(),
                "points": found.points[row].tolist(),
            }
            for unit, row in self._places.items()
        }

    def _unit(self, unit: str, row: int) -> UnitResult:
        rules, found, digits = self.rules, self.scores, self.rules.digits
        declared: Unit = self.units[unit]
        weights = self.weights(declared.group)
        scale = weights.scale
        keys = list(rules.items)
        shared = explain.effective_weights_of(self, row, weights)
        items = {
            key: ItemResult(
                self,
                unit,
                key,
                rules.category_of[key],
                State(int(found.states[row, place])),
                _maybe(found.items[row, place], digits.item),
                _six(Decimal(weights.items[key] * scale.denominator) / scale.numerator),
                _six(Decimal(shared[key].numerator) / shared[key].denominator),
            )
            for place, key in enumerate(keys)
        }
        categories = {
            key: CategoryResult(
                self,
                unit,
                key,
                _maybe(found.categories[row, place], digits.category),
                weights.row.categories[key],
                {name: items[name] for name in category.items},
            )
            for place, (key, category) in enumerate(rules.categories.items())
        }
        total = _maybe(found.total[row], digits.total)
        share = weights.row.share
        names = [*rules.vetoes, *rules.caps]
        return UnitResult(
            assessment=self,
            unit=unit,
            name=declared.name,
            group=declared.group,
            base=_maybe(found.base[row], digits.total),
            total=total,
            plus=unscaled(found.plus[row], digits.total),
            minus=unscaled(found.minus[row], digits.total),
            contribution=None
            if total is None or share is None
            else (total * share / 100).quantize(Decimal("0.0001")),
            grade=None if found.grade[row] == NONE else rules.grades[found.grade[row]],
            unqualified=bool(found.unqualified[row]),
            rank=int(found.ranks.rank[row]) or None,
            of=int(found.ranks.of[row]),
            categories=categories,
            adjustments={
                key: unscaled(found.points[row, place], digits.total)
                for place, key in enumerate(rules.adjustments)
            },
            triggered=tuple(names[place] for place in np.flatnonzero(found.triggered[row])),
        )


def score(rules: RuleSet, units: Units, inputs: Inputs, year: int) -> Assessment:
    """Score units by a rule set.

    Parameters
    ----------
    rules : RuleSet
    units : mapping of unit to Unit
    inputs : mapping of unit to mapping of key to Figure or ItemScore
        Keys are those of items, adjustments and vetoes. What is not mentioned is missing.
    year : int
        Its last day decides which weights hold.

    Returns
    -------
    Assessment

    Raises
    ------
    OutsideValidity
        When the rule set does not hold in the year.
    InputError
        When a unit, a key or a figure does not fit the rule set.

    Examples
    --------
    >>> from ecociv.assessment.rules import Figure, Unit, load_rule_set
    >>> rules = load_rule_set("goals-2016")
    >>> full = {key: Figure(Decimal(1)) for key in rules.items}
    >>> full |= {"satisfaction": Figure(Decimal("0.8")), "major-events": Figure(Decimal(1))}
    >>> found = score(rules, {"36": Unit("inland", Text(zh="江西", en="Jiangxi"))}, {"36": full}, 2020)
    >>> found["36"].total, found["36"].grade.key
    (Decimal('93.00'), 'excellent')
    """
    return Assessment(score_table(rules, table_of(rules, units, inputs, year), year), units, inputs)


def _maybe(value: np.integer, digits: int) -> Decimal | None:
    return None if value == NONE else unscaled(int(value), digits)


def _six(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.000001"))
