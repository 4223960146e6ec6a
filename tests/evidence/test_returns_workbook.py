"""The workbook of a return: out and back the same, and everything that people and spreadsheets do to it between."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as property_tests
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.models import ReturnDraft, ReturnRevision
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.returns.actions import ReturnRefused, Subject, subject
from ecociv.evidence.returns.actions.workbook import TakeWorkbook
from ecociv.evidence.returns.bodies import Body
from ecociv.evidence.returns.cells import Entry
from ecociv.evidence.returns.drafts import Typed, read_typed
from ecociv.evidence.returns.workbook import Sheet, write_workbook
from ecociv.evidence.returns.workbook_reading import read_workbook
from evidence.returns_zone import WATER, ZONE, TrialDirectory, make_zone

DAY = dt.date(2016, 1, 4)
BODY = Body("water", Text(zh="市水务局", en="Water Affairs Bureau"))


@pytest.fixture(autouse=True)
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_zone(tmp_path / "zones")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))
    return tmp_path


def city(year: str = "2015", place: str = "trial-city") -> Subject:
    return subject(ZONE, "water", place, year, sample=False)


def workbook(**typed: Typed) -> bytes:
    given = {key.replace("_", "."): value for key, value in typed.items()}
    return write_workbook([Sheet(city(), BODY, given)], made_on=DAY)


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(cell: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[cell] = value

    return change


TOTAL = "F6"  # the first cell of the form, below the five rows of the head

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=60).map(str.strip)
figures = st.decimals(min_value=-(10**14), max_value=10**14, places=2, allow_nan=False)
entries = st.builds(Entry, figures | st.sampled_from(Missing), texts)


@property_tests(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.dictionaries(st.sampled_from(["use.total", "use.industry", "use.other", "reuse.share"]), entries))
def test_what_goes_out_comes_back_identical(filled: dict[str, Entry]) -> None:
    about = city()
    typed = {key: Typed.from_entry(entry) for key, entry in filled.items()}
    explanations = {"rule:use-jump": "=1+1 新园区", "plausible:use.total": "-"}
    data = write_workbook([Sheet(about, BODY, typed, explanations)], made_on=DAY)
    back = read_workbook(data, ZONE, sample=False, expected=[about])
    assert back.problems == ()
    (sheet,) = back.sheets
    read = read_typed(about.cells, sheet.typed)
    assert read.findings == ()
    assert read.entries == filled
    assert sheet.explanations == explanations


@pytest.mark.parametrize(
    ("value", "figure"),
    [
        (1234.5, "1234.5"),
        ("1,234.50", "1234.50"),
        ("１，２３４．５", "1234.5"),
        (" 12 ", "12"),
        (0, "0"),
        ("1e3", "1000"),
    ],
)
def test_numbers_as_people_write_them(value: Any, figure: str) -> None:
    back = read_workbook(edited(workbook(), put(TOTAL, value)), ZONE, sample=False)
    assert back.problems == ()
    assert read_typed(city().cells, back.sheets[0].typed).entries["use.total"].value == Decimal(figure)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("约三百", "is no number"),
        (
            dt.datetime(2015, 3, 1),  # noqa: DTZ001 - a spreadsheet knows no time zones
            "made a date",
        ),
        (dt.time(12, 30), "made a date"),
        (True, "a number is asked for"),
        ("=A1+1", "no number saved"),
        ("=1/0", "no number saved"),
        ("9" * 30, "out of all bounds"),
    ],
)
def test_what_is_no_number_is_named_with_its_cell(value: Any, rule: str) -> None:
    back = read_workbook(edited(workbook(), put(TOTAL, value)), ZONE, sample=False)
    (problem,) = back.problems
    assert problem.cell == TOTAL and rule in problem.rule.en and problem.remedy.en


def test_a_formula_with_a_saved_result_counts() -> None:
    """Excel saves the result beside the formula; openpyxl does not, so it is put in by hand."""
    data = edited(workbook(), put(TOTAL, "=100+20.5"))
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("sheet1.xml"):
                assert b"<f>100+20.5</f><v />" in content or b"<f>100+20.5</f><v></v>" in content
                content = content.replace(b"<f>100+20.5</f><v />", b"<f>100+20.5</f><v>120.5</v>")
                content = content.replace(b"<f>100+20.5</f><v></v>", b"<f>100+20.5</f><v>120.5</v>")
            target.writestr(item, content)
    back = read_workbook(out.getvalue(), ZONE, sample=False)
    assert back.problems == () and back.sheets[0].typed["use.total"].text == "120.5"


def test_a_renamed_sheet_is_still_known() -> None:
    def rename(sheet: Any) -> None:
        sheet.title = "改过的名字"

    back = read_workbook(
        edited(workbook(use_total=Typed("5")), rename), ZONE, sample=False, expected=[city()]
    )
    assert back.problems == () and back.sheets[0].typed["use.total"].text == "5"


@pytest.mark.parametrize(
    ("expected", "rule"),
    [
        (city, ""),
        (lambda: city("2014"), "asked for here is Water use, yearly of Trial City for 2014"),
        (lambda: city("2015", "north"), "asked for here is Water use, yearly of North County"),
        (lambda: subject(ZONE, "staff", "trial-city", "2015-Q1", sample=False), "asked for here is Staff"),
    ],
)
def test_another_form_place_or_year_is_refused_in_clear_words(expected: Any, rule: str) -> None:
    back = read_workbook(workbook(), ZONE, sample=False, expected=[expected()])
    if rule:
        assert rule in back.problems[0].rule.en and back.sheets == ()
    else:
        assert back.problems == ()


def test_an_old_version_of_the_form_is_refused(zone: Path) -> None:
    data = workbook(use_total=Typed("5"))
    make_zone(zone / "zones", water=WATER.replace("decimals: 2", "decimals: 3", 1))
    back = read_workbook(data, ZONE, sample=False)
    assert back.sheets == () and "earlier version" in back.problems[0].rule.en


def test_sample_and_real_workbooks_do_not_mix() -> None:
    back = read_workbook(workbook(), ZONE, sample=True)
    assert back.sheets == () and "never mix" in back.problems[0].rule.en


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04broken", b"a,b\r\n1,2\r\n"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read_workbook(data, ZONE, sample=False)


def test_a_workbook_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with pytest.raises(FileRefused, match="no sheet that a form made"):
        read_workbook(out.getvalue(), ZONE, sample=False)


def test_ten_thousand_extra_rows_are_named_and_counted() -> None:
    def extend(sheet: Any) -> None:
        for number in range(10_000):
            sheet.cell(100 + number, 1).value = f"extra.{number}"
            sheet.cell(100 + number, 6).value = number

    back = read_workbook(edited(workbook(), extend), ZONE, sample=False)
    assert len(back.problems) == 200 and back.more == 9_800
    assert back.problems[0].cell == "A100"


def test_a_row_that_was_taken_out_or_doubled_is_said() -> None:
    back = read_workbook(edited(workbook(), put("A6", "use.industry")), ZONE, sample=False)
    assert [each.cell for each in back.problems] == ["A7", "A"]


@pytest.mark.django_db
def test_a_workbook_is_taken_whole_or_not_at_all() -> None:
    """Two returns in one workbook; one of them breaks its sum: 40 + 50 is not 100."""
    good = {"use.total": Typed("100"), "use.industry": Typed("40"), "use.other": Typed("60")}
    bad = {**good, "use.other": Typed("50")}
    sheets = [Sheet(city(), BODY, good), Sheet(city(place="north"), BODY, bad)]
    data = write_workbook(sheets, made_on=DAY)
    take = TakeWorkbook(read_workbook(data, ZONE, sample=False), "file", TrialDirectory(), submit=True)
    (problem,) = take.check()
    assert problem.cell == TOTAL and "left 100" in problem.rule.en and "right 90" in problem.rule.en
    with pytest.raises(ReturnRefused):
        take.execute()
    assert not ReturnRevision.objects.exists() and not ReturnDraft.objects.exists()
    sheets[1] = Sheet(city(place="north"), BODY, good)
    data = write_workbook(sheets, made_on=DAY)
    done = TakeWorkbook(
        read_workbook(data, ZONE, sample=False), "file", TrialDirectory(), submit=True
    ).execute()
    assert [each.of.place for each in done] == ["trial-city", "north"]


def test_labels_are_locked_and_figures_are_open() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook())).worksheets[0]
    assert sheet.protection.sheet
    assert sheet["A6"].protection.locked and sheet["D6"].protection.locked
    assert not sheet["F6"].protection.locked and not sheet["H6"].protection.locked
    assert sheet["D6"].value == "万立方米"
    assert [str(each.sqref) for each in sheet.data_validations.dataValidation] == ["G6:G9"]
