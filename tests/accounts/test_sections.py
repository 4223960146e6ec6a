"""Sections by quality class: what is counted, and what moved from class to class."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounts.situations import ZONE
from accounts.situations import cell as made
from ecociv.accounts.declaration import load_accounts
from ecociv.accounts.forms import national
from ecociv.accounts.gather.sections import CLASSES, SectionYear, counted
from ecociv.accounts.sheet import AccountSheet, compile_account
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places

DECLARED, PLACES = load_accounts(ZONE), load_places(ZONE)
MEMBERS = PLACES.groups["function-zones"]
NAME = Text(zh="断面", en="section")


def year_of(section: str, year: int, water_class: int) -> SectionYear:
    return SectionYear(section, NAME, year, water_class, 3, 12 if water_class else 2, (), False, None)


def count(years: dict, row: str, column: str, year: int = 2017, weigh: str = "number") -> Decimal | None:
    unit = "count" if weigh == "number" else "km"
    return counted(DECLARED, years, MEMBERS, row, column, year, weigh, NAME, unit).figure


def test_a_section_that_changed_its_class_leaves_one_column_and_enters_another() -> None:
    years = {
        ("section-01", 2016): year_of("section-01", 2016, 3),
        ("section-01", 2017): year_of("section-01", 2017, 2),
        ("section-02", 2017): year_of("section-02", 2017, 2),  # new in 2017
        ("section-03", 2016): year_of("section-03", 2016, 4),
        ("section-03", 2017): year_of("section-03", 2017, 0),  # too few months
    }
    assert count(years, "opening", "three") == 1 and count(years, "classed_out", "three") == 1
    assert count(years, "classed_in", "two") == 1 and count(years, "added", "two") == 1
    assert count(years, "closing", "two") == 2 and count(years, "closing", "three") == 0
    assert count(years, "removed", "four") == 1
    # 31.5 + 24.0 km
    assert count(years, "closing", "two", weigh="length") == Decimal("55.5")


def test_a_year_without_any_test_is_missing_not_zero() -> None:
    years = {("section-01", 2016): year_of("section-01", 2016, 3)}
    assert count(years, "closing", "three") is None


def test_a_section_that_was_not_tested_in_every_month_lowers_the_grade() -> None:
    whole = {("section-01", 2017): year_of("section-01", 2017, 3)}
    part = {("section-01", 2017): SectionYear("section-01", NAME, 2017, 3, 3, 11, (), False, None)}
    for years, expected in ((whole, False), (part, True)):
        made_ = counted(DECLARED, years, MEMBERS, "closing", "three", 2017, "number", NAME, "count")
        assert made_.partial is expected
    rule = national().grades
    assert (rule.grade("sections"), rule.grade("sections", frozenset({"partial"}))) == ("A", "B")


classes = st.lists(st.integers(0, 6), min_size=len(MEMBERS), max_size=len(MEMBERS))


@given(classes, classes)
def test_the_account_of_sections_always_closes(before: list[int], after: list[int]) -> None:
    years = {}
    for section, one, other in zip(MEMBERS, before, after, strict=True):
        years[section, 2016] = year_of(section, 2016, one)
        years[section, 2017] = year_of(section, 2017, other)
    form = national().accounts["section_quality"]
    cells = {
        (row, column): made(count(years, row, column) or 0) for row in form.rows for column in CLASSES
    }
    sheet: AccountSheet = compile_account("section_quality", form, form.columns, cells, year=2017)
    assert sheet.verdict.ok is True, sheet.verdict.reasons
    assert sheet.total("closing") == sum(1 for each in after if each)
    assert not [cell for *_, cell in sheet.missing() if cell.missing is Missing.MISSING]
