"""Clocks over New Year, Spring Festival, make-up days, pauses and extensions; days counted by hand in comments."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.every_feature import T
from ecociv.casework import clocks
from ecociv.casework.declaration import CaseClock
from ecociv.core.workdays import add_working_days, working_days_between

DAYS = st.dates(date(2010, 1, 1), date(2022, 12, 31))


def clock(days: int = 5) -> CaseClock:
    return CaseClock.model_validate({"title": T, "working_days": days, "runs_in": ["new"]})


def test_spring_festival_2016_with_both_make_up_days() -> None:
    # Friday 5 February starts. Worked: Sat 6 (make-up) 1, Sun 14 (make-up) 2, Mon 15 3, Tue 16 4, Wed 17 5.
    assert clocks.start("c", clock(), date(2016, 2, 5), {}).due_on == date(2016, 2, 17)


def test_new_year_2016() -> None:
    # Wednesday 30 December 2015. Thu 31 1, Fri 1 January off, Mon 4 2, Tue 5 3, Wed 6 4, Thu 7 5.
    assert clocks.start("c", clock(), date(2015, 12, 30), {}).due_on == date(2016, 1, 7)


def test_national_day_2015_with_its_make_up_saturday() -> None:
    # Wednesday 30 September. 1 to 7 October off; Thu 8 1, Fri 9 2, Sat 10 (make-up) 3, Mon 12 4, Tue 13 5.
    assert clocks.start("c", clock(), date(2015, 9, 30), {}).due_on == date(2015, 10, 13)


def test_a_year_without_a_notice_says_so() -> None:
    # Monday 1 January 2035: Monday to Friday are counted, Tue 2 to Fri 5, Mon 8.
    run = clocks.start("c", clock(), date(2035, 1, 1), {})
    assert (run.due_on, run.by_notice) == (date(2035, 1, 8), False)


def test_a_pause_over_the_festival_costs_only_working_days() -> None:
    # Started Wed 3 February 2016, five days: Thu 4, Fri 5, Sat 6, Sun 14, Mon 15 -> due 15 February.
    # Paused Fri 5, on again Sun 14: worked days after the 5th up to the 14th are Sat 6 and Sun 14, two.
    # Due two working days later: Tue 16, Wed 17.
    run = clocks.start("c", clock(), date(2016, 2, 3), {})
    assert run.due_on == date(2016, 2, 15)
    on = clocks.go_on(clocks.pause(run, date(2016, 2, 5)), clock(), date(2016, 2, 14), {})
    assert (on.paused_days, on.due_on) == (2, date(2016, 2, 17))


def test_a_day_given_in_a_field_is_kept_as_it_is() -> None:
    until = CaseClock.model_validate({"title": T, "until_field": "until", "runs_in": ["new"]})
    # Sunday 7 February 2016 lies in the festival; the day given stands.
    assert clocks.start("c", until, date(2016, 2, 1), {"until": "2016-02-07"}).due_on == date(2016, 2, 7)


@given(DAYS, st.integers(1, 90))
def test_due_counts_exactly_the_days_and_is_never_before_the_start(day: date, days: int) -> None:
    run = clocks.start("c", clock(days), day, {})
    assert run.due_on is not None
    assert run.due_on > day
    assert working_days_between(day, run.due_on) == days


@given(DAYS, st.integers(1, 30), st.lists(st.integers(0, 40), max_size=8))
def test_pauses_move_due_by_exactly_the_working_days_paused(day: date, days: int, steps: list[int]) -> None:
    run = clocks.start("c", clock(days), day, {})
    before, paused, since = run.due_on, 0, None
    for step in steps:
        day += timedelta(days=step)
        if since is None:
            run, since = clocks.pause(run, day), day
            assert run.due_on is None
        else:
            run, paused, since = (
                clocks.go_on(run, clock(days), day, {}),
                paused + working_days_between(since, day),
                None,
            )
    if since is None:
        assert before is not None
        assert run.due_on == add_working_days(before, paused).day


@given(DAYS, st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_extending_twice_is_extending_by_the_sum(day: date, days: int, one: int, two: int) -> None:
    c = clock(days)
    run = clocks.start("c", c, day, {})
    twice = clocks.extend(clocks.extend(run, c, one, {}), c, two, {})
    assert twice.due_on == clocks.extend(run, c, one + two, {}).due_on
    assert twice.extensions == 2
