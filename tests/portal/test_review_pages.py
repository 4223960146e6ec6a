"""The office's queue of reports: who sees it, what stands beside a report, what one and several reviews come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ecociv.people.models import User
from ecociv.supervision.actions import CorrectReport, ReportProgress
from ecociv.supervision.drafts import Draft
from ecociv.supervision.models import ReportReview
from ecociv.supervision.states import PercentBasis, ReportState

pytestmark = pytest.mark.usefixtures("plan_in_database")

ZONE, PLACE, QUEUE = "jingdezhen", "task:94", "/work/review/"
PAGE = f"{QUEUE}task/94/"


def account(role: str, body: str = "") -> User:
    return User.objects.create(
        username=f"{role}-{User.objects.count()}", role=role, zone=ZONE, organisation=body
    )


@pytest.fixture
def officer(db: None) -> User:
    return account("department_officer", "ecology-and-environment-bureau")


@pytest.fixture
def office(client: Client, db: None) -> User:
    made = account("leading_group_office")
    client.force_login(made)
    return made


def send(author: User, **changes: Any) -> int:
    fields: dict[str, Any] = {
        "period": 2016,
        "state": ReportState.UNDER_WAY,
        "narrative": "已完成前期工作，正在编制实施方案。",
        "percent": Decimal(40),
        "basis": PercentBasis.STEPS,
    }
    return ReportProgress(ZONE, PLACE, Draft(**{**fields, **changes}), author).execute().report.number


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("leading_group_office", 200),
        ("department_officer", 403),
        ("county_officer", 403),
        ("leader", 403),
        ("auditor", 403),
        ("administrator", 403),
        ("", 302),
    ],
)
def test_the_queue_is_the_offices(client: Client, officer: User, role: str, status: int) -> None:
    send(officer)
    if role:
        client.force_login(account(role, "finance-bureau" if "officer" in role else ""))
    assert client.get(QUEUE).status_code == status
    assert client.get(f"{PAGE}1/").status_code == status
    if status != 200:
        for path, sent in (
            (f"{PAGE}1/", {"revision": 1, "outcome": "accepted"}),
            (f"{QUEUE}accept/", {"report": f"{PLACE}/1/1"}),
        ):
            assert client.post(path, sent).status_code == status
        assert not ReportReview.objects.exists()


def test_an_empty_queue_says_so(client: Client, office: User) -> None:
    page = client.get(QUEUE, headers={"accept-language": "en"})
    assert page.status_code == 200 and 'class="empty"' in page.content.decode()


def test_a_report_stands_beside_the_one_before_it(client: Client, officer: User, office: User) -> None:
    send(officer, period=2015, narrative="上一年度的情况：完成了调查摸底。")
    send(officer)
    page = client.get(f"{PAGE}2/").content.decode()
    assert "正在编制实施方案" in page and "完成了调查摸底" in page
    assert f'href="{PAGE}1/"' in page  # the next report to review


def test_accepting_goes_on_to_the_next(client: Client, officer: User, office: User) -> None:
    send(officer, period=2015)
    send(officer)
    first = client.post(f"{PAGE}1/", {"revision": 1, "outcome": "accepted"})
    assert (first.status_code, first.headers["Location"]) == (302, f"{PAGE}2/")
    last = client.post(f"{PAGE}2/", {"revision": 1, "outcome": "sent-back", "reason": "请补充材料"})
    assert last.headers["Location"] == QUEUE
    assert list(ReportReview.objects.values_list("outcome", "reason")) == [
        ("accepted", ""),
        ("sent-back", "请补充材料"),
    ]


def test_refusals_keep_what_was_typed_and_write_nothing(client: Client, officer: User, office: User) -> None:
    send(officer)
    page = client.post(f"{PAGE}1/", {"revision": 1, "outcome": "sent-back", "reason": " "})
    assert page.status_code == 400 and "请写明理由" in page.content.decode()
    changed = Draft(2016, ReportState.DELAYED, "更正：进度滞后，正在赶工期。")
    CorrectReport(ZONE, PLACE, 1, 1, changed, "更正", officer).execute()
    page = client.post(f"{PAGE}1/", {"revision": 1, "outcome": "accepted", "reason": "同意采用"})
    assert page.status_code == 400 and "同意采用" in page.content.decode()
    assert client.post(f"{PAGE}1/", {"revision": "x", "outcome": "accepted"}).status_code == 404
    assert client.post(f"{PAGE}1/", {"revision": 1, "outcome": "maybe"}).status_code == 404
    assert client.get(f"{PAGE}9/").status_code == 404
    assert client.get(f"{QUEUE}task/9999/1/").status_code == 404
    assert not ReportReview.objects.exists()


def test_accepting_several_says_what_came_of_each(client: Client, officer: User, office: User) -> None:
    send(officer, period=2015)
    send(officer)
    send(office, period=2017)  # written by the reviewer: refused
    keys = [f"{PLACE}/{n}/1" for n in (1, 2, 3)] + ["task:x/1/1", "nonsense"]
    page = client.post(f"{QUEUE}accept/", {"report": keys})
    assert page.status_code == 200
    assert page.content.decode().count('<th scope="row">') == 5
    assert ReportReview.objects.count() == 2
    assert client.post(f"{QUEUE}accept/", {}).status_code == 200


def test_the_list_filters_and_exports(client: Client, officer: User, office: User) -> None:
    send(officer, period=2015, narrative="二〇一五年的工作情况已经总结。")
    send(officer)
    page = client.get(f"{QUEUE}?year=2015").content.decode()
    assert f"{PAGE}1/" in page and f"{PAGE}2/" not in page
    sheet = client.get(f"{QUEUE}?format=csv").content.decode("utf-8-sig")
    assert len(sheet.strip().splitlines()) >= 3 and "正在编制实施方案" in sheet
