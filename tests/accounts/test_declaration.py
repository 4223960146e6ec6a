"""What a zone declares for its accounts: what fits the national forms, and what a wrong file is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from accounts.situations import ZONE
from ecociv.accounts.declaration import (
    AccountsNotDeclared,
    CellSource,
    ZoneAccounts,
    load_accounts,
)
from ecociv.accounts.forms import AccountForm, national
from ecociv.evidence.declared import DeclarationError, read_declaration
from ecociv.evidence.mapping import load_places
from ecociv.evidence.returns.forms import load_forms
from ecociv.standards.natural_capital import pilot_form

GOOD = """
zone: jingdezhen
first_year: 2015
accounts:
  land:
    only: [forest]
    rows:
      closing: {return: land, cells: {forest: land.forest}}
"""


def read(tmp_path: Path, text: str) -> ZoneAccounts:
    path = tmp_path / "accounts.yaml"
    path.write_text(text, encoding="utf-8")
    return read_declaration(path, ZoneAccounts)


def test_the_forms_of_the_pilot_are_taken_from_the_standard() -> None:
    for key in ("land", "forest", "water", "water_quality", "cropland_quality", "grassland_quality"):
        form = national().accounts[key]
        assert dict(form.columns) == dict(pilot_form(key).columns) and form.unit == pilot_form(key).unit
        assert {row: its.side for row, its in form.rows.items()} == dict(pilot_form(key).sides)


def test_every_cell_that_the_zone_declares_is_asked_for_by_a_return() -> None:
    forms, places = {form.key: form for form in load_forms(ZONE)}, load_places(ZONE)
    for key, row, column, source in load_accounts(ZONE).sources():
        if source.return_:
            for name, _ in source.properties(row, column):
                assert name in forms[source.return_].units, (key, row, column, name)
        for place in source.places_by_column.get(column, ()):
            assert place in places.by_key
    declared = load_accounts(ZONE)
    assert set(declared.section_lengths) == set(places.groups["function-zones"])


def test_the_keys_of_a_zones_own_columns_can_be_codes_in_a_file(tmp_path: Path) -> None:
    text = """
zone: jingdezhen
first_year: 2015
accounts:
  minerals:
    columns: {KEY: [铜矿, Copper ore]}
    rows:
      closing: {none: {kind: missing, reason: {zh: 无, en: none}}}
"""
    assert list(read(tmp_path, text.replace("KEY", "copper_1")).columns("minerals")) == ["copper_1"]
    for key in ("铜矿", "copper ore", "copper-ore", "1copper"):
        with pytest.raises(DeclarationError, match=f"{key}: the key of a column is its code"):
            read(tmp_path, text.replace("KEY", key))


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert list(read(tmp_path, GOOD).columns("land")) == ["forest"]


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("only: [forest]", "only: [forst]"), 4, "no column forst"),
        (("closing:", "closed:"), 4, "no row closed"),
        (("closing:", "human_addition:"), 4, "source of the closing row"),
        (("return: land", "retrun: land"), 8, "retrun"),
        (("  land:", "  lnd:"), 4, "is no account"),
        (("cells: {forest: land.forest}", "cell: x, cells: {forest: y}"), 8, "either cells"),
        (("return: land, ", "return: land, series: land, "), 8, "exactly one of"),
    ],
)
def test_a_wrong_file_names_line_and_what_to_do(tmp_path: Path, change: Any, line: int, words: str) -> None:
    with pytest.raises(DeclarationError) as raised:
        read(tmp_path, GOOD.replace(*change))
    assert words in str(raised.value), str(raised.value)
    assert str(raised.value).startswith("accounts.yaml:")


def test_a_zone_without_accounts_is_told_where_to_declare_them(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "nowhere").mkdir()
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    with pytest.raises(AccountsNotDeclared, match=r"accounts\.yaml"):
        load_accounts("nowhere")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"opening": ["opening", "opening", "期初", "Opening"]}, "one opening and one closing"),
        ({"x": ["add", "extraction", "甲", "A"]}, "does not belong to the side"),
        ({"x": ["add", "theft", "甲", "A"]}, "no row of an asset account"),
    ],
)
def test_a_wrong_form_is_refused(rows: Any, words: str) -> None:
    given = {
        "resource": "land", "title": {"zh": "甲", "en": "A"}, "unit": "hectare", "kind": "stock", "decimals": 0,
        "columns": {"a": ["甲", "A"]}, "rows": rows,
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        AccountForm.model_validate(given)


def test_a_pattern_names_row_and_column() -> None:
    source = CellSource.model_validate({"return": "x", "cell": "timber.{column}.{row}"})
    assert source.properties("felling", "natural") == (("timber.natural.felling", 1),)
    less = CellSource.model_validate({"return": "mine", "cells": {"c": "a"}, "less": {"c": "b"}})
    assert less.properties("loss", "c") == (("a", 1), ("b", -1))
    assert less.fills("c") and not less.fills("d")


def test_a_price_holds_on_its_days_only() -> None:
    declared = load_accounts(ZONE)
    before, after = dt.date(2016, 12, 30), dt.date(2016, 12, 31)
    assert declared.price_on("forest", "natural", before).value == 320  # type: ignore[union-attr]
    assert declared.price_on("forest", "natural", after).value == 345  # type: ignore[union-attr]
    assert declared.price_on("forest", "natural", dt.date(2011, 12, 31)) is None
    assert declared.price_on("forest", "other", after) is None
