"""Figures of the counties: the table, the card on the page of an indicator, and pages as known on a day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.indicators.models import IndicatorValue
from ecociv.portal.county_figures import county_cards
from ecociv.portal.zone import package
from indicators.primary_records import group
from portal.indicator_records import ZONE, file_and_compute, use_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    use_folder(settings, tmp_path)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_without_figures_the_table_says_what_to_do(client: Client) -> None:
    assert "No figures of counties yet" in client.get("/counties/", headers=ENGLISH).content.decode()


def test_the_table_has_the_city_and_each_county(client: Client) -> None:
    file_and_compute()
    rows = rows_of(client.get("/counties/?format=csv", headers=ENGLISH))
    assert len(rows) == 20  # series with figures of counties
    (person,) = [row for row in rows if row["No."] == "1"]
    # 1,930,250 / 350,000, / 370,000, / 390,000, / 410,000, to two decimals
    assert [person[name] for name in list(person)[4:9]] == ["4.74", "5.52", "5.22", "4.95", "4.71"]
    (rate,) = [row for row in rows if row["No."] == "38"]
    assert rate["Jingdezhen"] == "missing"  # nothing was reported: in words, not as zero


def test_sorting_by_a_county_puts_what_is_missing_last(client: Client) -> None:
    file_and_compute()
    county = group("counties")[0]
    for direction in ("", "-"):
        rows = rows_of(client.get(f"/counties/?sort={direction}{county}&format=csv", headers=ENGLISH))
        assert [row["No."] for row in rows[:2]] == (
            ["9", "1"] if direction == "" else ["1", "9"]
        )  # 2.05 < 5.52
        assert rows[-1][list(rows[-1])[5]] in {"missing", "—"}


def test_what_adds_up_has_its_part_of_the_city() -> None:
    file_and_compute()
    (water,) = county_cards(package(), package().indicator(9), None)
    # 20,500 ten thousand m3 are 2.05 hundred million m3; of the city's 8.00: 25.625 %
    assert [each.share_text for each in water.counties] == ["25.6 %"] * 4
    assert water.rest_text == "+0.20"  # 4 x 2.05 - 8.00
    (person,) = county_cards(package(), package().indicator(1), None)
    assert [each.share for each in person.counties] == [None] * 4  # a ratio does not add up
    assert person.rest is None
    assert person.chart is not None
    assert person.chart.payload["series"][0]["values"] == [5.52, 5.22, 4.95, 4.71]
    assert county_cards(package(), package().indicator(17), None) == []  # of the city only


def test_the_page_of_an_indicator_shows_its_counties_and_links_its_arithmetic(client: Client) -> None:
    file_and_compute()
    page = client.get("/indicators/9/?on=2015-12-31", headers=ENGLISH).content.decode()
    assert 'id="counties"' in page
    assert "25.6 %" in page
    assert "The counties together less the city: +0.20" in page
    # the leaf of the arithmetic leads to its series and to the return that reported it
    assert f'href="/series/water-use/{ZONE}/use.total/"' in page
    assert f'href="/returns/real/water-use/{ZONE}/2015/"' in page
    assert client.get("/indicators/9/?counties=1066").status_code == 200
    assert 'id="counties"' not in client.get("/indicators/17/").content.decode()


def test_the_extremes_are_marked_in_words_too(client: Client) -> None:
    file_and_compute()
    page = client.get("/counties/?q=1&year=2015", headers=ENGLISH).content.decode()
    row = page.split("GDP per person")[1].split("</tr>")[0]
    assert row.count("highest of the counties") == 2  # a tip for the mouse, words for a screen reader
    assert row.count("lowest of the counties") == 2


@pytest.mark.parametrize("path", ["/", "/indicators/", "/indicators/9/", "/counties/", "/conflicts/"])
def test_a_day_before_the_first_record_knows_nothing_and_says_so(client: Client, path: str) -> None:
    file_and_compute()
    page = client.get(f"{path}?as_of=2016-03-01", headers=ENGLISH).content.decode()
    assert "As known on <strong>2016-03-01 23:59</strong>" in page
    assert "Back to today" in page
    assert ">8.00<" not in page  # water use of 2015, recorded later
    if path != "/conflicts/":
        assert "No figure was on record by then" in page


def test_every_link_to_figures_keeps_the_day_of_the_knowledge(client: Client) -> None:
    file_and_compute()
    day = timezone.localdate().isoformat()
    earlier = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    home = client.get(f"/?as_of={earlier}", headers=ENGLISH).content.decode()
    assert f'href="/indicators/?light=no-data&as_of={earlier}"' in home.replace("&amp;", "&")
    listing = client.get(f"/indicators/?as_of={earlier}", headers=ENGLISH).content.decode()
    assert f'href="/indicators/9/?as_of={earlier}"' in listing
    assert f'<input type="hidden" name="as_of" value="{earlier}">' in listing  # of the filters
    one = client.get(f"/indicators/9/?as_of={earlier}", headers=ENGLISH).content.decode()
    assert f'href="/indicators/10/?as_of={earlier}"' in one  # the next one
    now = client.get(f"/indicators/9/?as_of={day}", headers=ENGLISH).content.decode()
    assert "As known on <strong>" not in now  # the end of today has not come: the same as now


def test_the_two_days_work_together(client: Client) -> None:
    """``on`` is the day of the plan, ``as_of`` the day of the knowledge; a later day than the knowledge is pointed out."""
    file_and_compute()
    both = client.get("/?on=2015-12-31&as_of=2016-03-01", headers=ENGLISH).content.decode()
    assert "Where the zone stands on 2015-12-31" in both
    assert "You stand on" not in both
    # the picker of each keeps the other
    assert '<input type="hidden" name="as_of" value="2016-03-01">' in both
    assert '<input type="hidden" name="on" value="2015-12-31">' in both


@pytest.fixture
def revised() -> dt.datetime:
    """Water use of 2015, recorded ten days ago as 8.31 and two days ago as 8.47; the moment of the first."""
    now = timezone.now()
    for revision, (days, figure, light) in enumerate(((10, "8.31", "achieved"), (2, "8.47", "off-track")), 1):
        IndicatorValue(
            zone=ZONE, series="9", place=ZONE, year=2015, revision=revision, figure=figure, unit="yi_m3", light=light,
            status={"light": light, "reasons": []}, evidence_digest="", content_digest=str(revision),
            computed_at=now - dt.timedelta(days=days), cause="evidence", trace=Trace(Text(zh="用水", en="Water"), Decimal(figure), "yi_m3", "use", ()).to_json(),
        ).save()  # fmt: skip
    return now - dt.timedelta(days=10)


@pytest.mark.parametrize("path", ["/indicators/?on=2015-12-31&q=9&", "/indicators/9/?on=2015-12-31&"])
def test_figure_and_light_are_those_known_then(client: Client, revised: dt.datetime, path: str) -> None:
    now = client.get(path, headers=ENGLISH).content.decode()
    assert "8.47" in now
    assert "Off track" in now
    then = (timezone.localdate() - dt.timedelta(days=5)).isoformat()
    page = client.get(f"{path}as_of={then}", headers=ENGLISH).content.decode()
    assert "8.31" in page
    assert "8.47" not in page
    assert "light-achieved" in page
    assert "No figure was on record by then" not in page


def test_the_overview_counts_the_lights_known_then(client: Client, revised: dt.datetime) -> None:
    then = (timezone.localdate() - dt.timedelta(days=5)).isoformat()
    now = client.get("/?on=2015-12-31", headers=ENGLISH)
    earlier = client.get(f"/?on=2015-12-31&as_of={then}", headers=ENGLISH)
    lights = [{each.light.value: each.count for each in page.context["counts"]} for page in (now, earlier)]
    assert (lights[0].get("off-track"), lights[0].get("achieved")) == (1, None)
    assert (lights[1].get("off-track"), lights[1].get("achieved")) == (None, 1)
    assert [item[0].number for item in now.context["attention"]] == [9]
    assert [item[0].number for item in earlier.context["attention"]] == []
    # what changed since: seen now, not yet known then
    assert [
        change.after.revision for _i, _s, change in now.context["values"]
    ] == []  # both are of three months
    assert earlier.context["values"] == []


def test_a_day_later_than_the_knowledge_is_pointed_out(client: Client, revised: dt.datetime) -> None:
    then = timezone.localdate() - dt.timedelta(days=5)
    page = client.get(f"/?on={then + dt.timedelta(days=1)}&as_of={then}", headers=ENGLISH).content.decode()
    assert f"You stand on {then + dt.timedelta(days=1)}" in page
    same = client.get(f"/?on={then}&as_of={then}", headers=ENGLISH).content.decode()
    assert "You stand on" not in same


def test_what_names_no_day_is_said_and_ignored(client: Client) -> None:
    page = client.get("/indicators/?as_of=soon", headers=ENGLISH).content.decode()
    assert "“soon” names no day" in page


@pytest.mark.parametrize("text", ["²016", "9" * 5000, "-1", "%00", "2016 OR 1=1"])
def test_what_is_no_year_is_ignored(client: Client, text: str) -> None:
    assert client.get("/counties/?year=" + text).status_code == 200
