"""Dated parameters: the day chooses the edition, a day without one is an error, and a slip in a file is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.core.periods import OutsideValidity
from ecociv.core.quantities import check_unit
from ecociv.standards import (
    AmbiguousEdition,
    ParameterOutsideValidity,
    UnknownParameter,
    known_parameters,
    parameter,
)
from ecociv.standards.parameters import DataFileError, load_file

ONE = """\
air.example:
  description: {zh: 示例, en: example}
  unit: ug/m3
  citation: {standard: GB 1-2012, table: 2, year: 2012}
  superseded_by: {zh: 新示例, en: the new example}
  periods:
    - {from: 2012-01-01, to: 2015-12-31, edition: GB 1-2012, value: 70, verified: true}
    - {from: 2016-01-01, to: 2020-12-31, edition: GB 1-2016, value: 0.1, verified: false, reason: {zh: 未核, en: unread}}
"""


@pytest.fixture
def file_with(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "air.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("day", "pm10_year", "edition"),
    [
        (date(2026, 2, 28), 70, "GB 3095-2012"),
        (date(2026, 3, 1), 60, "GB 3095-2026 transition"),
        (date(2030, 12, 31), 60, "GB 3095-2026 transition"),
        (date(2031, 1, 1), 50, "GB 3095-2026 final"),
    ],
)
def test_the_day_chooses_the_edition_on_both_sides_of_each_change(day, pm10_year, edition):
    found = parameter("air.limits", on=day)
    assert found.table["pm10"]["year"][1] == pm10_year
    assert found.edition == edition


def test_outside_every_period_names_parameter_day_periods_and_successor(file_with):
    declared = load_file(file_with(ONE))[0]
    with pytest.raises(ParameterOutsideValidity) as caught:
        declared.at(on=date(2021, 1, 1))
    message = str(caught.value)
    for word in (
        "air.example",
        "2021-01-01",
        "2012-01-01..2015-12-31 GB 1-2012",
        "GB 1-2016",
        "the new example",
    ):
        assert word in message
    assert caught.value.key == "air.example"
    assert caught.value.successor.zh == "新示例"
    assert isinstance(caught.value, OutsideValidity)


def test_a_day_before_the_first_edition_is_not_given_the_first_one():
    with pytest.raises(ParameterOutsideValidity, match=r"air\.percentiles has no value on 2013-09-30"):
        parameter("air.percentiles", on=date(2013, 9, 30))
    assert parameter("air.percentiles", on=date(2013, 10, 1)).edition == "HJ 663-2013"


def test_a_dated_parameter_without_day_or_edition_is_an_error():
    with pytest.raises(AmbiguousEdition, match="give on=<date> or edition=<name>"):
        parameter("air.limits")


def test_an_edition_that_stands_for_two_sets_of_limits_is_ambiguous():
    with pytest.raises(AmbiguousEdition, match="names several editions"):
        parameter("air.limits", edition="GB 3095-2026")
    with pytest.raises(AmbiguousEdition, match="is not an edition"):
        parameter("air.limits", edition="GB 3095-1996")


def test_edition_with_a_day_must_cover_the_day():
    assert (
        parameter("air.limits", edition="GB 3095-2026", on=date(2026, 6, 1)).edition.endswith("transition")
        is True
    )
    with pytest.raises(ParameterOutsideValidity):
        parameter("air.limits", edition="GB 3095-2012", on=date(2026, 6, 1))


def test_the_staged_years_are_marked_and_the_edition_by_name_is_not():
    assert parameter("air.limits", on=date(2014, 5, 1)).mark() is not None
    assert parameter("air.limits", edition="GB 3095-2012").mark() is None


def test_unknown_names_list_what_there_is():
    with pytest.raises(UnknownParameter, match=r"air\.limits"):
        parameter("air.limitz")
    with pytest.raises(UnknownParameter, match="Modules: .*air"):
        parameter("nowhere.limit")


def test_a_decimal_is_the_number_in_the_file(file_with):
    declared = load_file(file_with(ONE))[0]
    assert declared.at(edition="GB 1-2016").decimal == Decimal("0.1")
    assert declared.at(edition="GB 1-2012").decimal == Decimal(70)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("unit: ug/m3", "units: ug/m3", 3, "unknown key 'units'"),
        ("  unit: ug/m3\n", "", 2, "missing unit"),
        ("unit: ug/m3", "unit: ug/m3\n  unit: mg/m3", 4, "'unit' is given twice"),
        ("{zh: 示例, en: example}", "{zh: 示例}", 2, "missing en"),
        ("value: 70", "value: 70, limit: 3", 7, "unknown key 'limit'"),
        ("value: 70", "value: {a: 1, a: 2}", 7, "'a' is given twice"),
        ("verified: true", "verified: yes it is", 7, "'verified' is true or false"),
        (", reason: {zh: 未核, en: unread}", "", 8, "must give its reason"),
        ("from: 2016-01-01", "from: 2015-12-31", 8, "overlap"),
        ("to: 2015-12-31", "to: 2011-12-31", 7, "runs backwards"),
        ("from: 2012-01-01", "from: soon", 7, "'from' is a day such as"),
        ("  citation: {standard: GB 1-2012, table: 2, year: 2012}\n", "", 6, "no citation"),
        ("year: 2012}", "year: old}", 4, "the year of a citation"),
        ("value: 70", "value: ", 7, "the value is empty"),
    ],
)
def test_a_slip_is_refused_with_file_and_line(file_with, old, new, line, words):
    assert old in ONE
    with pytest.raises(DataFileError) as caught:
        load_file(file_with(ONE.replace(old, new, 1)))
    assert words in str(caught.value)
    assert str(caught.value).startswith("air.yaml:")
    if "unknown" in words or "twice" in words or "empty" in words or "overlap" in words:
        assert str(caught.value).startswith(f"air.yaml:{line}:")


def test_a_parameter_without_periods_is_refused(file_with):
    without = ONE[: ONE.index("  periods:")] + "  periods: []\n"
    with pytest.raises(DataFileError, match=r"air\.yaml:6: 'periods' is a list with at least one entry"):
        load_file(file_with(without))


def test_every_declared_parameter_has_both_languages_and_a_reason_for_each_mark():
    declared = known_parameters()
    assert len(declared) >= 20
    for found in declared:
        assert found.description.zh and found.description.en
        for period in found.periods:
            assert period.citation.standard
            assert period.verified or period.reason is not None


def test_a_parameter_that_is_one_number_has_a_unit_that_a_trace_can_show():
    for found in known_parameters("air"):
        for period in found.periods:
            if isinstance(period.value, int | float):
                assert check_unit(found.unit), found.key


def test_values_cannot_be_changed_by_a_caller():
    table = parameter("air.breakpoints.daily", edition="HJ 633-2026").table
    with pytest.raises(TypeError):
        table["pm10"] = ()
    with pytest.raises(TypeError):
        table["pm10"][2] = 150
