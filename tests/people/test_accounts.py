"""Accounts: sample accounts, roles, log-in, lock-out, the own password, the administration pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.people.actions import SAMPLE_PASSWORD, ChangeRole, SampleAccountsRefused, create_sample_accounts
from ecociv.people.models import AuditEntry, User
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.people.roles import Role

pytestmark = pytest.mark.django_db


def sample() -> dict[str, User]:
    create_sample_accounts("jingdezhen", department="epb", county="fuliang", office="ndrc")
    return {user.username: user for user in User.objects.all()}


def log_in(client: Client, username: str, password: str) -> Any:
    return client.post(reverse("people:login"), {"username": username, "password": password})


def test_one_sample_account_for_each_role_and_none_twice() -> None:
    bodies = {"department": "epb", "county": "fuliang", "enterprise": "91360200MA0000001N"}
    made = create_sample_accounts("jingdezhen", **bodies)
    assert {account.role for account in made} == set(Role) - {Role.VISITOR}
    assert all(account.created for account in made)
    again = create_sample_accounts("jingdezhen", **bodies)
    assert not any(account.created for account in again)
    assert User.objects.count() == 7
    assert AuditEntry.objects.filter(action="create-sample-account").count() == 7


def test_the_body_that_keeps_the_books_has_two_accounts() -> None:
    """Who approves a payment does not book it, so that one account could not finish a single one."""
    made = create_sample_accounts("jingdezhen", department="epb", county="fuliang", finance="finance-bureau")
    assert [each.username for each in made if each.organisation == "finance-bureau"] == ["finance", "finance2"]
    assert len({user.name_shown for user in User.objects.filter(organisation="finance-bureau")}) == 2


def test_a_changed_sample_password_is_neither_reset_nor_printed() -> None:
    users = sample()
    users["leader"].set_password("my own long one")
    users["leader"].save()
    again = {a.username: a for a in create_sample_accounts("jingdezhen", department="epb", county="fuliang")}
    assert again["leader"].password == "" and again["auditor"].password == SAMPLE_PASSWORD
    users["leader"].refresh_from_db()
    assert users["leader"].check_password("my own long one")


def test_no_sample_accounts_in_production(settings: Any) -> None:
    settings.ECOCIV_PRODUCTION = True
    with pytest.raises(SampleAccountsRefused, match="createsuperuser"):
        create_sample_accounts("jingdezhen", department="epb", county="fuliang")
    assert User.objects.count() == 0


def test_an_officer_without_a_body_is_refused() -> None:
    with pytest.raises(ValidationError, match="acts for a body|所代表"):
        User(username="x", role=Role.COUNTY_OFFICER.value, password="x").full_clean()
    User(username="x", role=Role.LEADER.value, password="x").full_clean()


def test_permissions_of_a_stored_user_follow_the_body() -> None:
    officer = sample()["department"]
    assert allowed(officer, Action.REPORT_PROGRESS, zone="jingdezhen", lead={"epb"})
    assert not allowed(officer, Action.REPORT_PROGRESS, zone="jingdezhen", lead={"forestry"})
    with pytest.raises(PermissionDenied, match="forestry"):
        require(officer, Action.REPORT_PROGRESS, zone="jingdezhen", lead={"forestry"})


def test_only_administrators_change_roles_and_the_change_is_on_record() -> None:
    users = sample()
    change = ChangeRole(users["leader"], users["auditor"], Role.LEADER, "", "promoted")
    with pytest.raises(PermissionDenied):
        change.execute()
    ChangeRole(users["admin"], users["auditor"], Role.LEADER, "", "promoted").execute()
    users["auditor"].refresh_from_db()
    assert users["auditor"].role == Role.LEADER.value
    entry = AuditEntry.objects.filter(action="change-role").get()
    assert entry.reason == "promoted" and entry.before_digest != entry.after_digest
    assert users["auditor"].history.count() == 2


def test_staff_follows_the_role() -> None:
    user = User.objects.create(username="x", role=Role.ADMINISTRATOR.value)
    assert user.is_staff
    user.role = Role.LEADER.value
    user.save(update_fields=["role"])
    user.refresh_from_db()
    assert not user.is_staff


def test_log_in_and_out(client: Client) -> None:
    sample()
    assert log_in(client, "office", SAMPLE_PASSWORD).status_code == 302
    assert "领导小组办公室" in client.get(reverse("people:account")).content.decode()
    assert client.get(reverse("people:logout")).status_code == 405
    client.post(reverse("people:logout"))
    assert client.get(reverse("people:account")).status_code == 302


def test_a_wrong_password_says_so(client: Client) -> None:
    sample()
    page = log_in(client, "office", "wrong").content.decode()
    assert "大小写" in page


def test_the_fifth_wrong_password_closes_the_door_and_says_until_when(client: Client) -> None:
    """AXES_FAILURE_LIMIT is 5: four failures still show the form, the fifth does not; 15 minutes later it opens."""
    sample()
    for _ in range(4):
        assert log_in(client, "office", "wrong").status_code == 200
    before = timezone.now()
    answer = log_in(client, "office", "wrong")
    assert answer.status_code == 429
    until = timezone.localtime(before + dt.timedelta(minutes=15))
    page = answer.content.decode()
    # The minute may turn between the two clocks.
    assert f"{until:%H:%M}" in page or f"{until + dt.timedelta(minutes=1):%H:%M}" in page
    assert 0 < int(answer["Retry-After"]) <= 900
    # The right password does not open it either, and does not prolong the wait.
    assert log_in(client, "office", SAMPLE_PASSWORD).status_code == 429
    assert int(log_in(client, "office", "wrong")["Retry-After"]) <= int(answer["Retry-After"])
    # Another name from the same address, and the same name from another address, still log in.
    assert log_in(client, "leader", SAMPLE_PASSWORD).status_code == 302
    elsewhere = Client(REMOTE_ADDR="10.0.0.7")
    assert log_in(elsewhere, "office", SAMPLE_PASSWORD).status_code == 302


def test_the_door_opens_again_after_a_quarter_of_an_hour(client: Client) -> None:
    from axes.models import AccessAttempt

    sample()
    for _ in range(5):
        log_in(client, "office", "wrong")
    assert log_in(client, "office", SAMPLE_PASSWORD).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15, seconds=1))
    assert log_in(client, "office", SAMPLE_PASSWORD).status_code == 302


def test_behind_a_proxy_the_count_follows_what_the_proxy_wrote(client: Client, settings: Any) -> None:
    """The sender may put anything in front of the proxy's own entry; it changes nothing."""
    sample()
    settings.ECOCIV_BEHIND_PROXY = True
    address = reverse("people:login")

    def attempt(forwarded: str, password: str = "wrong") -> int:
        form = {"username": "office", "password": password}
        return client.post(address, form, headers={"X-Forwarded-For": forwarded}).status_code

    assert [attempt(f"1.2.3.{n}, 10.0.0.7") for n in range(5)] == [200, 200, 200, 200, 429]
    assert attempt("9.9.9.9, 10.0.0.7", SAMPLE_PASSWORD) == 429
    assert attempt("10.0.0.7, 10.0.0.8", SAMPLE_PASSWORD) == 302


def test_without_a_proxy_a_forwarded_address_is_not_believed(client: Client) -> None:
    sample()
    address = reverse("people:login")
    answers = [
        client.post(address, {"username": "office", "password": "wrong"}, headers={"X-Forwarded-For": f"1.2.3.{n}"})
        for n in range(5)
    ]
    assert answers[-1].status_code == 429


def test_a_next_page_on_another_server_is_not_followed(client: Client) -> None:
    sample()
    answer = client.post(
        reverse("people:login"),
        {"username": "office", "password": SAMPLE_PASSWORD, "next": "https://elsewhere.example/"},
    )
    assert answer.status_code == 302 and answer["Location"] == reverse("portal:home")


def test_changing_the_own_password_is_on_record_without_the_password(client: Client) -> None:
    client.force_login(sample()["leader"])
    answer = client.post(
        reverse("people:password_change"),
        {"old_password": SAMPLE_PASSWORD, "new_password1": "quite-another-1", "new_password2": "quite-another-1"},
    )
    assert answer.status_code == 302
    entry = AuditEntry.objects.get(action="change-own-password")
    assert (entry.before_digest, entry.after_digest) == ("", "")


@pytest.mark.parametrize(("username", "status"), [("admin", 200), ("office", 302), ("auditor", 302)])
def test_administration_pages_are_for_administrators(client: Client, username: str, status: int) -> None:
    client.force_login(sample()[username])
    assert client.get("/admin/").status_code == status
    assert client.get("/admin/people/user/").status_code == status
    assert client.get("/admin/people/auditentry/").status_code == status


def test_an_account_made_in_the_administration_pages_is_on_record(client: Client) -> None:
    client.force_login(sample()["admin"])
    answer = client.post(
        "/admin/people/user/add/",
        {
            "username": "li", "display_name": "李工", "role": "department_officer", "zone": "jingdezhen",
            "organisation": "forestry", "password1": "quite-another-1", "password2": "quite-another-1",
            "usable_password": "true", "post": "contact",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert AuditEntry.objects.get(action="create-account").subject_key == "li"
    page = client.get(f"/admin/people/auditentry/{AuditEntry.objects.latest('pk').pk}/delete/")
    assert page.status_code == 403
