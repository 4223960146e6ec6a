"""Records to observations: times, missing marks, limits, units, and what is sent back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.mapping import Mapping, load_mapping
from ecociv.evidence.parsing import Parsed, parse
from ecociv.evidence.reading import Record
from ecociv.evidence.schema import series_id
from evidence.conftest import two_city_mapping

COLUMNS = {"city": 0, "date": 1, "pm2_5": 2, "so2": 3}


def read(*rows: str, mapping: Mapping | None = None, columns: dict[str, int] | None = None) -> Parsed:
    records = [Record(number + 2, row.split(",")) for number, row in enumerate(rows)]
    done = list(parse(iter(records), columns or COLUMNS, mapping or two_city_mapping(), sample=False))
    assert len(done) == 1
    return done[0]


def first(done: Parsed, observed: str = "pm2_5") -> dict[str, Any]:
    number = series_id(f"two-cities/jingdezhen/{observed}")
    return next(row for row in done.observations.to_pylist() if row["series_id"] == number)


def test_a_local_day_begins_the_evening_before_in_utc() -> None:
    got = first(read("景德镇,2015-01-01,30,10"))
    assert got["valid_from"] == datetime(2014, 12, 31, 16, tzinfo=UTC)  # 00:00 at +08:00
    assert got["valid_to"] == datetime(2015, 1, 1, 16, tzinfo=UTC)
    assert got["value"] == 30.0
    assert got["supplier"] == "市环保局"
    assert got["source_row"] == 2


@pytest.mark.parametrize(
    ("labels", "hour", "start"),
    [
        ("end", "18", datetime(2020, 3, 26, 9, tzinfo=UTC)),  # 17:00-18:00 local is 09:00-10:00 UTC
        ("end", "0", datetime(2020, 3, 25, 15, tzinfo=UTC)),  # the last hour of the 25th
        ("end", "24", datetime(2020, 3, 26, 15, tzinfo=UTC)),
        ("start", "18", datetime(2020, 3, 26, 10, tzinfo=UTC)),
    ],
)
def test_an_hour_is_named_by_its_start_or_its_end(labels: str, hour: str, start: datetime) -> None:
    mapping = two_city_mapping(
        time={
            "zone": "Asia/Shanghai",
            "period": "hour",
            "date": {"column": "date", "format": "%Y%m%d"},
            "hour": {"column": "hour", "labels": labels},
        }
    )
    columns = {**COLUMNS, "hour": 4}
    got = first(read(f"景德镇,20200326,30,10,{hour}", mapping=mapping, columns=columns))
    assert got["valid_from"] == start
    assert (got["valid_to"] - got["valid_from"]).total_seconds() == 3600


@pytest.mark.parametrize(("labels", "hour"), [("end", "25"), ("start", "24"), ("end", "-1"), ("end", "1.5")])
def test_an_hour_that_does_not_exist_is_sent_back(labels: str, hour: str) -> None:
    mapping = two_city_mapping(
        time={
            "zone": "Asia/Shanghai",
            "period": "hour",
            "date": {"column": "date", "format": "%Y%m%d"},
            "hour": {"column": "hour", "labels": labels},
        }
    )
    done = read(f"景德镇,20200326,30,10,{hour}", mapping=mapping, columns={**COLUMNS, "hour": 4})
    assert [item.code for item in done.issues] == ["hour-unreadable"]


def test_missing_marks_keep_their_kind_and_are_never_zero_or_nan() -> None:
    done = read("景德镇,2015-01-01,—,涉密")
    assert (first(done)["value"], first(done)["missing"]) == (None, "missing")
    assert (first(done, "so2")["value"], first(done, "so2")["missing"]) == (None, "withheld")
    assert first(read("景德镇,2015-01-01,30,0"), "so2")["value"] == 0.0


def test_a_value_below_the_detection_limit_keeps_the_limit() -> None:
    got = first(read("景德镇,2015-01-01,30,<0.02"), "so2")
    assert (got["value"], got["censored"], got["censor_limit"]) == (None, "<", 0.02)
    done = read("景德镇,2015-01-01,<5,10")
    assert [item.code for item in done.issues] == ["censored-not-declared"]


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1_000", "三十", "3 0", "\uff13\uff10", "0x10", "30ug", "1e400"]
)
def test_what_is_no_plain_number_is_sent_back(text: str) -> None:
    done = read(f"景德镇,2015-01-01,{text},10")
    assert [(item.code, item.row, item.field, item.found) for item in done.issues] == [
        ("not-a-number", 2, "pm2_5", text)
    ]
    assert done.rejected_rows == 1
    assert done.observations.num_rows == 0  # the whole row goes back, its good so2 included


@pytest.mark.parametrize(
    ("text", "quality", "reason"),
    [
        ("1", "good", None),
        ("0.999", "suspect", "outside-plausible-range"),
        ("1000", "good", None),
        ("1000.001", "suspect", "outside-plausible-range"),
        ("0", "suspect", "implausible-zero"),
        ("-0.0", "suspect", "implausible-zero"),
    ],
)
def test_the_plausible_range_from_both_sides(text: str, quality: str, reason: str | None) -> None:
    got = first(read(f"景德镇,2015-01-01,{text},10"))
    assert (got["quality"], got["quality_reason"]) == (quality, reason)
    assert got["value"] == float(text)  # kept, only marked


def test_every_fault_of_a_row_is_listed_at_once() -> None:
    done = read("合肥,2015/01/01,x,10")
    assert [item.code for item in done.issues] == ["place-unknown", "time-unreadable", "not-a-number"]
    assert done.rejected_rows == 1


def test_a_row_of_another_width_is_sent_back() -> None:
    done = read("景德镇,2015-01-01,30")
    assert done.issues[0].code == "row-width"
    assert "4 cells; this one has 3" in done.issues[0].rule.en


def test_places_passed_over_are_counted_and_not_rejected() -> None:
    done = read("黄山,2015-01-01,30,10", "景德镇,2015-01-01,30,10")
    assert (dict(done.skipped), done.rejected_rows, done.observations.num_rows) == ({"黄山": 1}, 0, 2)


def test_the_yearly_return_converts_units_and_refuses_foreign_ones() -> None:
    mapping = load_mapping("annual-return")
    columns = {
        name: number for number, name in enumerate(["series", "year", "value", "unit", "supplier", "note"])
    }
    done = read(
        "1,2015,49000,元/人,市统计局,",  # 49,000 yuan a person = 4.9 wan_yuan a person
        "1,2016,5.1,万元/人,市统计局,初步数",
        "1,2017,5.1,万吨,市统计局,",
        "99,2017,5.1,%,市统计局,",
        "25,2017,65.9,%,,",
        mapping=mapping,
        columns=columns,
    )
    assert [row["value"] for row in done.observations.to_pylist()] == [4.9, 5.1]
    assert done.observations.to_pylist()[1]["note"] == "初步数"
    assert [(item.row, item.code) for item in done.issues] == [
        (4, "unit-not-convertible"),
        (5, "series-unknown"),
        (6, "supplier-missing"),
    ]


cell = st.sampled_from(["30", "", "—", "0", "x", "<3", "2000"])
row = st.tuples(
    st.sampled_from(["景德镇", "南昌", "黄山", "合肥"]), st.sampled_from(["2015-01-01", "01/01"]), cell, cell
)


@given(st.lists(row, min_size=1, max_size=30), st.integers(1, 7))
def test_the_size_of_a_chunk_changes_nothing(rows: list[tuple[str, ...]], size: int) -> None:
    def run(chunk: int) -> tuple[list[Any], list[Any], int]:
        records = iter([Record(number + 2, list(cells)) for number, cells in enumerate(rows)])
        done = list(parse(records, COLUMNS, two_city_mapping(), sample=False, chunk=chunk))
        return (
            [line for part in done for line in part.observations.to_pylist()],
            [item for part in done for item in part.issues],
            sum(part.rejected_rows for part in done),
        )

    assert run(size) == run(1000)


@given(st.lists(row, min_size=1, max_size=30))
def test_every_row_is_taken_passed_over_or_sent_back_with_a_reason(rows: list[tuple[str, ...]]) -> None:
    records = iter([Record(number + 2, list(cells)) for number, cells in enumerate(rows)])
    (done,) = parse(records, COLUMNS, two_city_mapping(), sample=False, chunk=1000)
    taken = {line["source_row"] for line in done.observations.to_pylist()}
    sent_back = {item.row for item in done.issues if item.severity == "rejected"}
    assert len(taken) + len(sent_back) + sum(done.skipped.values()) == len(rows)
    assert len(sent_back) == done.rejected_rows
    assert not taken & sent_back
