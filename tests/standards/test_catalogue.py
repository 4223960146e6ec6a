"""The catalogue of standards agrees with itself, with the functions and with the parameters."""

import importlib
from datetime import date
from pathlib import Path

import pytest

from ecociv.standards import UnknownStandard, catalogue, parameter, standard
from ecociv.standards.listing import StandardStatus, read_catalogue
from ecociv.standards.parameters import DataFileError, UnknownParameter
from ecociv.standards.parameters.loader import parameter_series

ENTRY = """\
- number: GB 1-2012
  edition: "2012"
  title: {zh: 题, en: title}
  status: in-force
  module: air
  coverage: {zh: 全, en: all}
  verified: true
"""


def test_each_day_around_the_change_has_one_edition_of_the_index():
    def in_force(day):
        return [entry.number for entry in catalogue("air", on=day) if entry.number.startswith("HJ 633")]

    assert in_force(date(2026, 2, 28)) == ["HJ 633-2012"]
    assert in_force(date(2026, 3, 1)) == ["HJ 633-2026"]


def test_functions_and_parameters_named_in_the_catalogue_exist():
    for entry in catalogue():
        for name in entry.functions:
            module, function = name.split(".")
            assert callable(getattr(importlib.import_module(f"ecociv.standards.{module}"), function)), name
        for key in entry.parameters:
            try:
                parameter_series(key)
            except UnknownParameter:
                pytest.fail(f"{entry.number} names the parameter {key}, which no file declares")


def test_a_superseded_standard_names_a_successor_that_starts_after_it_ends():
    for entry in catalogue():
        if entry.status is StandardStatus.SUPERSEDED:
            assert entry.superseded_by, entry.number
            successor = standard(entry.superseded_by)
            assert entry.valid.to is not None
            assert successor.valid.from_ is not None
            assert (successor.valid.from_ - entry.valid.to).days == 1, entry.number


def test_an_unknown_number_lists_its_siblings():
    with pytest.raises(UnknownStandard, match="HJ 633-2012, HJ 633-2026"):
        standard("HJ 633-2020")


def test_case_does_not_matter():
    assert standard("hj 633-2012").number == "HJ 633-2012"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("status: in-force", "status: valid", "unknown status 'valid'"),
        ("verified: true", "verified: false", "must give its reason"),
        ("module: air", "modul: air", "unknown key 'modul'"),
    ],
)
def test_a_slip_in_the_catalogue_is_refused(tmp_path: Path, old, new, words):
    path = tmp_path / "air.yaml"
    path.write_text(ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=words):
        read_catalogue(path)


def test_marks_of_the_catalogue_follow_the_parameters():
    assert standard("HJ 663-2026").verified is False
    assert parameter("air.composite", edition="HJ 663-2026").verified is False
