"""Whatever a page has lost, the importer answers; it neither stops nor makes rows up."""

from __future__ import annotations

import io
import time
import zipfile
from functools import cache

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import second_city
from ecociv.plan.exchange import (
    FileRefused,
    content_of,
    difference_text,
    export_workbook,
    import_text,
    read_plan_content,
    workbook_difference,
)
from ecociv.plan.package import ZonePackage

LINES = second_city.TEXT.split("\n")
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(text: str) -> None:
    plan = read_plan_content(content_of(text.encode()))
    for items in (plan.indicators, plan.tasks, plan.projects):
        numbers = [item.number for item in items]
        assert numbers == sorted(set(numbers))
    words = set("".join(text.split()))
    for duty in (*plan.tasks, *plan.projects):
        # Nothing is made up: every body stands in the text, in half-width or full-width form.
        assert all(set(name) <= words | set("(),;") for name in (*duty.lead, *duty.support))
    assert import_text(plan, "zh") and import_text(plan, "en")


@given(st.sets(st.integers(0, len(LINES) - 1), max_size=12))
@FAST
def test_lines_that_are_lost(lost: set[int]) -> None:
    text = "\n".join(line for place, line in enumerate(LINES) if place not in lost)
    check(text)


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=8))
@FAST
def test_lines_that_stand_twice(twice: list[int]) -> None:
    lines = list(LINES)
    for place in twice:
        lines.insert(place, LINES[place])
    check("\n".join(lines))


@given(st.data())
@FAST
def test_lines_in_disorder(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(LINES) - 10))
    part = data.draw(st.permutations(LINES[start : start + 10]))
    check("\n".join([*LINES[:start], *part, *LINES[start + 10 :]]))


@given(st.text(st.sampled_from("附件表1234(一)二、\n 序号任务内容单位牵头配合市局等2015年%指标。,")))
@FAST
def test_any_text_at_all(text: str) -> None:
    if text.strip():
        check(text)


def test_a_table_without_end_is_read_in_seconds() -> None:
    # 60,000 lines that look like row numbers and bodies: nothing may grow with the square of them.
    head = LINES[: LINES.index("（一）净水护土") + 1]
    lines = [*head, *(["1", "2", "市水利局", "疏浚三条河道。"] * 15_000)]
    start = time.perf_counter()
    read_plan_content(content_of("\n".join(lines).encode()))
    assert time.perf_counter() - start < 20


def test_a_cell_into_which_many_rows_ran_is_cut_and_doubted() -> None:
    text = second_city.TEXT.replace("疏浚城区三条河道，沿岸种树。", "到2023年疏浚河道30公里，" * 2_000)
    plan = read_plan_content(content_of(text.encode()))
    assert "cell-too-long" in {doubt.code for doubt in plan.doubts_of("task", 1)}
    assert len(plan.tasks[0].content) == 5_000


# No fixtures: an example that fails would print the whole workbook.
@cache
def package() -> ZonePackage:
    return second_city.package()


@cache
def exported() -> bytes:
    return export_workbook(package())


TYPED = st.one_of(
    st.none(),
    st.integers(-5, 3000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF), max_size=8),
    st.sampled_from(
        [
            "json:",
            "json:{}",
            "json:[1]",
            "a | b | c | d",
            "| |",
            "//",
            "2015 | 启动",
            "=1+1",
            "分项: a",
            "定性: x // ",
        ]
    ),
)


@given(
    st.sampled_from(["指标体系表", "任务分解表", "项目分解表"]), st.integers(1, 5), st.integers(1, 36), TYPED
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # Each example writes and reads a workbook: to shrink one takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
def test_anything_typed_into_any_cell_is_a_change_or_a_problem(
    sheet: str, row: int, column: int, typed: object
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported()))
    cell = book[sheet].cell(row, column)
    before = cell.value
    cell.value = typed
    stream = io.BytesIO()
    book.save(stream)
    difference = workbook_difference(stream.getvalue(), package())
    if typed == before and type(typed) is type(before):
        assert (difference.changes, difference.problems) == ((), ())
    # One cell of one row: never a change of another item, whatever was typed.
    assert len({change.key for change in difference.changes}) <= 1
    read_plan_content(content_of(stream.getvalue()))


@cache
def word() -> bytes:
    return second_city.word_document()


@given(st.booleans(), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_files_are_answered_in_words(is_word: bool, flips: list[tuple[float, int]]) -> None:
    data = bytearray(word() if is_word else exported())
    for place, value in flips:
        data[int(place * len(data))] = value
    try:
        content = content_of(bytes(data))
    except FileRefused as refusal:
        assert refusal.problem.text.zh and refusal.problem.remedy.zh
        return
    assert import_text(read_plan_content(content))
    assert difference_text(workbook_difference(bytes(data), package()))


@pytest.mark.parametrize("is_word", [True, False])
def test_a_file_whose_content_breaks_off_is_told_to_be_damaged(is_word: bool) -> None:
    """The archive is whole, but the XML in it is not."""
    part = "word/document.xml" if is_word else "xl/worksheets/sheet3.xml"
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word() if is_word else exported())) as source,
        zipfile.ZipFile(stream, "w") as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: len(data) // 2] if name == part else data)
    plan = read_plan_content(content_of(stream.getvalue()))
    assert plan.errors[0].code in ("damaged-document", "damaged-sheet")
    assert plan.errors[0].blocking
