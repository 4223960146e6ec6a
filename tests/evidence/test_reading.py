"""Encoding, header and line numbers of a delimited file."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ecociv.evidence.mapping import Mapping
from ecociv.evidence.reading import FileRefused, open_records
from evidence.conftest import two_city_mapping

Write = Callable[..., Path]
ROW = "景德镇,2015-01-01,30,10"


def cells(path: Path, mapping: Mapping) -> list[tuple[int, list[str]]]:
    _, records = open_records(path, mapping)
    return [(record.row, record.cells) for record in records]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_auto_reads_both_encodings_of_the_country(write: Write, mapping: Mapping, encoding: str) -> None:
    assert cells(write(ROW, encoding=encoding), mapping) == [(2, ROW.split(","))]


def test_a_gb18030_file_declared_as_utf_8_is_refused_with_the_remedy(write: Write) -> None:
    mapping = two_city_mapping(file={"encoding": "utf-8"})
    with pytest.raises(FileRefused) as caught:
        cells(write(ROW, encoding="gb18030"), mapping)
    assert caught.value.code == "encoding"
    assert "first at byte 20" in caught.value.text.en  # the header has 20 bytes with its line break
    assert "it can be read as gb18030" in caught.value.text.en


def test_bytes_that_are_neither_are_refused(write: Write, mapping: Mapping) -> None:
    path = write(ROW)
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff")
    with pytest.raises(FileRefused, match="not utf-8 .* not gb18030"):
        cells(path, mapping)


def test_a_packed_file_reads_the_same(write: Write, mapping: Mapping, tmp_path: Path) -> None:
    packed = tmp_path / "air.csv.gz"
    packed.write_bytes(gzip.compress(write(ROW).read_bytes()))
    assert cells(packed, mapping) == [(2, ROW.split(","))]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("city,date,pm2_5", "missing columns so2"),
        ("city,date,pm2_5,so2,no2", "not declared 'no2'"),
        ("city,date,pm2_5,so2,so2", "occur twice so2"),
        ("city;date;pm2_5;so2", "missing columns"),
    ],
)
def test_a_wrong_header_is_refused(write: Write, mapping: Mapping, header: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words) as caught:
        cells(write(ROW, header=header), mapping)
    assert caught.value.code == "columns"


def test_columns_may_come_in_any_order(write: Write, mapping: Mapping) -> None:
    columns, _ = open_records(write("10,2015-01-01", header="so2,date,city,pm2_5"), mapping)
    assert columns == {"so2": 0, "date": 1, "city": 2, "pm2_5": 3}


def test_an_empty_file_is_refused(tmp_path: Path, mapping: Mapping) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(FileRefused, match="no header"):
        cells(tmp_path / "empty.csv", mapping)
    with pytest.raises(FileRefused, match=r"no file nothing\.csv"):
        cells(tmp_path / "nothing.csv", mapping)


def test_a_row_is_named_by_the_line_where_it_begins(write: Write, mapping: Mapping) -> None:
    path = write('景德镇,"2015-01-01\n\n",30,10', "", ROW)
    # header 1, the first record on lines 2 to 4, an empty line 5, the next on 6
    assert [row for row, _ in cells(path, mapping)] == [2, 6]


def test_an_open_quote_is_refused_and_not_swallowed(write: Write, mapping: Mapping) -> None:
    with pytest.raises(FileRefused, match="quote that is not closed"):
        cells(write(ROW, '景德镇,"2015-01-02,30,10'), mapping)
