"""My work: what waits for whom, in which order and why; own body only; a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ecociv.casework.actions import OpenCase
from ecociv.core.workdays import add_working_days
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package
from ecociv.portal.work import Span, Urgency, WorkRow, by_span, work_of
from ecociv.portal.work_providers import duties_owed, reports_to_review
from ecociv.supervision.actions import ReportProgress
from ecociv.supervision.drafts import Draft
from ecociv.supervision.owed_queries import owed_by, owed_by_all
from ecociv.supervision.review import ReviewReport
from ecociv.supervision.states import ReportState, ReviewOutcome

ZONE, BODY = "jingdezhen", "ecology-and-environment-bureau"
DAY = dt.date(2016, 12, 20)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


def account(name: str, role: Role, body: str = "", zone: str = ZONE) -> User:
    return User.objects.create(username=name, role=role.value, organisation=body, zone=zone)


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """The language of the sentences looked for; a test before may have left another."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def office() -> User:
    return account("office", Role.LEADING_GROUP_OFFICE)


@pytest.fixture
def officer() -> User:
    return account("officer", Role.DEPARTMENT_OFFICER, BODY)


def row(subject: str, due: dt.date | None, urgency: Urgency = Urgency.LATER) -> WorkRow:
    return WorkRow("k", "k", "t", subject, due, "s", "not-due", "r", "/", "a", urgency)


# -- order and groups -------------------------------------------------------------------------------------------


def test_rows_of_all_rooms_stand_in_one_order(officer: User) -> None:
    # 2016-12-20 is a Tuesday: its week ends on Sunday the 25th.
    first = [row("c", dt.date(2016, 12, 26)), row("d", None, Urgency.NOW)]
    second = [
        row("late", dt.date(2016, 12, 19)),
        row("b", dt.date(2016, 12, 25)),
        row("a", dt.date(2016, 12, 25), Urgency.NOW),
    ]
    rows = work_of(officer, ZONE, DAY, [lambda *_: first, lambda *_: second])
    assert [each.subject for each in rows] == ["late", "a", "b", "c", "d"]
    groups = [(span, [each.subject for each in members]) for span, members in by_span(rows, DAY)]
    assert groups == [
        (Span.OVERDUE, ["late"]),
        (Span.WEEK, ["a", "b"]),
        (Span.LATER, ["c"]),
        (Span.UNDATED, ["d"]),
    ]


def test_visitors_and_people_of_another_zone_owe_nothing_here() -> None:
    stranger = account("stranger", Role.DEPARTMENT_OFFICER, BODY, zone="elsewhere")
    assert work_of(stranger, ZONE, DAY) == []
    assert work_of(None, ZONE, DAY) == []


# -- duties of the plan -----------------------------------------------------------------------------------------


def test_a_body_sees_its_own_duties_with_the_reason(officer: User) -> None:
    rows = {each.subject: each for each in duties_owed(officer, ZONE, DAY) if each.kind == "date"}
    # Task 151 names 市环保局, whose duties 市生态环境局 holds today; it is due at the end of 2016, a Saturday.
    due = rows["task:151"]
    assert due.due == dt.date(2016, 12, 30) and due.urgency is Urgency.SOON
    assert "2016年12月31日" in due.reason and "市环保局" in due.reason
    assert due.url == "/work/report/task/151/?year=2016"
    owed = {each.place for each in owed_by(ZONE, BODY, DAY, holds_on=timezone.localdate())}
    assert {each.subject for each in duties_owed(officer, ZONE, DAY)} <= owed


def test_one_body_is_read_as_all_bodies_are() -> None:
    plan = current_package(ZONE)
    everything = owed_by_all(ZONE, DAY, package=plan)
    for body in ("环保局", "林业局"):
        key = plan.body_on(plan.resolve(f"市{body}").key, DAY).key
        mine = owed_by(ZONE, key, DAY, package=plan)
        assert mine
        # What a group shares stands under the group; everything under the body's own key is there, and is its own.
        own = [each for each in everything if each.body == key]
        assert [each.identity for each in mine if each.body == key] == [each.identity for each in own]


def test_what_is_reported_is_done_and_waits_for_the_office(officer: User, office: User) -> None:
    assert not reports_to_review(office, ZONE, DAY)
    today = timezone.localdate()
    before = {each.subject for each in duties_owed(officer, ZONE, DAY) if each.kind == "date"}
    assert "task:151" in before
    draft = Draft(2016, ReportState.UNDER_WAY, "已完成前期工作，正在编制实施方案。")
    ReportProgress(ZONE, "task:151", draft, officer).execute()
    # Looked back at 2016 it was not reported then; but nobody has to report it twice.
    after = {each.subject for each in duties_owed(officer, ZONE, DAY) if each.kind == "date"}
    assert after == before - {"task:151"}
    [waits] = reports_to_review(office, ZONE, today)
    assert waits.subject == "task:151" and "市生态环境局" in waits.reason
    # Ten working days from today, whatever day that is: fourteen days where today is one and no holiday lies between.
    assert waits.url == "/work/review/task/151/1/"
    assert waits.due == add_working_days(today, 10).day
    assert reports_to_review(officer, ZONE, today) == []
    ReportProgress(ZONE, "task:129", draft, office).execute()
    # Who wrote a report does not review it.
    assert [each.subject for each in reports_to_review(office, ZONE, today)] == ["task:151"]


def test_what_was_sent_back_is_answered_by_its_correction(officer: User, office: User) -> None:
    today = timezone.localdate()
    draft = Draft(2016, ReportState.UNDER_WAY, "已完成前期工作，正在编制实施方案。")
    ReportProgress(ZONE, "task:151", draft, officer).execute()
    ReviewReport(ZONE, "task:151", 1, 1, ReviewOutcome.SENT_BACK, "请写明完成了哪几项。", office).execute()
    assert reports_to_review(office, ZONE, today) == []
    rows = [each for each in duties_owed(officer, ZONE, today) if each.subject == "task:151"]
    assert [each.url for each in rows] == ["/progress/task/151/reports/1/correct/?back=/work/"]
    assert rows[0].urgency is Urgency.NOW and rows[0].due is not None and rows[0].due > today


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_report_owes_no_report(role: Role) -> None:
    assert duties_owed(account("reads", role, BODY), ZONE, DAY) == []


# -- page -------------------------------------------------------------------------------------------------------


def opened(office: User, body: str, title: str) -> None:
    OpenCase(
        ZONE,
        "general",
        title,
        office,
        parties={"responsible": [body]},
        fields={"request": "查清", "report_by": "2030-12-31"},
    ).execute()


def test_the_page_shows_own_cases_only_and_leads_to_them(client: Client, office: User, officer: User) -> None:
    opened(office, BODY, "整治排口")
    opened(office, "forestry-bureau", "别家的事")
    client.force_login(officer)
    page = client.get(reverse("portal:work"), {"kind": "case", "on": "2016-12-20"})
    text = page.content.decode()
    assert "整治排口" in text and "别家的事" not in text
    assert 'data-kind="case"' in text and 'data-kind="date"' not in text
    assert 'href="/cases/general/' in text


def test_visitors_log_in_first(client: Client) -> None:
    answer = client.get(reverse("portal:work"))
    assert answer.status_code == 302 and "log-in" in answer["Location"]
    assert "/work/" not in client.get("/tasks/").content.decode()


def test_the_menu_begins_with_ones_work(client: Client, officer: User) -> None:
    client.force_login(officer)
    menu = client.get("/tasks/").content.decode().split('id="site-menu"')[1]
    assert menu.index('href="/work/"') < menu.index('href="/"')


def test_an_empty_list_says_what_would_stand_there(client: Client) -> None:
    client.cookies["ecociv_language"] = "en"
    client.force_login(account("auditor", Role.AUDITOR))
    page = client.get(reverse("portal:work")).content.decode()
    assert "Nothing waits for you" in page and 'class="filters' not in page


def test_the_list_is_exported_and_searched(client: Client, officer: User) -> None:
    client.force_login(officer)
    answer = client.get(reverse("portal:work"), {"on": "2016-12-20", "format": "csv", "q": "151"})
    lines = answer.content.decode("utf-8-sig").strip().splitlines()
    assert len(lines) > 1 and all("151" in line for line in lines[1:] if "task" in line)
    assert "http://testserver/work/report/task/151/" in answer.content.decode()


def test_the_number_of_queries_does_not_grow(client: Client, office: User, officer: User) -> None:
    def asked(user: User) -> int:
        client.force_login(user)
        client.get(reverse("portal:work"), {"on": "2016-12-20"})
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse("portal:work")).status_code == 200
        return len(seen)

    def more(number: int) -> None:
        opened(office, BODY, f"整治{number}号排口")
        draft = Draft(2016, ReportState.UNDER_WAY, f"已完成前期工作，正在编制实施方案{number}。")
        ReportProgress(ZONE, f"task:{number}", draft, officer).execute()

    more(151)
    few = asked(officer), asked(office)
    for number in (129, 13, 150, 152):
        more(number)
    assert (asked(officer), asked(office)) == few
