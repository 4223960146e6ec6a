"""A small rule set that tests change as they need."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ecociv.assessment.rules import RuleSet
from ecociv.assessment.rules.consistency import faults

OURS = {"document": "test", "verified": True}
LINE = {"kind": "linear", "direction": "increase", "floor": 0, "ceiling": 100}


def item(weight: float, function: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One item; its figure is a score of 0 to 100 unless a function says otherwise."""
    return {
        "title": {"zh": "项", "en": "item"},
        "weight": weight,
        "source": {"kind": "indicator", "series": "1"},
        "function": dict(function or LINE),
    } | more


def declared() -> dict[str, Any]:
    """Two categories of 60 and 40; a (30), b (30), c (40)."""
    return {
        "key": "test",
        "version": "1",
        "title": {"zh": "测试", "en": "Test"},
        "about": {"zh": "测试", "en": "Test"},
        "unit_kind": "county",
        "from": "2015-01-01",
        "to": "2020-12-31",
        "basis": OURS,
        "peer_groups": {
            "g": {"title": {"zh": "组", "en": "Group"}, "basis": OURS},
            "h": {"title": {"zh": "另组", "en": "Other"}, "basis": OURS},
        },
        "categories": {
            "x": {"title": {"zh": "甲", "en": "X"}, "items_sum": 60, "items": {"a": item(30), "b": item(30)}},
            "y": {"title": {"zh": "乙", "en": "Y"}, "items_sum": 40, "items": {"c": item(40)}},
        },
        "weights_sum": 100,
        "weights": [
            {"from": "2015-01-01", "to": None, "categories": {"x": 60, "y": 40}, "share": 10, "basis": OURS}
        ],
        "absence": {
            "missing": "zero",
            "planned": "redistribute",
            "not-applicable": "redistribute",
            "withheld": {"fixed": 60},
            "delegated": "exclude",
            "unjudged": "redistribute",
        },
        "grades": [
            {"key": "good", "title": {"zh": "良好", "en": "good"}, "from": 80},
            {"key": "pass", "title": {"zh": "合格", "en": "pass"}, "from": 60},
            {"key": "fail", "title": {"zh": "不合格", "en": "fail"}},
        ],
    }


@pytest.fixture
def rules_with() -> Callable[..., RuleSet]:
    """A rule set of `declared`, changed by a function; it must be free of faults."""

    def make(change: Callable[[dict[str, Any]], Any] = lambda data: None) -> RuleSet:
        data = copy.deepcopy(declared())
        change(data)
        rules = RuleSet.model_validate(data)
        assert faults(rules) == ()
        return rules

    return make
