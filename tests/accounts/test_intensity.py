"""Stock of timber per hectare of forest: the form of the pilot on the quality of forests."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.situations import account
from ecociv.accounts.forms import national
from ecociv.accounts.intensity import Intensity, intensity_of
from ecociv.core.missing import Missing
from ecociv.evidence.declared import DeclarationError, read_declaration


def filled(natural: dict[str, object], planted: dict[str, object]) -> Intensity:
    """Volume in m3 and area in hectare, each as (opening, closing)."""

    def rows(what: str) -> dict[str, dict[str, object]]:
        return {
            row: {"natural": natural[what][place], "planted": planted[what][place]}  # type: ignore[index]
            for place, row in enumerate(("opening", "closing"))
        }

    return intensity_of(
        "forest_quality", account("forest", rows("volume")), account("forest_area", rows("area"))
    )


def test_stock_is_divided_by_area_and_the_change_adds_up() -> None:
    found = filled({"volume": (1000, 1010), "area": (30, 30)}, {"volume": (500, 499), "area": ("7", "6.9")})
    # 1000/30 = 33.333, 1010/30 = 33.667; 500/7 = 71.429, 499/6.9 = 72.319
    figures = {key: cell.number for key, cell in found.cells.items()}
    assert figures == {
        ("opening", "natural"): Decimal("33.33"), ("closing", "natural"): Decimal("33.67"), ("change", "natural"): Decimal("0.34"),
        ("opening", "planted"): Decimal("71.43"), ("closing", "planted"): Decimal("72.32"), ("change", "planted"): Decimal("0.89"),
    }  # fmt: skip
    cell = found.cells["closing", "natural"]
    assert cell.grade == "B" and cell.trace.unit == "m3 / hectare"
    assert [trace.value for trace in cell.trace.inputs] == [1010, 30]  # type: ignore[union-attr]


def test_what_is_missing_keeps_its_kind_and_nothing_is_divided_by_zero() -> None:
    found = filled(
        {"volume": (Missing.PLANNED, 1010), "area": (30, 30)}, {"volume": (500, 0), "area": (7, 0)}
    )
    assert found.cells["opening", "natural"].missing is Missing.PLANNED
    assert found.cells["change", "natural"].missing is Missing.PLANNED
    assert found.cells["closing", "natural"].number == Decimal("33.67")
    assert found.cells["closing", "planted"].missing is Missing.NOT_APPLICABLE
    assert found.to_json()["rows"]["closing"]["planted"]["missing"] == "not-applicable"


def test_a_form_names_accounts_and_columns_that_there_are(tmp_path) -> None:
    text = (tmp_path / "national.yaml", "stock: forest\n", "columns: [natural, planted]\n")
    from ecociv.accounts import forms

    original = (forms.Path(forms.__file__).parent / "national.yaml").read_text(encoding="utf-8")
    assert text[1] in original and text[2] in original
    for old, new, words in ((text[1], "stock: trees\n", "trees"), (text[2], "columns: [bamboo]\n", "bamboo")):
        text[0].write_text(original.replace(old, new), encoding="utf-8")
        with pytest.raises(DeclarationError, match=words):
            read_declaration(text[0], type(national()))
