"""Accounts that close, and what they say where they do not: by hand, with the arithmetic in comments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.situations import account, cell
from ecociv.accounts.forms import national
from ecociv.accounts.sheet import compile_account
from ecociv.core.missing import Missing
from ecociv.standards.natural_capital import AccountError


def test_opening_and_changes_give_the_closing() -> None:
    # 1000 + 60 + 5 - 25 - 8 = 1032
    found = account(
        "forest",
        {
            "opening": {"natural": 1000},
            "growth": {"natural": 60},
            "planting": {"natural": 5},
            "felling": {"natural": 25},
            "mortality": {"natural": 8},
            "closing": {"natural": 1032},
        },
    )
    assert found.verdict.ok is True and not found.verdict.reasons
    assert found.line("additions") == {"natural": Decimal(65)}
    assert found.line("reductions") == {"natural": Decimal(33)}
    assert found.line("computed") == {"natural": Decimal(1032)}
    assert found.line("residual") == {"natural": Decimal(0)}


def test_the_residual_is_a_line_of_its_own_and_no_cell_moves() -> None:
    rows = {
        "opening": {"natural": 1000, "planted": 500},
        "felling": {"natural": 25, "planted": 10},
        "closing": {"natural": 970, "planted": 490},
    }
    found = account("forest", rows)
    # 1000 - 25 = 975, recorded 970: -5; 500 - 10 = 490, recorded 490: 0
    assert found.line("residual") == {"natural": Decimal(-5), "planted": Decimal(0)}
    assert found.verdict.codes == ("unexplained",)
    for row, amounts in rows.items():
        for column, value in amounts.items():
            assert found.figure(row, column) == value
    assert "-5" in found.verdict.reasons[0].text.en and "天然林" in found.verdict.reasons[0].text.zh


def test_a_residual_within_the_rounding_of_the_sources_counts_as_closed_and_stays_visible() -> None:
    rows = {"opening": {"forest": "300.00"}, "closing": {"forest": "300.04"}}
    assert account("land", rows, tolerance="0.05").verdict.ok is True
    assert account("land", rows, tolerance="0.05").line("residual")["forest"] == Decimal("0.04")
    assert account("land", rows, tolerance="0.03").verdict.codes == ("unexplained", "total-changed")


@pytest.mark.parametrize("kind", [Missing.MISSING, Missing.PLANNED, Missing.WITHHELD, Missing.DELEGATED])
def test_a_missing_cell_stays_missing_with_its_kind_and_leaves_only_its_column_open(kind: Missing) -> None:
    found = account(
        "forest",
        {
            "opening": {"natural": 10, "planted": 20},
            "growth": {"natural": kind, "planted": 1},
            "closing": {"natural": 12, "planted": 21},
        },
    )
    assert found.cells["growth", "natural"].missing is kind
    assert found.cells["growth", "natural"].reason.en == f"because {kind.value}"
    assert found.line("computed") == {"natural": None, "planted": Decimal(21)}
    assert found.line("residual") == {"natural": None, "planted": Decimal(0)}
    assert found.verdict.ok is None and found.verdict.codes == ("entry-missing",)
    assert "Natural growth" in found.verdict.reasons[0].text.en


def test_what_does_not_apply_is_no_change_and_no_gap() -> None:
    found = account(
        "forest",
        {
            "opening": {"natural": 10, "planted": Missing.NOT_APPLICABLE},
            "planting": {"natural": Missing.NOT_APPLICABLE, "planted": Missing.NOT_APPLICABLE},
            "closing": {"natural": 10, "planted": Missing.NOT_APPLICABLE},
        },
    )
    assert found.verdict.ok is True
    assert found.outside == ("planted",)
    assert found.balance is not None and found.balance.items == ("natural",)


def test_the_opening_is_the_closing_of_the_year_before() -> None:
    before = account("forest", {"opening": {"natural": 300}, "closing": {"natural": 310}}, year=2015)
    # 310 + 5 = 315
    found = account("forest", {"growth": {"natural": 5}, "closing": {"natural": 315}}, previous=before)
    assert found.figure("opening", "natural") == 310
    assert found.cells["opening", "natural"].source == "previous"
    assert found.verdict.ok is True
    # Down to the figure of the year before.
    assert found.trace("opening", "natural").inputs[0] == before.trace("closing", "natural")


def test_an_opening_that_is_not_the_earlier_closing_is_discontinuous() -> None:
    before = account("land", {"opening": {"forest": 300}, "closing": {"forest": 310}}, year=2015)
    found = account("land", {"opening": {"forest": 312}, "closing": {"forest": 312}}, previous=before)
    assert found.verdict.codes == ("discontinuous",)
    assert "312" in found.verdict.reasons[0].text.en and "310" in found.verdict.reasons[0].text.en


def test_a_missing_earlier_closing_keeps_its_kind() -> None:
    before = account("land", {"opening": {"forest": 300}, "closing": {"forest": Missing.WITHHELD}}, year=2015)
    found = account("land", {"closing": {"forest": 312}}, previous=before)
    assert found.cells["opening", "forest"].missing is Missing.WITHHELD
    first = account("land", {"closing": {"forest": 312}})
    assert first.cells["opening", "forest"].missing is Missing.MISSING


def test_the_total_of_land_stays_unless_the_boundary_changed() -> None:
    # 100 + 300 = 400, 95 + 306 = 401
    rows = {
        "opening": {"cultivated": 100, "forest": 300},
        "human_addition": {"forest": 6},
        "human_reduction": {"cultivated": 5},
        "closing": {"cultivated": 95, "forest": 306},
    }
    assert account("land", rows).verdict.codes == ("total-changed",)
    assert account("land", rows, boundary_changed=True).verdict.ok is True


def test_transfers_between_columns_cancel() -> None:
    rows = {
        "opening": {"natural": 10, "planted": 10},
        "classed_in": {"natural": 3},
        "classed_out": {"planted": 2},
        "closing": {"natural": 13, "planted": 8},
    }
    assert account("forest", rows).verdict.codes == ("exchange",)
    rows["classed_out"] = {"planted": 3}
    rows["closing"] = {"natural": 13, "planted": 7}
    assert account("forest", rows).verdict.ok is True


def test_reductions_beyond_the_stock_are_named() -> None:
    found = account("forest", {"opening": {"natural": 5}, "felling": {"natural": 9}, "closing": {"natural": 0}})
    # 5 - 9 = -4, recorded 0: residual +4
    assert set(found.verdict.codes) == {"below-zero", "unexplained"}
    assert found.line("residual")["natural"] == 4


def test_a_negative_amount_is_refused_with_row_and_column() -> None:
    with pytest.raises(AccountError, match="felling of natural is -1"):
        account("forest", {"opening": {"natural": 5}, "felling": {"natural": -1}, "closing": {"natural": 6}})


def test_an_account_of_flows_has_no_stock_and_adds_nothing_that_is_missing() -> None:
    found = account("water_emissions", {"enterprises": {"cod": 5}, "domestic": {"cod": Missing.MISSING}})
    assert found.balance is None and found.verdict.ok is None
    assert found.figure("enterprises", "cod") == 5 and found.figure("domestic", "cod") is None


def test_a_total_is_missing_as_soon_as_a_column_is() -> None:
    found = account("forest", {"opening": {"natural": 5, "planted": 6}, "closing": {"natural": 5, "planted": Missing.MISSING}})  # fmt: skip
    assert found.total("opening") == 11 and found.total("closing") is None


def test_every_line_leads_to_its_cells() -> None:
    found = account("forest", {"opening": {"natural": 10}, "growth": {"natural": 2}, "closing": {"natural": 13}})
    residual = found.trace("residual", "natural")
    assert residual.value == 1  # 13 - (10 + 2)
    assert [each.value for each in residual.inputs] == [13, 12]
    with pytest.raises(KeyError):
        found.trace("growth", "planted")


def test_json_tells_zero_from_missing_from_nothing() -> None:
    found = account("forest", {"opening": {"natural": 0}, "growth": {"natural": Missing.PLANNED}, "closing": {"natural": 0}})  # fmt: skip
    rows = found.to_json()["rows"]
    assert rows["opening"]["cells"]["natural"]["value"] == "0"
    assert rows["growth"]["cells"]["natural"] | {"reason": None} == {
        "value": None, "missing": "planned", "reason": None, "source": "none", "grade": "", "marks": [], "sample": False
    }  # fmt: skip
    assert "felling" not in rows


def test_grades_fall_by_the_declared_rule_and_the_worst_cell_tells() -> None:
    rule = national().grades
    assert rule.grade("layer") == "A" and rule.grade("return") == "B"
    assert rule.grade("layer", frozenset({"older", "fallback"})) == "C"
    assert rule.grade("return", frozenset({"estimate", "older", "fallback"})) == "E"  # no lower than the last
    assert rule.worst(("A", "", "C")) == "C" and rule.worst(()) == ""
    form = national().accounts["land"]
    cells = {("opening", "forest"): cell(1, source="layer"), ("closing", "forest"): cell(1)}
    found = compile_account("land", form, {"forest": form.columns["forest"]}, cells, year=2016)
    assert found.grade("forest") == "B"
