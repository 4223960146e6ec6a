"""The national rule sets against the standards' own arithmetic and the published table."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.assessment.rules import Figure, RuleSet, Unit, load_rule_set, score
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.standards import assessment as standards
from ecociv.standards.parameters import parameter
from standards.assessment_oracle import PUBLISHED

GREEN, GOALS = load_rule_set("green-development-2016"), load_rule_set("goals-2016")
NAME = Text(zh="某地", en="A region")


def test_the_green_set_is_the_standards_list():
    weights = standards.green_weights()
    for one in standards.green_indicators()[:55]:
        item = GREEN.items[f"i{one.number:02d}"]
        assert item.title == one.name and item.binding == (one.tier == "binding")
        assert GREEN.category_of[f"i{one.number:02d}"] == one.index_class
        assert (item.function.direction == "increase") == (one.sense == "positive")
        assert float(item.weight) * 100 / 109 == pytest.approx(weights[one.number])
    assert (
        GREEN.absence.everywhere.fixed
        == parameter("assessment.gdi.function", edition="2016 green development index").table[
            "nationwide_missing"
        ]
    )
    assert (
        parameter("assessment.gdi.conventions", edition="2016 green development index").table[
            "redistribution"
        ]
        == GREEN.redistribution
    )


def test_the_goal_set_is_the_standards_list():
    for group in ("inland", "coastal"):
        row = GOALS.row_for(2020, group)
        for one in standards.goal_items(coastal=group == "coastal"):
            item, category = GOALS.items[one.key], GOALS.category_of[one.key]
            assert row.items.get(category, {}).get(one.key, item.weight) == one.points
            assert (item.title, item.binding, category) == (one.name, one.binding, one.part)
    rule = parameter("assessment.goals.deduction", edition="2016 goal assessment").table
    events = GOALS.adjustments["major-events"]
    assert (events.each, events.limit) == (rule["each"], rule["at_most"])
    grades = parameter("assessment.goals.grades", edition="2016 goal assessment").table
    assert {grade.key: grade.from_ for grade in GOALS.grades[:-1]} == {
        key: grades[key] for key in ("excellent", "good", "pass")
    }
    assert GOALS.caps["binding-missed"].when.missed_binding == grades["missed_binding"]


def test_the_example_of_the_individual_index():
    # (63.1 - 10) / (66.8 - 10) * 40 + 60 = 97.394
    units = {key: Unit("provinces", NAME) for key in ("own", "low", "high")}
    figures = {"own": Decimal("63.1"), "low": Decimal(10), "high": Decimal("66.8")}
    found = score(GREEN, units, {key: {"i33": Figure(value)} for key, value in figures.items()}, 2016)
    assert round(found["own"].items["i33"].score, 2) == Decimal("97.39")
    assert [found[key].items["i33"].score for key in ("low", "high")] == [60, 100]


def published_set() -> RuleSet:
    """The index from the six published sub-indices: each a given score, the published weights of the classes."""
    weights = parameter("assessment.gdi.class_weights", edition="2016 green development index").table
    data = GREEN.to_json()
    data["weights_sum"] = 100
    data["weights"] = [data["weights"][0] | {"categories": dict(weights)}]
    data["categories"] = {
        key: {
            "title": {"zh": key, "en": key},
            "items_sum": 1,
            "items": {
                f"{key}-index": {
                    "title": {"zh": key, "en": key},
                    "weight": 1,
                    "source": {"kind": "review"},
                    "function": {"kind": "given"},
                }
            },
        }
        for key in weights
    }
    return RuleSet.model_validate(data)


def test_the_published_index_of_all_31_provinces():
    rules = published_set()
    classes = list(rules.categories)
    inputs = {
        region: {
            f"{key}-index": Figure(Decimal(str(value))) for key, value in zip(classes, row[1:7], strict=True)
        }
        for region, row in PUBLISHED.items()
    }
    found = score(
        rules, {region: Unit("provinces", Text(zh=region, en=region)) for region in PUBLISHED}, inputs, 2016
    )
    for region, row in PUBLISHED.items():
        assert abs(found[region].total - Decimal(str(row[0]))) <= Decimal("0.01"), region
    # Jiangxi: .293*82.95 + .165*74.51 + .193*88.09 + .165*74.61 + .092*72.93 + .092*72.43 = 79.28
    assert found["江西"].total == Decimal("79.28")
    assert found["北京"].rank == 1 and found["北京"].of == 31


def test_unrounded_weights_reproduce_the_table_as_well():
    # 32, 18, 21, 18, 10, 10 of 109 units, as the shipped set has them
    weights = GREEN.row_for(2016, "provinces").categories
    for row in PUBLISHED.values():
        total = (
            sum(
                weight * Decimal(str(value)) for weight, value in zip(weights.values(), row[1:7], strict=True)
            )
            / 109
        )
        assert abs(total - Decimal(str(row[0]))) <= Decimal("0.01")


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 6),
    st.sets(st.integers(1, 55), max_size=6),
    st.sets(st.integers(1, 55), max_size=3),
)
def test_the_engine_agrees_with_the_standards_index(seed, many, not_applicable, nationwide):
    generator = np.random.default_rng(seed)
    table = generator.integers(0, 1000, (many, 55)) / 10
    nationwide -= not_applicable
    figures = {
        n: None
        if n in nationwide
        else [None if n in not_applicable and row == 0 else float(table[row, n - 1]) for row in range(many)]
        for n in range(1, 56)
    }
    absent = {n: [row == 0 for row in range(many)] for n in not_applicable}
    theirs = standards.green_development_index(figures, not_applicable=absent)

    def entry(row: int, n: int) -> Figure:
        if n in nationwide:
            return Figure(None, Missing.MISSING)
        if n in not_applicable and row == 0:
            return Figure(None, Missing.NOT_APPLICABLE)
        return Figure(Decimal(str(table[row, n - 1])))

    inputs = {f"r{row}": {f"i{n:02d}": entry(row, n) for n in range(1, 56)} for row in range(many)}
    ours = score(GREEN, {key: Unit("provinces", NAME) for key in inputs}, inputs, 2016)
    for row, key in enumerate(inputs):
        # The items are rounded to six decimals and the total to two.
        if np.isnan(theirs.value[row]):
            assert ours[key].total is None
        else:
            assert float(ours[key].total) == pytest.approx(theirs.value[row], abs=0.00501)


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.integers(0, 2**32 - 1), st.integers(0, 6), st.booleans())
def test_the_engine_agrees_with_the_standards_goal_assessment(coastal, seed, events, falsified):
    generator = np.random.default_rng(seed)
    items = standards.goal_items(coastal=coastal)
    earned = {item.key: float(generator.choice([1.0, 1.0, 1.0, 0.5, 0.25])) for item in items}
    theirs = standards.goal_assessment(earned, coastal=coastal, major_events=events, falsified=falsified)
    inputs = {key: Figure(Decimal(str(value))) for key, value in earned.items()}
    inputs |= {"major-events": Figure(Decimal(events)), "falsified": Figure(Decimal(int(falsified)))}
    found = score(GOALS, {"u": Unit("coastal" if coastal else "inland", NAME)}, {"u": inputs}, 2020)["u"]
    assert float(found.total) == pytest.approx(theirs.value, abs=0.00501)
    assert found.grade.key == theirs.grade
