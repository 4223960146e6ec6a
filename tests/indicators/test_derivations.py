"""Declared derivations: each series of the plan has one, in a unit that fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_mapping
from ecociv.indicators import derivations
from ecociv.indicators.derivations import GoodDayRatio, Reported, load_derivations
from ecociv.plan.package import load_zone


def test_all_57_series_of_the_49_indicators_are_derived() -> None:
    declared = load_derivations(load_zone("jingdezhen"))
    assert len(declared.by_series) == 57
    kinds = [type(item) for item in declared.derivations]
    assert (kinds.count(Reported), kinds.count(GoodDayRatio)) == (56, 1)
    assert isinstance(declared.by_series["35"], GoodDayRatio)


def test_every_property_is_fed_by_a_mapping() -> None:
    for item in load_derivations(load_zone("jingdezhen")).derivations:
        fed = {value.property for value in load_mapping(item.network).values.values()}
        assert set(item.properties) <= fed, item.series


def test_the_first_reading_is_the_cautious_one() -> None:
    air = load_derivations(load_zone("jingdezhen")).by_series["35"]
    assert isinstance(air, GoodDayRatio)
    assert [(reading.item, reading.bound) for reading in air.readings] == [
        ("o3_8h", "lower"),
        ("o3_1h", "upper"),
        (None, "upper"),
    ]


@pytest.fixture
def other_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Derivations of Jingdezhen with something replaced."""
    zone = load_zone("jingdezhen")
    original = (derivations.zone_folder("jingdezhen") / derivations.FILE).read_text(encoding="utf-8")

    def load(old: str, new: str) -> Any:
        assert old in original
        (tmp_path / derivations.FILE).write_text(original.replace(old, new, 1), encoding="utf-8")
        monkeypatch.setattr(derivations, "zone_folder", lambda key: tmp_path)
        derivations._checked.cache_clear()
        derivations._read.cache_clear()
        return load_derivations(zone)

    yield load
    derivations._checked.cache_clear()
    derivations._read.cache_clear()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('series: "9", kind', 'series: "99", kind', "series 9 of the plan has no derivation"),
        ('series: "9", kind', 'series: "99", kind', "series 99 is not in the plan"),
        (
            "property: indicator-9, unit: yi_m3",
            "property: indicator-9, unit: yi_yuan",
            "measures it in 'yi_m3'",
        ),
        ("property: indicator-9, unit: yi_m3", "property: indicator-9, unit: barrel", "not known"),
        ('series: "9", kind', 'series: "8", kind', "derived twice: 8"),
        ("incomplete_days: only-when-exceeding", "incomplete_days: guess", "derivations.yaml:"),
    ],
)
def test_a_derivation_that_does_not_fit_is_named(other_zone: Any, old: str, new: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        other_zone(old, new)


def test_another_unit_of_the_same_dimension_fits(other_zone: Any) -> None:
    assert other_zone("property: indicator-9, unit: yi_m3", "property: indicator-9, unit: wan_m3")
