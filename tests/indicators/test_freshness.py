"""A year is computed when its values are missing or older than the evidence, and left alone otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecociv.evidence.actions import LoadFile
from ecociv.indicators.freshness import ensure_current, is_current
from ecociv.indicators.models import IndicatorValue

pytestmark = pytest.mark.django_db


def air_file(folder: Path, days: int) -> Path:
    """A file of daily means: the first so many days of January 2016 in Jingdezhen, all clean."""
    head = "city,date,aqi,aqi_range,quality,pm2_5,pm10,so2,co,no2,o3,rank"
    rows = [f"景德镇,2016-01-{day:02d},40,30~50,优,20,40,10,0.8,20,60,10" for day in range(1, days + 1)]
    path = folder / f"air-{days}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_values_follow_the_evidence(tmp_path: Path, plan_in_database: None) -> None:
    assert not is_current("jingdezhen", 2016)
    LoadFile(air_file(tmp_path, 5), "jiangxi-cities-daily", author="test").execute()
    first = ensure_current("jingdezhen", 2016)
    assert first is not None and first.written > 0
    assert is_current("jingdezhen", 2016)
    assert ensure_current("jingdezhen", 2016) is None
    before = IndicatorValue.objects.filter(
        zone="jingdezhen", year=2016, series="35", place="jingdezhen"
    ).count()
    LoadFile(air_file(tmp_path, 9), "jiangxi-cities-daily", author="test").execute()
    assert not is_current("jingdezhen", 2016)
    again = ensure_current("jingdezhen", 2016)
    assert again is not None and again.written >= 1
    after = IndicatorValue.objects.filter(
        zone="jingdezhen", year=2016, series="35", place="jingdezhen"
    ).count()
    assert after == before + 1  # 9 days instead of 5: another revision, the first one stays
