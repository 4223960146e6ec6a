"""What holds for every duty and every run of reports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.plan.package import ProjectOrTask
from ecociv.supervision.reports import Report
from ecociv.supervision.rules import duty_status
from ecociv.supervision.states import DutyState, PercentBasis, ReportState
from supervision.cases import duty, every_year, plan

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2023, 12, 31))
LEADS = ("finance-bureau", "audit-bureau")
DUTIES = st.sampled_from(
    [
        duty(),
        duty(due=2020, milestones=[{"by": 2015, "outcome": "started"}]),
        duty(lead=["市财政局", "市审计局"]),
        duty(due=None),
        every_year(),
        every_year(lead=["市财政局", "市审计局"], due=2018),
    ]
)


@st.composite
def runs(draw: st.DrawFn) -> list[Report]:
    """Reports of the leads and of a stranger, with corrections, as the action lets them come about."""
    found: list[Report] = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        first = on = draw(DAYS)
        body = draw(st.sampled_from([*LEADS, "forestry-bureau"]))
        for revision in range(1, draw(st.integers(1, 2)) + 1):
            on = on + dt.timedelta(days=draw(st.integers(0, 200)) if revision > 1 else 0)
            state = draw(st.sampled_from(list(ReportState)))
            period = draw(st.integers(2014, on.year))
            ends = min(on, dt.date(period, 12, 31))
            found.append(
                Report(
                    number=number,
                    revision=revision,
                    organisation=body,
                    state=state,
                    period=period,
                    reported_on=first,
                    recorded_on=on,
                    percent=Decimal(100) if state is ReportState.DONE else None,
                    basis=PercentBasis.STEPS if state is ReportState.DONE else None,
                    done_on=draw(st.dates(dt.date(2014, 1, 1), ends)) if state is ReportState.DONE else None,
                )
            )
    return found


@given(DUTIES, runs(), DAYS, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_reports_does_not_matter(
    task: ProjectOrTask, reports: list[Report], on: dt.date, dice: object
) -> None:
    shuffled = list(reports)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert duty_status(task, shuffled, on, plan()) == duty_status(task, reports, on, plan())


@given(DUTIES, runs(), DAYS, DAYS)
@settings(max_examples=120, deadline=None)
def test_a_later_report_never_changes_an_earlier_day(
    task: ProjectOrTask, reports: list[Report], on: dt.date, known: dt.date
) -> None:
    known = max(on, known)
    by_then = [each for each in reports if each.recorded_on <= known]
    assert duty_status(task, by_then, on, plan(), known_on=known) == duty_status(
        task, reports, on, plan(), known_on=known
    )


@given(DUTIES, runs(), DAYS)
@settings(max_examples=120, deadline=None)
def test_the_whole_stands_where_its_worst_part_stands(
    task: ProjectOrTask, reports: list[Report], on: dt.date
) -> None:
    status = duty_status(task, reports, on, plan())
    worst = min((each.state for each in status.parts), key=lambda state: state.rank)
    some_done = any(each.state.is_done for each in status.parts)
    if worst in (DutyState.NOT_DUE, DutyState.NO_DATE) and some_done:
        worst = DutyState.UNDER_WAY
    assert status.state is worst
    assert status.reasons, "every status says why"
    assert all(reason.text.zh and reason.text.en for reason in status.reasons)


@given(DUTIES, runs(), DAYS)
@settings(max_examples=120, deadline=None)
def test_nothing_is_done_unless_every_lead_said_so_by_that_day(
    task: ProjectOrTask, reports: list[Report], on: dt.date
) -> None:
    if duty_status(task, reports, on, plan()).state.is_done:
        said = {r.organisation for r in reports if r.state is ReportState.DONE and r.recorded_on <= on}
        assert {part.body for part in _parts(task)} <= said


@given(DUTIES, runs(), DAYS)
@settings(max_examples=120, deadline=None)
def test_a_stranger_changes_no_state(task: ProjectOrTask, reports: list[Report], on: dt.date) -> None:
    own = [each for each in reports if each.organisation in LEADS]
    mine = {part.body for part in _parts(task)}
    own = [each for each in own if each.organisation in mine]
    assert duty_status(task, own, on, plan()).parts == duty_status(task, reports, on, plan()).parts


@given(DUTIES, runs(), DAYS)
@settings(max_examples=120, deadline=None)
def test_silence_never_looks_better_than_the_day_before(
    task: ProjectOrTask, reports: list[Report], on: dt.date
) -> None:
    """With no new report, a day can only bring a duty more attention, until the period is over."""
    tomorrow = on + dt.timedelta(days=1)
    told = [each for each in reports if each.recorded_on <= on and each.period <= on.year]
    before, after = duty_status(task, told, on, plan()), duty_status(task, told, tomorrow, plan())
    if after.state is not DutyState.HISTORICAL and before.state not in _NEAR:
        assert after.state.rank <= before.state.rank


# A date that is near, or a silent year before it, gives way to the next stretch once it has passed in good order.
_NEAR = {DutyState.DUE_SOON, DutyState.NO_REPORT}


def _parts(task: ProjectOrTask) -> tuple[object, ...]:
    from ecociv.supervision.parts import parts_of

    return parts_of(task, plan())
