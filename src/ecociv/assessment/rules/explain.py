"""Why a score is what it is: reasons and traces, made from the columns only when a reader asks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ecociv.assessment.rules import sentences as say
from ecociv.assessment.rules.declaration import Effect
from ecociv.assessment.rules.engine import NONE, State
from ecociv.assessment.rules.formulas import formula_of, settings_of
from ecociv.assessment.rules.inputs import ItemScore
from ecociv.assessment.rules.table import KINDS, UNJUDGED, judge, target_for
from ecociv.assessment.rules.weights import Weights
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason

if TYPE_CHECKING:
    from ecociv.assessment.rules.results import Assessment, CategoryResult, ItemResult, UnitResult


def effective_weights_of(assessment: Assessment, row: int, weights: Weights) -> dict[str, Fraction]:
    """The weight of each item in one unit after absent ones were shared out, in the units of the file.

    Together they are the whole sum of weights, unless a whole category is empty and counts as zero.
    """
    rules, found = assessment.rules, assessment.scores
    places = {key: place for place, key in enumerate(rules.items)}
    shared: dict[str, Fraction] = {}
    filled = Fraction(0)
    for category in rules.categories.values():
        own = {name: weights.declared(name) for name in category.items}
        there = [name for name in own if found.items[row, places[name]] != NONE and own[name] > 0]
        whole = sum(own.values(), Fraction(0))
        taken = sum((own[name] for name in there), Fraction(0))
        filled += whole if there else 0
        for name in own:
            if name not in there:
                shared[name] = Fraction(0)
            elif rules.redistribution == "equal":
                shared[name] = own[name] + (whole - taken) / len(there)
            else:
                shared[name] = own[name] * whole / taken
    if rules.empty_category == "redistribute" and filled:
        every = weights.whole / weights.scale
        shared = {name: weight * every / filled for name, weight in shared.items()}
    return shared


def item_reasons(item: ItemResult) -> tuple[Reason, ...]:
    """Why an item scored so."""
    found, rules, entry = item.assessment.scores, item.assessment.rules, item.entry
    row, place = item.assessment.row_of(item.unit), list(rules.items).index(item.key)
    code = int(found.causes[row, place])
    if item.state is State.NO_WEIGHT:
        return (say.no_weight(item.title),)
    if isinstance(entry, ItemScore):
        return (say.given(entry.by, entry.score, entry.reason),)
    if code:
        cause = say.unjudged() if code == UNJUDGED else say.absent(KINDS[code - 1])
        reasons = [cause, _treated(item)]
        if code == UNJUDGED:
            target = target_for(rules, item.key, entry, item.assessment.year)
            reasons += judge(target, entry).reasons if target is not None else (say.target_needed(),)
        return tuple(reasons)
    function = rules.items[item.key].function
    assert item.score is not None  # an item without a cause of absence has a score
    if item.value is None:
        reasons = [say.scored_parts(item.score)]
    else:
        reasons = [say.scored(item.value, rules.items[item.key].unit, item.score)]
    target = target_for(rules, item.key, entry, item.assessment.year)
    if target is not None:
        reasons += judge(target, entry).reasons
    if item.score == rules.full:
        reasons.append(say.full())
    elif item.score == 0:
        reasons.append(say.exhausted() if function.kind == "deduction" else say.nothing())
    if item.score < rules.full and rules.items[item.key].binding:
        reasons.append(say.binding_missed(item.title))
    if item.effective_weight != item.weight:
        reasons.append(say.weight_raised(item.weight, item.effective_weight))
    return tuple(reasons)


def _treated(item: ItemResult) -> Reason:
    if item.state is State.FIXED:
        assert item.score is not None
        return say.fixed(item.score)
    return {
        State.ZERO: say.zero_for_absence,
        State.REDISTRIBUTED: say.redistributed,
        State.EXCLUDED: say.excludes,
    }[item.state]()


def item_trace(item: ItemResult) -> Trace:
    """The function with its settings, over the figure's own trace."""
    rules, entry = item.assessment.rules, item.entry
    declared, year = rules.items[item.key], item.assessment.year
    basis = declared.basis or item.assessment.weights(item.assessment.units[item.unit].group).row.basis
    weight = TraceParameter(Text(zh="权重", en="weight"), item.weight, "1", basis.citation())
    parameters = (*settings_of(declared.function, rules, year), weight)
    if item.effective_weight != item.weight:
        parameters += (
            TraceParameter(Text(zh="分摊后权重", en="weight after sharing out"), item.effective_weight),
        )
    notes = tuple(reason.text for reason in item.reasons)
    value: Decimal | Missing | None = item.score if item.score is not None else item.missing
    if isinstance(entry, ItemScore):
        given = TraceInput(say.by(entry.by), entry.score, source_id=entry.source, sample=entry.sample)
        return Trace(
            item.title, value, "1", "score given", (given,), rules.basis.citation(), parameters, notes=notes
        )
    figure: TraceInput | Trace = entry.trace or TraceInput(
        item.title,
        entry.value if entry.value is not None else entry.missing,
        declared.unit,
        entry.source,
        entry.revision,
        sample=entry.sample,
    )
    scored = item.score is not None and item.state is State.SCORED
    return Trace(
        item.title,
        value,
        "1",
        formula_of(declared.function) if scored else "",
        (figure,),
        rules.basis.citation(),
        parameters,
        Rounding("half-even", rules.digits.item) if scored else None,
        notes,
    )


def category_trace(category: CategoryResult) -> Trace:
    """The items of a category with their weights."""
    rules = category.assessment.rules
    return Trace(
        category.title,
        category.score if category.score is not None else Missing.MISSING,
        "1",
        "sum(weight * score) / sum(weight)",
        tuple(item.trace for item in category.items.values() if item.state is not State.NO_WEIGHT),
        None,
        (TraceParameter(Text(zh="权重", en="weight"), category.weight),),
        Rounding("half-even", rules.digits.category),
    )


def unit_trace(result: UnitResult) -> Trace:
    """The categories of a unit, its plus and minus points, and what limited the total."""
    rules = result.assessment.rules
    row = result.assessment.weights(result.group).row
    inputs: list[TraceInput | Trace] = [
        category.trace for category in result.categories.values() if category.weight > 0
    ]
    for key, points in result.adjustments.items():
        if points:
            adjustment, entry = rules.adjustments[key], result.assessment.entry(result.unit, key)
            sign = 1 if adjustment.sign == "plus" else -1
            inner = getattr(entry, "trace", None) or TraceInput(
                adjustment.title, getattr(entry, "value", None), "1", entry.source, sample=entry.sample
            )
            inputs.append(
                Trace(
                    adjustment.title,
                    sign * points,
                    "1",
                    "min(each * count, limit)",
                    (inner,),
                    adjustment.basis.citation(),
                    (
                        TraceParameter(Text(zh="每项分值", en="each"), adjustment.each),
                        TraceParameter(Text(zh="限额", en="limit"), adjustment.limit),
                    ),
                )
            )
    return Trace(
        Text(
            zh=f"{result.name.zh}{result.assessment.year}年得分",
            en=f"Score of {result.name.en}, {result.assessment.year}",
        ),
        result.total if result.total is not None else Missing.MISSING,
        "1",
        "sum(weight * category) / sum(weight) + plus - minus, within vetoes and caps",
        tuple(inputs),
        row.basis.citation(),
        rounding=Rounding("half-even", rules.digits.total),
        notes=tuple(reason.text for reason in result.reasons),
    )


def unit_reasons(result: UnitResult) -> tuple[Reason, ...]:
    """What raised, lowered or barred total, grade or rank."""
    rules = result.assessment.rules
    reasons: list[Reason] = []
    for item in result.items.values():
        if item.state is State.EXCLUDED:
            reasons.append(say.left_out_for(item.title))
    if result.total is None and not reasons:
        reasons.append(say.left_out_empty())
    if result.plus:
        reasons.append(say.plus(result.plus))
    if result.minus:
        reasons.append(say.minus(result.minus))
    for key in result.triggered:
        declared = rules.vetoes.get(key) or rules.caps[key]
        reasons.append(
            say.triggered(declared.title, _what(declared.effect, result), veto=key in rules.vetoes)
        )
    for key, veto in rules.vetoes.items():
        if getattr(result.assessment.entry(result.unit, key), "missing", None) is Missing.MISSING:
            reasons.append(say.veto_unknown(veto.title))
    group = rules.peer_groups[result.group].title
    if result.rank is None:
        if result.total is not None and result.unqualified and rules.ranking.unqualified == "unranked":
            reasons.append(say.unranked_unqualified())
        elif result.total is not None:
            reasons.append(say.too_few(group, result.of, rules.ranking.least_ranked))
        else:
            reasons.append(say.no_rank())
    elif result.of == 1:
        reasons.append(say.alone(group))
    return tuple(reasons)


def _what(effect: Effect, result: UnitResult) -> Text:
    grades = {grade.key: grade.title for grade in result.assessment.rules.grades}
    if effect.unqualified:
        return say.to_last_grade(result.assessment.rules.grades[-1].title)
    if effect.grade_at_most is not None:
        return say.grade_at_most(grades[effect.grade_at_most])
    assert effect.score_at_most is not None
    return say.score_at_most(effect.score_at_most)


def unit_json(result: UnitResult, *, traces: bool) -> dict[str, object]:
    """A unit's result as plain JSON values."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    def item_json(item: ItemResult) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "title": item.title.to_mapping(),
            "category": item.category,
            "value": text(item.value),
            "missing": item.missing.value if item.missing else None,
            "score": text(item.score),
            "weight": text(item.weight),
            "effective_weight": text(item.effective_weight),
            "points": text(item.points),
            "state": item.state.name.lower(),
            "sample": item.sample,
            "reasons": [reason.to_json() for reason in item.reasons],
        }
        return shown | ({"trace": item.trace.to_json()} if traces else {})

    return {
        "unit": result.unit,
        "name": result.name.to_mapping(),
        "group": result.group,
        "score": text(result.total),
        "base": text(result.base),
        "plus": text(result.plus),
        "minus": text(result.minus),
        "contribution": text(result.contribution),
        "grade": result.grade.key if result.grade else None,
        "rank": result.rank,
        "of": result.of,
        "sample": result.sample,
        "categories": {
            key: {"title": one.title.to_mapping(), "score": text(one.score), "weight": text(one.weight)}
            for key, one in result.categories.items()
        },
        "items": {key: item_json(item) for key, item in result.items.items()},
        "adjustments": {key: text(points) for key, points in result.adjustments.items()},
        "triggered": list(result.triggered),
        "reasons": [reason.to_json() for reason in result.reasons],
    }
