"""A page reads the files that it needs, and no others: counted in files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from api.conftest import START, make_series
from ecociv.api import recorded
from ecociv.api.observations import Reach, microseconds, walk
from ecociv.evidence.models import Series
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.listing import File
from ecociv.evidence.store.stretches import stretches

pytestmark = pytest.mark.django_db
DAY = 24
PERIODS = 12


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of the files that were handed to DuckDB for rows of pages."""
    seen: list[str] = []
    real = recorded._read

    def spy(reach: Any, ids: Any, after: Any, limit: int, files: list[str], *rest: Any) -> Any:
        seen.extend(files)
        return real(reach, ids, after, limit, files, *rest)

    monkeypatch.setattr(recorded, "_read", spy)
    return seen


@pytest.fixture
def filled(write_table: Callable[..., None]) -> tuple[Series, Series]:
    """Two series with ten hours in each of twelve stretches of 31 days: a batch, and so a file, for each."""
    pair = make_series("first"), make_series("second")
    for number, series in enumerate(pair):
        for period in range(PERIODS):
            begin = period * 31 * DAY
            write_table(series, {begin + hour: float(hour) for hour in range(10)}, batch=f"{number}-{period}")
    assert len(EvidenceStore().files()) == 2 * PERIODS  # each period lies inside one month
    return pair


def results(path: str) -> list[Any]:
    answer = Client().get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.content
    return [item["phenomenonTime"].split("/")[0] for item in answer.json()["value"]]


def test_a_page_over_all_series_stops_where_it_is_full(filled: Any, read: list[str]) -> None:
    # both series have 10 rows in the first period: 20 of its 2 files are enough for 5 and for the one that tells of more
    found = results("/sta/v1.1/Observations?$top=5")
    assert found[0] == "2017-01-30T16:00:00Z" and len(found) == 5
    assert len(read) == 2


def test_the_newest_come_from_the_last_files(filled: Any, read: list[str]) -> None:
    found = results("/sta/v1.1/Observations?$top=3&$orderby=phenomenonTime%20desc")
    last = START + timedelta(hours=(PERIODS - 1) * 31 * DAY + 9)
    assert found[0] == last.isoformat().replace("+00:00", "Z")
    assert len(read) == 2


def test_a_page_further_on_begins_where_the_one_before_ended(filled: Any, read: list[str]) -> None:
    client = Client()
    page = client.get("/sta/v1.1/Observations?$top=100").json()
    read.clear()
    following = client.get(page["@iot.nextLink"].split("testserver")[1]).json()
    # 20 rows a period: rows 101 to 200 lie in the periods 6 to 10. Looked into are the fifth, in which the page before
    # ended, these five, and the next one for the row that tells of more: 7 periods with 2 files each
    assert len(following["value"]) == 100 and "@iot.nextLink" in following
    before = set(EvidenceStore().files(START, START + timedelta(days=31 * 4)))
    assert len(before) == 8 and not before & set(read)
    assert len(read) == 14


def test_one_series_reads_no_file_of_another(filled: tuple[Series, Series], read: list[str]) -> None:
    found = results(f"/sta/v1.1/Datastreams({filled[1].pk})/Observations?$top=1000")
    assert len(found) == 10 * PERIODS
    assert len(read) == PERIODS
    read.clear()
    latest = Client().get(f"/api/v1/latest?series={filled[0].key}").json()["latest"]
    assert latest[filled[0].key]["value"] == 9.0 and len(read) == 1


def test_a_late_batch_is_read_with_what_it_overlaps(
    filled: tuple[Series, Series], read: list[str], write_table: Callable[..., None]
) -> None:
    write_table(filled[0], {3: 99.0}, batch="late")  # the second revision of the fourth hour
    values = [
        item["result"]
        for item in Client().get(f"/sta/v1.1/Datastreams({filled[0].pk})/Observations?$top=5").json()["value"]
    ]
    assert values == [0.0, 1.0, 2.0, 99.0, 4.0]
    assert len(read) == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 60), st.integers(0, 9), st.integers(0, 9)), max_size=12
    ),
    st.sets(st.integers(0, 9)),
)
def test_stretches_never_overlap_and_hold_every_file_that_can_have_a_series(
    spans: list[tuple[int, int, int, int]], series: set[int]
) -> None:
    files = [
        File(
            f"{number}",
            "2017-02",
            1,
            1,
            START + timedelta(hours=begin),
            START + timedelta(hours=begin + length),
            min(one, other),
            max(one, other),
        )
        for number, (begin, length, one, other) in enumerate(spans)
    ]
    found = stretches(files, sorted(series))
    assert all(a.last < b.first for a, b in zip(found, found[1:], strict=False))
    wanted = {f.path for f in files if any(f.lowest <= s <= f.highest for s in series)}  # type: ignore[operator]
    assert sorted(path for stretch in found for path in stretch.paths) == sorted(wanted)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_revisions_in_the_table_come_once_whatever_the_size_of_pages(
    write_table: Callable[..., None], size: int, every: bool, descending: bool
) -> None:
    pair = make_series("first"), make_series("second")
    for series in pair:
        write_table(series, {hour: float(hour) for hour in range(6)}, batch=f"{series.pk}-1")
        # the second and third hour are revised, the third twice: 6 periods, 9 revisions
        write_table(series, {1: 11.0, 2: 12.0}, batch=f"{series.pk}-2")
        write_table(series, {2: 22.0}, batch=f"{series.pk}-3")
    reach = Reach(Series.objects.all(), all_revisions=every, descending=descending)
    found = [(seen.key, seen.value) for seen in walk(reach, step=size)]
    table = EvidenceStore().observations([series.pk for series in pair], all_revisions=True).to_pylist()
    wanted = sorted(
        (
            (microseconds(r["valid_from"]), r["series_id"], microseconds(r["valid_to"]), r["revision"]),
            r["value"],
        )
        for r in table
    )
    assert len(wanted) == 18
    if not every:
        wanted = [
            row
            for row, after in zip(wanted, [*wanted[1:], None], strict=True)
            if not after or row[0][:3] != after[0][:3]
        ]
        assert len(wanted) == 12
    assert found == (wanted[::-1] if descending else wanted)


def test_rows_beyond_the_page_are_left_where_they_are(
    filled: tuple[Series, Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    real = recorded._seen

    def spy(sql: str, parameters: dict[str, Any]) -> Any:
        inner = sql.partition("FROM (")[2].partition(" QUALIFY")[
            0
        ]  # the rows among which the newest are made out
        counted = recorded.connection().sql(f"SELECT count(*) FROM ({inner})", params=parameters).fetchall()
        taken.append(counted[0][0])
        return real(sql, parameters)

    monkeypatch.setattr(recorded, "_seen", spy)
    found = results("/sta/v1.1/Observations?$top=5")
    # 5 for the page, one that tells of more, one that tells where to go on: 7 periods, in 4 hours of 2 series
    assert len(found) == 5 and taken == [8]
