"""Reading progress of a whole zone, as known on any day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision import queries
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.states import DutyState
from supervision.cases import day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE = "jingdezhen"
CHINA = ZoneInfo("Asia/Shanghai")
ENV = "environmental-protection-bureau"


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.fixture
def add(officer: User) -> Any:
    def add(
        place: str, period: int, at: str, state: str = "under-way", body: str = ENV, **more: Any
    ) -> ProgressReport:
        report = ProgressReport(
            **{
                "zone": ZONE,
                "place": place,
                "number": ProgressReport.objects.of(ZONE, place).count() + 1,
                "revision": 1,
                "period": period,
                "state": state,
                "narrative": "当时的填报内容，留作记录。",
                "organisation": body,
                "author": officer,
                "reported_at": moment(at),
                "recorded_at": moment(at),
                **more,
            }
        )
        report.save()
        return report

    return add


def test_every_task_and_project_in_the_order_of_the_plan() -> None:
    known = queries.statuses(ZONE, day("2016-12-31"))
    assert len(known) == 176 + 53
    assert list(known)[:2] == ["task:1", "task:2"] and list(known)[-1] == "project:53"
    assert all(status.place == place and status.day == day("2016-12-31") for place, status in known.items())


def test_one_query_for_the_whole_zone(add: Any, django_assert_num_queries: Any) -> None:
    package = current_package(ZONE)
    for number in (5, 13, 94):
        add(f"task:{number}", 2016, "2016-12-20T10:00")
    with django_assert_num_queries(1):
        queries.statuses(ZONE, day("2016-12-31"), package=package)
    with django_assert_num_queries(1):
        assert queries.status_of(ZONE, package.task(5), day("2016-12-31"), package=package).latest is not None


def test_a_report_counts_from_midnight_in_china(add: Any) -> None:
    # task 13: 2015-2017, led by 市环保局. 2016-01-10 23:59:59 in China is 15:59:59 UTC of the same day.
    add("task:13", 2015, "2016-01-10T23:59:59")
    assert queries.statuses(ZONE, day("2016-01-09"))["task:13"].state is not DutyState.UNDER_WAY
    assert queries.statuses(ZONE, day("2016-01-10"))["task:13"].state is DutyState.UNDER_WAY
    add("task:13", 2015, "2016-01-11T00:00:00", "delayed")
    assert queries.statuses(ZONE, day("2016-01-10"))["task:13"].state is DutyState.UNDER_WAY
    assert queries.statuses(ZONE, day("2016-01-11"))["task:13"].state is DutyState.DELAYED


def test_a_status_of_the_past_stays_what_it_was(add: Any) -> None:
    add("task:13", 2015, "2015-12-20T10:00")
    then = queries.statuses(ZONE, day("2016-06-30"))
    add("task:13", 2016, "2016-07-01T09:00", "stopped")
    add("task:13", 2015, "2016-07-01T09:00", "delayed", number=1, revision=2, correction_reason="改正")
    assert queries.statuses(ZONE, day("2016-06-30")) == then
    assert queries.statuses(ZONE, day("2016-07-01"))["task:13"].state is DutyState.STOPPED


def test_looking_back_for_the_annual_report(add: Any) -> None:
    # the reports on 2016 came in by March 2017; task 151 was due on 2016-12-31
    add(
        "task:151",
        2016,
        "2017-03-15T10:00",
        "done",
        done_on=day("2016-12-20"),
        percent=100,
        percent_basis="steps",
    )
    assert queries.statuses(ZONE, day("2016-12-31"))["task:151"].state is DutyState.DUE_SOON
    later = queries.statuses(ZONE, day("2016-12-31"), known_on=day("2017-03-31"))
    assert later["task:151"].state is DutyState.DONE
    assert later["task:5"].state is DutyState.OVERDUE  # due 2016-12-31 as well, and silent
    assert [r.place for r in queries.reports_for_year(ZONE, 2016)] == ["task:151"]
    assert not queries.reports_for_year(ZONE, 2016, known_on=day("2017-03-14")).exists()


def test_the_newest_revision_of_each_report(add: Any) -> None:
    add("task:5", 2015, "2015-12-20T10:00")
    corrected = add("task:5", 2015, "2016-01-05T10:00", number=1, revision=2, correction_reason="改正")
    second = add("task:5", 2016, "2016-12-20T10:00", number=2)
    assert list(queries.latest_reports(ZONE, "task:5")) == [corrected, second]
    assert [r.revision for r in queries.latest_reports(ZONE, known_on=day("2016-01-04"))] == [1]
    assert [r.number for r in queries.revisions(ZONE, "task:5")] == [2, 1, 1]
    assert not queries.latest_reports("elsewhere").exists()


def test_what_is_due_soon_first(add: Any) -> None:
    package = current_package(ZONE)
    due = queries.due_within(ZONE, day("2016-06-01"), 30, package=package)
    # task 48 is due on 2016-06-30, 29 days ahead; nothing else falls in June 2016
    assert [(each.duty.place, each.obligation.days_left) for each in due] == [("task:48", 29)]
    assert queries.due_within(ZONE, day("2016-06-01"), 28) == []
    assert [each.duty.place for each in queries.due_within(ZONE, day("2016-06-30"), 0)] == ["task:48"]
    days = [each.obligation.obligation.day for each in queries.due_within(ZONE, day("2016-06-01"), 365 * 5)]
    assert days == sorted(days) and len(days) > 150


def test_what_is_done_is_not_due(add: Any) -> None:
    everybody = (
        "development-and-reform-commission",
        "commerce-bureau",
        "culture-broadcasting-and-press-bureau",
    )
    for body in everybody:
        before = queries.due_within(ZONE, day("2016-06-01"), 30)
        assert [each.duty.place for each in before] == ["task:48"]
        add("task:48", 2016, "2016-05-20T10:00", "done", body, done_on=day("2016-05-19"))
    assert queries.due_within(ZONE, day("2016-06-01"), 30) == []


def test_a_year_that_every_lead_has_reported_is_no_longer_due(add: Any) -> None:
    def yearly() -> list[str]:
        return [
            each.duty.place
            for each in queries.due_within(ZONE, day("2015-12-01"), 30)
            if each.obligation.obligation.yearly
        ]

    lead = current_package(ZONE).leads(current_package(ZONE).task(149))[0].key
    assert "task:149" in yearly()
    add("task:149", 2015, "2015-11-30T10:00", body=lead)
    assert "task:149" not in yearly()


def test_due_of_one_body_follows_its_successors() -> None:
    def places(body: str, on: str) -> set[str]:
        return {each.duty.place for each in queries.due_within(ZONE, day(on), 731, body=body)}

    assert "task:94" in places(ENV, "2018-12-31") and not places(
        "ecology-and-environment-bureau", "2018-12-31"
    )
    assert "task:94" in places("ecology-and-environment-bureau", "2020-06-01") and not places(
        ENV, "2020-06-01"
    )
    assert "task:156" in places("leping-city", "2015-10-01")


def test_what_changed(add: Any) -> None:
    add("task:5", 2015, "2015-12-20T10:00")
    newer = add("task:13", 2015, "2016-01-05T10:00")
    assert list(queries.changes_since(ZONE, moment("2015-12-20T10:00:01"))) == [newer]
    assert queries.changes_since(ZONE, moment("2015-12-20T10:00")).count() == 2
    before, after = queries.statuses(ZONE, day("2015-12-31")), queries.statuses(ZONE, day("2016-01-05"))
    changed = {
        each.place: (each.before.state, each.after.state) for each in queries.status_changes(before, after)
    }
    assert changed["task:13"] == (DutyState.DUE_SOON, DutyState.UNDER_WAY)  # it has a date in 2015
    assert changed["task:156"] == (DutyState.DUE_SOON, DutyState.OVERDUE)
    assert queries.status_changes(before, before) == []
    ranks = [each.after.state.rank for each in queries.status_changes(before, after)]
    assert ranks == sorted(ranks)


def test_counts_by_state_and_by_body(add: Any) -> None:
    package = current_package(ZONE)
    add("task:143", 2015, "2015-12-20T10:00", body="finance-bureau")
    known = queries.statuses(ZONE, day("2016-01-01"), package=package)
    assert sum(queries.counts(known.values()).values()) == 229
    by_body = queries.counts_by_body(package, known, day("2016-01-01"))
    # every leading part is counted once: of each body named, with groups of certain members opened
    assert sum(sum(states.values()) for states in by_body.values()) == sum(
        len(s.parts) for s in known.values()
    )
    # 143 is led by 市国土资源局 and 市财政局 and has a date in 2015; only the latter reported
    states = {each.part.body: each.state for each in known["task:143"].parts}
    assert states == {"land-and-resources-bureau": DutyState.OVERDUE, "finance-bureau": DutyState.UNDER_WAY}
    assert by_body["finance-bureau"][DutyState.UNDER_WAY] == 1
    later = queries.counts_by_body(package, queries.statuses(ZONE, day("2019-06-01")), day("2019-06-01"))
    assert ENV not in later and sum(later["ecology-and-environment-bureau"].values()) == sum(
        by_body[ENV].values()
    )
