"""Declared forms and the language of their rules: what is accepted, and each fault with its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_places
from ecociv.evidence.returns.cells import Entry
from ecociv.evidence.returns.checks import Outcome, apply_rule
from ecociv.evidence.returns.forms import Form, Rule, load_form, load_forms
from ecociv.evidence.returns.formulas import FormulaError, parse
from evidence.returns_zone import WATER, ZONE, make_zone


@pytest.fixture(autouse=True)
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_zone(tmp_path / "zones")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))
    return tmp_path / "zones"


def test_the_trial_forms_load() -> None:
    assert [form.key for form in load_forms(ZONE)] == ["staff", "water"]
    water = load_form(ZONE, "water")
    places = load_places(ZONE)
    assert water.place_keys(places) == ("trial-city", "north", "south")
    assert [cell.key for cell in water.cells_for("north", places)] == [
        "use.total",
        "use.industry",
        "use.other",
    ]
    assert water.series_key("north", "use.total", sample=True) == "sample/water/north/use.total"


def test_the_forms_of_the_zone_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECOCIV_ZONES")
    assert len(load_forms("jingdezhen")) > 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("use.industry + use.other", "use.industry + use.ather", "use.ather is no cell of this form"),
        ("use.industry + use.other", "use.industry + reuse.share", "units do not agree"),
        ("use.industry + use.other", "open('x')", "open is no function"),
        ("key: use.other", "key: use.total", "occurs twice"),
        ("unit: percent", "unit: parsec", "not known"),
        ("{group: counties}", "{group: countys}", "'countys' is no group"),
        ("places: [zone]", "places: [zones]", "'zones' is no group"),
        ("plausible: [0, 200000]", "plausible: [5, 5]", "low below high"),
        ("severity: error", "severity: mild", "error"),
        ("key: water", "key: watre", "the file is called 'water'"),
        ("tolerance: 0.5", "tolerance: -1", "greater than or equal"),
        ("working_days: 60", "working_days: 0", "greater than or equal"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(zone: Path, old: str, new: str, message: str) -> None:
    wrong = WATER.replace(old, new, 1)
    line = 1 + wrong[: wrong.index(new, WATER.index(old) - 1)].count("\n")
    make_zone(zone, water=wrong)
    with pytest.raises(DeclarationError) as refused:
        load_forms(ZONE)
    assert message in str(refused.value)
    found = int(str(refused.value).split("water.yaml:")[1].split(":")[0])
    # The line itself, or where the cell or the rule begins that holds it.
    assert line - 6 <= found <= line, str(refused.value)


def test_an_unknown_body_is_refused_where_the_zone_declares_bodies(zone: Path) -> None:
    (zone / ZONE / "organisations.yaml").write_text(
        "- {key: w, name: 市水务局}\n- {key: p, name: 市委组织部}\n", encoding="utf-8"
    )
    make_zone(zone, water=WATER + "\n")
    with pytest.raises(DeclarationError, match="no body of organisations.yaml goes by the name '市发改委'"):
        load_forms(ZONE)


def test_a_property_has_one_unit_in_the_zone(zone: Path) -> None:
    from evidence.returns_zone import STAFF

    make_zone(zone, staff=STAFF.replace("key: officials.all", "key: use.total"))
    with pytest.raises(DeclarationError, match="use one unit, or another key"):
        load_forms(ZONE)


@pytest.mark.parametrize(
    "written",
    [
        "a",
        "a == b == c",
        "a != b",
        "a ** 2 == b",
        "a[0] == b",
        "a == 'b'",
        "lambda: 1 == 2",
        "f(a) == b",
        "a.b() == c",
        "previous(a + b) == c",
        "abs(a, b) == c",
        "sum() == a",
        "a == True",
        "a == 1e999",
        "(" * 300 + "a" + ")" * 300 + " == b",
        "a ==",
        "",
    ],
)
def test_what_is_not_of_the_language_is_refused(written: str) -> None:
    with pytest.raises(FormulaError):
        parse(written)


def applied(formula: str, now: dict[str, Any], before: dict[str, Any] | None = None, **more: Any) -> Any:
    form: Form = load_form(ZONE, "water")
    rule = Rule.model_validate(
        {"key": "r", "severity": "error", "formula": formula, "text": {"zh": "规则", "en": "rule"}, **more}
    )
    entries = {
        key: Entry(value if isinstance(value, Missing) else Decimal(value)) for key, value in now.items()
    }
    earlier = {key: Entry(Decimal(value)) for key, value in (before or {}).items()}
    return apply_rule(form, rule, entries, earlier)


@pytest.mark.parametrize(
    ("formula", "more", "outcome"),
    [
        ("use.total == use.industry + use.other", {}, Outcome.BROKEN),  # 100 against 40 + 59.6
        ("use.total == use.industry + use.other", {"tolerance": "0.4"}, Outcome.KEPT),
        ("use.total == use.industry + use.other", {"tolerance": "0.39"}, Outcome.BROKEN),
        ("use.total == use.industry + use.other", {"relative": "0.004"}, Outcome.KEPT),
        ("use.total <= use.industry + use.other", {"tolerance": "0.4"}, Outcome.KEPT),
        ("use.total < use.industry + use.other", {}, Outcome.BROKEN),
        ("use.total > use.industry", {}, Outcome.KEPT),
        ("reuse.share == use.industry / use.total", {}, Outcome.KEPT),  # 40 percent is 40 / 100
        ("max(use.industry, use.other) <= use.total", {}, Outcome.KEPT),
        ("sum(use.industry, use.other, 0.4) == use.total", {}, Outcome.KEPT),
        ("-use.total + 2 * use.total == use.total", {}, Outcome.KEPT),
        ("use.total / (use.industry - use.industry) >= 0", {}, Outcome.NOT_CHECKABLE),
        (
            "abs(use.total - previous(use.total)) <= 0.2 * previous(use.total)",
            {},
            Outcome.BROKEN,
        ),  # 100 after 80
        ("use.total <= previous(use.other)", {}, Outcome.NOT_CHECKABLE),
    ],
)
def test_rules(formula: str, more: dict[str, Any], outcome: Outcome) -> None:
    now = {"use.total": "100", "use.industry": "40", "use.other": "59.6", "reuse.share": "40"}
    assert applied(formula, now, {"use.total": "80"}, **more).outcome is outcome


@pytest.mark.parametrize("kind", list(Missing))
def test_a_rule_with_an_absent_figure_is_not_checkable_and_says_so(kind: Missing) -> None:
    found = applied("use.total == use.industry", {"use.total": "5", "use.industry": kind})
    assert found.outcome is Outcome.NOT_CHECKABLE
    assert "Industrial use has no figure" in found.detail.en and kind.label.en in found.detail.en


def test_a_broken_rule_shows_both_sides_in_both_languages() -> None:
    found = applied("use.total == use.industry", {"use.total": "100.5", "use.industry": "90"})
    assert (found.left, found.right, found.unit) == (Decimal("100.5"), Decimal(90), "wan_m3")
    assert "左边 100.5万立方米" in found.detail.zh and "difference 10.5" in found.detail.en
