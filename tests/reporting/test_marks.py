"""Numbering: one number for one figure, and never one number for two."""

from __future__ import annotations

import pytest

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.marks import FigureRegister
from reporting import situations

DAYS = Text(zh="天数", en="Days")


def test_a_key_stands_for_one_figure() -> None:
    register = FigureRegister()
    assert register.number("a", Trace(DAYS, 330, "day", "count")) == 1
    assert register.number("b", Trace(DAYS, 330, "day", "count")) == 2
    assert register.number("a", Trace(DAYS, 330, "day", "count")) == 1
    with pytest.raises(ValueError, match="'a' was numbered 1 with another trace"):
        register.number("a", Trace(DAYS, 331, "day", "count"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("facts", [situations.a_mixed_year(sample=True), situations.a_year_without_data(2015)])
def test_every_mark_has_one_entry_and_every_entry_a_mark(facts: situations.AnnualFacts, language: str) -> None:
    document = annual_report(facts, language)
    numbers = [entry.number for entry in document.entries]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(document.marks_used()) == set(numbers)


def test_numbers_run_in_the_order_of_the_text(mixed: Document) -> None:
    first_seen = list(dict.fromkeys(mixed.marks_used()))
    # A table's heading is read before its cells, and composed before them.
    assert first_seen == sorted(first_seen)


def test_a_figure_said_twice_keeps_its_number(mixed: Document) -> None:
    """GDP per person is named among the decisions and stands in the table."""
    overview, table = mixed.sections[0], mixed.tables[1]
    said = [run.mark for block in overview.blocks if hasattr(block, "runs") for run in block.runs if "3.50" in run.text]
    shown = next(row.cells[6].mark for row in table.data_rows if row.cells[0].value == 1)
    assert said == [shown]


def test_an_entry_says_where_its_inputs_come_from(mixed: Document) -> None:
    entry = next(entry for entry in mixed.entries if entry.title == "优良天数比例")
    said = {line.kind: line.text for line in entry.lines if line.depth == 0}
    assert entry.shown == "90.4%"
    assert said["formula"] == "good / valid * 100"
    assert said["standard"] == "HJ 663-2013, 5.1"
    assert said["rounding"] == "按GB/T 8170-2008修约至1位小数"
    assert said["recorded"] == "2017-01-20 08:30"
    assert said["revision"] == "第3版，2017-01-20 08:30计算并入库"
    assert said["file"] == f"days.csv（sha256:{'f' * 64}）"
    assert said["evidence"] == f"sha256:{'e' * 64}"
    assert said["digest"] == f"sha256:{entry.digest}"
    # Fourteen inputs, of which twelve are written out and two are counted.
    assert [line.text for line in entry.lines if line.kind == "more"] == ["另有2项同类输入未列出"]
    one = next(line for line in entry.lines if line.kind == "input")
    assert (one.source, one.revision, one.valid, one.recorded) == ("air", "1", "2016-01", "2017-01-20 08:30")


def test_a_figure_of_the_plan_names_the_plans_digest_and_revision(mixed: Document) -> None:
    path = next(entry for entry in mixed.entries if entry.title == "人均GDP：2016年路径值")
    sources = [line for line in path.lines if line.kind == "input"]
    assert all(line.source == f"plan:jingdezhen@sha256:{situations.plan().digest[:16]}/indicator:1" for line in sources)


def test_the_digest_follows_the_arithmetic_not_only_the_value() -> None:
    facts = situations.a_mixed_year()
    fact = facts.series["4"]
    assert fact.trace is not None
    from dataclasses import replace

    other = replace(fact, trace=replace(fact.trace, formula="as corrected"))
    before = annual_report(facts, "zh")
    after = annual_report(replace(facts, series={**facts.series, "4": other}), "zh")
    changed = [a.title for a, b in zip(before.entries, after.entries, strict=True) if a.digest != b.digest]
    assert changed == [situations.plan().indicator(4).name.zh]
