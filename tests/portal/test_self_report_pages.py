"""The pages of yearly self-reports: the list of a year, the form, what was handed in and its review."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ecociv.people.models import User
from ecociv.supervision.models import ReportReview, SelfReport, WorkDraft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, BODY, YEAR = "jingdezhen", "finance-bureau", 2024
LIST, PAGE = "/self-reports/", f"/self-reports/{BODY}/{YEAR}/"
WRITE = f"{PAGE}write/"
WORDS = {
    "summary": "本年度各项工作按计划推进，总体良好。",
    "problems": "资金到位偏慢，个别事项进度滞后。",
    "next_steps": "下一年三月底前补齐资金，按月报告进展。",
}


def signed_in(role: str, body: str = "") -> Client:
    count = User.objects.count()
    user = User.objects.create(username=f"{role}-{count}", role=role, zone=ZONE, organisation=body)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def writer(db: None) -> Client:
    return signed_in("department_officer", BODY)


@pytest.fixture
def office(db: None) -> Client:
    return signed_in("leading_group_office")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_visitors_are_sent_to_log_in(writer: Client) -> None:
    for page in (LIST, PAGE, WRITE, f"{LIST}?format=csv"):
        assert Client().get(page).status_code == 302


def test_from_my_work_to_the_form_to_the_list(writer: Client, office: Client) -> None:
    assert WRITE in text(writer.get("/work/?on=2024-12-20"))
    form = text(writer.get(WRITE))
    assert "The texts were composed from the record" in form and 'name="task:' in form
    # Too short: nothing is recorded, what was typed stays.
    refused = writer.post(WRITE, {**WORDS, "problems": "无", "seen": "0", "action": "send"})
    assert (
        refused.status_code == 400
        and WORDS["summary"] in text(refused)
        and 'id="error-problems"' in text(refused)
    )
    assert not SelfReport.objects.exists()
    sent = writer.post(WRITE, {**WORDS, "seen": "0", "action": "send"})
    assert (sent.status_code, sent.headers["Location"]) == (302, PAGE)
    page = text(office.get(PAGE))
    assert WORDS["problems"] in page and "late" in page and 'value="sent-back"' in page
    assert PAGE in text(office.get("/work/"))


def test_a_draft_is_kept_by_button_and_while_typing(writer: Client) -> None:
    kept = writer.post(WRITE, {**WORDS, "action": "save"})
    assert kept.status_code == 302 and WorkDraft.objects.get().content == WORDS
    assert "Draft saved" in text(writer.post(f"{PAGE}draft/", {**WORDS, "summary": "改了一半"}))
    assert "改了一半" in text(writer.get(WRITE)) and WRITE in text(writer.get("/work/"))
    long = text(writer.post(f"{PAGE}draft/", {"summary": "字" * 9000}))
    assert "9000" in long and WorkDraft.objects.get().content["summary"] == "改了一半"
    assert "draft" in text(writer.get(f"{LIST}?year={YEAR}&state=draft"))


@pytest.mark.parametrize(
    ("role", "body"),
    [
        ("department_officer", "forestry-bureau"),
        ("leading_group_office", ""),
        ("leader", ""),
        ("auditor", ""),
    ],
)
def test_others_read_and_do_not_write(role: str, body: str) -> None:
    other = signed_in(role, body)
    assert other.get(LIST).status_code == 200 and other.get(PAGE).status_code == 200
    assert other.get(WRITE).status_code == 403
    for address, sent in ((WRITE, {**WORDS, "seen": "0"}), (f"{PAGE}draft/", WORDS)):
        assert other.post(address, sent).status_code == 403
    assert not SelfReport.objects.exists() and not WorkDraft.objects.exists()


def test_returned_corrected_and_accepted(writer: Client, office: Client) -> None:
    writer.post(WRITE, {**WORDS, "seen": "0"})
    assert writer.post(PAGE, {"revision": 1, "outcome": "accepted"}).status_code == 403
    empty = office.post(PAGE, {"revision": 1, "outcome": "sent-back", "reason": ""})
    assert empty.status_code == 400
    assert office.post(PAGE, {"revision": 1, "outcome": "maybe"}).status_code == 404
    assert office.post(PAGE, {"revision": 9, "outcome": "accepted"}).status_code == 404
    office.post(PAGE, {"revision": 1, "outcome": "sent-back", "reason": "请补充资金数"})
    assert "请补充资金数" in text(writer.get(WRITE))
    again = {**WORDS, "problems": "资金缺口二百万元，正在筹措。", "seen": "1"}
    assert 'id="correction-reason"' in text(writer.post(WRITE, again))
    writer.post(WRITE, {**again, "correction_reason": "补充资金数"})
    page = text(office.get(PAGE))
    assert "资金缺口" in page and "?revision=1" in page
    assert "资金缺口" not in text(office.get(f"{PAGE}?revision=1"))
    office.post(PAGE, {"revision": 2, "outcome": "accepted"})
    assert list(ReportReview.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "sent-back",
        "accepted",
    ]


def test_the_list_searches_sorts_and_exports(writer: Client, office: Client) -> None:
    writer.post(WRITE, {**WORDS, "seen": "0"})
    everyone = text(office.get(f"{LIST}?year={YEAR}"))
    assert everyone.count("/2024/") > 30
    assert PAGE in text(office.get(f"{LIST}?year={YEAR}&state=submitted&sort=-body"))
    assert PAGE not in text(office.get(f"{LIST}?year={YEAR}&state=overdue"))
    assert PAGE in text(office.get(f"{LIST}?year={YEAR}&q=finance"))
    sheet = office.get(f"{LIST}?year={YEAR}&format=csv").content.decode("utf-8-sig")
    assert len(sheet.strip().splitlines()) > 30
    assert PAGE not in text(office.get(f"{LIST}?year={YEAR}&state=submitted&as_of=2024-06-01"))


@pytest.mark.parametrize(
    "page",
    [f"{LIST}nobody/2024/", f"{LIST}{BODY}/1999/", f"{LIST}nobody/2024/write/", f"{LIST}{BODY}/99999999/"],
)
def test_what_is_not_owed_is_not_there(writer: Client, page: str) -> None:
    assert writer.get(page).status_code == 404
    assert writer.get(f"{LIST}?year=²&sort=x&page=-3").status_code == 200
