"""What each body owes: the days on which it changes, who holds it after a hand-over, and in what order it stands."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.supervision.owed import (
    Handed,
    Owed,
    OwedKind,
    OwedState,
    by_body,
    duty_owed,
    hints_on,
    in_order,
    judged,
    self_reports_owed,
)
from ecociv.supervision.reports import Report, Review
from ecociv.supervision.states import ReportingRole, ReviewOutcome
from supervision.cases import FINANCE, day, duty, every_year, plan, report

ISSUED = dt.date(2015, 7, 24)
ENV, ECOLOGY = "environmental-protection-bureau", "ecology-and-environment-bureau"


def owed(of: Any, on: str, *reports: Report, known: str | None = None) -> list[Owed]:
    return duty_owed(of, reports, day(on), plan(), known_on=None if known is None else day(known))


def due_2017(on: str, *reports: Report, known: str | None = None) -> Owed:
    """The final date of a duty due in 2017: 31 December 2017, a Sunday."""
    (found,) = [each for each in owed(duty(), on, *reports, known=known) if each.kind is OwedKind.DATE]
    return found


def reviewed(of: Report, outcome: str, on: str, answer_by: str | None = None) -> Report:
    return replace(of, review=Review(ReviewOutcome(outcome), day(on), day(answer_by) if answer_by else None))


# -- boundary days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2017-10-01", "owed"),  # 91 days before
        ("2017-10-02", "due-soon"),  # 90 days before
        ("2017-12-31", "due-soon"),  # the day itself is in time
        ("2018-01-01", "overdue"),
        ("2021-12-31", "overdue"),  # a whole year after the plan's last milestone (2020) is for last reports
        ("2022-01-01", "lapsed"),
    ],
)
def test_the_days_on_which_an_obligation_changes(on: str, state: str) -> None:
    found = due_2017(on)
    assert (found.state.value, found.due, found.body) == (state, dt.date(2017, 12, 31), FINANCE)
    assert found.state.open is (state != "lapsed")


def test_a_date_is_listed_a_year_ahead() -> None:
    def dates(on: str) -> list[Owed]:
        return [each for each in owed(duty(), on) if each.kind is OwedKind.DATE]

    # 30 December 2016 to 31 December 2017 is 366 days.
    assert len(dates("2016-12-30")) == 1 and dates("2016-12-29") == []


def test_the_last_working_day_is_said() -> None:
    # 30 and 31 December 2017 are a Saturday and a Sunday; Thursday 28 to Friday 29 is one working day.
    found = due_2017("2017-12-28")
    assert (found.act_by, found.by_notice) == (dt.date(2017, 12, 29), True)
    assert "2017-12-29" in found.reason.text.en and "1 working day left" in found.reason.text.en


def test_looked_back_at_the_day_itself_has_passed() -> None:
    found = due_2017("2017-12-31", known="2018-03-01")
    assert found.state is OwedState.OVERDUE
    assert "60 days ago" in found.reason.text.en  # 31 days of January, 28 of February, 1 March


def test_nothing_is_owed_before_the_plan_was_issued() -> None:
    assert owed(duty(), "2015-07-23") == []
    assert owed(duty(), "2015-07-24") != []


@pytest.mark.parametrize("on", ["2015-07-24", "2016-06-30", "2018-12-31", "2023-01-01"])
def test_no_date_before_the_plan_was_issued_is_owed(on: str) -> None:
    # Tasks 14, 23 and 28 name 2014; the plan is of July 2015.
    found = [each for one in plan().duties for each in owed(one, on)]
    assert found and min(each.due for each in found) >= ISSUED
    early = [each for each in found if each.place in ("task:14", "task:23", "task:28")]
    assert {each.place for each in early} == {"task:14", "task:23", "task:28"}


def test_a_duty_of_every_year_owes_each_year_since_the_plan() -> None:
    of = every_year(rule={"from": 2014})
    years = [each.year for each in owed(of, "2017-06-30") if each.kind is OwedKind.YEARLY]
    assert years == [2015, 2016, 2017]  # 2014 lay behind when the plan was issued; 2018 is 549 days off


# -- handed in, sent back, accepted ---------------------------------------------------------------------------


def test_reported_then_sent_back_then_corrected_then_accepted() -> None:
    first = report(2017, "2017-12-20")
    assert due_2017("2017-12-20", first).state is OwedState.REPORTED
    back = reviewed(first, "sent-back", "2018-01-03", "2018-01-10")
    assert due_2017("2018-01-02", back).state is OwedState.REPORTED  # not known yet
    waiting = due_2017("2018-01-10", back)
    assert (waiting.state, waiting.act_by, waiting.report) == (OwedState.SENT_BACK, dt.date(2018, 1, 10), 1)
    assert due_2017("2018-01-11", back).state is OwedState.OVERDUE
    again = report(2017, "2018-01-09", revision=2, first_on="2017-12-20")
    corrected = due_2017("2018-01-11", back, again)
    assert (corrected.state, corrected.late) == (OwedState.REPORTED, False)  # a correction makes nothing late
    accepted = reviewed(again, "accepted", "2018-01-12")
    assert due_2017("2018-01-12", back, accepted).state is OwedState.ACCEPTED


def test_a_report_after_its_day_is_late() -> None:
    late, in_time = (due_2017("2018-06-01", report(2017, on)) for on in ("2018-01-01", "2017-12-31"))
    assert (late.late, late.reason.code) == (True, "reported-late")
    assert (in_time.late, in_time.reason.code) == (False, "reported")


def test_a_duty_that_is_done_owes_nothing_more() -> None:
    done = report(2016, "2016-11-01", "done", done_on="2016-10-31", percent="100")
    assert owed(duty(), "2017-06-01", done) == []
    assert owed(duty(support=["市审计局"]), "2017-06-01", done) == []


def test_supporting_bodies_owe_their_part_and_a_lead_does_not_answer_it() -> None:
    of = duty(support=["市审计局"])
    lead = report(2016, "2016-12-01")
    mine = replace(report(2016, "2016-12-02", by="audit-bureau", number=2), role=ReportingRole.SUPPORT)

    def states(*reports: Report) -> dict[str, OwedState]:
        return {
            each.body: each.state
            for each in owed(of, "2016-12-31", *reports)
            if each.due == dt.date(2016, 12, 31)
        }

    assert states(lead) == {FINANCE: OwedState.REPORTED, "audit-bureau": OwedState.DUE_SOON}
    assert states(mine) == {FINANCE: OwedState.DUE_SOON, "audit-bureau": OwedState.REPORTED}


# -- hand-overs -----------------------------------------------------------------------------------------------


def test_a_hand_over_moves_what_is_owed_and_loses_nothing() -> None:
    # Bodies were reformed on 1 January 2019. What falls due in 2018 is listed on the day before and on the day.
    def of_2018(on: str) -> list[Owed]:
        return [each for one in plan().duties for each in owed(one, on) if each.due.year == 2018]

    before, after = of_2018("2018-12-31"), of_2018("2019-01-01")
    assert Counter(each.identity for each in before) == Counter(each.identity for each in after)
    assert max(Counter(each.identity for each in before).values()) == 1  # and nothing is owed twice
    held_before, held_after = by_body(before), by_body(after)
    assert sum(map(len, held_before.values())) == sum(map(len, held_after.values())) == len(before)
    assert ENV in held_before and ENV not in held_after
    moved = {each.identity for each in held_before[ENV]}
    assert moved <= {each.identity for each in held_after[ECOLOGY]}
    # Every body holds exactly what those had whose place it took.
    for each in after:
        assert each.body == plan().body_on(each.named, day("2019-01-01")).key


def test_a_predecessors_report_answers_for_its_successor() -> None:
    of = duty(lead=["市环保局"], due=2019)
    told = report(2018, "2018-12-20", by=ENV)
    (found,) = [each for each in owed(of, "2019-02-01", told) if each.year == 2018]
    assert (found.named, found.body, found.state) == (ENV, ECOLOGY, OwedState.REPORTED)


def test_partial_transfers_are_hints_from_their_day_on() -> None:
    def known(on: str) -> set[tuple[str, str]]:
        return {(each.body, each.to) for each in hints_on(plan(), day(on))}

    moved = ("development-and-reform-commission", ECOLOGY)
    assert moved not in known("2018-12-31") and moved in known("2019-01-01")


def test_a_self_report_is_that_of_who_held_the_duties_on_its_last_day() -> None:
    due = {year: dt.date(year, 12, 31) for year in (2017, 2018, 2019)}

    def owners(on: str) -> list[tuple[int, str, str]]:
        found = self_reports_owed([ENV], due, due, {}, day(on), plan())
        return [(each.year, each.named, each.body) for each in found]

    # The last day of 2018 was the old body's: its successor owes that report too, beside its own of 2019.
    assert owners("2019-06-01") == [(2017, ENV, ECOLOGY), (2018, ENV, ECOLOGY), (2019, ECOLOGY, ECOLOGY)]
    assert owners("2018-12-31") == [(2017, ENV, ENV), (2018, ENV, ENV), (2019, ENV, ENV)]


# -- order ----------------------------------------------------------------------------------------------------


def one(due: str, kind: OwedKind = OwedKind.DATE, place: str = "task:1", **handed: Any) -> Owed:
    return judged(
        body=FINANCE,
        named=FINANCE,
        place=place,
        kind=kind,
        year=day(due).year,
        due=day(due),
        day=day("2017-06-01"),
        known=day("2017-06-01"),
        handed=Handed(**handed),
    )


def test_what_is_late_or_sent_back_comes_first_then_what_is_near() -> None:
    late, near, far = one("2017-05-31"), one("2017-08-30"), one("2017-08-31")
    back = one(
        "2016-12-30",
        number=1,
        reported_on=day("2016-12-01"),
        outcome=ReviewOutcome.SENT_BACK,
        reviewed_on=day("2017-05-30"),
        answer_by=day("2017-06-06"),
    )
    told = one("2016-01-29", number=2, reported_on=day("2016-01-01"))
    # 30 August is 90 days after 1 June: near; the 31st is not.
    assert [each.state.value for each in (late, near, far, back, told)] == [
        "overdue",
        "due-soon",
        "owed",
        "sent-back",
        "reported",
    ]
    assert in_order([told, far, near, back, late]) == [late, back, near, far, told]


def test_on_one_day_what_is_led_stands_before_what_is_supported() -> None:
    supported = one("2017-05-31", OwedKind.SUPPORT, "task:1")
    led = one("2017-05-31", OwedKind.PROGRESS, "task:2")
    assert in_order([supported, led]) == [led, supported]


@given(st.permutations(range(40)))
def test_the_order_does_not_depend_on_where_it_started(places: list[int]) -> None:
    kinds = list(OwedKind)
    every = [one(f"2017-0{4 + n % 5}-15", kinds[n % len(kinds)], f"task:{n}") for n in range(40)]
    assert in_order(every[n] for n in places) == in_order(every)
