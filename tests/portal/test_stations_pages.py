"""Stations and series: newest values, gaps, marks, revisions, files, and what was known on a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.actions import CorrectObservation
from ecociv.evidence.models import Series
from ecociv.evidence.thinning import thinned
from portal.evidence_for_pages import HEADER, day_of_air, english, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
KEY = "jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return tmp_path


@pytest.fixture
def air(folder: Path) -> None:
    load(folder, "jingdezhen-stations-hourly", HEADER, day_of_air("20170301"))


def test_pages_without_evidence_say_what_to_do() -> None:
    client = english()
    for path, words in (
        ("/stations/", "No series yet"),
        ("/series/", "No series yet"),
        ("/air/", "No hourly readings"),
        ("/water/", "No monthly tests"),
    ):
        assert words in client.get(path).content.decode(), path


@pytest.mark.usefixtures("air")
def test_a_station_shows_its_newest_value_and_the_share_of_gaps() -> None:
    page = english().get("/stations/").content.decode()
    assert "Veterinary Station" in page
    # 24 of the 720 hours of 30 days are there: 1 - 24/720 = 96.7 % are missing.
    assert "96.7%" in page
    assert "without coordinates" in page or "Map of the places" in page
    assert "Nothing matches" in english().get("/stations/?q=nowhere").content.decode()
    assert "Veterinary Station" in english().get("/stations/?q=syz").content.decode()  # pinyin of 兽医站


@pytest.mark.usefixtures("air")
def test_a_correction_is_a_revision_with_its_reason_and_is_not_known_before() -> None:
    before = timezone.now()
    at = dt.datetime(2017, 3, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    CorrectObservation(KEY, at, 41.5, "test", "instrument read twice").execute()
    page = english().get(f"/series/{KEY}/", {"point": "2017-03-01T00:00:00Z"}).content.decode()
    assert "41.5" in page
    assert "instrument read twice" in page
    assert "file.csv, row" in page
    known = english().get(
        f"/series/{KEY}/",
        {
            "point": "2017-03-01T00:00:00Z",
            "as_of": before.astimezone(dt.timezone(dt.timedelta(hours=8))).strftime("%Y-%m-%dT%H:%M"),
        },
    )
    assert known.status_code == 200
    far = english().get(f"/series/{KEY}/", {"as_of": "2017-01-01"}).content.decode()
    assert "As known on <strong>2017-01-01 23:59</strong>" in far
    assert "Nothing in this window" in far
    whole = english().get(f"/series/{KEY}/?format=csv&revisions=all").content.decode("utf-8-sig").splitlines()
    assert len(whole) == 1 + 24 + 1  # heading, hours, the revision
    assert len(english().get(f"/series/{KEY}/?format=csv").content.decode("utf-8-sig").splitlines()) == 1 + 24


@pytest.mark.usefixtures("air")
@pytest.mark.parametrize(
    "query",
    [
        "window=custom&from=2018-01-01&to=2017-01-01",
        "window=custom&from=1900-01-01&to=2999-12-31",
        "window=x&to=y",
        "point=zz",
        "point=0001-01-01T00:00:00Z",
        "as_of=yesterday",
        "as_of=2999-01-01",
        "page=9999&sort=-x",
    ],
)
def test_mangled_addresses_give_a_page(query: str) -> None:
    for path in (f"/series/{KEY}/", "/stations/", "/air/", "/water/"):
        assert english().get(f"{path}?{query}").status_code == 200


def test_unknown_places_and_series_are_not_found() -> None:
    assert english().get("/stations/nowhere/").status_code == 404
    assert english().get("/series/a/b/c/").status_code == 404
    assert not Series.objects.exists()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(1, 40))
def test_thinning_keeps_both_extremes_and_few_points(values: list[float], stretches: int) -> None:
    column = np.array(values)
    kept = thinned(np.arange(column.size, dtype=np.int64), column, stretches)
    assert column[kept].min() == column.min()
    assert column[kept].max() == column.max()
    assert kept.size <= 2 * stretches
    assert (np.diff(kept) > 0).all()
