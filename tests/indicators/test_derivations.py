"""Declared derivations: each series of the plan has one, in a unit that fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecociv.core.quantities import same_dimension
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_mapping
from ecociv.indicators import derivations
from ecociv.indicators.derivations import GoodDayRatio, load_derivations
from ecociv.indicators.forms import form_cells
from ecociv.plan.package import load_zone


def test_all_57_series_of_the_49_indicators_are_derived() -> None:
    declared = load_derivations(load_zone("jingdezhen"))
    assert len(declared.by_series) == 57
    # none is taken over as a typed figure: the yearly return of the figure itself is a fallback only
    assert not [item.series for item in declared.derivations if item.kind == "reported"]
    assert isinstance(declared.by_series["35"], GoodDayRatio)


def test_every_fallback_is_fed_by_a_mapping() -> None:
    fed = {value.property for value in load_mapping("annual-return").values.values()}
    for item in load_derivations(load_zone("jingdezhen")).derivations:
        assert item.series == "35" or item.reported is not None
        if item.reported is not None:
            assert set(item.reported.properties) <= fed, item.series


def test_every_cell_is_asked_for_by_a_form_in_a_unit_of_its_dimension() -> None:
    cells = form_cells("jingdezhen")
    for item in load_derivations(load_zone("jingdezhen")).derivations:
        for name, cell in item.cells:
            assert cell.cell in cells[cell.form], f"{item.series} {name}"
            assert same_dimension(cells[cell.form][cell.cell], cell.unit), f"{item.series} {name}"


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
    folder = derivations.zone_folder("jingdezhen")
    original = (folder / derivations.FILE).read_text(encoding="utf-8")
    own = tmp_path / "jingdezhen"
    own.mkdir()
    for path in folder.iterdir():
        if path.name != derivations.FILE:
            (own / path.name).symlink_to(path)
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))

    def load(old: str, new: str) -> Any:
        assert old in original
        (own / derivations.FILE).write_text(original.replace(old, new, 1), encoding="utf-8")
        return load_derivations(zone)

    return load


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('series: "9"\n', 'series: "99"\n', "series 9 of the plan has no derivation"),
        ('series: "9"\n', 'series: "99"\n', r"derivations.yaml:\d+: series 99 is not in the plan"),
        ('series: "9"\n', 'series: "8"\n', "derived twice: 8"),
        ("unit: yi_m3", "unit: barrel", r"derivations.yaml:\d+: .*not known"),
        ("incomplete_days: only-when-exceeding", "incomplete_days: guess", "derivations.yaml:"),
        # the formula is checked by its units: persons are no yuan, and a quotient is no area
        ("formula: gdp / population", "formula: gdp + population", r"derivations.yaml:\d+: .*cannot be added"),
        ("formula: gdp / population", "formula: gdp / people", "people is no input"),
        ("formula: gdp / population", "formula: gdp", "population is not used"),
        ("formula: gdp / population", "formula: gdp.__class__", "is not allowed"),
        ("formula: urban / rural", "formula: urban * rural", r"the figure is declared in '1'"),
        ("constant: 1 tonne / m3", "constant: 1 tonne", "declared in 'tonne / wan_yuan'"),
        ("cell: use.total, unit: wan_m3", "cell: use.totals, unit: wan_m3", "form water-use has no cell 'use.totals'"),
        ("form: water-use, cell: use.total", "form: water, cell: use.total", "there is no form 'water'"),
        ("group: mines", "group: mine", "there is no group of places 'mine'"),
    ],
)
def test_a_derivation_that_does_not_fit_is_named(other_zone: Any, old: str, new: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        other_zone(old, new)


def test_a_figure_of_another_dimension_than_the_plan_is_refused(other_zone: Any) -> None:
    old = "formula: use\n    unit: yi_m3"
    with pytest.raises(DeclarationError, match="the formula gives"):
        other_zone(old, "formula: use\n    unit: yi_yuan")


def test_a_cell_taken_in_another_dimension_than_its_form_asks_for_is_refused(other_zone: Any) -> None:
    old = "    formula: use\n    unit: yi_m3"
    broken = old.replace("yi_m3", "yi_yuan")
    with pytest.raises(DeclarationError, match=r"form water-use asks for use\.total in 'wan_m3'"):
        other_zone(
            "use: {form: water-use, cell: use.total, unit: wan_m3, or_sum_of: counties}\n" + old,
            "use: {form: water-use, cell: use.total, unit: wan_yuan, or_sum_of: counties}\n" + broken,
        )


def test_another_unit_of_the_same_dimension_fits(other_zone: Any) -> None:
    assert other_zone("formula: use\n    unit: yi_m3", "formula: use\n    unit: wan_m3")
