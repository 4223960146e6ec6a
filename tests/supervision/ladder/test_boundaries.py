"""Every other kind of trigger just below, at and just above what it declares, on the days around, and restated later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ecociv.core.text import Text
from ecociv.core.workdays import add_working_days
from ecociv.indicators.lights import Light
from ecociv.supervision.ladder.declaration import load_triggers
from ecociv.supervision.ladder.facts import (
    AirFact,
    AirMonth,
    ConflictFact,
    DutyFact,
    Facts,
    FindingFact,
    LightYear,
    ReturnFact,
    SeriesLights,
)
from ecociv.supervision.ladder.triggers import occurrences
from ecociv.supervision.states import DutyState

TRIGGERS = load_triggers("jingdezhen").triggers
NAME = Text(zh="名", en="name")
DUE = dt.date(2017, 3, 31)  # a Friday
DAY = dt.timedelta(days=1)


def asked(key: str, facts: Facts, day: dt.date):
    return occurrences(key, TRIGGERS[key], facts, day)


def air(*over: int) -> Facts:
    months = tuple(AirMonth((2017, at), n, 28, Decimal(90)) for at, n in enumerate(over, 1))
    place = AirFact("city", NAME, NAME, Decimal(75), "μg/m³", "GB 3095-2012", "s", months, ("body",))
    return Facts(air={"fine-particles": (place,)})


@pytest.mark.parametrize(
    ("over", "fires"),
    [
        ((10,), False),  # ten days, one month
        ((9, 10), False),  # one day below the declared ten
        ((10, 10), True),  # at both thresholds
        ((11, 10), True),
        ((10, 10, 10), True),
        ((10, 9, 10), False),  # the run is broken
    ],
)
def test_air_ten_days_for_two_months(over: tuple[int, ...], fires: bool) -> None:
    assert bool(asked("fine-particles", air(*over), dt.date(2017, 12, 31))) is fires


def test_air_counts_a_month_when_it_has_ended_and_follows_a_restatement() -> None:
    assert not asked("fine-particles", air(10, 10), dt.date(2017, 2, 27))
    assert asked("fine-particles", air(10, 10), dt.date(2017, 2, 28))
    # restated: one day of February was found invalid, and nine are left
    assert not asked("fine-particles", air(10, 9), dt.date(2017, 2, 28))


def duty(state: DutyState, due: dt.date | None = DUE) -> Facts:
    return Facts(duties=(DutyFact("task:1", NAME, state, due, (), ("body",)),))


def test_a_task_ten_working_days_after_its_date() -> None:
    # 2-4 April 2017 are the holiday of Qingming with Saturday the 1st worked: 1, 5, 6, 7, 10, 11, 12, 13, 14, 17 April
    fires = dt.date(2017, 4, 17)
    assert add_working_days(DUE, 10).day == fires
    assert not asked("task-overdue", duty(DutyState.DELAYED), DUE)
    assert not asked("task-overdue", duty(DutyState.DELAYED), fires - DAY)
    for day in (fires, fires + DAY):
        (found,) = asked("task-overdue", duty(DutyState.DELAYED), day)
        assert found.first_day == fires
    assert asked("task-overdue", duty(DutyState.STOPPED), fires)
    for other in (DutyState.OVERDUE, DutyState.DONE_LATE, DutyState.UNDER_WAY):
        assert not asked("task-overdue", duty(other), fires)
    assert not asked("task-overdue", duty(DutyState.DELAYED, None), fires)
    # restated: a correction says that it was done in time
    assert not asked("task-overdue", duty(DutyState.DONE), fires)


def milestones(*years: LightYear) -> Facts:
    return Facts(lights=(SeriesLights("9", 9, NAME, years, ("body",)),))


@pytest.mark.parametrize(
    ("light", "fires"),
    [(Light.OFF_TRACK, True), (Light.WORSENING, True), (Light.AT_RISK, False), (Light.ACHIEVED, False)],
)
def test_a_milestone_is_judged_when_its_year_has_ended(light: Light, fires: bool) -> None:
    facts = milestones(LightYear(2017, light, milestone=2017))
    assert not asked("milestone-missed", facts, dt.date(2017, 12, 30))
    assert bool(asked("milestone-missed", facts, dt.date(2017, 12, 31))) is fires
    assert bool(asked("milestone-missed", facts, dt.date(2018, 1, 1))) is fires


def test_a_year_before_the_milestone_is_none_and_a_restated_one_no_longer_fires() -> None:
    end = dt.date(2018, 12, 31)
    assert not asked("milestone-missed", milestones(LightYear(2016, Light.OFF_TRACK, milestone=2017)), end)
    missed = LightYear(2017, Light.OFF_TRACK, milestone=2017, revision=1)
    later = LightYear(2018, Light.ON_TRACK, milestone=2020)
    (found,) = asked("milestone-missed", milestones(missed, later), end)
    assert found.ended_on == end and found.evidence[0].revision == 1
    assert asked("milestone-missed", milestones(missed, later), end - DAY)[0].holds
    assert not asked("milestone-missed", milestones(replace(missed, light=Light.ACHIEVED, revision=2)), end)


def owed_return(handed_in: dt.date | None) -> Facts:
    return Facts(returns=(ReturnFact("water-use", NAME, "city", NAME, "2016", "body", DUE, handed_in),))


def test_a_return_five_working_days_after_its_date() -> None:
    fires = dt.date(2017, 4, 8)
    fires = add_working_days(DUE, 5).day  # 1 (worked), 5, 6, 7, 10 April
    assert fires == dt.date(2017, 4, 10)
    assert not asked("return-overdue", owed_return(None), DUE)
    assert not asked("return-overdue", owed_return(None), fires - DAY)
    (found,) = asked("return-overdue", owed_return(None), fires)
    assert (found.first_day, found.holds) == (fires, True)
    assert not asked("return-overdue", owed_return(fires), fires)  # it came on the day itself
    assert not asked("return-overdue", owed_return(fires - DAY), fires + DAY)
    came = owed_return(fires + DAY)
    assert asked("return-overdue", came, fires)[0].holds  # on that day nobody knew that it would come
    (found,) = asked("return-overdue", came, fires + DAY)
    assert found.ended_on == fires + DAY


def finding(severity: str = "error", settled: dt.date | None = None) -> Facts:
    return Facts(
        findings=(FindingFact("id", "bunching", severity, NAME, "city", NAME, "s", DUE, settled, ("body",)),)
    )


def test_a_suspicion_ten_working_days_old() -> None:
    fires = dt.date(2017, 4, 17)
    assert not asked("data-suspect", finding(), fires - DAY)
    (found,) = asked("data-suspect", finding(), fires)
    assert found.first_day == fires and asked("data-suspect", finding(), fires + DAY)
    assert not asked("data-suspect", finding("warning"), fires)
    assert not asked("data-suspect", finding(settled=fires), fires)
    # settled the day after: on the day it still held, then it has ended
    assert asked("data-suspect", finding(settled=fires + DAY), fires)[0].holds
    assert asked("data-suspect", finding(settled=fires + DAY), fires + DAY)[0].ended_on == fires + DAY


def conflict(share: float, holds: bool = False) -> Facts:
    sides = (Decimal(100), Decimal(100) - Decimal(str(100 * share)))
    return Facts(conflicts=(ConflictFact("k", NAME, 2017, *sides, "t", share, holds, (), ("body",)),))


@pytest.mark.parametrize(("share", "fires"), [(0.0499, False), (0.05, True), (0.0501, True)])
def test_sources_five_per_cent_apart(share: float, fires: bool) -> None:
    assert bool(asked("sources-contradict", conflict(share), dt.date(2017, 12, 31))) is fires
    assert not asked("sources-contradict", conflict(share), dt.date(2017, 12, 30))
    assert bool(asked("sources-contradict", conflict(share), dt.date(2018, 1, 1))) is fires


def test_sources_that_agree_after_a_restatement() -> None:
    assert asked("sources-contradict", conflict(0.08), dt.date(2018, 1, 1))
    assert not asked("sources-contradict", conflict(0.08, holds=True), dt.date(2018, 1, 1))
