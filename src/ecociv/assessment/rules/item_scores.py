"""The score of every item of every unit, before any weight: the first half of the engine.

Everything here lies item by item (one row an item, one column a unit), so that each function runs over figures that lie
beside each other in memory; the engine hands the columns out turned the other way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.arithmetic import Floats, Setting, evaluate
from ecociv.assessment.rules.declaration import Absence, Fixed, RuleSet, Treatment
from ecociv.assessment.rules.exact import Ints, scaled
from ecociv.assessment.rules.functions import Attainment, Given
from ecociv.assessment.rules.inputs import InputError
from ecociv.assessment.rules.states import NONE, State
from ecociv.assessment.rules.table import KINDS, UNJUDGED, Table
from ecociv.core.rounding import round_half_even
from ecociv.core.targets import Sense

_BLOCK = 1 << 15
"""Figures rounded at once: 256 kB of float64, which stays in the cache of a processor."""

_NOT_APPLICABLE = next(kind for kind in KINDS if kind.value == "not-applicable")


@dataclass(frozen=True, eq=False)
class ItemScores:
    """What figures come to before they are weighted.

    Attributes
    ----------
    raw, items : array (items, units)
        Unrounded score; and rounded, a whole number of its last digit, `NONE` where none counts.
    states, causes : array (items, units)
    points : array (units, adjustments)
    plus, minus : array (units,)
    vetoed : array of bool (units, vetoes)
    """

    raw: Floats
    items: Ints
    states: NDArray[np.uint8]
    causes: NDArray[np.uint8]
    points: Ints
    plus: Ints
    minus: Ints
    vetoed: NDArray[np.bool_]


def item_scores(
    rules: RuleSet, table: Table, year: int, group: Ints, counts: NDArray[np.bool_]
) -> ItemScores:
    """Score each figure of a table.

    Parameters
    ----------
    group : array (units,)
        Number of the peer group of each unit.
    counts : array of bool (items, units)
        Whether the item weighs anything in the unit's group.

    Raises
    ------
    InputError
        When a figure cannot be taken by the function of its item.
    """
    declared = rules.items
    width, n = len(declared), len(table.units)
    values = np.ascontiguousarray(table.values[:, :width].T)
    given = np.ascontiguousarray(table.given[:, :width].T)
    causes = np.array(table.absent[:, :width].T, order="C")  # a copy in any case, for it is written to
    states = np.zeros((width, n), dtype=np.uint8)
    raw = np.empty((width, n))
    some_given, all_count = np.asarray(given.any(axis=1)), np.asarray(counts.all(axis=1))
    for place, (key, item) in enumerate(declared.items()):
        own, figures = counts[place], values[place]
        if some_given[place] or not all_count[place]:
            figures = np.where(given[place] | ~own, np.nan, figures)
        function = item.function
        if isinstance(function, Given):
            _within_scale(rules, key, figures)
        try:
            scores = evaluate(function, figures, _setting(rules, table, key, function, year, group))
        except ValueError as error:
            raise InputError(f"{key}: {error}") from error
        absent = np.isnan(scores)
        if absent.any():
            causes[place][absent & ~np.isnan(figures)] = UNJUDGED
        if some_given[place]:
            raw[place] = np.where(given[place], values[place], scores)
            states[place][given[place]] = State.GIVEN
            absent = np.isnan(raw[place])
        else:
            raw[place] = scores
        if not all_count[place]:
            absent &= own
        if absent.any():
            absence = item.absence or rules.absence
            _absences(absence, group, own, absent, raw[place], states[place], causes[place])
        if not all_count[place]:
            states[place][~own] = State.NO_WEIGHT
    items = np.where(states <= State.ZERO, _whole(raw, rules.digits.item), NONE)
    points, plus, minus = _points(rules, table)
    return ItemScores(raw, items, states, causes, points, plus, minus, _vetoed(rules, table))


def _whole(raw: Floats, digits: int) -> Ints:
    """Scores as whole numbers of their last digit; 0 for none."""
    found = np.empty(raw.shape, dtype=np.int64)
    one, other, power = raw.reshape(-1), found.reshape(-1), 10**digits
    for start in range(0, one.size, _BLOCK):
        part = np.rint(round_half_even(one[start : start + _BLOCK], digits) * power)
        part[np.isnan(part)] = 0.0
        other[start : start + _BLOCK] = part
    return found


def _setting(rules: RuleSet, table: Table, key: str, function: object, year: int, group: Ints) -> Setting:
    full = float(rules.full)
    if not isinstance(function, Attainment):
        return Setting(full, year, group)
    if key in table.low:
        return Setting(full, year, group, table.low[key], table.high[key], table.met.get(key))
    low, high = np.full(len(table.units), -np.inf), np.full(len(table.units), np.inf)
    target = function.target_of(year)
    demands = target.resolve() if target is not None else ()
    for demand in demands if isinstance(demands, tuple) else ():
        if demand.sense is Sense.FLOOR:
            low[:] = float(demand.bound)
        else:
            high[:] = float(demand.bound)
    return Setting(full, year, group, low, high)


def _within_scale(rules: RuleSet, key: str, figures: Floats) -> None:
    known = figures[~np.isnan(figures)]
    if known.size and (known.min() < 0 or known.max() > float(rules.full)):
        raise InputError(
            f"{key}: a score of {known.min():g} to {known.max():g} was given; it lies from 0 to {rules.full}."
        )


def _absences(
    absence: Absence,
    group: Ints,
    counts: NDArray[np.bool_],
    absent: NDArray[np.bool_],
    raw: Floats,
    states: NDArray[np.uint8],
    causes: NDArray[np.uint8],
) -> None:
    """Treat the absent figures of one item, whose rows of the columns are handed in."""
    rows = np.flatnonzero(absent)
    codes = causes[rows]
    if absence.everywhere is not None:
        # Not applicable is an answer; only figures that should be there make a gap of the whole group.
        everywhere = np.zeros(rows.shape, dtype=np.bool_)
        for one in np.unique(group[rows]):
            whole = np.count_nonzero((group == one) & counts)
            here = group[rows] == one
            if np.count_nonzero(here) == whole:
                everywhere |= here & (codes != KINDS.index(_NOT_APPLICABLE) + 1)
        _treat(absence.everywhere, rows[everywhere], raw, states)
        rows, codes = rows[~everywhere], codes[~everywhere]
    for code in sorted(set(codes.tolist())):
        kind = None if code == UNJUDGED else KINDS[code - 1]
        _treat(absence.of(kind), rows[codes == code], raw, states)


def _treat(treatment: Treatment, rows: NDArray[np.int64], raw: Floats, states: NDArray[np.uint8]) -> None:
    if isinstance(treatment, Fixed):
        raw[rows], states[rows] = float(treatment.fixed), State.FIXED
    elif treatment == "zero":
        raw[rows], states[rows] = 0.0, State.ZERO
    else:
        states[rows] = State.REDISTRIBUTED if treatment == "redistribute" else State.EXCLUDED


def _points(rules: RuleSet, table: Table) -> tuple[Ints, Ints, Ints]:
    digits, n, first = rules.digits.total, len(table.units), len(rules.items)
    points = np.zeros((n, len(rules.adjustments)), dtype=np.int64)
    sums = {"plus": np.zeros(n, dtype=np.int64), "minus": np.zeros(n, dtype=np.int64)}
    for place, (key, adjustment) in enumerate(rules.adjustments.items()):
        counts = np.nan_to_num(table.values[:, first + place])
        if (counts < 0).any():
            raise InputError(
                f"{key}: a count of {counts.min():g} is below 0; plus and minus points count from 0 up."
            )
        own = np.minimum(counts * float(adjustment.each), float(adjustment.limit))
        points[:, place] = np.rint(round_half_even(own, digits) * 10**digits)
        sums[adjustment.sign] += points[:, place]
    for sign, limit in (("plus", rules.plus_limit), ("minus", rules.minus_limit)):
        if limit is not None:
            sums[sign] = np.minimum(sums[sign], scaled(limit, digits))
    return points, sums["plus"], sums["minus"]


def _vetoed(rules: RuleSet, table: Table) -> NDArray[np.bool_]:
    first = len(rules.items) + len(rules.adjustments)
    found = np.zeros((len(table.units), len(rules.vetoes)), dtype=np.bool_)
    for place, veto in enumerate(rules.vetoes.values()):
        found[:, place] = np.nan_to_num(table.values[:, first + place]) >= float(veto.at_least)
    return found
