"""Tables that the server sorts and pages, and the files made of them."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from ecociv.portal.exports import safe_text, to_csv, to_xlsx
from ecociv.portal.tables import Column, Table, url_with

Row = tuple[str, int | None]
COLUMNS: list[Column[Row]] = [
    Column("name", "名称", lambda row: row[0], sort_by=lambda row: row[0]),
    Column("n", "数值", lambda row: row[1], sort_by=lambda row: row[1], numeric=True),
    Column("note", "备注", lambda row: "", export_only=True),
    Column("picture", "图", lambda row: "", page_only=True),
]
ROWS: list[Row] = [("b", 2), ("a", None), ("c", 1), ("d", 2)]


def table(query: str, rows: list[Row] = ROWS, page_size: int = 50) -> Table[Row]:
    return Table(COLUMNS, rows, QueryDict(query), default_sort="name", page_size=page_size)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "abcd"),
        ("sort=-name", "dcba"),
        # Without a value: last in either order. Equal values keep the order they came in.
        ("sort=n", "cbda"),
        ("sort=-n", "bdca"),
        # An unknown column falls back to the default.
        ("sort=nonsense", "abcd"),
        ("sort=note", "abcd"),
    ],
)
def test_sorting(query: str, order: str) -> None:
    assert "".join(row[0] for row in table(query).sorted_rows) == order


def test_a_heading_turns_its_own_order_and_says_which() -> None:
    headings = {heading.key: heading for heading in table("sort=n&q=x&page=3").headings()}
    assert headings["n"].aria_sort == "ascending" and headings["n"].url == "?q=x&sort=-n"
    assert headings["name"].aria_sort == "none" and headings["name"].url == "?q=x&sort=name"
    assert "note" not in headings and not headings["picture"].sortable


@pytest.mark.parametrize(
    ("page", "shown"), [("1", "ab"), ("2", "cd"), ("3", "cd"), ("0", "ab"), ("-5", "ab"), ("x", "ab")]
)
def test_a_page_out_of_range_falls_to_the_nearest(page: str, shown: str) -> None:
    """Four rows, two a page: pages 1 and 2."""
    assert "".join(row[0] for row in table(f"page={page}", page_size=2).page_rows) == shown


def test_the_ends_have_no_further_page() -> None:
    first, last = table("page=1", page_size=3), table("page=2", page_size=3)
    assert (first.previous_url, first.next_url, first.first, first.last) == ("", "?page=2", 1, 3)
    assert (last.previous_url, last.next_url, last.first, last.last) == ("?page=1", "", 4, 4)
    nothing = table("", rows=[])
    assert (nothing.pages, nothing.first, nothing.last, nothing.next_url) == (1, 0, 0, "")


def test_addresses_keep_what_was_chosen() -> None:
    assert url_with(QueryDict("q=森林&sort=n"), page=2) == "?q=%E6%A3%AE%E6%9E%97&sort=n&page=2"
    assert url_with(QueryDict("a=1&a=2"), b=None) == "?a=1&a=2"


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")']
)
def test_text_that_looks_like_a_formula_is_made_plain(text: str) -> None:
    expected = text if text == "+86" else "'" + text  # +86 is a number
    assert safe_text(text) == expected


@given(st.text())
def test_no_text_of_a_file_begins_like_a_formula(text: str) -> None:
    made = safe_text(text)
    try:
        float(text)
    except ValueError:
        assert made == "-" or not str(made).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_csv_opens_in_excel_with_its_chinese() -> None:
    """A byte order mark, CR LF between lines, commas and quotes in text kept."""
    data = to_csv(COLUMNS, [("景德镇,“瓷都”", 3)], notes=["样例数据"])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == '名称,数值,备注,图\r\n"景德镇,“瓷都”",3,,\r\n样例数据\r\n'


def test_a_workbook_keeps_numbers_as_numbers_and_formulas_as_text() -> None:
    columns: list[Column[tuple[object, ...]]] = [
        Column("a", "数", lambda row: row[0]),  # type: ignore[return-value,arg-type]
        Column("b", "文", lambda row: row[1]),  # type: ignore[return-value,arg-type]
    ]
    data = to_xlsx(columns, [(Decimal("8.45"), "=1+1"), (0, "不低于8.45")], "指标:体系/表")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None and sheet.title == "指标体系表"
    assert sheet["A2"].value == 8.45 and sheet["A3"].value == 0
    assert sheet["B2"].value == "'=1+1" and sheet["B2"].data_type == "s"
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:B3"
