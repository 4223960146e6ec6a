"""Reference data in the administration pages: by policy, with a record of each change."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from ecociv.evidence.models import ObservedProperty
from ecociv.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db

LISTS = [
    "people_user",
    "people_auditentry",
    "axes_accessattempt",
    "evidence_place",
    "evidence_observedproperty",
    "evidence_series",
    "evidence_importrun",
    "evidence_document",
    "plan_planitemrevision",
]


def logged_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=role, role=role, zone="jingdezhen", organisation="x"))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_for_administrators_and_only_for_them(name: str) -> None:
    address = reverse(f"admin:{name}_changelist")
    assert logged_in("administrator").get(address).status_code == 200
    assert logged_in("leading_group_office").get(address).status_code == 302


def test_the_sidebar_leads_to_every_list() -> None:
    page = logged_in("administrator").get("/admin/").content.decode()
    for name in LISTS:
        assert reverse(f"admin:{name}_changelist") in page


def test_the_icon_is_ours_and_asked_for_by_its_name() -> None:
    assert "portal/leaf.svg" in logged_in("administrator").get("/admin/").content.decode()


def test_an_edit_is_on_record_with_both_digests() -> None:
    item = ObservedProperty.objects.create(key="pm2_5", name_zh="细颗粒物", name_en="PM2.5")
    client = logged_in("administrator")
    form = {"key": "pm2_5", "name_zh": "细颗粒物(PM2.5)", "name_en": "Fine particles"}
    address = reverse("admin:evidence_observedproperty_change", args=[item.pk])
    assert client.post(address, form).status_code == 302
    entry = AuditEntry.objects.get(action="change-reference")
    assert entry.subject_kind == "observedproperty" and entry.before_digest != entry.after_digest
    assert entry.actor is not None and entry.actor.username == "administrator"


@pytest.mark.parametrize(
    "name", ["evidence_importrun", "evidence_document", "plan_planitemrevision", "people_auditentry"]
)
def test_what_was_recorded_is_only_read(name: str) -> None:
    client = logged_in("administrator")
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
