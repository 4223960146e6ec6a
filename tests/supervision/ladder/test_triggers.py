"""Triggers at their boundary from both sides, and as of each day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.text import Text
from ecociv.indicators.lights import Light
from ecociv.supervision.ladder.declaration import load_triggers
from ecociv.supervision.ladder.facts import (
    Facts,
    LightYear,
    OwedReport,
    SectionFact,
    SectionMonth,
    SeriesLights,
)
from ecociv.supervision.ladder.triggers import occurrences

TRIGGERS = load_triggers("jingdezhen").triggers
NAME = Text(zh="名", en="name")


def water(*classes: int, target: int = 2) -> Facts:
    months = tuple(SectionMonth((2017, at), each) for at, each in enumerate(classes, 1) if each)
    return Facts(sections=(SectionFact("section-01", NAME, target, months, ("county",)),))


def asked(key: str, facts: Facts, day: dt.date):
    return occurrences(key, TRIGGERS[key], facts, day)


@pytest.mark.parametrize(
    ("classes", "fires"),
    [
        ((4,), False),  # two classes below target II, one month: N - 1
        ((4, 4), True),  # N months
        ((4, 4, 5), True),  # N + 1 months
        ((4, 3), False),  # one class below only
        ((6, 4), True),  # worse than V counts as 6
        ((4, 0, 4), False),  # a month without a test breaks the run, as declared
    ],
)
def test_section_two_classes_below_for_two_months(classes: tuple[int, ...], fires: bool) -> None:
    assert bool(asked("section-below-target", water(*classes), dt.date(2017, 12, 31))) is fires


def test_a_month_counts_when_it_has_ended_and_the_first_day_does_not_move() -> None:
    facts = water(4, 4, 4, 2)
    assert not asked("section-below-target", facts, dt.date(2017, 2, 27))
    (found,) = asked("section-below-target", facts, dt.date(2017, 2, 28))
    assert found.first_day == dt.date(2017, 2, 28) and found.holds
    (found,) = asked("section-below-target", facts, dt.date(2017, 4, 30))
    assert found.first_day == dt.date(2017, 2, 28) and found.ended_on == dt.date(2017, 4, 30)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(1, 12))
def test_what_fired_once_keeps_its_first_day(classes: list[int], month: int) -> None:
    early = asked("section-below-target", water(*classes), dt.date(2017, month, 28))
    late = {
        each.occurrence: each
        for each in asked("section-below-target", water(*classes), dt.date(2017, 12, 31))
    }
    for each in early:
        assert late[each.occurrence].first_day == each.first_day <= dt.date(2017, month, 28)


def lights(*given: tuple[int, Light]) -> Facts:
    years = tuple(LightYear(year, light) for year, light in given)
    return Facts(lights=(SeriesLights("9", 9, NAME, years, ("body",)),))


def test_a_light_red_twice_in_a_row() -> None:
    red, green = Light.OFF_TRACK, Light.ON_TRACK
    end = dt.date(2018, 12, 31)
    assert not asked("light-stays-red", lights((2015, red), (2016, green), (2017, red)), end)
    (found,) = asked("light-stays-red", lights((2015, red), (2016, Light.WORSENING), (2017, green)), end)
    assert (found.first_day, found.ended_on) == (dt.date(2016, 12, 31), dt.date(2017, 12, 31))
    # Silence neither ends a run nor lengthens it.
    (found,) = asked("light-stays-red", lights((2015, red), (2016, Light.NO_DATA), (2017, red)), end)
    assert found.first_day == dt.date(2017, 12, 31) and found.holds
    assert not asked("light-stays-red", lights((2015, red), (2016, Light.NO_DATA)), end)


def test_a_report_five_working_days_late() -> None:
    """Due 31 December 2015; 1 January is a holiday, so the fifth working day is Friday 8 January 2016."""
    owed = OwedReport("task:1", NAME, "body", 2015, dt.date(2015, 12, 31), None)
    facts = Facts(reports=(owed,))
    assert not asked("report-overdue", facts, dt.date(2016, 1, 7))
    (found,) = asked("report-overdue", facts, dt.date(2016, 1, 8))
    assert found.first_day == dt.date(2016, 1, 8) and found.subject == "organisation:body"
