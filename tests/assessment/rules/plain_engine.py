"""The engine as it was first written: down the columns of the table, group by group. The engine is held against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.arithmetic import Floats, Setting
from ecociv.assessment.rules.arithmetic import evaluate as _evaluate
from ecociv.assessment.rules.declaration import Absence, Condition, Effect, Fixed, RuleSet, Treatment
from ecociv.assessment.rules.exact import SAFE, Ints, divide, scaled, weighted_quotients
from ecociv.assessment.rules.functions import Attainment, Given, Linear, Stepped
from ecociv.assessment.rules.inputs import InputError
from ecociv.assessment.rules.ranking import Ranks
from ecociv.assessment.rules.states import NONE, State
from ecociv.assessment.rules.table import KINDS, UNJUDGED, Table
from ecociv.assessment.rules.weights import Weights, effective_weights
from ecociv.core.rounding import round_half_even
from ecociv.core.targets import Direction, Sense


@dataclass(frozen=True, eq=False)
class Scores:
    """The columns of the engine's `Scores`."""

    rules: RuleSet
    year: int
    table: Table
    items: Ints
    raw: Floats
    states: NDArray[np.uint8]
    causes: NDArray[np.uint8]
    numerators: Ints
    denominators: Ints
    categories: Ints
    base: Ints
    points: Ints
    plus: Ints
    minus: Ints
    total: Ints
    triggered: NDArray[np.bool_]
    unqualified: NDArray[np.bool_]
    grade: Ints
    ranks: Ranks


def score_table(
    rules: RuleSet,
    table: Table,
    year: int,
    weights: Mapping[str, Weights] | None = None,
    known: Scores | None = None,
) -> Scores:
    """Score a table of figures, by other weights of the groups than the declared ones where they are given.

    ``known`` are scores of the same table under weights that are above zero in the same places: the scores of the items
    are taken from there and only what the weights touch is reckoned.

    Raises
    ------
    OutsideValidity
        When the rule set holds no weights for the year.
    InputError
        When a figure cannot be taken by the function of its item.
    """
    if weights is None:
        weights = {group: effective_weights(rules, year, group) for group in dict.fromkeys(table.groups)}
    order = {group: number for number, group in enumerate(weights)}
    group = np.array([order[name] for name in table.groups], dtype=np.int64)
    matrix = np.array([list(one.items.values()) for one in weights.values()], dtype=np.int64)
    width, parts = len(rules.items), len(rules.categories)
    n = len(table.units)
    weight = matrix[group] if n else np.zeros((0, width), dtype=np.int64)
    if known is None:
        raw, states, causes = _item_scores(rules, table, year, group, weight)
    else:
        raw, states, causes = known.raw, known.states, known.causes
    power = 10**rules.digits.item
    rounded = np.rint(np.nan_to_num(round_half_even(raw, rules.digits.item)) * power).astype(np.int64)
    counted = states <= State.ZERO
    items = np.where(counted, rounded, NONE)
    numerators, denominators = _category_quotients(rules, weight, counted, rounded)
    categories = np.full((n, parts), NONE, dtype=np.int64)
    there = denominators > 0
    categories[there] = _rescaled(
        numerators[there], denominators[there], rules.digits.category, rules.digits.item
    )
    excluded = (states == State.EXCLUDED).any(axis=1)
    base, empty = _base(rules, list(weights.values()), group, numerators, denominators)
    base = np.where(excluded | empty, NONE, base)
    points, plus, minus = _points(rules, table)
    total = np.where(base == NONE, NONE, _within(rules, base + plus - minus))
    triggered = _triggered(rules, table, items, categories, weight)
    total, grade, unqualified = _effects(rules, total, triggered)
    ranks = ranks_of(rules, group, total, categories, unqualified)
    return Scores(
        rules,
        year,
        table,
        items,
        raw,
        states,
        causes,
        numerators,
        denominators,
        categories,
        base,
        points,
        plus,
        minus,
        total,
        triggered,
        unqualified,
        grade,
        ranks,
    )


def _item_scores(
    rules: RuleSet, table: Table, year: int, group: Ints, weight: Ints
) -> tuple[Floats, NDArray[np.uint8], NDArray[np.uint8]]:
    n, width = weight.shape
    raw = np.full((n, width), np.nan)
    states = np.zeros((n, width), dtype=np.uint8)
    causes = table.absent[:, :width].copy()
    for column, (key, item) in enumerate(rules.items.items()):
        values, given = table.values[:, column], table.given[:, column]
        counts = weight[:, column] > 0
        figures = np.where(given | ~counts, np.nan, values)
        function = item.function
        if isinstance(function, Given):
            _within_scale(rules, key, figures)
        try:
            scores = evaluate(function, figures, _setting(rules, table, key, function, year, group))
        except ValueError as error:
            raise InputError(f"{key}: {error}") from error
        unjudged = np.isnan(scores) & ~np.isnan(figures)
        causes[unjudged, column] = UNJUDGED
        raw[:, column] = np.where(given, values, scores)
        states[given, column] = State.GIVEN
        absent = np.isnan(raw[:, column]) & counts
        if absent.any():
            _absences(rules.absence_of(key), column, group, counts, absent, raw, states, causes)
        states[~counts, column] = State.NO_WEIGHT
    return raw, states, causes


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
    column: int,
    group: Ints,
    counts: NDArray[np.bool_],
    absent: NDArray[np.bool_],
    raw: Floats,
    states: NDArray[np.uint8],
    causes: NDArray[np.uint8],
) -> None:
    everywhere = np.zeros(absent.shape, dtype=np.bool_)
    if absence.everywhere is not None:
        # Not applicable is an answer; only figures that should be there make a gap of the whole group.
        gap = absent & (causes[:, column] != KINDS.index(_NOT_APPLICABLE) + 1)
        for one in np.unique(group):
            rows = (group == one) & counts
            if gap[rows].any() and absent[rows].all():
                everywhere |= rows & gap
        _treat(absence.everywhere, everywhere, column, raw, states)
    for code in np.unique(causes[absent & ~everywhere, column]):
        kind = None if code == UNJUDGED else KINDS[code - 1]
        rows = absent & ~everywhere & (causes[:, column] == code)
        _treat(absence.of(kind), rows, column, raw, states)


_NOT_APPLICABLE = next(kind for kind in KINDS if kind.value == "not-applicable")


def _treat(
    treatment: Treatment, rows: NDArray[np.bool_], column: int, raw: Floats, states: NDArray[np.uint8]
) -> None:
    if isinstance(treatment, Fixed):
        raw[rows, column], states[rows, column] = float(treatment.fixed), State.FIXED
    elif treatment == "zero":
        raw[rows, column], states[rows, column] = 0.0, State.ZERO
    else:
        states[rows, column] = State.REDISTRIBUTED if treatment == "redistribute" else State.EXCLUDED


def _category_quotients(
    rules: RuleSet, weight: Ints, counted: NDArray[np.bool_], rounded: Ints
) -> tuple[Ints, Ints]:
    """Numerator and denominator of each category's mean; denominator 0 where nothing counts."""
    n = len(weight)
    numerators = np.zeros((n, len(rules.categories)), dtype=np.int64)
    denominators = np.zeros_like(numerators)
    if n and float(weight.max()) * weight.shape[1] ** 2 * float(rounded.max(initial=1)) >= SAFE:
        raise InputError("The weights have too many digits to be added exactly; declare them with fewer.")
    start = 0
    for place, category in enumerate(rules.categories.values()):
        columns = slice(start, start + len(category.items))
        start = columns.stop
        own, there = weight[:, columns], counted[:, columns]
        taken = np.where(there, own, 0)
        if rules.redistribution == "equal":
            sharing = there.sum(axis=1)
            whole = own.sum(axis=1)
            gone = whole - taken.sum(axis=1)
            taken = np.where(there, own * sharing[:, None] + gone[:, None], 0)
            denominators[:, place] = sharing * whole
        else:
            denominators[:, place] = taken.sum(axis=1)
        numerators[:, place] = (taken * np.where(there, rounded[:, columns], 0)).sum(axis=1)
    return numerators, denominators


def _base(
    rules: RuleSet, weights: list[Weights], group: Ints, numerators: Ints, denominators: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """The total before points, and where there is none."""
    n = len(group)
    own = np.array([list(one.categories.values()) for one in weights], dtype=np.int64)[group] if n else None
    if own is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    there = (denominators > 0) & (own > 0)
    lacking = (own > 0) & ~there
    whole = np.where(there, own, 0).sum(axis=1) if rules.empty_category == "redistribute" else own.sum(axis=1)
    empty = ~there.any(axis=1)
    if rules.empty_category == "exclude":
        empty |= lacking.any(axis=1)
    found = weighted_quotients(
        np.where(there, own, 0),
        np.where(there, numerators, 0),
        np.where(there, denominators, 1),
        np.where(empty, 1, np.maximum(whole, 1)),
        10**rules.digits.total,
        10**rules.digits.item,
    )
    return found, np.asarray(empty)


def _rescaled(numerators: Ints, denominators: Ints, to: int, have: int) -> Ints:
    return divide(numerators * 10 ** max(to - have, 0), denominators * 10 ** max(have - to, 0))


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


def _within(rules: RuleSet, total: Ints) -> Ints:
    total = np.maximum(total, 0)
    return total if rules.may_exceed_full else np.minimum(total, scaled(rules.full, rules.digits.total))


def _triggered(
    rules: RuleSet, table: Table, items: Ints, categories: Ints, weight: Ints
) -> NDArray[np.bool_]:
    n = len(table.units)
    first = len(rules.items) + len(rules.adjustments)
    answers = np.zeros((n, len(rules.vetoes) + len(rules.caps)), dtype=np.bool_)
    for place, veto in enumerate(rules.vetoes.values()):
        answers[:, place] = np.nan_to_num(table.values[:, first + place]) >= float(veto.at_least)
    for place, cap in enumerate(rules.caps.values()):
        answers[:, len(rules.vetoes) + place] = _holds(rules, cap.when, items, categories, weight)
    return answers


def _holds(rules: RuleSet, when: Condition, items: Ints, categories: Ints, weight: Ints) -> NDArray[np.bool_]:
    if when.missed_binding is not None:
        binding = np.array([item.binding for item in rules.items.values()])
        full = scaled(rules.full, rules.digits.item)
        missed = binding & (items != NONE) & (items < full) & (weight > 0)
        return np.asarray(missed.sum(axis=1) >= when.missed_binding)
    assert when.below is not None  # the declaration asks for it beside an item or a category
    if when.item is not None:
        column, digits = items[:, list(rules.items).index(when.item)], rules.digits.item
    else:
        assert when.category is not None
        column, digits = categories[:, list(rules.categories).index(when.category)], rules.digits.category
    return np.asarray((column != NONE) & (column < scaled(when.below, digits)))


def _effects(
    rules: RuleSet, total: Ints, triggered: NDArray[np.bool_]
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    effects: list[Effect] = [veto.effect for veto in rules.vetoes.values()]
    effects += [cap.effect for cap in rules.caps.values()]
    digits = rules.digits.total
    unqualified = np.zeros(total.shape, dtype=np.bool_)
    for place, effect in enumerate(effects):
        holds = triggered[:, place]
        if effect.score_at_most is not None:
            total = np.where(
                holds & (total != NONE), np.minimum(total, scaled(effect.score_at_most, digits)), total
            )
        if effect.unqualified:
            unqualified |= holds
    grade = np.full(total.shape, NONE, dtype=np.int64)
    if rules.grades:
        last = len(rules.grades) - 1
        bounds = [scaled(one.from_, digits) for one in rules.grades if one.from_ is not None]
        reached = (
            (total[:, None] < np.array(bounds, dtype=np.int64)).sum(axis=1)
            if bounds
            else np.zeros_like(total)
        )
        grade = np.where(total == NONE, NONE, reached)
        keys = [one.key for one in rules.grades]
        for place, effect in enumerate(effects):
            if effect.grade_at_most is not None:
                limit = keys.index(effect.grade_at_most)
                grade = np.where(triggered[:, place] & (grade != NONE), np.maximum(grade, limit), grade)
        grade = np.where(unqualified, last, grade)
    return total, grade, unqualified


def ranks_of(
    rules: RuleSet, group: Ints, total: Ints, categories: Ints, unqualified: NDArray[np.bool_]
) -> Ranks:
    """Rank by total, then by the tie-breakers; unqualified units come last or get no rank, as declared."""
    eligible = total >= 0
    if rules.ranking.unqualified == "unranked":
        eligible &= ~unqualified
    rank = np.zeros(total.shape, dtype=np.int64)
    of = np.zeros(total.shape, dtype=np.int64)
    names = list(rules.categories)
    breakers = [categories[:, names.index(key)] for key in rules.ranking.tie_breakers]
    for one in np.unique(group):
        members = np.flatnonzero((group == one) & eligible)
        of[group == one] = members.size
        if members.size < rules.ranking.least_ranked:
            continue
        # The last key of lexsort is the first to decide.
        columns = [-breaker[members] for breaker in reversed(breakers)]
        columns += [-total[members], unqualified[members].astype(np.int64)]
        order = np.lexsort(columns)
        ordered = np.stack(columns)[:, order]
        new = np.ones(members.size, dtype=np.bool_)
        new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
        if rules.ranking.ties == "dense":
            found = np.cumsum(new)
        else:
            found = np.maximum.accumulate(np.where(new, np.arange(1, members.size + 1), 0))
        rank[members[order]] = found
    return Ranks(rank, of)


def evaluate(function: Any, figures: Floats, setting: Setting) -> Floats:
    """Lines and steps as they were first written; the other functions are those of the engine."""
    if isinstance(function, Linear):
        floor, ceiling, lowest = float(function.floor), float(function.ceiling), float(function.lowest)
        part = np.clip((figures - floor) / (ceiling - floor), 0.0, 1.0)
        return lowest + part * (setting.full - lowest)
    if isinstance(function, Stepped):
        sign = 1.0 if function.direction is Direction.INCREASE else -1.0
        bounds = np.array([sign * float(step.at) for step in function.steps])
        scores = np.array([float(function.otherwise), *(float(step.score) for step in function.steps)])
        reached = np.searchsorted(
            bounds, np.where(np.isnan(figures), bounds[0], sign * figures), side="right"
        )
        return np.where(np.isnan(figures), np.nan, scores[reached])
    return _evaluate(function, figures, setting)
