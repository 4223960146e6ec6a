"""Where a duty stands, case by case. A date counts on its last day; the day after, it has passed."""

from __future__ import annotations

import datetime as dt

import pytest

from ecociv.plan.package import Task
from ecociv.supervision.obligations import obligations_of, owed_dates
from ecociv.supervision.owed import duty_owed
from ecociv.supervision.part_rules import CLOSING_YEARS, SOON_DAYS
from ecociv.supervision.reports import Report
from ecociv.supervision.states import DutyState
from supervision.cases import at, codes, day, duty, every_year, plan, report

S = DutyState


# -- a duty of 2015-2017 with one date, 2017, whose last day is 2017-12-31 ------------------------------------


def test_nothing_is_owed_before_the_plan_is_issued() -> None:
    # the plan was issued on 2015-07-24
    assert codes(at(duty(due="2015-06"), "2015-07-23")) == ["plan-not-issued"]
    assert at(duty(due="2015-06"), "2015-07-23").state is S.NOT_DUE
    # a date that lay behind on that day is no date on which anything can be owed; the day itself is one
    behind = at(duty(due="2015-07-23"), "2015-12-31")
    assert (behind.state, codes(behind)) == (S.NO_DATE, ["date-before-plan"])
    assert [(each.owed, each.silent) for each in behind.obligations] == [(False, ())]
    assert at(duty(due="2015-07-24"), "2015-07-25").state is S.OVERDUE
    assert at(duty(due="2015-07-25"), "2015-07-26").state is S.OVERDUE


@pytest.mark.parametrize("number", [14, 23, 28])
def test_dates_of_2014_make_nobody_late(number: int) -> None:
    task = plan().task(number)
    assert not owed_dates(task, plan()) or owed_dates(task, plan())[0].day >= plan().zone.plan.issued
    status = at(task, "2016-06-30")
    assert any(each.obligation.day.year == 2014 for each in status.obligations)
    assert all(each.obligation.day >= plan().zone.plan.issued for each in status.obligations if each.owed)
    owed = duty_owed(task, [], day("2016-06-30"), plan())
    assert all(each.due >= plan().zone.plan.issued for each in owed)
    if not any(each.owed for each in status.obligations):
        assert status.state is not S.OVERDUE


def test_not_due_yet_while_the_first_year_runs() -> None:
    status = at(duty(), "2015-12-31")
    assert (status.state, codes(status)) == (S.NOT_DUE, ["nothing-due"])
    assert status.reasons[0].data["due"] == day("2017-12-31")


def test_no_report_once_a_full_year_went_by_in_silence() -> None:
    status = at(duty(), "2016-01-01")
    assert status.state is S.NO_REPORT
    assert status.reasons[0].data["year"] == "2015"


def test_a_report_on_that_year_breaks_the_silence_on_the_day_it_comes_in() -> None:
    told = report(2015, "2016-01-10", percent="30")
    assert at(duty(), "2016-01-09", told).state is S.NO_REPORT
    status = at(duty(), "2016-01-10", told)
    assert status.state is S.UNDER_WAY
    assert status.reasons[0].text.en == "Reported for 2015: under way, 30 % (by steps of the work)."


def test_due_soon_from_ninety_days_before() -> None:
    # 2017-12-31 minus 90 days: 29 days left in October after the 2nd + 30 + 31 = 90 -> 2017-10-02
    assert SOON_DAYS == 90
    told = report(2016, "2016-12-20")
    assert at(duty(), "2017-10-01", told).state is S.UNDER_WAY
    status = at(duty(), "2017-10-02", told)
    assert status.state is S.DUE_SOON
    assert status.reasons[0].data["days"] == 90


def test_the_last_day_is_still_in_time_and_the_day_after_is_overdue() -> None:
    last = at(duty(), "2017-12-31")
    assert (last.state, last.reasons[0].data["days"]) == (S.DUE_SOON, 0)
    assert "today is the last day" in last.reasons[0].text.en
    after = at(duty(), "2018-01-01")
    assert (after.state, after.reasons[0].code, after.reasons[0].data["days"]) == (
        S.OVERDUE,
        "overdue-unreported",
        1,
    )
    assert "nothing was ever reported" in after.reasons[0].text.en


@pytest.mark.parametrize(
    ("due", "last_day"), [(2016, "2016-12-31"), ("2016-02", "2016-02-29"), ("2016-06-30", "2016-06-30")]
)
def test_a_date_counts_on_its_last_day_whatever_its_precision(due: int | str, last_day: str) -> None:
    after = (day(last_day) + dt.timedelta(days=1)).isoformat()
    assert at(duty(due=due), last_day).state is S.DUE_SOON
    assert at(duty(due=due), after).state is S.OVERDUE


def test_a_report_on_an_earlier_year_does_not_cover_the_date() -> None:
    status = at(duty(), "2018-01-01", report(2016, "2016-12-20"))
    assert status.state is S.OVERDUE
    assert status.reasons[0].data["last_period"] == 2016


def test_past_the_date_and_not_done_is_delayed() -> None:
    told = report(2017, "2017-12-20", percent="90")
    assert at(duty(), "2017-12-31", told).state is S.DUE_SOON
    status = at(duty(), "2018-01-01", told)
    assert (status.state, codes(status)) == (S.DELAYED, ["past-due-not-done", "reported-under-way"])


def test_done_on_the_last_day_is_in_time_and_a_day_later_is_late() -> None:
    in_time = report(2017, "2017-12-31", "done", done_on="2017-12-31", percent="100")
    assert (at(duty(), "2018-01-01", in_time).state, codes(at(duty(), "2018-01-01", in_time))) == (
        S.DONE,
        ["reported-done"],
    )
    late = at(duty(), "2018-01-02", report(2018, "2018-01-02", "done", done_on="2018-01-01", percent="100"))
    assert (late.state, late.reasons[0].data["days"]) == (S.DONE_LATE, 1)
    assert late.reasons[0].text.en == "Reported done on 2018-01-01, 1 day after it was due (2017)."


def test_done_in_time_but_told_afterwards_says_so_and_was_overdue_until_then() -> None:
    told = report(2017, "2018-02-01", "done", done_on="2017-11-30", percent="100")
    assert at(duty(), "2018-01-31", told).state is S.OVERDUE
    status = at(duty(), "2018-02-01", told)
    assert (status.state, codes(status)) == (S.DONE, ["reported-done", "told-after-due"])


def test_done_below_100_per_cent_says_so() -> None:
    told = report(2017, "2017-12-01", "done", done_on="2017-11-30", percent="95")
    assert codes(at(duty(), "2017-12-01", told)) == ["reported-done", "done-short-of-100"]


def test_done_stays_done_while_later_years_are_silent() -> None:
    told = report(2016, "2016-05-01", "done", done_on="2016-04-30", percent="100")
    assert {
        at(duty(), on, told).state for on in ("2016-05-01", "2017-12-31", "2019-06-01", "2030-01-01")
    } == {S.DONE}


def test_taken_up_again_after_done() -> None:
    done = report(2015, "2015-12-01", "done", done_on="2015-12-01", percent="100")
    again = report(2016, "2016-12-01", number=2, percent="80")
    assert at(duty(), "2016-12-02", done, again).state is S.UNDER_WAY


def test_a_report_that_comes_in_late_about_an_earlier_year_does_not_replace_a_later_one() -> None:
    of_2016 = report(2016, "2016-12-20", "delayed")
    of_2015 = report(2015, "2017-01-15", number=2)
    assert at(duty(), "2017-02-01", of_2016, of_2015).state is S.DELAYED


def test_the_body_says_delayed_or_stopped() -> None:
    assert at(duty(), "2016-12-21", report(2016, "2016-12-20", "delayed")).state is S.DELAYED
    assert at(duty(), "2016-12-21", report(2016, "2016-12-20", "stopped")).state is S.STOPPED


def test_having_said_delayed_does_not_cover_a_date_that_passes_later() -> None:
    # said delayed for 2015; 2017 passes without a word
    status = at(duty(), "2018-01-01", report(2015, "2015-12-20", "delayed"))
    assert (status.state, codes(status)) == (S.OVERDUE, ["overdue-unreported", "reported-delayed"])


def test_a_stopped_duty_owes_no_more_reports() -> None:
    status = at(duty(), "2018-01-01", report(2015, "2015-12-20", "stopped"))
    assert status.state is S.STOPPED
    assert status.obligations[0].covered


def test_not_started_counts_as_told_but_not_as_begun() -> None:
    assert at(duty(), "2016-01-10", report(2015, "2016-01-10", "not-started")).state is S.NOT_DUE


# -- interim dates --------------------------------------------------------------------------------------------


def interim() -> Task:
    """Started by 2015, due 2020."""
    return duty(due=2020, milestones=[{"by": 2015, "outcome": "started"}])


def test_an_interim_date_passes() -> None:
    assert at(interim(), "2015-12-31").state is S.DUE_SOON
    status = at(interim(), "2016-01-01")
    assert (status.state, status.reasons[0].data["due"]) == (S.OVERDUE, day("2015-12-31"))


@pytest.mark.parametrize(
    ("state", "expected", "first"),
    [
        ("under-way", S.UNDER_WAY, "reported-under-way"),
        ("not-started", S.DELAYED, "past-date-not-started"),
        ("delayed", S.DELAYED, "reported-delayed"),
    ],
)
def test_a_report_of_the_year_covers_an_interim_date(state: str, expected: DutyState, first: str) -> None:
    status = at(interim(), "2016-01-01", report(2015, "2015-12-31", state))
    assert (status.state, codes(status)[0]) == (expected, first)


def test_a_report_of_a_later_year_covers_an_earlier_date() -> None:
    assert at(interim(), "2016-12-31", report(2016, "2016-12-01")).state is S.UNDER_WAY


def test_years_of_targets_are_dates_too() -> None:
    figure = {"quantity": {"zh": "数量", "en": "Quantity"}, "year": 2016, "unit": "count", "unit_label": "个"}
    assert at(duty(targets=[{**figure, "target": {"at_least": 3}}]), "2017-01-01").state is S.OVERDUE


# -- the period is over -------------------------------------------------------------------------------------


def test_what_nobody_reported_is_history_a_year_after_the_plan_ended() -> None:
    # last milestone 2020; last reports are owed through 2021
    assert CLOSING_YEARS == 1
    assert at(duty(), "2021-12-31").state is S.OVERDUE
    status = at(duty(), "2022-01-01")
    assert (status.state, codes(status)[:2]) == (S.HISTORICAL, ["period-over", "overdue-unreported"])
    assert status.reasons[0].data["state"] == "overdue"


def test_what_was_reported_keeps_its_state_for_good() -> None:
    late = report(2019, "2019-05-01", "done", done_on="2019-04-30", percent="100")
    assert at(duty(), "2030-01-01", late).state is S.DONE_LATE
    assert at(duty(), "2030-01-01", report(2017, "2017-12-20")).state is S.DELAYED
    assert at(duty(), "2030-01-01", report(2017, "2017-12-20", "stopped")).state is S.STOPPED


def test_a_date_after_the_plan_ends_is_owed_until_a_year_after_it() -> None:
    assert at(duty(due=2023), "2024-12-31").state is S.OVERDUE
    assert at(duty(due=2023), "2025-01-01").state is S.HISTORICAL


# -- every year ---------------------------------------------------------------------------------------------


def test_each_year_from_the_first_to_the_plans_last_is_owed() -> None:
    owed = obligations_of(every_year(), plan())
    assert [each.day.isoformat() for each in owed] == [f"{year}-12-31" for year in range(2015, 2021)]
    assert all(each.yearly for each in owed)


def test_the_years_end_with_the_duty_and_fall_on_its_day() -> None:
    assert [each.period for each in obligations_of(every_year(due=2017), plan())] == [2015, 2016, 2017]
    mid_year = obligations_of(every_year(rule={"by": "06-30", "from": "2015-09"}), plan())
    # from September 2015 on, the first 30 June is that of 2016
    assert mid_year[0].day == day("2016-06-30")
    assert obligations_of(every_year(rule={"by": "02-29"}), plan())[0].day == day("2015-02-28")


def test_a_year_is_owed_until_its_last_day_and_missing_the_day_after() -> None:
    assert at(every_year(), "2015-10-01").state is S.NOT_DUE  # 91 days left
    assert at(every_year(), "2015-10-02").state is S.DUE_SOON  # 90
    assert at(every_year(), "2015-12-31").state is S.DUE_SOON
    status = at(every_year(), "2016-01-01")
    assert (status.state, status.reasons[0].data["years"]) == (S.OVERDUE, (2015,))


def test_a_reported_year_is_settled_and_the_next_one_is_owed() -> None:
    of_2015 = report(2015, "2015-12-31", "done", done_on="2015-12-31", percent="100")
    assert at(every_year(), "2016-01-01", of_2015).state is S.UNDER_WAY
    assert at(every_year(), "2016-12-31", of_2015).state is S.DUE_SOON
    status = at(every_year(), "2017-01-01", of_2015)
    assert (status.state, status.reasons[0].data["years"]) == (S.OVERDUE, (2016,))


def test_a_later_year_does_not_stand_for_a_missing_one() -> None:
    status = at(every_year(), "2017-01-01", report(2016, "2016-12-20"))
    assert status.reasons[0].data["years"] == (2015,)


def test_a_year_reported_late_is_settled_and_said_to_be_late() -> None:
    on_time, late = report(2015, "2015-12-31"), report(2015, "2016-01-01")
    assert "years-reported-late" not in codes(at(every_year(), "2016-02-01", on_time))
    status = at(every_year(), "2016-02-01", late)
    assert status.state is S.UNDER_WAY
    assert next(r for r in status.reasons if r.code == "years-reported-late").data["years"] == (2015,)


def test_a_correction_does_not_make_a_report_late() -> None:
    first = report(2015, "2015-12-20")
    corrected = report(2015, "2016-03-01", revision=2, first_on="2015-12-20")
    assert "years-reported-late" not in codes(at(every_year(), "2016-03-02", first, corrected))


def all_years(last: str = "2020-12-30") -> list[Report]:
    told = [report(year, f"{year}-12-30", number=year) for year in range(2015, 2020)]
    return [*told, report(2020, last, "done", number=2020, done_on="2020-12-30", percent="100")]


def test_done_when_every_year_is_reported_and_the_last_one_done() -> None:
    assert at(every_year(), "2021-01-01", *all_years()).state is S.DONE
    assert at(every_year(), "2030-01-01", *all_years()).state is S.DONE
    assert at(every_year(), "2021-02-01", *all_years("2021-01-01")).state is S.DONE_LATE


def test_the_duties_of_the_plan_that_come_back_every_year() -> None:
    # 28: 2014-2020; 149: 2015-2020; 164 and 175: from 2015, so to the plan's end
    assert [o.period for o in obligations_of(plan().task(28), plan())] == [*range(2014, 2021)]
    for number in (149, 164, 175):
        owed = obligations_of(plan().task(number), plan())
        assert [o.day for o in owed] == [dt.date(year, 12, 31) for year in range(2015, 2021)], number


# -- no date --------------------------------------------------------------------------------------------------


def test_no_date_is_never_late() -> None:
    undated = duty(due=None)
    for on in ("2015-12-31", "2016-01-01", "2021-12-31"):
        assert (at(undated, on).state, codes(at(undated, on))) == (S.NO_DATE, ["no-date"])
    assert at(undated, "2016-02-01", report(2015, "2016-01-01")).state is S.UNDER_WAY
    assert at(undated, "2016-02-01", report(2015, "2016-01-01", "delayed")).state is S.DELAYED
    done = report(2016, "2016-02-01", "done", done_on="2016-01-31", percent="100")
    assert (at(undated, "2016-02-01", done).state, at(undated, "2016-02-01", done).reasons[0].code) == (
        S.DONE,
        "reported-done",
    )


def test_tasks_57_and_170_of_the_plan_have_no_date() -> None:
    for number in (57, 170):
        assert at(plan().task(number), "2019-01-01").state is S.NO_DATE


def test_as_the_need_arises() -> None:
    assert codes(at(plan().task(83), "2019-01-01")) == ["as-need-arises"]


def test_a_shared_goal_cell_lends_its_dates() -> None:
    # 53-55 share the cell of 52 (figures for 2015, 2017, 2020); 75 that of 74
    for number, owner in ((53, 52), (54, 52), (55, 52), (75, 74)):
        owed, owners = obligations_of(plan().task(number), plan()), obligations_of(plan().task(owner), plan())
        assert owed == owners != ()
        status = at(plan().task(number), "2016-01-01")
        assert status.state is S.OVERDUE
        assert status.reasons[-1].code == "dates-of-shared-cell"
        assert status.reasons[-1].data["owner"] == f"task:{owner}"


def test_a_duty_that_starts_later_owes_no_report_before() -> None:
    later = duty(start=2017, due=2020)
    assert at(later, "2017-06-01").state is S.NOT_DUE
    assert at(later, "2017-12-31").state is S.NOT_DUE
    assert at(later, "2018-01-01").state is S.NO_REPORT


# -- looking back ---------------------------------------------------------------------------------------------


def test_looking_back_from_a_later_day_counts_what_came_in_meanwhile() -> None:
    # the report for 2017 was written in February 2018
    told = report(2017, "2018-02-01", "done", done_on="2017-12-15", percent="100")
    assert at(duty(), "2017-12-31", told).state is S.DUE_SOON
    assert at(duty(), "2017-12-31", told, known="2018-01-31").state is S.OVERDUE
    assert at(duty(), "2017-12-31", told, known="2018-02-01").state is S.DONE


def test_looking_back_sees_neither_reports_on_later_years_nor_completion_after_the_day() -> None:
    of_2018 = report(2018, "2018-03-01", "done", done_on="2018-02-28", percent="100")
    assert at(duty(), "2017-12-31", of_2018, known="2018-03-01").state is S.OVERDUE
    of_2017 = report(2017, "2017-12-31", "done", done_on="2017-12-15", percent="100")
    assert at(duty(), "2017-06-30", of_2017, known="2018-03-01").state is S.UNDER_WAY
    assert at(duty(), "2017-12-14", of_2017, known="2018-03-01").state is S.DUE_SOON
    assert at(duty(), "2017-12-15", of_2017, known="2018-03-01").state is S.DONE


def test_a_correction_counts_from_the_day_it_was_recorded() -> None:
    first = report(2016, "2016-12-01", "delayed")
    corrected = report(2016, "2016-12-10", "under-way", revision=2, first_on="2016-12-01")
    assert at(duty(), "2016-12-09", corrected, first).state is S.DELAYED
    assert at(duty(), "2016-12-10", corrected, first).state is S.UNDER_WAY


# -- what is answered -----------------------------------------------------------------------------------------


def test_next_date_and_days_left() -> None:
    status = at(interim(), "2016-06-30")
    assert status.next is not None
    # 2016-06-30 to 2020-12-31: 4 years of 365 days + 1 for 29 February 2020 + 184 days = 1645
    assert (status.next.obligation.day, status.next.days_left) == (day("2020-12-31"), 1645)
    assert [each.passed for each in status.obligations] == [True, False]
    assert status.obligations[0].silent == ("finance-bureau",)


def test_a_status_can_be_written_as_json() -> None:
    written = at(duty(), "2018-01-01").to_json()
    assert (written["state"], written["light"], written["day"]) == ("overdue", "off-track", "2018-01-01")
    assert written["parts"] == [{"body": "finance-bureau", "state": "overdue"}]


def test_every_state_has_words_in_both_languages_and_a_light_that_pages_know() -> None:
    from ecociv.indicators.status import Light

    for state in DutyState:
        assert state.label.zh != state.label.en
        assert Light(state.light)
    assert [state.rank for state in DutyState] == list(range(len(DutyState)))
