"""The record of changes: for those who oversee, never for the public."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

READS = (Role.LEADING_GROUP_OFFICE, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)


def logged_in(role: Role) -> Client:
    organisation = "water-affairs-bureau" if role in (Role.DEPARTMENT_OFFICER, Role.COUNTY_OFFICER) else ""
    person = User.objects.create_user(
        f"p-{role.value}", password="long enough 1", role=role, zone="jingdezhen", organisation=organisation
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.VISITOR])
def test_who_may_read_it(role: Role) -> None:
    response = logged_in(role).get(reverse("portal:changes"))
    assert response.status_code == (200 if role in READS else 403)


def test_the_public_may_not(client: Client) -> None:
    assert client.get(reverse("portal:changes")).status_code in (302, 403)


def test_an_entry_shows_who_what_and_why_and_can_be_asked_for_by_subject() -> None:
    client = logged_in(Role.AUDITOR)
    for number, reason in (("12", "the province moved the date"), ("13", "<b>bold</b>")):
        audit.record(
            actor="office",
            action="revise-plan-item",
            zone="jingdezhen",
            subject_kind="task",
            subject_key=number,
            reason=reason,
        )
    page = client.get(reverse("portal:changes")).content.decode()
    assert "the province moved the date" in page and "every seal holds" in page
    assert "&lt;b&gt;bold" in page and "<b>bold" not in page
    only = client.get(reverse("portal:changes"), {"subject": "task:12"}).content.decode()
    assert "the province moved the date" in only and "bold" not in only
    exported = client.get(reverse("portal:changes"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "the province moved the date" in exported


@pytest.mark.parametrize(
    "subject", ["", ":", "task:", "task:99999", "organisation:nobody", "x" * 5000, "task:'--"]
)
def test_any_subject_gets_a_page(subject: str) -> None:
    assert logged_in(Role.LEADER).get(reverse("portal:changes"), {"subject": subject}).status_code == 200
