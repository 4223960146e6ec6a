"""Pages of the accounts: figures with their way back, absences with their kind, residuals in sight, files, who may read."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from ecociv.core.missing import Missing
from ecociv.people.roles import Role
from indicators.primary_records import file_cells
from portal.evidence_for_pages import english

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database", "accounts_on_record")]
BASE = "/resource-accounts/"
PLACE = "jingdezhen"


@pytest.fixture
def accounts_on_record(settings: Any, tmp_path: Path) -> None:
    """Timber of 2016 with felling that was not reported in full, and what was not collected."""
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_VAR = str(tmp_path / "var")
    timber = {
        "planted": {"opening": 1000.0, "growth": 60.0, "planting": 5.0, "felling": 25.0, "occupation": 0.0,
                    "disaster": 0.0, "mortality": 10.0, "classed_in": 0.0, "classed_out": 0.0},
        "natural": {"opening": 500.0, "growth": Missing.WITHHELD, "felling": 5.0},
    }  # fmt: skip
    cells = {
        f"forest-change/{PLACE}/timber.{column}.{row}": value
        for column, rows in timber.items()
        for row, value in rows.items()
    }
    # 1000 + 65 - 35 = 1030, reported 1022: -8
    cells |= {f"forestry/{PLACE}/volume.plantation": 1022.0, f"forestry/{PLACE}/volume.natural": 520.0}
    cells |= {f"water-stock/{PLACE}/works.abstracted": 100.0, f"water-stock/{PLACE}/works.supplied": 88.0}
    file_cells(2016, cells)


def page(client: Client, address: str) -> str:
    found = client.get(BASE + address)
    assert found.status_code == 200, address
    return found.content.decode("utf-8-sig")


@pytest.fixture
def auditor() -> Client:
    """Somebody of the zone who reads everything."""
    return english(Role.AUDITOR)


def test_the_overview_says_how_each_account_stands(auditor: Client) -> None:
    text = page(auditor, "?year=2016")
    assert "Stock of timber and its change" in text and "does not close" in text
    assert "-8" in text  # the residual, on the first page
    assert "Planted forest" in text
    assert "Water used above the red line" in text


def test_an_account_shows_residual_absence_and_the_way_back(auditor: Client) -> None:
    text = page(auditor, "forest/?year=2016")
    assert 'class="exceeds">-8</a>' in text
    assert ">withheld</a>" in text  # not a dash, not a zero
    assert "recorded less computed closing is -8" in text
    assert "forest/felling/planted/?year=2016" in text


def test_a_cell_leads_to_its_return(auditor: Client) -> None:
    text = page(auditor, "forest/residual/planted/?year=2016")
    for each in ("1022", "1030", "forestry/jingdezhen/volume.plantation", "forest-change/jingdezhen/timber.planted.felling"):
        assert each in text
    withheld = page(auditor, "forest/growth/natural/?year=2016")
    assert "withheld" in withheld and "Natural forest" in withheld


@pytest.mark.parametrize("tongue", ["en", "zh-hans"])
def test_every_page_stands_without_evidence_of_its_year(tongue: str, auditor: Client) -> None:
    client = auditor
    for address in ("", "land/", "minerals/", "air_emissions/", "water_quality/", "land/closing/forest/",
                    "land-transitions/", "water-supply-use/", "checks/?is=missing&year=2018",
                    "?year=0&area=%3Cscript%3E&as_of=x"):  # fmt: skip
        found = client.get(BASE + address, headers={"accept-language": tongue})
        assert found.status_code == 200, address
        assert "<script>" not in found.content.decode().split("</head>")[1], address


def test_supply_and_use_draws_only_what_is_known(auditor: Client) -> None:
    text = page(auditor, "water-supply-use/?year=2016")
    # 100 abstracted, 88 passed on; what the works returned is missing, so that their consumption is too.
    assert "100.00" in text and "88.00" in text
    assert "It cannot be told whether supply and use close." in text
    assert '"nodes"' in text and "Waterworks" in text


def test_a_corrected_figure_is_marked_and_tells_what_it_was(auditor: Client) -> None:
    assert "restated" not in page(auditor, "forest/?year=2016")
    file_cells(2016, {f"forestry/{PLACE}/volume.plantation": 1029.0})
    assert '1,029</a> <span class="muted small">restated</span>' in page(auditor, "forest/?year=2016")
    cell = page(auditor, "forest/closing/planted/?year=2016")
    assert "Until then" in cell and ">1,022</td>" in cell and ">1,029</td>" in cell


def test_a_value_shows_its_arithmetic_and_the_form_of_intensities_its_division(auditor: Client) -> None:
    file_cells(2016, {f"forest-change/{PLACE}/forestarea.planted.{row}": 20.0 for row in ("opening", "closing")})
    text = page(auditor, "forest/?year=2016")
    # 1000 m3 at 280 yuan; 1022 m3 / 20 hectare = 51.1
    assert "Planted forest: Opening value" in text and "280,000" in text and "stock * price" in text
    assert "Quality of forests and its change" in text and "51.10" in text


def test_checks_list_what_is_broken_and_what_is_missing(auditor: Client) -> None:
    client = auditor
    broken = page(client, "checks/?year=2016")
    assert "recorded less computed closing is -8" in broken and "without Opening" not in broken
    assert "without" in page(client, "checks/?year=2016&is=missing")
    lines = list(csv.reader(io.StringIO(page(client, "checks/?year=2016&format=csv"))))
    assert any("-8" in cell for line in lines for cell in line)


@pytest.mark.parametrize(("form", "sheet"), [("xlsx", "Stock of timber and its change"), ("pilot", "Stock of timber and its change"), ("seea", "Stock of timber and its change")])  # fmt: skip
def test_workbooks_can_be_taken_away(form: str, sheet: str, auditor: Client) -> None:
    found = auditor.get(f"{BASE}?year=2016&format={form}")
    book = load_workbook(io.BytesIO(found.content))
    values = [cell.value for row in book[sheet].iter_rows() for cell in row]
    assert 1022 in values
    assert "attachment" in found["Content-Disposition"]


def test_sdmx_can_be_taken_away(auditor: Client) -> None:
    lines = list(csv.DictReader(io.StringIO(page(auditor, "?year=2016&format=csv"))))
    felled = next(one for one in lines if one["CAUSE"] == "forest-felling" and one["ITEM"] == "forest-planted")
    assert felled["OBS_VALUE"] == "25"
    structure = auditor.get(f"{BASE}?year=2016&format=structure")
    assert structure["Content-Type"].startswith("application/xml")
    assert felled["STRUCTURE_ID"] == "ECOCIV:NATURAL_RESOURCES(2.0)" and b"DSD_NATURAL_RESOURCES" in structure.content


@pytest.mark.parametrize("address", ["nothing/", "forest/nothing/planted/", "forest/felling/nothing/", "?format=exe"])
def test_what_is_not_there_is_not_found(address: str, auditor: Client) -> None:
    assert auditor.get(BASE + address).status_code == 404


def test_visitors_are_asked_to_log_in_and_enterprises_are_refused() -> None:
    for address in ("", "forest/", "checks/", "land-transitions/", "water-supply-use/", "forest/closing/planted/"):
        assert english().get(BASE + address).status_code == 302
    if hasattr(Role, "ENTERPRISE"):
        client = english(Role.ENTERPRISE, "91360222MA0000001W")
        for address in ("", "forest/", "checks/", "land-transitions/", "water-supply-use/", "forest/closing/planted/"):
            assert client.get(BASE + address).status_code == 403, address


def test_the_menu_leads_to_the_accounts(auditor: Client) -> None:
    assert f'href="{BASE}"' in auditor.get("/").content.decode()
    assert f'href="{BASE}"' not in english().get("/").content.decode()


def test_an_earlier_day_knows_less(auditor: Client) -> None:
    text = page(auditor, "forest/?year=2016&as_of=2001-01-01")
    assert ">-8<" not in text and ">missing</a>" in text


def test_the_product_leads_from_service_to_line_to_coefficient(auditor: Client) -> None:
    text = page(auditor, "product/?year=2016")
    assert "product/line/carbon" in text or "product/line/" in text
    assert "Water conservation" in text and "Physical quantity" in text
    line = page(auditor, "product/line/runoff-arbor/?year=2016")
    assert "Mean yearly rain" in line and "12 %" in line and "to be confirmed" in line
    assert "other lines use it" in line or "other line uses it" in line
    rows = list(csv.DictReader(io.StringIO(page(auditor, "product/line/runoff-arbor/?year=2016&format=csv"))))
    assert [row["Input"] for row in rows][:1] == ["Mean yearly rain"] and rows[0]["Relative standard uncertainty"] == "0.12"
    assert auditor.get(f"{BASE}product/line/none/").status_code == 404


def test_counties_and_years_of_the_product_side_by_side(auditor: Client) -> None:
    text = page(auditor, "product/compare/")
    assert "Ecosystem product in all" in text and "Counties need not add up" in text
    for query in ("what=regulation", "what=service:runoff-arbor&as=index", "what=none&as=x", "what=service:none"):
        assert auditor.get(f"{BASE}product/compare/?{query}").status_code == 200, query
    rows = list(csv.DictReader(io.StringIO(page(auditor, "product/compare/?format=csv"))))
    assert len(rows) >= 4 and "2016: lines without a value" in rows[0]
    assert auditor.get(f"{BASE}product/compare/?format=xlsx").status_code == 200
