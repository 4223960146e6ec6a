"""Conflicts: both sides of what ought to agree, with who supplied them and who should settle it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ecociv.indicators.identities import comparisons, conflicts
from ecociv.portal.views.conflicts import KINDS, kinds_of
from indicators.primary_records import file_cells, group
from portal.indicator_records import ZONE, file_and_compute, use_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    use_folder(settings, tmp_path)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_without_figures_there_is_nothing_to_compare(client: Client) -> None:
    page = client.get("/conflicts/", headers=ENGLISH)
    assert page.status_code == 200
    assert "Nothing to compare yet" in page.content.decode()


def test_both_sides_stand_next_to_each_other(client: Client) -> None:
    file_and_compute()
    page = client.get("/conflicts/", headers=ENGLISH).content.decode()
    # 80,000 of the city, 4 x 20,500 = 82,000 of the counties; 1 % of the larger is 820, and 2,000 is 2.4 times that
    assert "80000" in page
    assert "82000" in page
    assert "−2000" in page
    assert "± 820" in page
    assert "2.4 times as far" in page
    assert "2.44 %" in page  # 2,000 / 82,000
    assert "Water Affairs Bureau" in page
    assert f"/series/water-use/{ZONE}/use.total/" in page
    for county in group("counties"):
        assert f'/returns/real/water-use/{county}/2015/"' in page
    assert "Gross domestic product" not in page  # GDP agrees: 4 x 1,930,250


def test_those_that_hold_are_counted_and_can_be_shown(client: Client) -> None:
    file_and_compute()
    everything = comparisons(ZONE, 2015)
    assert {each.key: each.holds for each in everything} == {
        "economy-counties:gdp.current": True,  # 4 x 1,930,250 = 7,721,000
        "economy-counties:population.resident": False,  # 350 + 370 + 390 + 410 = 1,520 thousand, not 1,628
        "water-counties:use.total": False,
    }
    assert [each.key for each in conflicts(ZONE, 2015)] == [each.key for each in everything if not each.holds]
    rows = rows_of(client.get("/conflicts/?show=all&format=csv", headers=ENGLISH))
    assert [row["Holds"] for row in rows].count("yes") == 1
    assert len(rows_of(client.get("/conflicts/?format=csv", headers=ENGLISH))) == 2


def test_the_file_names_where_each_side_was_read(client: Client) -> None:
    file_and_compute()
    rows = rows_of(client.get("/conflicts/?format=csv&body=Water+Affairs+Bureau", headers=ENGLISH))
    (row,) = rows
    assert Decimal(row["One side"]) == 80_000
    assert Decimal(row["Difference"]) == -2_000
    assert row["One side: read from"].startswith(f"water-use/{ZONE}/use.total@")
    assert row["Other side: read from"].count("r1") == 4


def test_a_restated_return_settles_it_and_the_past_still_shows_it(client: Client) -> None:
    file_and_compute()
    file_cells(2015, {f"water-use/{ZONE}/use.total": 82_000})
    assert "use.total" not in client.get("/conflicts/").content.decode()
    earlier = client.get("/conflicts/?as_of=2014-01-01", headers=ENGLISH).content.decode()
    assert "As known on" in earlier
    assert "Nothing to compare yet" in earlier


def test_filters_and_sorting(client: Client) -> None:
    file_and_compute()
    assert rows_of(client.get("/conflicts/?kind=counties&format=csv", headers=ENGLISH))
    assert "Nothing matches" in client.get("/conflicts/?q=zzzz", headers=ENGLISH).content.decode()
    for sort in ("difference", "-difference", "allowed", "settle", "title", "nonsense"):
        assert client.get(f"/conflicts/?sort={sort}").status_code == 200
    worst, other = rows_of(client.get("/conflicts/?sort=-difference&format=csv", headers=ENGLISH))
    # population differs by 108 / 1,628 = 6.6 %, water by 2.4 %
    assert float(worst["Difference (%)"]) == pytest.approx(6.634, abs=0.001)
    assert float(other["Difference (%)"]) == pytest.approx(2.439, abs=0.001)


def test_every_declared_identity_has_a_kind_with_words() -> None:
    kinds = kinds_of(ZONE)
    assert set(kinds.values()) == set(KINDS)
    assert kinds["energy-total"] == "derived"
    assert kinds["administrative-area"] == "published"
    assert kinds["forest-land-of-two-bodies"] == "returns"
    assert kinds["pm2_5-stations"] == "stations"
    assert kinds["water-counties:use.total"] == "counties"


@pytest.mark.parametrize("text", ["²016", "9" * 5000, "-1", "%00", "2016 OR 1=1"])
def test_what_is_no_year_is_ignored(client: Client, text: str) -> None:
    assert client.get("/conflicts/?year=" + text).status_code == 200
