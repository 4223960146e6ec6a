"""Inputs as columns: one row a unit, one column an item, adjustment or veto. This is what the engine computes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.functions import Attainment
from ecociv.assessment.rules.inputs import ABSENT, Figure, InputError, Inputs, ItemScore, Units
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.targets import NO_CONTEXT, Demand, Judgement, Qualitative, Sense, Target
from ecociv.core.verdicts import Reason

Floats = NDArray[np.float64]

KINDS: tuple[Missing, ...] = tuple(Missing)
"""Kinds of absence by their code less one; code 0 is a figure that is there."""

UNJUDGED = len(KINDS) + 1
"""Code of a figure whose target cannot be judged."""


@dataclass(frozen=True, eq=False)
class Table:
    """Figures of many units in columns.

    Parameters
    ----------
    units, groups : tuple of str
        Key and peer group of each row.
    keys : tuple of str
        Items, then adjustments, then vetoes, as `keys_of` gives them.
    values : array (units, keys)
        Figures in the unit of each item; NaN where there is none.
    absent : array of uint8
        0 for a figure, otherwise the place of the kind in `KINDS` plus one. NaN with 0 is refused.
    given : array of bool
        True where the value is a score that a person gave.
    low, high, met : mapping of item to array
        Bounds of the targets that come with the figures; ``met`` is 1, 0 or NaN where a target is no single number.
    """

    units: tuple[str, ...]
    groups: tuple[str, ...]
    keys: tuple[str, ...]
    values: Floats
    absent: NDArray[np.uint8]
    given: NDArray[np.bool_]
    low: Mapping[str, Floats] = field(default_factory=FrozenMapping)
    high: Mapping[str, Floats] = field(default_factory=FrozenMapping)
    met: Mapping[str, Floats] = field(default_factory=FrozenMapping)

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.keys))
        if self.values.shape != shape or self.absent.shape != shape or self.given.shape != shape:
            raise InputError(f"The columns have shape {self.values.shape}; {shape} is expected.")
        if len(set(self.units)) < len(self.units):
            raise InputError("A unit occurs twice in the table; each has one row.")
        if (np.isnan(self.values) & (self.absent == 0)).any() or np.isinf(self.values).any():
            raise InputError("A figure is NaN or infinite without a kind of absence; say why it is missing.")


def keys_of(rules: RuleSet) -> tuple[str, ...]:
    """Keys of all figures that a rule set asks for: items, adjustments, vetoes."""
    return (*rules.items, *rules.adjustments, *rules.vetoes)


def table_of(rules: RuleSet, units: Units, inputs: Inputs, year: int) -> Table:
    """Bring units and inputs to columns.

    Raises
    ------
    InputError
        For a unit that is not among `units`, an unknown peer group, an unknown key, a given score beyond the scale.
    """
    keys = keys_of(rules)
    _check(rules, units, inputs, keys)
    n = len(units)
    values = np.full((n, len(keys)), np.nan)
    absent = np.zeros((n, len(keys)), dtype=np.uint8)
    given = np.zeros((n, len(keys)), dtype=np.bool_)
    code = {kind: number + 1 for number, kind in enumerate(KINDS)}
    attained = {key for key, item in rules.items.items() if isinstance(item.function, Attainment)}
    low: dict[str, Floats] = {}
    high: dict[str, Floats] = {}
    met: dict[str, Floats] = {}
    for column, key in enumerate(keys):
        for row, unit in enumerate(units):
            entry = inputs.get(unit, {}).get(key, ABSENT)
            if isinstance(entry, ItemScore):
                values[row, column], given[row, column] = float(entry.score), True
            elif entry.value is not None:
                values[row, column] = float(entry.value)
            elif entry.missing is not None:
                absent[row, column] = code[entry.missing]
            else:
                values[row, column] = (
                    0.0  # a figure with parts: its target judges it, the number is not looked at
                )
        if key in attained:
            low[key], high[key], met[key] = _bounds(rules, key, units, inputs, year)
    return Table(
        tuple(units),
        tuple(unit.group for unit in units.values()),
        keys,
        values,
        absent,
        given,
        low,
        high,
        met,
    )


def target_for(rules: RuleSet, key: str, figure: Figure, year: int) -> Target | None:
    """The target that an attainment item holds a figure against: declared in the rule set, or come with the figure."""
    function = rules.items[key].function
    if not isinstance(function, Attainment):
        return None
    return figure.target if function.target == "plan" else function.target_of(year)


def judge(target: Target, figure: Figure) -> Judgement:
    """The judgement of a figure, of its parts where it has several."""
    value = figure.parts if figure.parts is not None else figure.value
    return target.judge(value, figure.context)


def _bounds(
    rules: RuleSet, key: str, units: Units, inputs: Inputs, year: int
) -> tuple[Floats, Floats, Floats]:
    n = len(units)
    low, high, met = np.full(n, -np.inf), np.full(n, np.inf), np.full(n, np.nan)
    known: dict[int, tuple[Demand, ...] | Reason] = {}
    for row, unit in enumerate(units):
        entry = inputs.get(unit, {}).get(key, ABSENT)
        if isinstance(entry, ItemScore) or entry.missing is not None:
            continue
        target = target_for(rules, key, entry, year)
        if target is None:
            continue
        if entry.parts is not None:
            answer = judge(target, entry).met
            met[row] = np.nan if answer is None else float(answer)
            continue
        if entry.context is NO_CONTEXT:
            # Thousands of units share one target; it is resolved once.
            if id(target) not in known:
                known[id(target)] = target.resolve(NO_CONTEXT)
            demands = known[id(target)]
        else:
            demands = target.resolve(entry.context)
        if isinstance(demands, Reason):
            answer = _judged_whole(target, entry)
            met[row] = np.nan if answer is None else float(answer)
            continue
        for demand in demands:
            if demand.sense is Sense.FLOOR:
                low[row] = max(low[row], float(demand.bound))
            else:
                high[row] = min(high[row], float(demand.bound))
    return low, high, met


def _judged_whole(target: Target, figure: Figure) -> bool | None:
    """An acceptance is yes or no, handed in as 1 or 0; other targets without a single bound cannot be judged here."""
    if isinstance(target, Qualitative) and figure.value in (0, 1):
        return target.judge(figure.value == 1, figure.context).met
    return None


def _check(rules: RuleSet, units: Units, inputs: Inputs, keys: tuple[str, ...]) -> None:
    strangers = [unit for unit in inputs if unit not in units]
    if strangers:
        raise InputError(
            f"Inputs are given for {', '.join(strangers[:5])}, not among the units that are assessed; add them or leave "
            "them out."
        )
    for unit, declared in units.items():
        if declared.group not in rules.peer_groups:
            raise InputError(
                f"{unit} is in the peer group {declared.group!r}, which {rules.key} does not declare; "
                f"there are {', '.join(rules.peer_groups)}."
            )
    known, full = set(keys), rules.full
    for unit, row in inputs.items():
        for key, entry in row.items():
            if key not in known:
                raise InputError(f"{unit}: {key!r} is no item, adjustment or veto of {rules.key}.")
            if not isinstance(entry, ItemScore):
                continue
            if key not in rules.items:
                raise InputError(f"{unit}: {key!r} is counted, not scored; hand in a figure.")
            if not Decimal(0) <= entry.score <= full:
                raise InputError(
                    f"{unit}: the score {entry.score} of {key!r} by {entry.by} lies outside 0 to {full}."
                )
