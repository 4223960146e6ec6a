"""Faults of a declaration, comparability, rank intervals, what-if, the most effective steps, and the split of duties."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import pytest
import yaml

from assessment.rules.conftest import declared, item
from ecociv.assessment.rules import (
    Compared,
    Duty,
    Figure,
    InputError,
    NotComparable,
    SetDone,
    SetValue,
    SetWeight,
    Unit,
    compare,
    duty_figure,
    inputs_digest,
    most_effective,
    rank_intervals,
    read_rule_set,
    score,
    what_if,
)
from ecociv.assessment.rules.sources import Credit
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError

NAME = Text(zh="单位", en="unit")


def put(data, path, value):
    *way, last = path
    for step in way:
        data = data[step]
    data[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("categories", "x", "items_sum"), 59, "add up to 60, not to 59"),
        (("weights", 0, "categories", "x"), 61, "add up to 101, not to 100"),
        (("weights", 0, "categories"), {"x": 100}, "not named: y"),
        (("weights", 0, "from"), "2016-01-01", "no weights from 2015-01-01"),
        (("weights", 0, "to"), "2018-12-31", "no weights after 2018-12-31"),
        (("raised",), ["z"], "no category 'z'"),
        (("categories", "y", "items", "c", "function", "direction"), "decrease", "do not fit direction"),
        (("categories", "y", "items", "c", "function"), {"kind": "steps", "direction": "increase", "steps": [{"at": 1, "score": 90}, {"at": 2, "score": 80}]}, "a better figure would score less"),
        (("categories", "y", "items", "c", "function"), {"kind": "steps", "direction": "increase", "steps": [{"at": 1, "score": 90}]}, "can never be reached"),
        (("categories", "y", "items", "c", "weight"), "40", "write the number without quotes"),
        (("categories", "y", "items", "c", "colour"), "red", "Extra inputs are not permitted"),
        (("grades", 0, "from"), 50, "best to the last"),
        (("caps",), {"k": {"title": {"zh": "限", "en": "cap"}, "when": {"item": "c", "below": 10}, "effect": {"grade_at_most": "good"}, "basis": {"document": "t", "verified": True}}}, "the limit does nothing"),
        (("basis",), {"document": "t", "verified": False}, "needs a `reason`"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_remedy(tmp_path, path, value, words):
    data = copy.deepcopy(declared())
    put(data, path, value)
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"rules\.yaml:\d+: ") as caught:
        read_rule_set(file)
    assert words in str(caught.value)


def figures(**values):
    return {
        key: value if isinstance(value, Figure) else Figure(Decimal(str(value)))
        for key, value in values.items()
    }


UNITS = {key: Unit("g", NAME) for key in ("u", "v", "w")}
INPUTS = {"u": figures(a=50, b=70, c=90), "v": figures(a=60, b=60, c=88), "w": figures(a=10, b=10, c=10)}


def test_two_years_of_one_rule_set_compare(rules_with):
    rules = rules_with()
    later = {**INPUTS, "u": figures(a=60, b=70, c=90)}
    found = compare(score(rules, UNITS, INPUTS, 2016), score(rules, UNITS, later, 2017))["u"]
    assert isinstance(found, Compared) and found.difference == 3 and found.items["a"] == 10  # 10 * 30 %


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("weights", 0, "categories"), {"x": 50, "y": 50}, "weights-changed"),
        (("categories", "y", "items", "c", "function", "floor"), 10, "function-changed"),
        (("categories", "y"), {"title": {"zh": "乙", "en": "Y"}, "items_sum": 40, "items": {"c": item(20), "d": item(20)}}, "items-added"),
        (("key",), "other", "rule-set-changed"),
    ],
)  # fmt: skip
def test_a_changed_rule_set_does_not(rules_with, path, value, code):
    old, new = rules_with(), rules_with(lambda data: put(data, path, value))
    found = compare(score(old, UNITS, INPUTS, 2017), score(new, UNITS, INPUTS, 2017))["u"]
    assert isinstance(found, NotComparable) and code in [reason.code for reason in found.reasons]
    assert found.items["a"] == 0  # what is unchanged is still said
    assert ("c" in found.items) == (code != "function-changed")


def test_another_method_or_group_does_not_compare(rules_with):
    rules = rules_with()
    other = {**INPUTS, "u": INPUTS["u"] | {"a": Figure(Decimal(50), method="new")}}
    moved = {**UNITS, "v": Unit("h", NAME)}
    found = compare(score(rules, UNITS, INPUTS, 2016), score(rules, moved, other, 2017))
    assert [reason.code for reason in found["u"].reasons] == ["method-changed"] and "a" not in found[
        "u"
    ].items
    assert [reason.code for reason in found["v"].reasons] == ["group-changed"]
    assert isinstance(found["w"], Compared)


def test_rank_intervals_are_the_same_for_a_seed(rules_with):
    rules = rules_with()
    first = rank_intervals(rules, UNITS, INPUTS, 2017, seed=7, draws=300, weight_spread=0.3)
    assert first == rank_intervals(rules, UNITS, INPUTS, 2017, seed=7, draws=300, weight_spread=0.3)
    # u and v lie within 0.8 of each other; w is last whatever the weights
    assert (first["u"].low, first["u"].high) == (1, 2) and (first["w"].low, first["w"].high) == (3, 3)
    assert first["u"].ahead["w"] == 1.0 and 0 < first["u"].ahead["v"] < 1
    assert first["u"].ahead["v"] + first["v"].ahead["u"] == pytest.approx(1)
    assert sum(first["u"].shares.values()) == pytest.approx(1)


def test_errors_of_figures_move_ranks_too(rules_with):
    still = rank_intervals(rules_with(), UNITS, INPUTS, 2017, seed=1, draws=50, weight_spread=0)
    assert still["u"].shares == {1: 1.0}
    unsure = {**INPUTS, "w": figures(a=Figure(Decimal(10), error=Decimal(100)), b=10, c=10)}
    moved = rank_intervals(rules_with(), UNITS, unsure, 2017, seed=1, draws=200, weight_spread=0)
    assert moved["w"].shares[3] > 0.5 and still["w"].shares == {3: 1.0}


DUTIES = (
    Duty("task:1", date(2017, 6, 30)),
    Duty("task:2", date(2017, 6, 30), date(2017, 6, 1), share=Decimal("0.3")),
)


def test_the_credit_of_duties():
    # (1 * 0 + 0.3 * 100) / 1.3 = 23.076923
    found = duty_figure(DUTIES, Credit(), date(2017, 12, 31))
    assert found.value == Decimal("23.076923") and len(found.trace.inputs) == 2
    assert duty_figure((), Credit(), date(2017, 12, 31)).missing is Missing.NOT_APPLICABLE
    assert duty_figure(DUTIES[:1], Credit(), date(2017, 1, 1)).missing is Missing.PLANNED


def with_tasks(rules_with):
    rules = rules_with(
        lambda data: data["categories"]["y"]["items"].update(c=item(40, source={"kind": "tasks"}))
    )
    inputs = {**INPUTS, "w": INPUTS["w"] | {"c": duty_figure(DUTIES, Credit(), date(2017, 12, 31))}}
    return rules, inputs


def test_what_if_changes_nothing_that_was_handed_in(rules_with):
    rules, inputs = with_tasks(rules_with)
    before = inputs_digest(inputs)
    found = what_if(rules, UNITS, inputs, [SetDone("w", "c", "task:1", date(2017, 6, 30))], 2017)
    # the item rises from 23.08 to 100: 0.4 * 76.92 = 30.77
    assert found.totals == {"w": Decimal("30.77")} and list(found.items["w"]) == ["c"]
    assert inputs_digest(inputs) == before and found.before["w"].total == Decimal("15.23")
    late = what_if(rules, UNITS, inputs, [SetDone("w", "c", "task:1", date(2017, 7, 1))], 2017)
    assert 0 < late.totals["w"] < found.totals["w"]
    absent = what_if(rules, UNITS, inputs, [SetValue("u", "a", Missing.PLANNED)], 2017)
    assert absent.totals["u"] == 6  # 60 * 70 + 40 * 90 = 78 instead of 72
    assert what_if(rules, UNITS, inputs, [SetWeight("y", Decimal(0))], 2017).after["u"].total == 60
    with pytest.raises(InputError, match="no duty 'task:9'"):
        what_if(rules, UNITS, inputs, [SetDone("w", "c", "task:9", None)], 2017)


def test_the_most_effective_steps(rules_with):
    rules, inputs = with_tasks(rules_with)
    efforts = {
        SetDone("w", "c", "task:1", date(2017, 6, 30)): Decimal(10),  # +30.77
        SetValue("w", "a", Decimal(50)): Decimal(3),  # 40 * 0.3 = +12
        SetValue("w", "b", Decimal(60)): Decimal(8),  # 50 * 0.3 = +15
        SetValue("w", "b", Decimal(-5)): Decimal(1),  # from 10 down to 0: -3
    }
    best = most_effective(rules, UNITS, inputs, "w", efforts, 2017, within=Decimal(11))
    # per effort a comes first (4.00), but alone with b (27) it brings less than the task (30.77)
    assert [option.gain for option in best.options] == [12, Decimal("30.77"), 15, -3]
    assert best.exact and best.gain == Decimal("30.77") and best.effort == 10
    everything = most_effective(rules, UNITS, inputs, "w", efforts, 2017, exact_up_to=0)
    assert not everything.exact and everything.gain == Decimal("57.77")
    flat = most_effective(rules, UNITS, inputs, "w", {SetValue("w", "a", Decimal("10.00")): Decimal(1)}, 2017)
    assert flat.options[0].flat and flat.chosen == ()
