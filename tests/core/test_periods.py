"""Years, months, days, and the dates between which something is in force."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import Day, Month, OutsideValidity, PeriodError, Validity, Year, parse_period

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@given(days)
def test_each_day_lies_in_its_month_and_year(day: date) -> None:
    assert day in Month(day.year, day.month)
    assert day in Year(day.year)
    assert day in Day(day)
    assert Day(day).next().previous() == Day(day)


@given(days)
def test_months_follow_each_other_without_a_gap(day: date) -> None:
    month = Month(day.year, day.month)
    assert (month.next().start - month.end).days == 1
    assert month.next().previous() == month
    assert len(month) == len(list(month.days()))


def test_a_leap_year_has_366_days() -> None:
    assert len(Year(2016)) == len(list(Year(2016).days())) == 366
    assert sum(len(month) for month in Year(2015).months()) == 365


@pytest.mark.parametrize("text", ["2016", "2016-02", "2016-02-29"])
def test_reading_and_writing(text: str) -> None:
    assert str(parse_period(text)) == text


@pytest.mark.parametrize("text", ["", "16", "2016-13", "2016-02-30", "2016/02", "0000"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


def test_both_ends_of_a_validity_are_inside() -> None:
    old = Validity(date(2016, 1, 1), date(2026, 2, 28))
    assert not old.contains(date(2015, 12, 31))
    assert old.contains(date(2016, 1, 1))
    assert old.contains(date(2026, 2, 28))
    assert not old.contains(date(2026, 3, 1))
    assert old.contains(datetime(2016, 1, 1, 23, tzinfo=UTC))


def test_asking_outside_a_validity_is_an_error_that_says_when_it_held() -> None:
    with pytest.raises(OutsideValidity, match="The old limit is in force 2016-01-01..2026-02-28, not on 2026-03-01"):
        Validity(date(2016, 1, 1), date(2026, 2, 28)).require(date(2026, 3, 1), "The old limit")


def test_two_versions_that_meet_do_not_overlap() -> None:
    old, new = Validity(date(2016, 1, 1), date(2026, 2, 28)), Validity(date(2026, 3, 1))
    assert not old.overlaps(new)
    assert not new.overlaps(old)
    assert old.overlaps(Validity(date(2026, 2, 28)))
    assert Validity().overlaps(old)


def test_a_validity_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Validity(date(2016, 1, 2), date(2016, 1, 1))


def test_mapping_and_back() -> None:
    for validity in (Validity(), Validity(date(2016, 1, 1)), Validity(date(2016, 1, 1), date(2017, 1, 1))):
        assert Validity.from_mapping(validity.to_mapping()) == validity
    with pytest.raises(ValueError, match="until"):
        Validity.from_mapping({"until": "2016-01-01"})
