"""The units of the plan, converted exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.decimals import NotANumber
from ecociv.core.quantities import (
    UnitError,
    as_decimal,
    check_unit,
    convert,
    factor,
    known_units,
    label_of,
    same_dimension,
    units,
    with_unit,
)

# Each unit of the plan's first annex, as printed, and in the names of the registry.
PLAN_UNITS = [
    ("万元", "wan_yuan"),
    ("亿元/平方公里", "yi_yuan / km ** 2"),
    ("亿立方米", "yi_m3"),
    ("吨/万元", "tonne / wan_yuan"),
    ("吨标准煤/万元", "tce / wan_yuan"),
    ("万吨标准煤", "wan_tce"),
    ("万元/吨", "wan_yuan / tonne"),
    ("万立方米", "wan_m3"),
    ("万公顷", "wan_hectare"),
    ("平方米", "m ** 2"),
    ("万吨", "wan_tonne"),
    ("%", "percent"),
    ("万亩", "wan_mu"),
    ("亩", "mu"),
    ("万千瓦", "wan_kilowatt"),
    ("亿斤", "yi_jin"),
    ("家", "enterprise"),
    ("个", "count"),
    ("户", "household"),
    ("千伏", "kilovolt"),
    ("天", "day"),
    ("人", "person"),
]


@pytest.mark.parametrize(("printed", "name"), PLAN_UNITS)
def test_the_units_of_the_plan_are_known_in_both_ways_of_writing(printed: str, name: str) -> None:
    assert check_unit(printed) == printed
    assert factor(printed, name) == 1
    assert label_of(name).zh == printed
    assert label_of(name).en


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        ("1", "yi_yuan", "wan_yuan", "10000"),
        ("15", "mu", "hectare", "1"),  # 15 mu make a hectare
        ("8.4294", "wan_hectare", "wan_mu", "126.441"),  # 8.4294 * 15
        ("1", "km2", "mu", "1500"),
        ("0.51", "tce/wan_yuan", "kgce/yuan", "0.051"),  # 510 kg / 10,000 yuan
        ("12.5", "yi_jin", "wan_tonne", "62.5"),  # 12.5e8 * 0.5 kg = 6.25e8 kg = 62.5e4 t
        ("8.45", "yi_m3", "wan_m3", "84500"),
        ("2", "wan_kw", "mw", "20"),
        ("61", "percent", "1", "0.61"),
        ("35", "ug/m3", "mg/m3", "0.035"),
        ("1", "mg/L", "g/m3", "1"),
        ("25", "celsius", "kelvin", "298.15"),
        ("1", "万元/人", "yuan/person", "10000"),
    ],
)
def test_conversions(value: str, from_unit: str, to_unit: str, expected: str) -> None:
    assert convert(Decimal(value), from_unit, to_unit) == Decimal(expected)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**9, max_value=10**9, places=5),
    st.sampled_from([("mu", "m2"), ("wan_mu", "wan_hectare"), ("yi_yuan", "yuan"), ("jin", "tonne"), ("kwh", "joule")]),
)
def test_there_and_back_is_where_it_was(value: Decimal, pair: tuple[str, str]) -> None:
    there = convert(value, *pair)
    # A third of something has no end in decimals, so a way through mu may lose the 28th figure.
    assert convert(there, pair[1], pair[0]) == pytest.approx(value, rel=Decimal("1e-26"), abs=Decimal("1e-26"))
    assert factor(*pair) * factor(pair[1], pair[0]) == 1


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [("tce", "gj"), ("person", "household"), ("yuan", "tonne"), ("wan_hectare", "wan_m3"), ("count", "enterprise"), ("km", "km2")],
)
def test_different_things_cannot_be_turned_into_each_other(from_unit: str, to_unit: str) -> None:
    assert not same_dimension(from_unit, to_unit)
    with pytest.raises(UnitError, match="measure different things"):
        convert(Decimal(1), from_unit, to_unit)


@pytest.mark.parametrize("expression", ["yuann", "万公倾", "", " ", "yuan +", "yuan /", "* yuan", "megayuan", "m**"])
def test_what_is_no_unit_is_refused(expression: str) -> None:
    with pytest.raises(UnitError):
        check_unit(expression)


def test_a_misprint_gets_a_hint() -> None:
    with pytest.raises(UnitError, match="万公倾.*did you mean '万公顷'"):
        check_unit("万公倾")


def test_temperatures_have_no_single_factor() -> None:
    with pytest.raises(UnitError, match="different zeros"):
        factor("celsius", "kelvin")


def test_text_is_no_quantity() -> None:
    with pytest.raises(NotANumber, match="text"):
        convert("1", "mu", "m2")  # type: ignore[arg-type]


def test_every_unit_has_both_labels_and_parses() -> None:
    for name in known_units():
        assert check_unit(name) == name
        label = label_of(name)
        assert label.zh != name
        assert check_unit(label.zh) == label.zh
    assert units() is units()


def test_labels_of_composed_units() -> None:
    assert label_of("yi_yuan / km ** 2").zh == "亿元/平方公里"
    assert label_of("wan_yuan / person").en == "10⁴ yuan/person"
    assert label_of("day").en == "days"
    assert label_of("dimensionless").zh == label_of("1").zh == "—"
    assert label_of("fathom").en == "fathom"


def test_numbers_and_labels_are_joined_as_the_language_does() -> None:
    assert with_unit("8.45", label_of("yi_m3"), "zh") == "8.45亿立方米"
    assert with_unit("8.45", label_of("yi_m3"), "en") == "8.45 × 10⁸ m³"
    assert with_unit("61", label_of("percent"), "en") == "61%"
    assert with_unit("2.29", ":1", "zh") == "2.29:1"
    assert with_unit("0.55", "-", "zh") == "0.55"
    assert with_unit("5", "tce", "zh") == "5 tce"


def test_fractions_become_decimals_exactly_where_they_can() -> None:
    assert str(as_decimal(Fraction(1, 8))) == "0.125"
    assert as_decimal(Fraction(10**40 + 1, 10**20)) == Decimal("100000000000000000000.00000000000000000001")
    assert as_decimal(Fraction(2, 3)) == Decimal("0.6666666666666666666666666667")
