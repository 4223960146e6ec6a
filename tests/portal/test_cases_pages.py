"""Pages of cases and notices: who sees what, what is refused and how, and that lists ask a fixed number of questions."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ecociv.casework.actions import OpenCase
from ecociv.casework.models import Case, CaseStepDocument
from ecociv.casework.notices.models import Notice
from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE, BODY = "jingdezhen", "ecology-and-environment-bureau"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


def account(name: str, role: Role, body: str = "") -> User:
    return User.objects.create(username=name, role=role.value, organisation=body, zone=ZONE)


def opened(office: User, title: str = "整治排口", **more: Any) -> Case:
    return OpenCase(
        ZONE,
        "general",
        title,
        office,
        parties={"responsible": [BODY]},
        fields={"request": "查清", "report_by": "2030-12-31"},
        **more,
    ).execute()


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def office() -> User:
    return account("office", Role.LEADING_GROUP_OFFICE)


@pytest.fixture
def officer() -> User:
    return account("officer", Role.DEPARTMENT_OFFICER, BODY)


def reader(user: User | None = None, language: str = "en") -> Client:
    client = Client()
    client.cookies["ecociv_language"] = language
    if user:
        client.force_login(user)
    return client


def address(case: Case) -> str:
    return reverse("portal:case", args=[case.type, case.number])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens(office: User, language: str) -> None:
    case = opened(office)
    client = reader(office, language)
    names = ["cases", "case-inbox", "case-overdue", "case-month", "case-types", "notices"]
    pages = [reverse(f"portal:{name}") for name in names]
    pages += [
        address(case),
        "/cases/types/general/",
        "/cases/new/general/",
        f"{address(case)}?as_of=2999-01-01",
    ]
    pages += [
        "/cases/calendar/?month=2016-02",
        "/cases/calendar/?month=%00",
        "/cases/?format=csv",
        "/cases/?format=xlsx",
    ]
    for page in pages:
        assert client.get(page).status_code == 200, page


def test_a_month_marks_holidays_and_days_worked_in_exchange(office: User) -> None:
    # Spring Festival 2016: Monday 8 to Friday 12 February are off (5 weekdays); Saturday 6 and Sunday 14 are worked.
    page = reader(office).get("/cases/calendar/?month=2016-02")
    cells = {cell["day"].isoformat(): cell for week in page.context["grid"] for cell in week}
    assert [d for d, c in cells.items() if c["holiday"]] == [f"2016-02-{n:02}" for n in range(8, 13)]
    assert [d for d, c in cells.items() if c["exchange"]] == ["2016-02-06", "2016-02-14"]


def test_a_case_is_opened_and_moved_by_form(
    office: User, officer: User, django_capture_on_commit_callbacks: Any
) -> None:
    form = {
        "title": "整治排口",
        "parties.responsible": BODY,
        "fields.request": "查清",
        "fields.report_by": "2030-12-31",
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = reader(office).post("/cases/new/general/", form)
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address(case))
    notice = Notice.objects.get(user=officer)
    assert notice.step == "contact" and notice.path == address(case)
    client = reader(officer)
    assert "1" in client.get("/").content.decode().split("notice-count")[1][:5]
    sign = {"transition": "sign", "seen": "1"}
    assert client.post(f"{address(case)}do/move/", sign).status_code == 302
    report = {
        "transition": "report",
        "seen": "2",
        "fields.result": "已整治",
        "documents.proof": SimpleUploadedFile("照片.txt", b"x"),
    }
    assert client.post(f"{address(case)}do/move/", report).status_code == 302
    case.refresh_from_db()
    assert case.state == "reported"
    document = CaseStepDocument.objects.get()
    url = reverse("portal:case-document", args=[case.type, case.number, document.pk])
    assert b"".join(client.get(url).streaming_content) == b"x"
    assert reader().get(url).status_code == 404


def test_what_was_typed_stays_when_something_is_wrong(office: User) -> None:
    answer = reader(office).post("/cases/new/general/", {"title": "<b>标题</b>", "fields.report_by": "soon"})
    page = answer.content.decode()
    assert answer.status_code == 422 and Case.objects.count() == 0
    assert (
        "&lt;b&gt;标题&lt;/b&gt;" in page
        and "parties-responsible-error" in page
        and "fields-report_by-error" in page
    )


def test_two_clicks_give_a_friendly_conflict(office: User, officer: User) -> None:
    case = opened(office)
    client = reader(officer)
    client.post(f"{address(case)}do/move/", {"transition": "sign", "seen": "1"})
    other = account("other", Role.DEPARTMENT_OFFICER, BODY)
    answer = reader(other).post(
        f"{address(case)}do/move/", {"transition": "ask", "seen": "1", "reason": "why"}
    )
    assert answer.status_code == 409 and "moved on" in answer.content.decode()
    assert Case.objects.get().steps_taken == 2


def test_a_case_of_its_parties_is_not_there_for_others(office: User, officer: User) -> None:
    case = opened(office, "密件")
    Case.objects.update(visibility="parties")
    stranger = account("stranger", Role.DEPARTMENT_OFFICER, "finance-bureau")
    for who in (reader(stranger), reader()):
        assert who.get(address(case)).status_code == 404
        assert who.post(f"{address(case)}do/note/", {"reason": "x"}).status_code in {302, 404}
        for page in ("/cases/", "/cases/?format=csv", "/search/?q=密件"):
            assert "密件</a>" not in who.get(page).content.decode()
            assert case.number not in who.get(page).content.decode()
    assert reader(officer).get(address(case)).status_code == 200
    assert case.steps.count() == 1


def test_the_calendar_address_shows_and_closes(office: User, officer: User) -> None:
    opened(office)
    client = reader(officer)
    client.post("/notices/calendar/", {"do": "make"})
    url = client.get("/notices/").context["feed_url"]
    assert b"BEGIN:VEVENT" in reader().get(url).content
    client.post("/notices/calendar/", {"do": "revoke"})
    assert reader().get(url).status_code == 404


def test_a_move_on_many_says_what_came_of_each(office: User, officer: User) -> None:
    first, second = opened(office, "一"), opened(office, "二")
    chosen = {
        "case": [first.pk, second.pk],
        f"seen-{first.pk}": 1,
        f"seen-{second.pk}": 1,
        "transition": "sign",
    }
    outcomes = reader(officer).post("/cases/bulk/", chosen).context["outcomes"]
    assert [each.done for each in outcomes] == [True, True]
    assert [each.done for each in reader(office).post("/cases/bulk/", chosen).context["outcomes"]] == [
        False,
        False,
    ]


def test_hostile_input_is_refused_politely(office: User) -> None:
    case, client = opened(office), reader(office)
    for data in ({"case": ["x", "9" * 30, "-1"]}, {"transition": "\x00"}, {}):
        assert client.post("/cases/bulk/", data).status_code == 200
    for what in ("move", "ask", "decide", "hand-over", "officer", "pause", "resume"):
        answer = client.post(
            f"{address(case)}do/{what}/", {"seen": "9" * 40, "days": "-1", "clock": "../x", "part": "/"}
        )
        assert answer.status_code in {403, 409, 422}, what
    assert client.post(f"{address(case)}do/nothing/").status_code == 404
    assert client.get("/cases/general/../../x/").status_code == 404
    assert case.steps.count() == 1


def test_notices_are_ones_own(office: User, officer: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        opened(office)
    notice = Notice.objects.get(user=officer)
    assert reader(office).get(f"/notices/{notice.pk}/").status_code == 404
    reader(office).post("/notices/read/", {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None
    assert reader(officer).get(f"/notices/{notice.pk}/").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_questions_do_not_grow_with_the_rows(office: User, django_assert_max_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = reader(office)
    counts = []
    for _round in range(2):
        for n in range(6):
            opened(office, f"案{_round}{n}")
        for page in ("/cases/", "/cases/overdue/", "/cases/calendar/?month=2030-12"):
            client.get(page)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(page)
            counts.append(len(asked))
    assert counts[:3] == counts[3:]
