"""The engine against the plain one it grew out of: the same to the last bit, whatever the rules and the figures."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.rules import plain_engine
from assessment.rules.conftest import OURS, declared, item
from assessment.rules.plain_draws import plain_intervals
from ecociv.assessment.rules import (
    Figure,
    ItemScore,
    RuleSet,
    Table,
    Unit,
    digest_of_draws,
    keys_of,
    rank_intervals,
    score_table,
)
from ecociv.assessment.rules.table import KINDS
from ecociv.core.missing import Missing
from ecociv.core.text import Text

FUNCTIONS: list[dict[str, Any]] = [
    {"kind": "linear", "direction": "increase", "floor": 20, "ceiling": 90},
    {"kind": "linear", "direction": "decrease", "floor": 95, "ceiling": 10},
    {"kind": "steps", "direction": "increase", "steps": [{"at": 30, "score": 60}, {"at": 60, "score": 80.5}]},
    {"kind": "steps", "direction": "decrease", "steps": [{"at": 70, "score": 40}, {"at": 35, "score": 100}]},
    {"kind": "deduction", "each": 1.5, "allowed": 40},
    {"kind": "attainment", "direction": "increase", "target": {"at_least": 50}, "exhausted_after": 30},
    {"kind": "given"},
]
TREATMENTS: list[Any] = ["zero", "redistribute", "exclude", {"fixed": 60}]
COLUMNS = (
    "items", "raw", "states", "causes", "numerators", "denominators", "categories", "base", "points", "plus", "minus",
    "total", "triggered", "unqualified", "grade",
)  # fmt: skip


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """Three categories of one to three items of any function, with every way to treat absence, ties and vetoes."""
    data = copy.deepcopy(declared())
    categories: dict[str, Any] = {}
    for category in ("x", "y", "z"):
        items = {}
        for number in range(draw(st.integers(1, 3))):
            more: dict[str, Any] = {"binding": draw(st.booleans())}
            if draw(st.integers(0, 3)) == 0:
                more["groups"] = ["g"]  # weighs nothing in the other group
            items[f"{category}{number}"] = item(
                draw(st.sampled_from([1, 2, 3.5])), draw(st.sampled_from(FUNCTIONS)), **more
            )
        whole = sum(each["weight"] for each in items.values())
        categories[category] = {"title": {"zh": category, "en": category}, "items_sum": whole, "items": items}
    data["categories"] = categories
    data["weights"][0]["categories"] = {"x": 50, "y": 30, "z": 20}
    data["absence"] = {kind.value: draw(st.sampled_from(TREATMENTS)) for kind in KINDS} | {
        "unjudged": draw(st.sampled_from(TREATMENTS))
    }
    data["absence"].pop("zero", None)
    if draw(st.booleans()):
        data["absence"]["everywhere"] = "redistribute"
    data["redistribution"] = draw(st.sampled_from(["proportional", "equal"]))
    data["empty_category"] = draw(st.sampled_from(["redistribute", "zero", "exclude"]))
    data["ranking"] = {
        "ties": draw(st.sampled_from(["competition", "dense"])),
        "tie_breakers": draw(st.sampled_from([[], ["y"], ["z", "x"]])),
        "unqualified": draw(st.sampled_from(["last", "unranked"])),
        "least_ranked": draw(st.sampled_from([1, 3])),
    }
    event, words = {"kind": "event", "event": "e"}, {"zh": "事", "en": "event"}
    data["adjustments"] = {
        "praise": {"title": words, "sign": "plus", "source": event, "each": 0.5, "limit": 2, "basis": OURS},
        "blame": {"title": words, "sign": "minus", "source": event, "each": 1, "limit": 3, "basis": OURS},
    }
    data["vetoes"] = {
        "forged": {"title": words, "source": event, "effect": {"unqualified": True}, "basis": OURS}
    }
    data["caps"] = {
        "missed": {"title": words, "when": {"missed_binding": 2}, "effect": {"grade_at_most": "pass"}, "basis": OURS}
    }
    return RuleSet.model_validate(data)


def table_for(rules: RuleSet, many: int, seed: int) -> Table:
    """Figures with one decimal, so that many are equal and many lie on a bound; some absent, some given by a person."""
    random = np.random.default_rng(seed)
    keys, first = keys_of(rules), len(rules.items)
    values = np.round(random.uniform(0, 100, (many, len(keys))), random.integers(0, 2))
    values[:, first:] = random.integers(0, 3, (many, len(keys) - first))
    absent = np.where(random.random(values.shape) < 0.2, random.integers(1, len(KINDS) + 1, values.shape), 0)
    absent[:, first:] = 0
    given_ = (random.random(values.shape) < 0.1) & (absent == 0)
    given_[:, first:] = False
    values[absent > 0] = np.nan
    groups = tuple("gh"[number] for number in random.integers(0, 2, many))
    return Table(tuple(f"u{n}" for n in range(many)), groups, keys, values, absent.astype(np.uint8), given_)


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two columns hold the same bits; NaN is NaN, and minus zero is not zero."""
    if one.dtype != other.dtype or not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        return False
    return one.dtype.kind != "f" or bool((np.signbit(one) == np.signbit(other))[~np.isnan(one)].all())


@settings(max_examples=60, deadline=None)
@given(rule_sets(), st.integers(0, 25), st.integers(0, 2**32 - 1))
def test_the_engine_finds_what_the_plain_one_finds(rules: RuleSet, many: int, seed: int) -> None:
    table = table_for(rules, many, seed)
    before = table.absent.copy()
    ours, plain = score_table(rules, table, 2016), plain_engine.score_table(rules, table, 2016)
    for name in COLUMNS:
        assert same(getattr(ours, name), getattr(plain, name)), name
    assert same(ours.ranks.rank, plain.ranks.rank) and same(ours.ranks.of, plain.ranks.of)
    assert (table.absent == before).all()  # nothing that was handed in is written to


def inputs_of(table: Table, errors: bool) -> dict[str, dict[str, Any]]:
    """The same figures as objects, with a standard error where asked for."""
    found: dict[str, dict[str, Any]] = {}
    for row, unit in enumerate(table.units):
        for column, key in enumerate(table.keys):
            value, code = table.values[row, column], table.absent[row, column]
            if table.given[row, column]:
                entry: Any = ItemScore(Decimal(str(value)), "review")
            elif code:
                entry = Figure(None, KINDS[code - 1])
            else:
                entry = Figure(Decimal(str(value)), error=Decimal("2.5") if errors else None)
            found.setdefault(unit, {})[key] = entry
    return found


@settings(max_examples=25, deadline=None)
@given(rule_sets(), st.integers(0, 8), st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([0.0, 0.2]))
def test_draws_weighed_together_are_those_drawn_one_by_one(
    rules: RuleSet, many: int, seed: int, errors: bool, spread: float
) -> None:
    if errors and any(each.function.kind == "given" for each in rules.items.values()):
        errors = False  # an error can carry a given score beyond the scale, which both refuse
    table = table_for(rules, many, seed)
    units = {unit: Unit(group, Text(zh=unit, en=unit)) for unit, group in zip(table.units, table.groups, strict=True)}
    inputs = inputs_of(table, errors)
    ours = rank_intervals(
        rules, units, inputs, 2016, seed=seed, draws=6, weight_spread=spread, coverage=Decimal("0.9")
    )
    plain = plain_intervals(rules, units, inputs, 2016, seed=seed, draws=6, spread=spread, cover=0.9)
    assert ours == plain


def test_the_digest_of_the_draws_follows_what_they_rest_on() -> None:
    rules = RuleSet.model_validate(declared())
    units = {"a": Unit("g", Text(zh="甲", en="A")), "b": Unit("g", Text(zh="乙", en="B"))}
    figures = {unit: {key: Figure(Decimal(50)) for key in keys_of(rules)} for unit in units}

    def digest(change: Any = None, year: int = 2016, **more: int) -> str:
        inputs = {unit: dict(row) for unit, row in figures.items()}
        if change is not None:
            inputs["a"]["a"] = change
        return digest_of_draws(rules, units, inputs, year, seed=more.get("seed", 1), draws=more.get("draws", 10))

    others = [
        digest(Figure(Decimal(51))),
        digest(Figure(Decimal(50), error=Decimal(1))),
        digest(Figure(None, Missing.MISSING)),
        digest(ItemScore(Decimal(50), "audit")),
        digest(year=2017),
        digest(seed=2),
        digest(draws=11),
    ]
    assert digest() == digest(Figure(Decimal("50.0"), note=Text(zh="注", en="note")))  # words change no rank
    assert len({digest(), *others}) == 1 + len(others)
