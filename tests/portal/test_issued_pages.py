"""The pages of the register: issuing from the chooser, the list, one document, its file, its annulment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ecociv.people.models import User
from ecociv.reporting.models import Annulment, IssuedDocument
from reporting.official_cases import interview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, LIST, NEW = "jingdezhen", "/reports/issued/", "/reports/issued/new/"
ASKED = {"kind": "bulletin", "day": "2017-03-31", "form": "docx"}


def signed_in(role: str, body: str = "") -> Client:
    user = User.objects.create(
        username=f"{role}-{User.objects.count()}", role=role, zone=ZONE, organisation=body
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def office(db: None, settings: Any, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return signed_in("leading_group_office")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_issued_listed_checked_taken_and_annulled(office: Client) -> None:
    assert 'class="empty"' in text(office.get(LIST))
    made = office.post(NEW, ASKED)
    row = IssuedDocument.objects.get()
    page = f"{LIST}{row.pk}/"
    assert (made.status_code, made.headers["Location"]) == (302, page)
    office.post(NEW, {**ASKED, "day": "2017-06-30", "form": "xlsx"})
    listed = text(office.get(LIST))
    assert row.number in listed and listed.count('<th scope="row"') == 2
    assert text(office.get(f"{LIST}?q={row.number}")).count('<th scope="row"') == 1
    sheet = office.get(f"{LIST}?format=csv&sort=number").content.decode("utf-8-sig")
    assert row.content_digest in sheet and row.document_id in sheet
    assert "to the character" in text(office.get(f"{page}?check=1"))
    file = office.get(f"{page}file/")
    assert file.content[:2] == b"PK" and file["Content-Disposition"].startswith("attachment")
    assert office.post(page, {"reason": " "}).status_code == 400
    assert office.post(page, {"reason": "附表有误"}).status_code == 302
    assert office.post(page, {"reason": "再次作废"}).status_code == 400
    assert Annulment.objects.count() == 1 and "附表有误" in text(office.get(f"{LIST}?state=annulled"))


@pytest.mark.parametrize(
    "role", ["department_officer", "county_officer", "leader", "auditor", "administrator", ""]
)
def test_others_read_and_issue_nothing(office: Client, role: str) -> None:
    office.post(NEW, ASKED)
    row = IssuedDocument.objects.get()
    other = signed_in(role, "finance-bureau" if "officer" in role else "") if role else Client()
    refused = 403 if role else 302
    assert other.post(NEW, ASKED).status_code == refused
    assert other.post(f"{LIST}{row.pk}/", {"reason": "有误"}).status_code == refused
    assert other.get(f"{LIST}{row.pk}/file/").status_code == (200 if role else 302)
    assert IssuedDocument.objects.count() == 1 and not Annulment.objects.exists()


def test_what_is_refused_is_said(office: Client) -> None:
    for changes in ({"day": "31.3.2017"}, {"day": ""}, {"number": "景生态办〔2017〕12号"}, {"form": "exe"}):
        answer = office.post(NEW, {**ASKED, **changes})
        assert answer.status_code == 422 and "alert-danger" in text(answer)
    assert office.post(NEW, {"kind": "decree"}).status_code == 404
    assert office.get(NEW).status_code == 405
    assert not IssuedDocument.objects.exists()


def test_a_notice_is_open_to_its_parties_only(office: Client) -> None:
    case = interview(User.objects.get())
    office.post(NEW, {"kind": "interview-notice", "case": case.number, "form": "docx"})
    row = IssuedDocument.objects.get()
    other = signed_in("department_officer", "finance-bureau")
    assert row.number not in text(other.get(LIST))
    for page in (f"{LIST}{row.pk}/", f"{LIST}{row.pk}/file/", f"{LIST}999999/"):
        assert other.get(page).status_code == 404
