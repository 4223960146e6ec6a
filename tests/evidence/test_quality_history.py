"""What the revisions of a series say about its edits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from ecociv.evidence.quality.declaration import NetworkRules, load_rules
from ecociv.evidence.quality.history import history_tests
from ecociv.evidence.schema import OBSERVATIONS

START = datetime(2017, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def network() -> NetworkRules:
    rules = load_rules("jingdezhen").of("jingdezhen-stations-hourly", date(2017, 1, 1))
    assert rules is not None
    return rules


def table(rows: list[tuple[int, int, float, datetime]]) -> pa.Table:
    """(day, revision, value, recorded) of series 1, in the order of the store."""
    columns = {
        "series_id": [1] * len(rows),
        "valid_from": [START + day * DAY for day, *_ in rows],
        "valid_to": [START + day * DAY + timedelta(hours=1) for day, *_ in rows],
        "revision": [revision for _, revision, *_ in rows],
        "value": [value for *_, value, _ in rows],
        "recorded_at": [moment for *_, moment in rows],
    }
    return pa.table(
        [pa.array(c, OBSERVATIONS.field(name).type) for name, c in columns.items()], names=list(columns)
    )


def live(day: int) -> datetime:
    return START + day * DAY + timedelta(hours=2)


def test_edits_down_before_a_deadline(network: NetworkRules) -> None:
    rows = []
    for day in range(40):
        rows.append((day, 1, 80.0, live(day)))
        if day < 12:  # one each six hours from 28 to 31 January a year later; returns are due on 31 January
            rows.append((day, 2, 74.0, datetime(2018, 1, 28, tzinfo=UTC) + day * timedelta(hours=6)))
    found = {
        each.test: each for each in history_tests(table(rows), [1], network, network.properties["pm2_5"])[1]
    }
    assert found["one-way-edits"].alarm and found["one-way-edits"].evidence["favourable"] == 12
    assert found["deadline-burst"].alarm and found["deadline-burst"].evidence["inside"] == 12
    assert not found["late-records"].alarm


def test_marks_are_no_edits(network: NetworkRules) -> None:
    rows = [row for day in range(40) for row in ((day, 1, 80.0, live(day)), (day, 2, 80.0, live(day) + DAY))]
    assert [
        each.test for each in history_tests(table(rows), [1], network, network.properties["pm2_5"])[1]
    ] == ["late-records"]


def test_late_records_and_bulk_loads(network: NetworkRules) -> None:
    some = [(day, 1, 80.0, live(day) + (60 * DAY if day % 3 == 0 else 0 * DAY)) for day in range(60)]
    (late,) = history_tests(table(some), [1], network, network.properties["pm2_5"])[1]
    assert late.alarm and late.statistic == pytest.approx(20 / 60)
    bulk = [(day, 1, 80.0, START + 4000 * DAY) for day in range(60)]
    assert history_tests(table(bulk), [1], network, network.properties["pm2_5"])[1] == []
    assert history_tests(table([]), [1], network, network.properties["pm2_5"]) == {}
