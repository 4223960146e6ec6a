"""What changed and why: figures before and after a restatement, with the statement that moved them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ecociv.indicators.compute import compute
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.portal.moved import Stretch, stretch_of, touched_years
from ecociv.portal.zone import package
from indicators.primary_records import file_cells
from portal.indicator_records import REASON, ZONE, file_and_compute, file_year, restate, use_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    use_folder(settings, tmp_path)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_without_evidence_the_page_says_so(client: Client) -> None:
    page = client.get("/differences/", headers=ENGLISH)
    assert page.status_code == 200
    assert "Nothing is on record yet" in page.content.decode()


def test_the_last_correction_is_shown_with_everything_that_it_moved(client: Client) -> None:
    file_and_compute()
    restate()
    page = client.get("/differences/", headers=ENGLISH).content.decode()
    # GDP per person: 7,721,000 / 1,628,000 = 4.74; 7,900,000 / 1,628,000 = 4.85
    assert "4.74" in page
    assert "<strong>4.85</strong>" in page
    assert "+0.11" in page
    assert "7721000 → <strong>7900000</strong>" in page  # all digits of the statement
    assert REASON in page
    assert "tester" in page
    assert f"/series/economy/{ZONE}/gdp.current/" in page
    assert f'/returns/real/economy/{ZONE}/2015/"' in page


def test_the_file_has_before_after_and_the_statement(client: Client) -> None:
    file_and_compute()
    run = restate()
    rows = rows_of(client.get(f"/differences/?run={run.pk}&format=csv&q=1&level=city", headers=ENGLISH))
    (row,) = [row for row in rows if row["No."] == "1"]
    assert (row["Year"], row["Before"], row["After"], row["Change"]) == ("2015", "4.74", "4.85", "0.11")
    assert row["Change, per cent"].startswith("2.32")  # 0.11 / 4.74
    assert f"economy/{ZONE}/gdp.current 2015 r2: 7721000 → 7900000" in row["Inputs that moved"]
    book = client.get(f"/differences/?run={run.pk}&format=xlsx")
    assert book["Content-Type"].endswith("spreadsheetml.sheet")


def test_people_of_the_zone_are_led_to_the_revisions_of_a_return(client: Client) -> None:
    file_and_compute()
    restate()
    office = User.objects.create_user(
        "office", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone=ZONE
    )
    client.force_login(office)
    page = client.get("/differences/", headers=ENGLISH)
    link = f"/returns/real/economy/{ZONE}/2015/history/"
    assert f'"{link}"' in page.content.decode()
    assert client.get(link).status_code == 200
    assert f'"{link}"' in client.get("/indicators/1/").content.decode()


def test_counties_are_not_moved_by_the_citys_own_return(client: Client) -> None:
    file_and_compute()
    restate()
    rows = rows_of(client.get("/differences/?level=county&format=csv", headers=ENGLISH))
    assert rows == []


def test_an_earlier_statement_reaches_every_year_that_adds_it_up() -> None:
    # treated desert is added up since 2013: what is said of 2014 moves 2014 and 2015, and not 2013
    for year in (2013, 2014, 2015):
        file_cells(year, {f"forestry/{ZONE}/desert.treated": 10})
        compute(ZONE, year)
    file_cells(2014, {f"forestry/{ZONE}/desert.treated": 12}, reason=REASON)
    from ecociv.evidence.models import ImportRun

    stretch = stretch_of(ImportRun.objects.order_by("-recorded_at")[0])
    assert stretch is not None
    assert touched_years(package(), stretch) == {2014: 1, 2015: 1}


def test_two_days_between_which_nothing_was_said(client: Client) -> None:
    file_and_compute()
    page = client.get("/differences/?from=2014-01-01&to=2014-02-01", headers=ENGLISH).content.decode()
    assert "No figure differs" in page
    assert "The last change on record" in page
    assert "What that change moved" in page


def test_from_yesterday_to_today_every_figure_is_new(client: Client) -> None:
    file_and_compute()
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    rows = rows_of(
        client.get(f"/differences/?from={yesterday}&to={today}&format=csv&level=city", headers=ENGLISH)
    )
    (person,) = [row for row in rows if row["No."] == "1"]
    assert (person["Before"], person["After"]) == ("missing", "4.74")


@pytest.mark.parametrize(
    "query",
    [
        "from=never",
        "to=2015-13-01",
        "from=0001-01-01&to=9999-12-31",
        "run=nonsense",
        "year=99999999999",
        "run=%00",
    ],
)
def test_what_makes_no_sense_gives_a_page_all_the_same(client: Client, query: str) -> None:
    file_and_compute()
    assert client.get(f"/differences/?{query}").status_code == 200


def test_days_in_the_wrong_order_are_exchanged_and_said_so(client: Client) -> None:
    file_and_compute()
    page = client.get("/differences/?from=2014-02-01&to=2014-01-01", headers=ENGLISH).content.decode()
    assert "the two were exchanged" in page
    assert "From the end of 2014-01-01 to the end of 2014-02-01" in page


def test_filters_keep_the_restatement_that_is_looked_at(client: Client) -> None:
    file_and_compute()
    run = restate()
    page = client.get(f"/differences/?run={run.pk}", headers=ENGLISH).content.decode()
    assert f'<input type="hidden" name="run" value="{run.pk}">' in page


def test_a_stretch_before_the_first_record_touches_nothing() -> None:
    file_year()
    moment = dt.datetime(2014, 1, 1, tzinfo=dt.UTC)
    assert touched_years(package(), Stretch(moment, moment + dt.timedelta(days=1))) == {}
