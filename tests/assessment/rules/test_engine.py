"""The engine: absence, redistribution, vetoes, caps, points, ties, and what may never change a score."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.rules.conftest import LINE, OURS, item
from ecociv.assessment.rules import (
    Figure,
    InputError,
    ItemScore,
    OutsideValidity,
    RuleSet,
    State,
    Unit,
    inputs_from_json,
    inputs_to_json,
    load_rule_set,
    score,
    units_from_json,
    units_to_json,
)
from ecociv.core.missing import Missing
from ecociv.core.targets import AtLeast, Direction
from ecociv.core.text import Text

NAME = Text(zh="单位", en="unit")
pytestmark = pytest.mark.filterwarnings("error")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entry(value) -> Figure:
    return Figure(None, value) if isinstance(value, Missing) else Figure(Decimal(str(value)))


def run(rules, rows, year=2017, group="g"):
    inputs = {
        unit: {
            key: value if isinstance(value, Figure | ItemScore) else entry(value)
            for key, value in row.items()
        }
        for unit, row in rows.items()
    }
    return score(rules, {unit: Unit(group, NAME) for unit in rows}, inputs, year)


def test_a_weighted_mean(rules_with):
    # (30*50 + 30*70 + 40*90) / 100 = 15 + 21 + 36 = 72
    found = run(rules_with(), {"u": {"a": 50, "b": 70, "c": 90}})["u"]
    assert found.total == Decimal("72.00") and found.grade.key == "pass"
    assert found.categories["x"].score == Decimal("60.00")  # (50 + 70) / 2
    assert found.contribution == Decimal("7.2000")  # the share is 10 %


@pytest.mark.parametrize(
    ("kind", "state", "total"),
    [
        (0, State.SCORED, "57.00"),  # zero is a figure: 0 + 21 + 36
        (Missing.MISSING, State.ZERO, "57.00"),
        (Missing.PLANNED, State.REDISTRIBUTED, "78.00"),  # 60 * 70 + 40 * 90
        (Missing.NOT_APPLICABLE, State.REDISTRIBUTED, "78.00"),
        (Missing.WITHHELD, State.FIXED, "75.00"),  # 30*60 + 30*70 + 40*90
        (Missing.DELEGATED, State.EXCLUDED, None),
    ],
)
def test_six_kinds_of_absence(rules_with, kind, state, total):
    found = run(rules_with(), {"u": {"a": kind, "b": 70, "c": 90}, "v": {"a": 1, "b": 1, "c": 1}})
    assert found["u"].items["a"].state is state
    assert found["u"].total == (None if total is None else Decimal(total))
    if total is None:
        assert found["u"].rank is None and [r.code for r in found["u"].reasons] == [
            "left-out",
            "no-rank-no-total",
        ]
    elif isinstance(kind, Missing):
        assert f"figure-{kind.value}" in [reason.code for reason in found["u"].items["a"].reasons]


def test_an_empty_category_as_declared(rules_with):
    rows = {"u": {"a": 50, "b": 70, "c": Missing.PLANNED}}
    assert run(rules_with(), rows)["u"].total == 60  # the category's weight goes to the other
    assert run(rules_with(lambda d: d.update(empty_category="zero")), rows)["u"].total == 36  # 60 of 100
    assert run(rules_with(lambda d: d.update(empty_category="exclude")), rows)["u"].total is None


def test_veto_cap_and_points(rules_with):
    def change(data):
        event = {"kind": "event", "event": "e"}
        title = {"zh": "事", "en": "event"}
        data["vetoes"] = {
            "v": {"title": title, "source": event, "effect": {"unqualified": True}, "basis": OURS}
        }
        data["caps"] = {
            "low-c": {
                "title": title,
                "when": {"item": "c", "below": 60},
                "effect": {"grade_at_most": "pass"},
                "basis": OURS,
            }
        }
        data["adjustments"] = {
            "p": {"title": title, "sign": "plus", "source": event, "each": 0.5, "limit": 2, "basis": OURS},
            "m": {"title": title, "sign": "minus", "source": event, "each": 2, "limit": 4, "basis": OURS},
        }

    rules = rules_with(change)
    best = {"a": 100, "b": 100, "c": 100}
    found = run(
        rules,
        {
            "plain": best | {"v": 0},
            "vetoed": best | {"v": 1},
            "capped": best | {"c": 59, "v": 0},
            "edge": best | {"c": 60, "v": 0},
            "points": {"a": 50, "b": 50, "c": 50, "p": 3, "m": 9, "v": 0},
        },
    )
    assert (found["vetoed"].grade.key, found["vetoed"].rank) == (
        "fail",
        5,
    )  # last, though its total is the best
    assert (found["capped"].total, found["capped"].grade.key) == (Decimal("83.60"), "pass")  # 60 + 0.4*59
    assert (found["edge"].total, found["edge"].grade.key) == (Decimal("84.00"), "good")
    assert found["points"].total == Decimal("47.50")  # 50 + 3*0.5 - min(9*2, 4)
    assert "veto" in [reason.code for reason in found["vetoed"].reasons]
    assert "veto-unknown" in [reason.code for reason in run(rules, {"u": best})["u"].reasons]


@pytest.mark.parametrize(("ties", "ranks"), [("competition", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3])])
def test_ties(rules_with, ties, ranks):
    rows = {str(n): {"a": v, "b": v, "c": v} for n, v in enumerate((90, 80, 80, 70))}
    found = run(rules_with(lambda d: d.update(ranking={"ties": ties})), rows)
    assert [found[unit].rank for unit in rows] == ranks


def test_a_tie_breaker(rules_with):
    rows = {"u": {"a": 40, "b": 40, "c": 100}, "v": {"a": 80, "b": 80, "c": 40}}  # both 64
    found = run(rules_with(lambda d: d.update(ranking={"tie_breakers": ["x"]})), rows)
    assert found["u"].total == found["v"].total and (found["u"].rank, found["v"].rank) == (2, 1)


def test_groups_are_not_compared(rules_with):
    rules = rules_with()
    row = {"a": Figure(Decimal(50)), "b": Figure(Decimal(50)), "c": Figure(Decimal(50))}
    found = score(rules, {"u": Unit("g", NAME), "v": Unit("h", NAME)}, {"u": row, "v": row}, 2017)
    assert [(found[u].rank, found[u].of) for u in ("u", "v")] == [(1, 1), (1, 1)]
    assert "alone-in-group" in [reason.code for reason in found["u"].reasons]


def test_given_scores_and_refusals(rules_with):
    rules = rules_with()
    found = run(rules, {"u": {"a": ItemScore(Decimal("88.5"), "audit", "核实"), "b": 0, "c": 0}})["u"]
    assert found.items["a"].score == Decimal("88.50") and found.items["a"].reasons[0].code == "score-given"
    for row, words in (({"a": ItemScore(Decimal(101))}, "outside 0 to 100"), ({"z": 1}, "no item")):
        with pytest.raises(InputError, match=words):
            run(rules, {"u": row})
    with pytest.raises(InputError, match="peer group"):
        run(rules, {"u": {}}, group="nowhere")
    with pytest.raises(OutsideValidity, match="2015-01-01 to 2020-12-31"):
        run(rules, {"u": {}}, year=2021)


FUNCTIONS = {
    "linear": (LINE | {"floor": 60, "ceiling": 90}, [(59, 0), (60, 0), (75, 50), (90, 100), (91, 100)]),
    "falling": (LINE | {"direction": "decrease", "floor": 90, "ceiling": 60}, [(90, 0), (75, 50), (60, 100)]),
    "steps": (
        {
            "kind": "steps",
            "direction": "increase",
            "steps": [{"at": 60, "score": 50}, {"at": 90, "score": 100}],
        },
        [("59.99", 0), (60, 50), ("89.99", 50), (90, 100)],
    ),
    "steps-down": (
        {
            "kind": "steps",
            "direction": "decrease",
            "steps": [{"at": 5, "score": 50}, {"at": 0, "score": 100}],
        },
        [("5.01", 0), (5, 50), ("0.01", 50), (0, 100)],
    ),
    "ratio": (
        {"kind": "ratio", "direction": "increase", "target": {2015: 40, 2017: 50}},
        [(25, 50), (50, 100), (60, 100)],
    ),
    "deduction": ({"kind": "deduction", "each": 20}, [(0, 100), (1, 80), (5, 0), (9, 0)]),
    "deduction-below": (
        {"kind": "deduction", "direction": "increase", "allowed": 80, "each": 0.25},
        [(80, 100), (79, "99.75"), (0, 80)],
    ),
    "piecewise": (
        {"kind": "piecewise", "direction": "keep", "knots": [[0, 0], [50, 100], [100, 0]]},
        [(25, 50), (50, 100), (75, 50), (120, 0)],
    ),
    "attainment": (
        {
            "kind": "attainment",
            "direction": "increase",
            "target": {2015: {"at_least": 80.5}, 2017: {"at_least": 81}},
            "exhausted_after": 10,
        },
        [(81, 100), (76, 50), (71, 0), (60, 0)],
    ),
    "attainment-plain": (
        {"kind": "attainment", "direction": "decrease", "target": {"at_most": 8.45}, "missed": 30},
        [("8.45", 100), ("8.46", 30)],
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_at_their_bounds(rules_with, name):
    function, cases = FUNCTIONS[name]
    rules = rules_with(lambda d: d["categories"]["y"]["items"].update(c=item(40, function)))
    for value, wanted in cases:
        found = run(rules, {"u": {"a": 0, "b": 0, "c": value}})["u"].items["c"]
        assert found.score == Decimal(str(wanted)), value
        assert found.trace.formula and found.reasons[0].code == "scored"


def test_a_target_that_comes_with_the_figure(rules_with):
    function = {"kind": "attainment", "direction": "increase", "target": "plan"}
    rules = rules_with(lambda d: d["categories"]["y"]["items"].update(c=item(40, function)))
    target = AtLeast(Decimal(10), Direction.INCREASE)
    met, without = Figure(Decimal(10), target=target), Figure(Decimal(10))
    found = run(rules, {"u": {"a": 0, "b": 0, "c": met}, "v": {"a": 0, "b": 0, "c": without}})
    assert found["u"].items["c"].score == 100 and "met" in [r.code for r in found["u"].items["c"].reasons]
    assert [r.code for r in found["v"].items["c"].reasons] == [
        "target-unjudged",
        "weight-shared-out",
        "target-needed",
    ]


values = st.one_of(
    st.integers(0, 10000).map(lambda n: n / 100),
    st.sampled_from([Missing.MISSING, Missing.PLANNED, Missing.WITHHELD]),
)
rows = st.fixed_dictionaries({"a": values, "b": values, "c": values})


@QUICK
@given(st.lists(rows, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_units_decides_nothing(rules_with, all_rows, random):
    named = {f"u{n}": row for n, row in enumerate(all_rows)}
    keys = list(named)
    random.shuffle(keys)
    one, two = run(rules_with(), named), run(rules_with(), {key: named[key] for key in keys})
    assert {key: (one[key].total, one[key].rank) for key in named} == {
        key: (two[key].total, two[key].rank) for key in named
    }


@QUICK
@given(rows, st.sampled_from("abc"), st.integers(0, 5000))
def test_a_better_figure_never_lowers_the_total(rules_with, row, key, more):
    if isinstance(row[key], Missing):
        return
    better = row | {key: min(100, row[key] + more / 100)}
    found = run(rules_with(), {"u": row, "v": better})
    assert found["v"].total >= found["u"].total


@QUICK
@given(rows, st.integers(2, 9))
def test_weights_all_scaled_alike_change_nothing(rules_with, row, factor):
    def change(data):
        data["weights_sum"] *= factor
        for key, weight in data["weights"][0]["categories"].items():
            data["weights"][0]["categories"][key] = weight * factor

    assert run(rules_with(change), {"u": row})["u"].total == run(rules_with(), {"u": row})["u"].total


@QUICK
@given(rows, st.sampled_from(["proportional", "equal"]))
def test_redistribution_keeps_the_sum_of_weights(rules_with, row, way):
    found = run(rules_with(lambda d: d.update(redistribution=way)), {"u": row})["u"]
    if found.total is not None:
        total = sum(one.effective_weight for one in found.items.values())
        assert abs(total - 100) < Decimal("0.00001")
        # The points that a reader adds up are the total.
        assert abs(sum(one.points or 0 for one in found.items.values()) - found.base) <= Decimal("0.00501")


@QUICK
@given(st.lists(rows, min_size=1, max_size=4))
def test_the_same_to_the_last_bit_after_json(rules_with, all_rows):
    rules = rules_with()
    first = run(rules, {f"u{n}": row for n, row in enumerate(all_rows)})
    stored = json.loads(
        json.dumps([rules.to_json(), units_to_json(first.units), inputs_to_json(first.inputs)])
    )
    again = score(
        RuleSet.model_validate(stored[0]), units_from_json(stored[1]), inputs_from_json(stored[2]), 2017
    )
    assert again.digest == first.digest


def test_the_county_rules_explain_down_to_the_figure():
    rules = load_rule_set("county-2015", "jingdezhen")
    figure = Figure(Decimal("30.0"), source="indicator:38@2017", sample=True)
    units = {unit: Unit(rules.group_of(unit), NAME) for unit in ("fuliang-county", "leping-city")}
    found = score(
        rules,
        units,
        {"leping-city": {"sewage": replace(figure, target=AtLeast(Decimal(81), Direction.INCREASE))}},
        2017,
    )
    text = found["leping-city"].trace.as_text("zh")
    assert "indicator:38@2017" in text and "示例数据" in text and "城镇污水集中处理率" in text
    assert (
        rules.row_for(2015, "key-development").share == 5
        and rules.row_for(2020, "key-ecological").share == 15
    )
    assert found["fuliang-county"].to_json()["items"]["sewage"]["missing"] == "missing"
