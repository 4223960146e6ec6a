"""Balance sheets from the evidence on record: restated figures, positions on a day, areas, what is kept."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from ecociv.accounts.check import check
from ecociv.accounts.companions import liabilities, pilot_checks, supply_use, worth
from ecociv.accounts.gather.supply import KINDS
from ecociv.accounts.queries import AccountsRefused, areas, balance_sheet, position, resolve_area
from ecociv.accounts.restated import restatements
from ecociv.cli.main import main
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.reporting.resource_accounts.workbook import balance_sheet_workbook
from indicators.primary_records import file_cells

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("evidence_folder", "plan_in_database"),
]
ZONE = "jingdezhen"
CLOSING = {
    "cultivated": 100.0, "garden": 20.0, "forest": 300.0, "grass": 5.0, "settlement": 40.0, "transport": 10.0, "other": 8.0,
}  # fmt: skip


def land(year: int, place: str = ZONE, **more: float) -> dict[str, float]:
    """A return of land; hydraulic works and surface are 7 and 10 hectare."""
    stocks = {**CLOSING, **more}
    cells = {f"land/{place}/land.{name}": value for name, value in stocks.items()}
    return cells | {f"land/{place}/land.hydraulic": 7.0, f"land/{place}/land.rivers_lakes": 10.0}


def changes(place: str = ZONE, **moved: tuple[float, float]) -> dict[str, float]:
    """Additions and reductions by human activity, everything else zero."""
    found = {}
    for column in (*CLOSING, "water"):
        added, reduced = moved.get(column, (0.0, 0.0))
        for row, value in (("human_addition", added), ("human_reduction", reduced), ("natural_addition", 0.0), ("natural_reduction", 0.0)):  # fmt: skip
            found[f"land-change/{place}/landuse.{column}.{row}"] = value
    return found


def file_two_years() -> None:
    """2015, and 2016 in which 4 hectare of forest were built over."""
    file_cells(2015, land(2015))
    opening = {f"land-change/{ZONE}/landuse.{column}.opening": value for column, value in CLOSING.items()}
    opening[f"land-change/{ZONE}/landuse.water.opening"] = 17.0
    file_cells(
        2016,
        land(2016, forest=296.0, settlement=44.0) | opening | changes(forest=(0.0, 4.0), settlement=(4.0, 0.0)),
    )


def test_a_sheet_follows_its_returns_to_the_last_reading() -> None:
    file_two_years()
    found = balance_sheet(ZONE, "", 2016).account("land")
    # 300 + 0 - 4 = 296; 40 + 4 - 0 = 44
    assert found.verdict.ok is True
    assert found.figure("closing", "forest") == Decimal("296.00")
    assert found.figure("closing", "water") == Decimal("17.00")  # 7 + 10
    leaves = list(found.trace("residual", "forest").leaves())
    assert {"land/jingdezhen/land.forest", "land-change/jingdezhen/landuse.forest.human_reduction"} <= {
        leaf.source_id for leaf in leaves
    }
    assert not found.sample


def test_a_restatement_keeps_both_sheets() -> None:
    file_two_years()
    before = dt.datetime.now(dt.UTC)
    old = balance_sheet(ZONE, "", 2016)
    file_cells(2016, {f"land/{ZONE}/land.forest": 295.5}, reason="复核后更正")
    new = balance_sheet(ZONE, "", 2016)
    assert new.account("land").figure("closing", "forest") == Decimal("295.50")
    assert new.account("land").line("residual")["forest"] == Decimal("-0.50")
    leaf = next(new.account("land").trace("closing", "forest").leaves())
    assert leaf.revision == 2
    then = balance_sheet(ZONE, "", 2016, before)
    assert then.account("land").to_json() == old.account("land").to_json()
    assert then.account("land").verdict.ok is True
    assert new.fingerprint != old.fingerprint


def test_every_restatement_keeps_every_sheet_before_it() -> None:
    file_two_years()
    figures, moments = ["296.00"], [dt.datetime.now(dt.UTC)]
    for forest in (290.25, 301.5, 296.0):
        file_cells(2016, {f"land/{ZONE}/land.forest": forest}, reason="复核后更正")
        figures.append(f"{forest:.2f}")
        moments.append(dt.datetime.now(dt.UTC))
    for figure, moment in zip(figures, moments, strict=True):
        land_then = balance_sheet(ZONE, "", 2016, moment).account("land")
        # 300 - 4 = 296 follows from opening and changes; what the closing has more or less is the residual of its day.
        assert land_then.figure("closing", "forest") == Decimal(figure)
        assert land_then.line("residual")["forest"] == Decimal(figure) - 296


def test_the_opening_without_a_source_of_its_own_follows_a_restated_closing() -> None:
    file_cells(2015, {"forestry/jingdezhen/wetland.river": 100.0})
    cells = {f"forest-change/{ZONE}/wetlandchange.river.{row}": 0.0 for row in ("human_addition", "human_reduction")}
    file_cells(2016, cells | {"forestry/jingdezhen/wetland.river": 100.0})
    # The opening has a source here; it is missing, so that nothing stands in silently.
    found = balance_sheet(ZONE, "", 2016).account("wetland")
    assert found.cells["opening", "river"].missing is Missing.MISSING
    grades = balance_sheet(ZONE, "", 2016).account("cropland_quality")
    assert grades.cells["opening", "g4"].source == "previous"


def test_the_position_on_a_day_is_the_last_closing() -> None:
    file_two_years()
    start = position(ZONE, "", dt.date(2015, 12, 31))
    middle = position(ZONE, "", dt.date(2016, 12, 30))
    end = position(ZONE, "", dt.date(2016, 12, 31))
    assert start.exact and end.exact and not middle.exact
    assert middle.stated_for == dt.date(2015, 12, 31)
    assert middle.stocks["land", "forest"].figure == start.stocks["land", "forest"].figure == Decimal("300.00")
    assert end.stocks["land", "forest"].figure == Decimal("296.00")
    assert end.stocks["minerals", "copper_proved"].figure is Missing.MISSING
    assert ("air_emissions", "so2") not in end.stocks  # a flow is no stock
    with pytest.raises(AccountsRefused, match="2012-12-31"):
        position(ZONE, "", dt.date(2012, 6, 1))


def test_areas_go_by_key_code_and_name() -> None:
    assert resolve_area(ZONE) == "jingdezhen"
    assert {resolve_area(ZONE, each) for each in ("fuliang-county", "360222", "浮梁县", "Fuliang County")} == {"fuliang-county"}
    with pytest.raises(AccountsRefused, match="fuliang-county"):
        resolve_area(ZONE, "atlantis")
    with pytest.raises(AccountsRefused, match="2012"):
        balance_sheet(ZONE, "", 1999)
    assert len(areas(ZONE)) == 5


def test_counties_that_do_not_add_up_to_the_city_are_found() -> None:
    file_two_years()
    for place, forest in (("changjiang-district", 50.0), ("zhushan-district", 6.0), ("fuliang-county", 140.0), ("leping-city", 99.0)):  # fmt: skip
        file_cells(2016, {f"land/{place}/land.forest": forest})
    # 50 + 6 + 140 + 99 = 295, the city has 296
    found = [one for one in check(ZONE, [2016]).breaks if one.code == "counties"]
    assert [(one.account, one.year) for one in found] == [("land", 2016)]
    assert found[0].text.en == "Forest land, Closing stock: the counties add up to 1.00 less than the city"


def test_companions_of_an_empty_year_say_what_is_missing_and_fall_nowhere() -> None:
    sheet = balance_sheet(ZONE, "", 2018)
    assert sheet.cells == 0 and sheet.gaps > 200 and not sheet.sample
    assert all(one.verdict.ok is None for one in sheet.accounts)
    table = supply_use(ZONE, "", 2018)
    assert table is not None and table.table.verdict.ok is None and table.table.value is None
    owed = {one.key: one for one in liabilities(ZONE, "", 2018)}
    assert owed["water-overuse"].amount is Missing.MISSING
    assert owed["sections-above-target"].amount is Missing.MISSING
    assert worth(ZONE, sheet.account("forest"), 2018).columns == ()  # type: ignore[union-attr]
    assert all(one.verdict.ok is None for one in pilot_checks(sheet).values())
    assert Trace.from_json(sheet.account("land").trace("closing", "forest").to_json()).value is Missing.MISSING


def test_supply_and_use_of_water_is_traced_to_its_returns_and_added_up() -> None:
    flows = {"works.abstracted": 100.0, "works.supplied": 88.0, "works.returned": 2.0, "farms.abstracted": 50.0, "farms.returned": 9.0}
    file_cells(2016, {f"water-stock/{ZONE}/{cell}": value for cell, value in flows.items()})
    table = supply_use(ZONE, "", 2016)
    assert table is not None
    leaves = {leaf.source_id: leaf for leaf in table.trace().leaves()}
    assert leaves[f"water-stock/{ZONE}/works.abstracted"].value == 100
    assert table.trace().inputs[0].label.zh == "自来水厂耗水量"
    assert table.total("abstracted") is None  # of industry nobody knows
    assert table.table.verdict.reasons[0].text.zh == "居民与公共服务有缺项，不能平衡"
    assert set(table.to_json()["totals"]) <= set(KINDS)


def test_water_taken_by_the_account_and_by_the_units_of_the_economy_is_the_same() -> None:
    units = {f"{unit}.abstracted": amount for unit, amount in (("works", 60.0), ("factories", 20.0), ("farms", 15.0), ("landscape", 5.0))}
    taken = {f"waterbody.{body}.{use}": 0.0 for body in ("reservoir", "lake", "river", "ground") for use in ("domestic", "industry", "agriculture", "ecology")}
    file_cells(2016, {f"water-stock/{ZONE}/{cell}": value for cell, value in {**units, **taken, "waterbody.river.domestic": 100.0}.items()})
    found = {one.code for one in check(ZONE, [2016]).breaks}
    assert "water-differs" not in found  # 60 + 20 + 15 + 5 = 100
    file_cells(2016, {f"water-stock/{ZONE}/farms.abstracted": 12.5})
    (differs,) = (one for one in check(ZONE, [2016]).breaks if one.code == "water-differs")
    assert differs.text == Text(
        zh="取水：供给使用表比水资源账户少2.50", en="Abstracted: supply and use have 2.50 less than the account of water"
    )


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["accounts", *arguments])


def test_commands(tmp_path: Path) -> None:
    file_two_years()
    done = run("balance-sheet", ZONE, "--year", "2016", "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    accounts = {one["account"]: one for one in found["accounts"]}
    assert accounts["land"]["rows"]["closing"]["cells"]["forest"]["value"] == "296.00"
    assert accounts["land"]["closes"] is True and accounts["forest"]["closes"] is None
    assert found["liabilities"][0]["key"] == "water-overuse" and found["supply_use"]["closes"] is None
    file_cells(2016, {f"land/{ZONE}/land.forest": 290.0}, reason="更正")
    broken = run("balance-sheet", ZONE, "--year", "2016", "--area", "", "--language", "en")
    assert broken.exit_code == 1 and "unexplained residual -6.00" in broken.stdout
    book = tmp_path / "sheet.xlsx"
    assert run("balance-sheet", ZONE, "--year", "2016", "--format", "xlsx", "--out", str(book)).exit_code == 1
    sheet = load_workbook(book)["土地资源存量及变动表"]
    rows = {str(row[0].value): [cell.value for cell in row[1:]] for row in sheet.iter_rows() if row[0].value}
    assert rows["期末存量"][2] == 290 and rows["未解释差额"][2] == -6
    assert rows["项目"][2] == "林地"
    pilot = run("pilot-form", ZONE, "--year", "2016", "--account", "land", "--format", "json")
    assert pilot.exit_code == 1 and "unexplained" in pilot.stdout
    assert run("pilot-form", ZONE, "--year", "2016", "--account", "wetland").exit_code == 3
    lines = list(csv.DictReader(io.StringIO(run("seea", ZONE, "--year", "2016").stdout)))
    assert {one["REF_AREA"] for one in lines} == {"360200"}
    checked = run("check", ZONE, "--year", "2016", "--format", "json")
    assert checked.exit_code == 1
    assert {"unexplained", "total-changed"} <= {one["code"] for one in json.loads(checked.stdout)["breaks"]}


def test_a_cell_tells_its_corrections_with_both_values() -> None:
    file_two_years()
    first = balance_sheet(ZONE, "", 2016)
    assert restatements(first, "land", "closing", "forest") == ()
    for value in (295.5, 295.5, 290.0):  # the second leaves it as it was
        file_cells(2016, {f"land/{ZONE}/land.forest": value}, reason="复核后更正")
    sheet = balance_sheet(ZONE, "", 2016)
    told = restatements(sheet, "land", "closing", "forest")
    assert [(one.before.number, one.after.number) for one in told if one.before and one.after] == [
        (Decimal("295.50"), Decimal("290.00"))
    ]
    # Each revision is told as the last correction of the cell it replaced.
    earlier = balance_sheet(ZONE, "", 2016, told[0].at - dt.timedelta(microseconds=1))
    (before,) = restatements(earlier, "land", "closing", "forest")
    assert before.before and before.before.number == Decimal("296.00")
    assert restatements(sheet, "land", "closing", "garden") == () == restatements(sheet, "land", "nothing", "forest")


def test_a_workbook_says_where_each_figure_comes_from_and_adds_only_what_can_be_added() -> None:
    file_two_years()
    timber = {f"forest-change/{ZONE}/timber.natural.opening": 100.0, f"forestry/{ZONE}/volume.natural": 110.0}
    file_cells(2016, timber | {f"mineral-reserve/{ZONE}/reserve.copper_proved.opening": 7.0})
    book = load_workbook(io.BytesIO(balance_sheet_workbook(balance_sheet(ZONE, "", 2016), "en")))
    assert max(len(name) for name in book.sheetnames) <= 31 and not any(name.endswith("cultivated la") for name in book.sheetnames)
    land = [[cell.value for cell in row] for row in book["Stock of land and its change"].iter_rows()]
    by_name = {str(row[0]): row[1:] for row in land}
    assert by_name["Closing stock"][-1] == 500 == sum(value for value in by_name["Closing stock"][:-1] if value)
    assert by_name["Additions in all"][-1] == 4 == by_name["Reductions in all"][-1]  # totals stand in every line
    ore = [[cell.value for cell in row] for row in book["Mineral reserves"].iter_rows()]
    assert all("Total" not in row for row in ore)  # copper and kaolin are not added
    liabilities_page = [cell.value for cell in book["Liabilities"]["A"]]
    assert liabilities_page[0] == "Jingdezhen Liabilities 2016"
    origins = [[cell.value for cell in row] for row in book["Sources and confidence"].iter_rows()]
    (forest,) = (row for row in origins if row[:3] == ["Stock of land and its change", "Closing stock", "Forest land"])
    assert forest[3:7] == [296, "ha", "B", "Departmental return"]
    assert forest[7].startswith("land/jingdezhen/land.forest (r1, ")
    # 100 m3 at 320, 110 at 345 yuan: 32,000 and 37,950, beside the physical account
    stock = [[cell.value for cell in row] for row in book["Stock of timber and its change"].iter_rows()]
    money = stock[next(place for place, row in enumerate(stock) if str(row[0]).startswith("Value at declared")) :]
    assert ["Opening stock of resources", 32000] in [row[:2] for row in money]
    assert ["Closing stock of resources", 37950] in [row[:2] for row in money]
    text = "".join(str(cell.value or "") for page in book for row in page.iter_rows() for cell in row)
    assert "：" not in text and "、" not in text  # no Chinese punctuation between English words


def test_text_goes_to_a_file_when_one_is_named(tmp_path: Path) -> None:
    file_two_years()
    for command in ("balance-sheet", "pilot-form"):
        out = tmp_path / f"{command}.txt"
        done = run(command, ZONE, "--year", "2016", "--out", str(out))
        assert "土地资源存量及变动表 (公顷)" in out.read_text(encoding="utf-8") and "土地资源" not in done.stdout
    for command in ("balance-sheet", "gep"):
        refused = run(command, ZONE, "--year", "2016", "--traces")
        assert refused.exit_code == 2 and "--format json" in refused.output


def test_the_structure_of_the_data_comes_from_the_command_too() -> None:
    made = run("seea", ZONE, "--year", "2016", "--format", "structure").stdout
    assert '<str:Code id="360222">' in made and 'id="minerals-kaolin_proved"' in made  # counties and the columns of the zone


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("balance-sheet", ZONE, "--year", "1999"), 3, "2012"),
        (("balance-sheet", ZONE, "--year", "2016", "--area", "x"), 3, "fuliang-county"),
        (("balance-sheet", "nowhere", "--year", "2016"), 3, "nowhere"),
        (("balance-sheet", ZONE, "--year", "2016", "--as-of", "yesterday"), 2, "no date"),
        (("balance-sheet", ZONE, "--year", "2016", "--as-of", "2012-01-01"), 0, "No cell of 2016 has a figure as known on 2012-01-01"),
        (("seea", ZONE, "--year", "2016", "--out", "/nowhere/x.csv"), 3, "cannot be written"),
    ],
)
def test_what_cannot_be_drawn_up_is_said_in_a_line(arguments: Any, code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code and words in result.output and "Traceback" not in result.output
