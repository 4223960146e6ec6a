"""DuckDB and Spark run the same SQL and give the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ecociv.evidence.queries import LOCAL
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.compute import compute
from ecociv.indicators.engine import EngineMissing, Window, engine_named
from ecociv.indicators.engine.duck import DuckDBEngine
from indicators.primary_records import file_cells, file_hours, group
from indicators.test_incremental import sample_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"


@pytest.fixture
def spark() -> Iterator[Any]:
    try:
        yield engine_named("spark", EvidenceStore())
    except EngineMissing as reason:
        pytest.skip(str(reason))


def hours() -> dict[str, list[float | None]]:
    """Three days of uneven hours, some of them missing."""
    readings: dict[str, list[float | None]] = {}
    for number, place in enumerate(group("air-stations")):
        for offset, name in enumerate(("so2", "no2", "co", "pm10", "pm2_5", "o3")):
            readings[f"jingdezhen-stations-hourly/{place}/{name}"] = [
                None if (hour + number) % 11 == 0 else ((hour * 7 + number * 3 + offset) % 53) / 10
                for hour in range(72)
            ]
    return readings


def test_days_begin_at_midnight_in_china_and_count_usable_hours() -> None:
    key = f"jingdezhen-stations-hourly/{group('air-stations')[0]}/so2"
    # the year's first hour begins at 16:00 UTC of the day before; 25 hours are one full day and one hour
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), {key: [float(hour) for hour in range(25)]})
    engine = DuckDBEngine(EvidenceStore())
    found = engine.days([series_id(key)], [Window.year(2015)], None).to_pylist()
    first = (datetime(2015, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert [(row["day"] - first, row["n"], row["total"]) for row in found] == [(0, 24, 276.0), (1, 1, 24.0)]


def test_the_newest_revision_by_the_moment_asked_for() -> None:
    key = f"procurement/{ZONE}/procurement.all"
    file_cells(2015, {key: 1000})
    before = datetime.now(UTC)
    file_cells(2015, {key: 1100})
    engine = DuckDBEngine(EvidenceStore())
    asked = [series_id(key)], [Window.yearly(2015)]
    assert engine.latest(*asked, None).column("value").to_pylist() == [1100.0]
    assert engine.latest(*asked, before).column("value").to_pylist() == [1000.0]
    assert engine.marks(*asked, None).to_pylist()[0]["rows"] == 2
    assert engine.latest([], [Window.yearly(2015)], None).num_rows == 0


def test_spark_answers_as_duckdb_does(spark: Any) -> None:
    file_cells(2015, sample_cells())
    before = datetime.now(UTC)
    file_cells(2015, {f"procurement/{ZONE}/procurement.all": 1100})
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), hours())
    ids = [series_id(key) for key in (*sample_cells(), *hours())]
    duck = DuckDBEngine(EvidenceStore())
    for windows in ([Window.yearly(2015)], [Window.year(2015), Window.year(2014)]):
        for as_of in (None, before):
            for name in ("latest", "usable", "marks"):
                assert getattr(spark, name)(ids, windows, as_of) == getattr(duck, name)(
                    ids, windows, as_of
                ), name
            ours, theirs = (engine.days(ids, windows, as_of).to_pylist() for engine in (duck, spark))
            assert [{**row, "total": 0} for row in ours] == [{**row, "total": 0} for row in theirs]
            # a sum of floats depends on the order of its terms in the last digits
            assert [row["total"] for row in ours] == pytest.approx(
                [row["total"] for row in theirs], rel=1e-13
            )


def test_every_figure_is_the_same(spark: Any) -> None:
    file_cells(2015, sample_cells())
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), hours())
    ours = compute(ZONE, 2015)
    theirs = compute(ZONE, 2015, engine="spark", full=True)
    assert theirs.written == 0
    assert {(v.series, v.place): v.content_digest for v in ours.values} == {
        (v.series, v.place): v.content_digest for v in theirs.values
    }


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(ValueError, match="engines: duckdb, spark"):
        engine_named("sqlite", EvidenceStore())
