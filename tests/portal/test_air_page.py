"""The air page: index, level in words, validity, the latest day, the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.evidence_for_pages import HEADER, day_of_air, english, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
MAPPING = "jingdezhen-stations-hourly"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return tmp_path


def test_the_latest_day_with_index_level_and_primary_pollutant(folder: Path) -> None:
    load(
        folder,
        MAPPING,
        HEADER,
        [*day_of_air("20170301", pm2_5=100), *day_of_air("20170301", "王岗中学", pm2_5=60)],
    )
    page = english().get("/air/").content.decode()
    assert "2017-03-01 is the latest day with readings" in page
    assert "HJ 633-2012" in page
    # Veterinary Station: PM2.5 100 lies between 75 (100) and 115 (150): 50/40 * 25 + 100 = 131.25, up to 132.
    assert ">132<" in page
    assert "light pollution" in page
    # The city: the mean of 100 and 60 is 80: 50/40 * 5 + 100 = 106.25, up to 107.
    assert ">107<" in page
    assert "PM2.5" in page or "fine" in page
    lines = english().get("/air/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 3 * 24  # the city and two stations


def test_a_day_of_nineteen_hours_is_not_valid_and_one_of_twenty_is(folder: Path) -> None:
    load(
        folder,
        MAPPING,
        HEADER,
        [*day_of_air("20170301", hours=range(1, 20)), *day_of_air("20170302", hours=range(1, 21))],
    )
    short = english().get("/air/?day=2017-03-01").content.decode()
    assert "not valid" in short
    assert "19–19 hours of 24" in short
    enough = english().get("/air/?day=2017-03-02").content.decode()
    assert "20–20 hours of 24" in enough
    assert "not valid" not in enough


def test_measured_readings_come_before_the_sample_and_both_are_told_apart(folder: Path) -> None:
    load(folder, MAPPING, HEADER, day_of_air("20180301"), sample=True, name="sample.csv")
    assert "sample-mark" in english().get("/air/").content.decode()
    load(folder, MAPPING, HEADER, day_of_air("20170301"))
    page = english().get("/air/").content.decode()
    assert "2017-03-01" in page
    assert "Show the sample readings instead" in page
    assert "2018-03-01" in english().get("/air/?data=sample").content.decode()


def test_days_without_readings_and_before_the_standard_say_so(folder: Path) -> None:
    load(folder, MAPPING, HEADER, day_of_air("20170301"))
    assert "No readings on this day" in english().get("/air/?day=2017-02-01").content.decode()
    assert "No edition of the standard" in english().get("/air/?day=2001-02-01").content.decode()
