"""The page of official documents: what is offered, what is refused in words, who gets which file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ecociv.people.models import User
from ecociv.reporting.problems import NoChineseFont
from ecociv.reporting.render.fonts import choose_fonts
from reporting.official_cases import ECOLOGY, ZONE, interview, late_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


@pytest.fixture
def office(db: None, settings: Any, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return User.objects.create(username="office", role="leading_group_office", zone=ZONE)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(client: Client, **given: str) -> Any:
    return client.get(reverse("portal:official"), given)


def test_a_visitor_sees_no_form_and_gets_no_file(office: User) -> None:
    assert 'name="form"' not in get(Client(), kind="breakdown").content.decode()
    assert get(Client(), kind="breakdown", day="2017-03-31", form="docx").status_code in (302, 403)


def test_every_kind_has_its_form(office: User) -> None:
    client = signed_in(office)
    assert "督查通报" in get(client).content.decode()
    # No case is open yet: the page says where to open one.
    assert "/cases/types/interview/" in get(client, kind="interview-notice").content.decode()
    assert "county-2015" in get(client, kind="assessment-bulletin").content.decode()


def test_an_order_is_taken_as_a_file(office: User, tmp_path: Path) -> None:
    case = late_case(office, "issue-blue", tmp_path)
    client = signed_in(office)
    made = get(client, kind="supervision-order", case=case.number, form="docx")
    assert made.status_code == 200 and made.content[:2] == b"PK"
    wrong = get(client, kind="supervision-order", case=case.number, step="issue-red", form="docx")
    assert wrong.status_code == 422 and "督办单" in wrong.content.decode()


def test_a_case_of_others_is_neither_offered_nor_written(office: User) -> None:
    case = interview(office)
    body, other = (
        User.objects.create(username=name, role="department_officer", organisation=key, zone=ZONE)
        for name, key in (("b", ECOLOGY), ("o", "finance-bureau"))
    )
    given = {"kind": "interview-notice", "case": case.number, "form": "docx"}
    assert get(signed_in(body), **given).status_code == 200
    refused = get(signed_in(other), **given)
    assert refused.status_code == 422 and "王某" not in refused.content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"day": "31.3.2017"},
        {"day": "2017-03-31", "number": "景生态办[2017]12号"},
        {"day": ""},
        {"day": "2017-03-31", "form": "exe"},
    ],
)
def test_what_is_wrong_is_said(office: User, given: dict[str, str]) -> None:
    answer = get(signed_in(office), **{"kind": "bulletin", "form": "xlsx", **given})
    assert answer.status_code == 422 and "alert-danger" in answer.content.decode()


def test_the_pages_are_shown(office: User, tmp_path: Path) -> None:
    try:
        choose_fonts()
    except NoChineseFont as problem:
        pytest.skip(str(problem))
    case = late_case(office, "issue-blue", tmp_path)
    page = get(signed_in(office), kind="supervision-order", case=case.number, form="pages").content.decode()
    assert page.count("data:image/png;base64,") >= 2 and "草稿" in page
