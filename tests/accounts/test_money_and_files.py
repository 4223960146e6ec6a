"""Values at declared prices, the rows of the SEEA central framework, SDMX-CSV, and workbooks that say what is missing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest

from accounts.situations import account
from ecociv.accounts.money import DayPrice, day_price, worth_of
from ecociv.accounts.pilot import filled
from ecociv.accounts.seea import asset_table, sdmx_csv, structure
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.trace import Citation

PRICE = Citation("示例", verified=False)
ROWS = {
    "opening": {"natural": 1000, "planted": 500, "other": 10},
    "growth": {"natural": 60, "planted": 20, "other": 0},
    "planting": {"natural": 0, "planted": 10, "other": 0},
    "felling": {"natural": 25, "planted": 40, "other": Missing.WITHHELD},
    "closing": {"natural": 1030, "planted": 490, "other": 10},
}


@pytest.fixture
def timber() -> AccountSheet:
    return account("forest", ROWS)


def prices(account_key: str, column: str, day: dt.date) -> DayPrice | None:
    table = {("natural", 2015): 300, ("natural", 2016): 320, ("planted", 2016): 280}
    value = table.get((column, day.year))
    return None if value is None else DayPrice(Decimal(value), PRICE)


def test_value_closes_exactly_with_revaluation_and_residual(timber: AccountSheet) -> None:
    found = worth_of(timber, 2016, prices)
    assert found is not None and found.columns == ("natural",)
    # opening 1000 x 300; growth 60 x 310; felling 25 x 310; residual -5 x 310; revaluation 20 x (1000 + 1030) / 2
    assert found.account.opening["natural"] == 300_000
    assert found.account.changes["growth"]["natural"] == 18_600
    assert found.account.changes["extraction"]["natural"] == -7_750
    assert found.account.changes["unexplained"]["natural"] == -1_550
    assert found.account.revaluation["natural"] == 20_300
    # 300,000 + 18,600 - 7,750 - 1,550 + 20,300 = 329,600 = 1030 x 320
    assert found.account.closing["natural"] == 329_600
    assert not found.verified


def test_no_price_of_another_year_stands_in(timber: AccountSheet) -> None:
    found = worth_of(timber, 2016, prices)
    assert found is not None
    assert found.without["planted"].en == "No price is in force on 2015-12-31"
    assert worth_of(timber, 2016, lambda *_: None) is None
    assert "planted" not in found.to_json()["closing"]


def test_a_price_is_converted_to_the_unit_of_the_account() -> None:
    assert day_price(Decimal("2.5"), "yuan / m3", "wan_m3", PRICE).value == 25_000


def test_causes_are_added_up_in_the_rows_of_the_framework(timber: AccountSheet) -> None:
    table = {row.flow: row for row in asset_table(timber)}
    assert table["growth"].causes == ("growth", "planting")
    assert table["growth"].amounts["planted"] == 30
    assert table["extraction"].amounts["other"] is None  # withheld stays out of the sum
    # 1000 + 60 - 25 = 1035, recorded 1030
    assert table["unexplained"].amounts["natural"] == -5


def test_sdmx_has_a_line_for_each_cell_and_the_status_of_what_is_missing(timber: AccountSheet) -> None:
    lines = list(csv.DictReader(io.StringIO(sdmx_csv([("360222", 2016, timber)]))))
    assert len(lines) == 15 + 3  # five rows of three columns, and a residual for each column
    assert [*lines[0]] == structure().header
    by_key = {(one["ITEM"], one["CAUSE"]): one for one in lines}
    assert len(by_key) == len(lines)  # the dimensions tell every line
    felled = by_key["other", "felling"]
    assert (felled["OBS_VALUE"], felled["OBS_STATUS"], felled["CONF_STATUS"]) == ("", "Q", "C")
    assert by_key["natural", "growth"] | {"COMMENT_OBS": ""} == {
        "STRUCTURE": "dataflow", "STRUCTURE_ID": "ECOCIV:NATURAL_RESOURCES(1.0)", "ACTION": "I", "FREQ": "A",
        "REF_AREA": "360222", "ACCOUNT": "forest", "ITEM": "natural", "SEEA_FLOW": "growth", "CAUSE": "growth",
        "UNIT_MEASURE": "m3", "TIME_PERIOD": "2016", "OBS_VALUE": "60", "OBS_STATUS": "A", "CONF_STATUS": "F",
        "DECIMALS": "0", "GRADE": "B", "SAMPLE": "N", "COMMENT_OBS": "",
    }  # fmt: skip
    assert by_key["other", "unexplained"]["OBS_STATUS"] == "O"


def test_every_kind_of_absence_has_a_status_of_its_own_meaning() -> None:
    assert set(structure().missing) == set(Missing)
    assert structure().missing[Missing.NOT_APPLICABLE] != structure().missing[Missing.MISSING]


def test_sdmx_is_read_by_another_program(timber: AccountSheet, tmp_path) -> None:
    readers = pytest.importorskip("pysdmx.io", reason="pysdmx is not installed")
    path = tmp_path / "accounts.csv"
    path.write_text(sdmx_csv([("360222", 2016, timber)]), encoding="utf-8")
    try:
        message = readers.read_sdmx(path)
    except ImportError as error:
        pytest.skip(f"pysdmx cannot read CSV here: {error}")
    (data,) = message.data
    assert len(data.data) == 18
    assert data.short_urn.endswith("ECOCIV:NATURAL_RESOURCES(1.0)")


def test_a_filled_form_leaves_out_what_does_not_apply() -> None:
    sheet = account(
        "forest",
        {
            "opening": {"natural": 1, "other": Missing.NOT_APPLICABLE},
            "growth": {"natural": Missing.PLANNED, "other": Missing.NOT_APPLICABLE},
            "closing": {"natural": 1, "other": Missing.NOT_APPLICABLE},
        },
    )
    assert filled(sheet) == {
        "opening": {"natural": Decimal(1)},
        "growth": {"natural": None},
        "closing": {"natural": Decimal(1)},
    }
