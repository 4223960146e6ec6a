"""The engine: from columns of figures to scores, totals, grades and ranks. The same for six units and for three thousand.

Item functions run in float64. Each item score is rounded once, to the declared digits, and is a whole number of its last
digit from there on; categories, totals, points and ranks are reckoned in whole numbers, so that a recomputation is the
same to the last bit on any machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.arithmetic import Floats
from ecociv.assessment.rules.declaration import Condition, Effect, RuleSet
from ecociv.assessment.rules.exact import SAFE, Ints, divide, scaled, weighted_quotients
from ecociv.assessment.rules.inputs import InputError
from ecociv.assessment.rules.item_scores import ItemScores, item_scores
from ecociv.assessment.rules.ranking import Ranks, ranks_of
from ecociv.assessment.rules.states import NONE, State
from ecociv.assessment.rules.table import Table
from ecociv.assessment.rules.weights import Weights, effective_weights

__all__ = ["NONE", "Scores", "State", "Weighed", "score_table", "weigh"]


@dataclass(frozen=True, eq=False)
class Weighed:
    """What scores of items come to under weights; the columns are those of `Scores`."""

    numerators: Ints
    denominators: Ints
    categories: Ints
    base: Ints
    total: Ints
    triggered: NDArray[np.bool_]
    unqualified: NDArray[np.bool_]
    grade: Ints
    ranks: Ranks


@dataclass(frozen=True, eq=False)
class Scores:
    """Everything that the engine found, in columns; whole numbers are in the last digit that the rule set declares.

    Attributes
    ----------
    items, raw : array (units, items)
        Rounded score, `NONE` where none counts; and the unrounded one.
    states, causes : array (units, items)
        A `State`, and the code of the absence behind it (0: the figure is there).
    numerators, denominators, categories : array (units, categories)
        Exact score of each category as a quotient, and rounded; `NONE` for an empty category.
    base, total : array (units,)
        Weighted mean of the items, and with points, vetoes and caps; `NONE` without a total.
    points : array (units, adjustments)
        Points of each, positive for plus and minus alike.
    plus, minus : array (units,)
        Sums of them after the limits.
    triggered : array of bool (units, vetoes then caps)
    grade : array
        Place in the grades, 0 the best.
    scored
        The same scores of the items before any weight, for another reckoning under other weights.
    """

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
    scored: ItemScores


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
    own = np.array([list(one.categories.values()) for one in weights.values()], dtype=np.int64)
    matrix, own = matrix.reshape(-1, len(rules.items)), own.reshape(-1, len(rules.categories))
    if known is None:
        counts = np.take(np.ascontiguousarray(matrix.T > 0), group, axis=1)
        scored = item_scores(rules, table, year, group, counts)
    else:
        scored = known.scored
    found = weigh(rules, scored, group, matrix, own)
    return Scores(
        rules,
        year,
        table,
        scored.items.T,
        scored.raw.T,
        scored.states.T,
        scored.causes.T,
        found.numerators,
        found.denominators,
        found.categories,
        found.base,
        scored.points,
        scored.plus,
        scored.minus,
        found.total,
        found.triggered,
        found.unqualified,
        found.grade,
        found.ranks,
        scored,
    )


def weigh(rules: RuleSet, scored: ItemScores, group: Ints, matrix: Ints, own: Ints) -> Weighed:
    """Bring scores of items to totals, grades and ranks.

    Parameters
    ----------
    group : array (units,)
        Row of the weights of each unit; units of one row are ranked among each other.
    matrix : array (groups, items)
    own : array (groups, categories)
        Weights of items and categories as whole numbers; a category weighs what its items do together.
    """
    n, parts = len(group), len(rules.categories)
    weight = np.take(np.ascontiguousarray(matrix.T), group, axis=1)
    counted = scored.states <= State.ZERO
    numerators, denominators = _category_quotients(rules, weight, counted, scored.items)
    categories = np.full((n, parts), NONE, dtype=np.int64)
    there = denominators > 0
    categories[there] = _rescaled(
        numerators[there], denominators[there], rules.digits.category, rules.digits.item
    )
    excluded = (scored.states == State.EXCLUDED).any(axis=0)
    base, empty = _base(rules, own[group], numerators, denominators)
    base = np.where(excluded | empty, NONE, base)
    total = np.where(base == NONE, NONE, _within(rules, base + scored.plus - scored.minus))
    triggered = _triggered(rules, scored, categories, weight)
    total, grade, unqualified = _effects(rules, total, triggered)
    ranks = ranks_of(rules, group, total, categories, unqualified)
    return Weighed(
        numerators, denominators, categories, base, total, triggered, unqualified, grade, ranks
    )


def _category_quotients(
    rules: RuleSet, weight: Ints, counted: NDArray[np.bool_], items: Ints
) -> tuple[Ints, Ints]:
    """Numerator and denominator of each category's mean; denominator 0 where nothing counts.

    ``weight``, ``counted`` and ``items`` lie item by item, the answers unit by unit.
    """
    width, n = weight.shape
    numerators = np.zeros((n, len(rules.categories)), dtype=np.int64)
    denominators = np.zeros_like(numerators)
    if n and float(weight.max()) * width**2 * float(items.max(initial=1)) >= SAFE:
        raise InputError("The weights have too many digits to be added exactly; declare them with fewer.")
    start = 0
    for place, category in enumerate(rules.categories.values()):
        rows = slice(start, start + len(category.items))
        start = rows.stop
        own, there = weight[rows], counted[rows]
        taken = own * there
        if rules.redistribution == "equal":
            sharing = there.sum(axis=0)
            whole = own.sum(axis=0)
            gone = whole - taken.sum(axis=0)
            taken = np.where(there, own * sharing + gone, 0)
            denominators[:, place] = sharing * whole
        else:
            denominators[:, place] = taken.sum(axis=0)
        # What does not count has no weight here, whatever stands in its place.
        numerators[:, place] = (taken * items[rows]).sum(axis=0)
    return numerators, denominators


def _base(
    rules: RuleSet, own: Ints, numerators: Ints, denominators: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """The total before points, and where there is none."""
    if not len(own):
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


def _within(rules: RuleSet, total: Ints) -> Ints:
    total = np.maximum(total, 0)
    return total if rules.may_exceed_full else np.minimum(total, scaled(rules.full, rules.digits.total))


def _triggered(rules: RuleSet, scored: ItemScores, categories: Ints, weight: Ints) -> NDArray[np.bool_]:
    vetoes, n = len(rules.vetoes), len(categories)
    answers = np.zeros((n, vetoes + len(rules.caps)), dtype=np.bool_)
    answers[:, :vetoes] = scored.vetoed
    for place, cap in enumerate(rules.caps.values()):
        answers[:, vetoes + place] = _holds(rules, cap.when, scored.items, categories, weight)
    return answers


def _holds(rules: RuleSet, when: Condition, items: Ints, categories: Ints, weight: Ints) -> NDArray[np.bool_]:
    if when.missed_binding is not None:
        binding = np.array([item.binding for item in rules.items.values()])
        full = scaled(rules.full, rules.digits.item)
        missed = binding[:, None] & (items != NONE) & (items < full) & (weight > 0)
        return np.asarray(missed.sum(axis=0) >= when.missed_binding)
    assert when.below is not None  # the declaration asks for it beside an item or a category
    if when.item is not None:
        column, digits = items[list(rules.items).index(when.item)], rules.digits.item
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
