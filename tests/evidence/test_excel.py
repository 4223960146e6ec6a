"""Workbooks through a mapping: dates, numbers, merged cells, formulas, and files that are no workbooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ecociv.evidence.actions import LoadFile
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.reading import FileRefused, open_records
from ecociv.evidence.store import EvidenceStore
from evidence.conftest import two_city_mapping

HEADER = ["city", "date", "pm2_5", "so2"]
Make = Callable[..., Path]


@pytest.fixture
def excel() -> Mapping:
    return two_city_mapping(file={"format": "xlsx", "sheet": "日报", "header_row": 3})


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A workbook with a title in row 1, nothing in row 2, the header in row 3 and data from row 4 on."""

    def build(*rows: list[Any], change: Callable[[Any], None] | None = None, sheet: str = "日报") -> Path:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.title = sheet
        page["A1"] = "景德镇市空气质量日报"
        for column, name in enumerate(HEADER, 1):
            page.cell(3, column, name)
        for number, row in enumerate(rows, 4):
            for column, value in enumerate(row, 1):
                page.cell(number, column, value)
        if change is not None:
            change(page)
        book.create_sheet("说明")
        path = tmp_path / "daily.xlsx"
        book.save(path)
        return path

    return build


def cells(path: Path, mapping: Mapping) -> list[tuple[int, list[str]]]:
    _, records = open_records(path, mapping)
    return [(record.row, record.cells) for record in records]


def test_dates_and_numbers_read_as_in_a_text_file(make: Make, excel: Mapping) -> None:
    path = make(
        ["景德镇", date(2015, 1, 1), 30, 10.5],
        ["景德镇", "2015-01-02", "31", "<0.02"],
        ["景德镇", datetime(2015, 1, 3), 0.1, None],  # noqa: DTZ001 - as Excel keeps it
    )
    assert cells(path, excel) == [
        (4, ["景德镇", "2015-01-01", "30", "10.5"]),
        (5, ["景德镇", "2015-01-02", "31", "<0.02"]),
        (6, ["景德镇", "2015-01-03", "0.1", ""]),
    ]


@pytest.mark.django_db
def test_a_workbook_gives_the_same_table_as_the_text_file(
    make: Make, excel: Mapping, write: Callable[..., Path], store: EvidenceStore
) -> None:
    from ecociv.evidence.schema import series_id

    LoadFile(make(["景德镇", date(2015, 1, 1), 30.25, 10]), excel, author="t", store=store).execute()
    report = LoadFile(
        write("景德镇,2015-01-01,30.25,10"), two_city_mapping(), author="t", store=store
    ).execute()
    assert (report.values_unchanged, report.values_new, report.values_revised) == (2, 0, 0)
    rows = store.observations([series_id("two-cities/jingdezhen/pm2_5")]).to_pylist()
    assert [row["value"] for row in rows] == [30.25]


@pytest.mark.django_db
def test_faults_are_reported_with_the_row_that_excel_shows(
    make: Make, excel: Mapping, store: EvidenceStore
) -> None:
    def spoil(page: Any) -> None:
        page["C5"] = "=30+1"  # openpyxl stores no result
        page.merge_cells("D6:D7")
        page["C8"] = "#DIV/0!"

    path = make(
        *(["景德镇", date(2015, 1, day), 30, 10] for day in range(1, 6)),
        ["景德镇", "2015/01/06", 30, 10],
        ["景德镇", date(2015, 1, 7), "约30", 10],
        change=spoil,
    )
    report = LoadFile(path, excel, author="t", store=store).check()
    found = {(one.row, one.field, one.code) for one in report.issues}
    assert found == {
        (5, "pm2_5", "formula-without-result"),
        (6, "so2", "cell-merged"),
        (7, "so2", "cell-merged"),
        (8, "pm2_5", "formula-error"),
        (9, "date", "time-unreadable"),
        (10, "pm2_5", "not-a-number"),
    }
    # Rows 4 ... 10 are seven; six of them are rejected and one is taken.
    assert (report.rows_read, report.rows_taken, report.rows_rejected) == (7, 1, 6)
    assert "C5" in next(one.rule.en for one in report.issues if one.row == 5)
    assert "D6:D7" in next(one.rule.en for one in report.issues if one.row == 6)


@pytest.mark.django_db
def test_ten_thousand_rows(make: Make, excel: Mapping, store: EvidenceStore) -> None:
    # 5,000 days in two cities; day n has the value n / 4, which a float holds exactly.
    first = date(2001, 1, 1).toordinal()
    rows = [
        [city, date.fromordinal(first + day), day / 4 + 1, None]
        for day in range(5_000)
        for city in ("景德镇", "南昌")
    ]
    rows[9_000][2] = "x"
    report = LoadFile(make(*rows), excel, author="t", store=store).execute()
    assert (report.rows_read, report.rows_taken, report.rows_rejected) == (10_000, 9_999, 1)
    assert [one.row for one in report.issues if one.code == "not-a-number"] == [
        9_004
    ]  # 4 rows before the first


def test_a_cell_beyond_the_header_is_a_row_that_does_not_fit(make: Make, excel: Mapping) -> None:
    path = make(["景德镇", date(2015, 1, 1), 30, 10, "remark"])
    assert [len(row) for _, row in cells(path, excel)] == [5]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"city,date,pm2_5,so2\n", "workbook-not", "looks like a text file that was renamed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "workbook-old", "save it as Excel workbook"),
        (b"PK\x03\x04 and no more", "workbook-broken", "get it again"),
        (b"", "workbook-not", "no Excel workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_in_clear_words(
    tmp_path: Path, excel: Mapping, content: bytes, code: str, words: str
) -> None:
    path = tmp_path / "daily.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=words) as caught:
        open_records(path, excel)
    assert caught.value.code == code


def test_a_broken_package_is_refused(make: Make, excel: Mapping, tmp_path: Path) -> None:
    whole = make(["景德镇", date(2015, 1, 1), 30, 10]).read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in (100, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:length])
        with pytest.raises(FileRefused):
            cells(path, excel)


def test_an_absent_sheet_is_refused_with_those_there_are(make: Make, excel: Mapping) -> None:
    with pytest.raises(FileRefused, match="no sheet '日报'; it has: Sheet1, 说明"):
        open_records(make(sheet="Sheet1"), excel)


def test_several_sheets_and_none_declared(make: Make) -> None:
    with pytest.raises(FileRefused, match="several sheets"):
        open_records(make(), two_city_mapping(file={"format": "xlsx"}))


def test_a_workbook_through_a_mapping_of_text_is_refused(
    make: Make, mapping: Mapping, tmp_path: Path
) -> None:
    path = tmp_path / "daily.csv"
    shutil.copy(make(["景德镇", date(2015, 1, 1), 30, 10]), path)
    with pytest.raises(FileRefused, match="Excel workbook, and the mapping reads delimited text"):
        open_records(path, mapping)


def test_sheet_belongs_to_workbooks() -> None:
    with pytest.raises(ValueError, match="belong to format: xlsx"):
        two_city_mapping(file={"sheet": "a"})
