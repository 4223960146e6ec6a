"""Targets as a zone package writes them, and the errors that its author reads."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.targets import (
    AtLeast,
    AtMost,
    Between,
    Composition,
    Cumulative,
    Delegated,
    Direction,
    Hold,
    Qualitative,
    RelativeToBase,
    RelativeToPeers,
    Target,
    TargetMappingError,
    Unset,
    Vector,
    Zero,
    target_from_mapping,
)
from ecociv.core.text import Text

INCREASE, DECREASE, KEEP = Direction.INCREASE, Direction.DECREASE, Direction.KEEP
D = Decimal

WRITTEN: list[tuple[str, Any, Target]] = [
    ("{at_least: 1895}", INCREASE, AtLeast(D(1895))),
    ("{at_most: 8.45}", "decrease", AtMost(D("8.45"))),
    ("{at_most: 3.382}", KEEP, AtMost(D("3.382"), KEEP)),
    ("{between: [1, 2]}", INCREASE, Between(D(1), D(2), INCREASE)),
    ("{hold: 65.73}", INCREASE, Hold(D("65.73"), INCREASE)),
    ("{hold: {value: 6.5, tolerance: 0.1}}", KEEP, Hold(D("6.5"), KEEP, D("0.1"))),
    ("{zero: true}", DECREASE, Zero()),
    ("{zero: {tolerance: 1}}", KEEP, Zero(KEEP, D(1))),
    (
        "{composition: {primary: 7.2, secondary: 58.3, tertiary: 34.5}}",
        {"primary": DECREASE, "secondary": "decrease", "tertiary": INCREASE},
        Composition(
            {"primary": D("7.2"), "secondary": D("58.3"), "tertiary": D("34.5")},
            {"primary": DECREASE, "secondary": DECREASE, "tertiary": INCREASE},
        ),
    ),
    ("{composition: {a: 40, b: 60}}", KEEP, Composition({"a": D(40), "b": D(60)})),
    (
        "{vector: {walking: {at_least: 17}, transit: {at_least: 30}}}",
        INCREASE,
        Vector({"walking": AtLeast(D(17)), "transit": AtLeast(D(30))}, INCREASE),
    ),
    (
        "{vector: {nh3n: {hold: 0.36}, days: {hold: 300}}}",
        {"nh3n": DECREASE, "days": INCREASE},
        Vector({"nh3n": Hold(D("0.36"), DECREASE), "days": Hold(D(300), INCREASE)}),
    ),
    ("{cumulative: {at_least: 15, from: 2014, to: 2020}}", INCREASE, Cumulative(AtLeast(D(15)), 2014, 2020)),
    ("{relative_to_base: {change_percent: -20, base: 2012}}", DECREASE, RelativeToBase(D(-20), 2012, DECREASE)),
    ("{relative_to_peers: {rule: province-advanced-level}}", INCREASE, RelativeToPeers("province-advanced-level", INCREASE)),
    (
        "{delegated: {to: province, cell: 省下达的控制目标}}",
        DECREASE,
        Delegated("province", "省下达的控制目标", DECREASE),
    ),
    (
        "{qualitative: {acceptance: {zh: 已印发, en: Issued}}}",
        KEEP,
        Qualitative(Text(zh="已印发", en="Issued")),
    ),
    ("{unset: dash}", INCREASE, Unset("dash", INCREASE)),
    ("{unset: blank}", INCREASE, Unset("blank", INCREASE)),
]


@pytest.mark.parametrize(("text", "direction", "target"), WRITTEN, ids=[text for text, _, _ in WRITTEN])
def test_each_kind_is_read_and_written_back(text: str, direction: Any, target: Target) -> None:
    mapping = yaml.safe_load(text)
    assert target_from_mapping(mapping, direction) == target
    # Through YAML, and through the JSON in which revisions of the plan are kept.
    assert yaml.safe_load(yaml.safe_dump(target.to_mapping(), allow_unicode=True)) == mapping
    assert target_from_mapping(json.loads(json.dumps(target.to_mapping())), direction) == target


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**9, max_value=10**9, places=6))
def test_no_digit_is_lost_on_the_way(goal: Decimal) -> None:
    target = AtLeast(goal)
    text = yaml.safe_dump(target.to_mapping())
    assert target_from_mapping(yaml.safe_load(text), INCREASE) == target


@pytest.mark.parametrize(
    ("mapping", "direction", "words"),
    [
        ({}, INCREASE, "exactly one key"),
        ({"at_least": 1, "at_most": 2}, INCREASE, "exactly one key"),
        ({"atleast": 1}, INCREASE, "'atleast' is not a kind of target; known kinds: at_least"),
        ("1895", INCREASE, "a target is a mapping"),
        (1895, INCREASE, "a target is a mapping"),
        ({"at_least": "1895"}, INCREASE, "is text; write it as a number"),
        ({"at_least": True}, INCREASE, "yes/no"),
        ({"at_least": None}, INCREASE, "NoneType"),
        ({"at_least": float("nan")}, INCREASE, "finite"),
        ({"at_least": [1]}, INCREASE, "list"),
        ({"at_least": 1}, "up", "'up' is not a valid Direction"),
        ({"at_least": 1}, {"a": INCREASE}, "declare one direction"),
        ({"between": [2, 1]}, KEEP, "lower end first"),
        ({"between": [1]}, KEEP, "two numbers"),
        ({"between": "1-2"}, KEEP, "two numbers"),
        ({"hold": {"value": 1, "slack": 2}}, KEEP, r"\['slack'\] are not known"),
        ({"hold": {"value": 1, "tolerance": -2}}, KEEP, "negative"),
        ({"zero": False}, DECREASE, "only 'true'"),
        ({"composition": {"a": 100}}, KEEP, "two parts or more"),
        ({"composition": [40, 60]}, KEEP, "a mapping of part to share"),
        ({"composition": {"a": 40, "b": "60"}}, KEEP, "share of 'b'.*is text"),
        ({"vector": {"a": {"at_last": 1}}}, INCREASE, "vector: a: 'at_last' is not a kind"),
        ({"vector": {"a": {"at_least": 1}}}, {"b": INCREASE}, "no direction is declared for the part 'a'"),
        ({"vector": {}}, INCREASE, "one part or more"),
        ({"cumulative": {"at_least": 15, "from": 2014}}, INCREASE, r"\['to'\] are lacking"),
        ({"cumulative": {"from": 2014, "to": 2020}}, INCREASE, "exactly one of"),
        ({"cumulative": {"at_least": 15, "from": "2014", "to": 2020}}, INCREASE, "'from' is a year"),
        ({"cumulative": {"at_least": 15, "from": 2020, "to": 2014}}, INCREASE, "earlier year first"),
        ({"relative_to_base": {"change_percent": -20}}, DECREASE, r"\['base'\] are lacking"),
        ({"relative_to_base": {"change_percent": -20, "base": 20}}, DECREASE, "'base' is a year"),
        ({"relative_to_peers": {"rule": ""}}, INCREASE, "'rule' is a text"),
        ({"relative_to_peers": {"rule": "x"}}, KEEP, "better side"),
        ({"delegated": {"to": "province"}}, DECREASE, r"\['cell'\] are lacking"),
        ({"delegated": "province"}, DECREASE, "the fields"),
        ({"qualitative": {"acceptance": "已印发"}}, KEEP, "in both languages"),
        ({"qualitative": {"acceptance": {"zh": "已印发"}}}, KEEP, "'zh' and 'en'"),
        ({"unset": "-"}, KEEP, "'dash' or 'blank'"),
    ],
)
def test_errors_name_the_key_what_was_found_and_what_is_expected(mapping: Any, direction: Any, words: str) -> None:
    with pytest.raises(TargetMappingError, match=f"(?i){words}") as caught:
        target_from_mapping(mapping, direction)
    if isinstance(mapping, dict) and len(mapping) == 1 and "atleast" not in mapping:
        assert str(caught.value).startswith(f"{next(iter(mapping))}: ")
