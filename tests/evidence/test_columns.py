"""Reading by columns gives what reading record by record gives: observations, findings and counts."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.evidence.mapping import Mapping
from ecociv.evidence.parsing import Parsed, RecordReader
from ecociv.evidence.reading import Record, open_records
from evidence.conftest import two_city_mapping
from shared_data import shared_file

BEIJING = "air/uci_prsa_beijing_12sites_2013_2017.csv.gz"
PROPERTIES = ("pm2_5", "pm10", "so2", "no2", "co", "o3")

WIDE = two_city_mapping(
    time={
        "zone": "Asia/Shanghai",
        "period": "hour",
        "date": {"column": "date", "format": "%Y-%m-%d"},
        "hour": {"column": "hour", "labels": "start"},
    },
    supplier={"column": "body"},
    note_column="note",
    expect={"kind": ("hourly",)},
)
LONG = two_city_mapping(
    layout="long",
    series_column="item",
    value_column="value",
    unit_column="unit",
    units={"毫克": "mg / m3", "微克": "ug / m3"},
)

cities = st.sampled_from(["景德镇", "南昌", " 景德镇\u3000", "黄山", "庐山", ""])
dates = st.sampled_from(["2015-01-01", "2015-01-02", "2016-02-29", "2015-02-29", "", "1 Jan"])
hours = st.sampled_from(["0", "7", "23", "24", "x", ""])
values = st.sampled_from(
    ["30", "30.5", "1e2", "0", "-3", "5000", "", "—", "涉密", "<2", "> 9.5", "abc", "nan", "1_000", "３"]
)  # plain, absent, beyond a limit, doubtful, and no numbers at all
wide_rows = st.tuples(
    cities,
    dates,
    hours,
    values,
    values,
    st.sampled_from(["市环保局", "省站", ""]),
    st.sampled_from(["", "停电"]),
    st.sampled_from(["hourly", "hourly", "daily"]),
)
long_rows = st.tuples(
    cities, dates, st.sampled_from(["pm2_5", "so2", "o3"]), values, st.sampled_from(["毫克", "微克", "m"])
)


def read(mapping: Mapping, columns: dict[str, int], records: list[Record], *, by_columns: bool) -> Parsed:
    return RecordReader(mapping, columns, sample=False, by_columns=by_columns).read(records)


def assert_same(mapping: Mapping, columns: dict[str, int], records: list[Record]) -> Parsed:
    fast, slow = (read(mapping, columns, records, by_columns=way) for way in (True, False))
    assert fast.observations.equals(slow.observations)
    for name in ("rows", "issues", "rejected_rows", "skipped", "series", "last_row"):
        assert getattr(fast, name) == getattr(slow, name), name
    return fast


def faulty(rows: list[tuple[str, ...]], cut: list[int], at: dict[str, int]) -> list[Record]:
    """Rows as records; some lose a cell, some have a cell that holds no plain content."""
    found = []
    for number, row in enumerate(rows):
        cells = list(row)
        wrong: tuple[tuple[int, str, str], ...] = ()
        if number % 7 in cut:
            cells.pop()
        elif number % 11 in cut:
            wrong = ((at["date"], "formula-error", "B2 #REF!"),)
        found.append(Record(2 * number + 2, cells, wrong))
    return found


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(wide_rows, min_size=1, max_size=40), cut=st.lists(st.integers(0, 6), max_size=2))
def test_wide_files_read_the_same_both_ways(rows: list[tuple[str, ...]], cut: list[int]) -> None:
    names = ("city", "date", "hour", "pm2_5", "so2", "body", "note", "kind")
    columns = {name: number for number, name in enumerate(names)}
    assert_same(WIDE, columns, faulty(rows, cut, columns))


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(long_rows, min_size=1, max_size=40), cut=st.lists(st.integers(0, 6), max_size=2))
def test_long_files_read_the_same_both_ways(rows: list[tuple[str, ...]], cut: list[int]) -> None:
    columns = {name: number for number, name in enumerate(("city", "date", "item", "value", "unit"))}
    assert_same(LONG, columns, faulty(rows, cut, columns))


def test_plain_records_are_taken_by_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record with a finding is the only one that is read by itself."""
    by_itself: list[int] = []
    one_by_one = RecordReader._record
    monkeypatch.setattr(
        RecordReader,
        "_record",
        lambda self, record, *rest: by_itself.append(record.row) or one_by_one(self, record, *rest),
    )
    rows = [
        ("景德镇", "2015-01-01", "30", "10"),
        ("南昌", "2015-01-01", "x", "10"),
        ("南昌", "2015-01-02", "", "<2"),
    ]
    records = [Record(number, list(row)) for number, row in enumerate(rows, start=2)]
    columns = {name: number for number, name in enumerate(("city", "date", "pm2_5", "so2"))}
    done = assert_same(two_city_mapping(), columns, records)
    assert by_itself == [3, 2, 3, 4]  # row 3 by columns; then all of them, one by one
    assert done.observations.num_rows == 4
    assert done.rejected_rows == 1


def beijing(folder: Path, rows: int | None = None) -> tuple[Path, Mapping]:
    """Hours of twelve Beijing stations with the day in one column, and the mapping that reads them."""
    target = folder / "beijing.csv"
    stations = set()
    with (
        gzip.open(shared_file(BEIJING), "rt", encoding="utf-8") as source,
        target.open("w", encoding="utf-8") as out,
    ):
        writer = csv.writer(out)
        writer.writerow(["station", "day", "hour", *PROPERTIES])
        for number, row in enumerate(csv.DictReader(source)):
            if rows is not None and number >= rows:
                break
            stations.add(row["station"])
            day = f"{row['year']}-{int(row['month']):02d}-{int(row['day']):02d}"
            cells = (row[name] for name in ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3"))
            writer.writerow([row["station"], day, row["hour"], *cells])
    return target, Mapping.model_validate(
        {
            "key": "beijing-hourly",
            "title": {"zh": "北京逐时", "en": "Beijing, hourly"},
            "network": "beijing-hourly",
            "layout": "wide",
            "time": {
                "zone": "Asia/Shanghai",
                "period": "hour",
                "date": {"column": "day", "format": "%Y-%m-%d"},
                "hour": {"column": "hour", "labels": "start"},
            },
            "place": {"column": "station", "names": {name: name.lower() for name in sorted(stations)}},
            "supplier": {"constant": "北京市环境保护监测中心"},
            "values": {name: _value(name) for name in PROPERTIES},
            "missing": {"NA": "missing", "": "missing"},
        }
    )


def _value(name: str) -> dict[str, Any]:
    return {
        "property": name,
        "name": {"zh": name, "en": name},
        "unit": "ug / m3",
        "statistic": "mean",
        "averaging": "PT1H",
        "plausible": [0, 9000 if name == "co" else 900],
    }


def test_a_real_file_reads_the_same_both_ways(tmp_path: Path) -> None:
    path, mapping = beijing(tmp_path, rows=30_000)
    columns, records = open_records(path, mapping)
    done = assert_same(mapping, columns, list(records))
    assert done.observations.num_rows == 30_000 * len(PROPERTIES)
    assert {item.code for item in done.issues} == {"outside-plausible-range"}
