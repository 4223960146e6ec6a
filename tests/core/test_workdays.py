"""Working days of the national calendar: published holidays, days worked in exchange, and years without a notice."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import OutsideValidity
from ecociv.core.workdays import (
    WorkingDay,
    add_working_days,
    is_working_day,
    known_years,
    working_days_between,
)

days = st.dates(dt.date(2005, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # Notice of 2014 on the holidays of 2015: Spring Festival 18-24 February, 15 and 28 February worked.
        ("2015-02-15", True),
        ("2015-02-18", False),
        ("2015-02-24", False),
        ("2015-02-25", True),
        ("2015-02-28", True),
        # The seventieth anniversary, 3-5 September 2015; Sunday the sixth was worked.
        ("2015-09-03", False),
        ("2015-09-04", False),
        ("2015-09-06", True),
        ("2015-09-12", False),
    ],
)
def test_published_holidays(day: str, works: bool) -> None:
    assert is_working_day(dt.date.fromisoformat(day)) is works


def test_sixty_working_days_after_2015() -> None:
    """January 2016 has 20 (Monday 4 to Friday 29), February 18 (1 to 6 with Saturday the sixth worked, Sunday the 14th
    worked, 15 to 19, 22 to 26, 29; the Spring Festival is 7 to 13), so 22 are left: March 30 is the 22nd of March."""
    assert add_working_days(dt.date(2015, 12, 31), 60) == WorkingDay(dt.date(2016, 3, 30), by_notice=True)


@given(days, st.integers(0, 80))
def test_adding_and_counting_agree(start: dt.date, count: int) -> None:
    found = add_working_days(start, count).day
    assert is_working_day(found)
    if count:
        assert working_days_between(start, found) == count


@given(days, days)
def test_counting_is_by_single_days(one: dt.date, other: dt.date) -> None:
    start, end = min(one, other), min(max(one, other), min(one, other) + dt.timedelta(days=400))
    each = sum(is_working_day(start + dt.timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert working_days_between(start, end) == each
    assert working_days_between(end, start) == -each


def test_a_year_without_a_notice_is_refused_or_said() -> None:
    beyond = dt.date(known_years()[1] + 2, 3, 1)
    with pytest.raises(OutsideValidity, match="holiday notices"):
        is_working_day(beyond)
    with pytest.raises(OutsideValidity):
        add_working_days(beyond, 3, assume=False)
    found = add_working_days(beyond, 5)
    assert not found.by_notice and found.day.weekday() < 5


def test_a_count_that_runs_into_an_unknown_year_says_so() -> None:
    last = dt.date(known_years()[1], 12, 30)
    assert not add_working_days(last, 10).by_notice


def test_the_past_is_not_counted_into() -> None:
    with pytest.raises(ValueError, match="lie in the past"):
        add_working_days(dt.date(2015, 1, 1), -1)
