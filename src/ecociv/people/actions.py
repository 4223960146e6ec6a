"""Changes to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from ecociv.people import audit
from ecociv.people.models import AuditEntry, User
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.people.roles import Role

SAMPLE_PASSWORD = "ecociv-sample"


class SampleAccountsRefused(PermissionDenied):
    """Accounts with a known password were asked for on a production server."""


@dataclass(frozen=True, slots=True)
class SampleAccount:
    """One account to try the product with."""

    username: str
    password: str
    role: Role
    organisation: str
    created: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    username: str
    role: Role
    display_name: str
    organisation: str = ""


def create_sample_accounts(
    zone: str,
    *,
    department: str,
    county: str,
    office: str = "",
    land: str = "",
    window: str = "",
    finance: str = "",
    enterprise: str = "",
) -> list[SampleAccount]:
    """Make one account of each role, with a password that everybody knows; existing ones stay as they are.

    Parameters
    ----------
    zone
        Key of the zone that the accounts belong to.
    department, county, office
        Keys of the bodies for which the department officer, the county officer and the office act.
    land, window, finance
        Keys of the body that answers for land, of the one that receives applications and of the one that keeps the
        books; an officer of each is added where they are given, of the last one two: who approves does not book.
    enterprise
        Unified social credit code of the enterprise that has an account, where one is given.

    Raises
    ------
    SampleAccountsRefused
        When ``ECOCIV_PRODUCTION`` is set.
    """
    if settings.ECOCIV_PRODUCTION:
        raise SampleAccountsRefused(
            "Sample accounts have a known password and are not made when ECOCIV_PRODUCTION is 1. "
            "Make the first administrator with `python manage.py createsuperuser`."
        )
    wanted = [
        _Wanted("department", Role.DEPARTMENT_OFFICER, "部门经办人（样例）", department),
        _Wanted("county", Role.COUNTY_OFFICER, "县区经办人（样例）", county),
        _Wanted("office", Role.LEADING_GROUP_OFFICE, "领导小组办公室（样例）", office),
        _Wanted("leader", Role.LEADER, "领导（样例）"),
        _Wanted("auditor", Role.AUDITOR, "审计人员（样例）"),
        _Wanted("admin", Role.ADMINISTRATOR, "系统管理员（样例）"),
    ]
    if land:
        wanted.append(_Wanted("land", Role.DEPARTMENT_OFFICER, "自然资源经办人（样例）", land))
    if window:
        wanted.append(_Wanted("window", Role.DEPARTMENT_OFFICER, "审批窗口经办人（样例）", window))
    if finance:
        wanted.append(_Wanted("finance", Role.DEPARTMENT_OFFICER, "财政经办人（样例）", finance))
        wanted.append(_Wanted("finance2", Role.DEPARTMENT_OFFICER, "财政记账人（样例）", finance))
    if enterprise:
        wanted.append(_Wanted("enterprise", Role.ENTERPRISE, "企业用户（样例）", enterprise))
    return [_sample_account(zone, want) for want in wanted]


def _sample_account(zone: str, want: _Wanted) -> SampleAccount:
    with transaction.atomic():
        user = User.objects.filter(username=want.username).first()
        if user is None:
            administrator = want.role is Role.ADMINISTRATOR
            user = User(
                username=want.username,
                role=want.role.value,
                zone=zone,
                organisation=want.organisation,
                display_name=want.display_name,
                is_superuser=administrator,
                is_staff=administrator,
            )
            user.set_password(SAMPLE_PASSWORD)
            user.save()
            audit.record(
                actor="ecociv",
                action="create-sample-account",
                zone=zone,
                subject_kind="account",
                subject_key=user.username,
                after={"stored_password": user.password},
            )
            return SampleAccount(user.username, SAMPLE_PASSWORD, want.role, user.organisation, created=True)
    kept = SAMPLE_PASSWORD if _password_kept(user) else ""
    return SampleAccount(user.username, kept, Role(user.role), user.organisation, created=False)


def _password_kept(user: User) -> bool:
    """Whether the password is still the known one; the slow check only where the stored text is another."""
    made = AuditEntry.objects.filter(action="create-sample-account", subject_key=user.username).order_by("pk").last()
    if made is not None and made.after_digest == audit.digest_of({"stored_password": user.password}):
        return True
    return user.check_password(SAMPLE_PASSWORD)


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """Give an account another role or another body."""

    author: User
    account: User
    role: Role
    organisation: str
    reason: str

    def check(self) -> None:
        """Refuse whoever may not manage accounts, and an officer without a body."""
        require(self.author, Action.MANAGE_ACCOUNTS)
        candidate = User(username=self.account.username, role=self.role.value, organisation=self.organisation)
        candidate.clean()

    def execute(self) -> User:
        """Store the change and record who made it."""
        self.check()
        before = {"role": self.account.role, "organisation": self.account.organisation}
        with transaction.atomic():
            self.account.role = self.role.value
            self.account.organisation = self.organisation
            self.account.save(update_fields=["role", "organisation"])
            audit.record(
                actor=self.author,
                action="change-role",
                zone=self.account.zone,
                subject_kind="account",
                subject_key=self.account.username,
                before=before,
                after={"role": self.role.value, "organisation": self.organisation},
                reason=self.reason,
            )
        return self.account
