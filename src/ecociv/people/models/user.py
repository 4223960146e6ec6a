"""Accounts."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ecociv.people.credit_code import CodeRefused, credit_code
from ecociv.people.roles import Role

ROLE_CHOICES = [
    (Role.VISITOR.value, _("Visitor")),
    (Role.DEPARTMENT_OFFICER.value, _("Department officer")),
    (Role.COUNTY_OFFICER.value, _("County officer")),
    (Role.LEADING_GROUP_OFFICE.value, _("Office of the leading group")),
    (Role.LEADER.value, _("Leader")),
    (Role.AUDITOR.value, _("Auditor")),
    (Role.ENTERPRISE.value, _("Enterprise")),
    (Role.ADMINISTRATOR.value, _("Administrator")),
]


class Post(models.TextChoices):
    """What somebody is in their body, by which it is decided whom a notice reaches first."""

    CONTACT = "contact", _("Contact")
    HEAD = "head", _("Head of the body")
    OTHER = "other", _("Other")


class User(AbstractUser):
    """Somebody with an account.

    One role and at most one body each: a person who acts for two bodies has two accounts, so that each
    change names the body for which it was made.
    """

    role = models.CharField(
        _("role"), max_length=32, choices=ROLE_CHOICES, default=Role.VISITOR.value, db_index=True
    )
    zone = models.CharField(_("zone"), max_length=64, blank=True, default="")
    organisation = models.CharField(
        _("body"),
        max_length=128,
        blank=True,
        default="",
        help_text=_(
            "Key of the body in the plan, for example 市环保局. Officers act on what it leads. For an enterprise, its "
            "unified social credit code."
        ),
    )
    post = models.CharField(
        _("post"),
        max_length=16,
        choices=Post.choices,
        default=Post.CONTACT,
        help_text=_("Notices for the body go to its contacts; without one, to its head."),
    )
    display_name = models.CharField(_("name shown"), max_length=64, blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=32, blank=True, default="")

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")  # type: ignore[assignment]
        verbose_name_plural = _("accounts")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name_shown

    @property
    def name_shown(self) -> str:
        """The name on pages: display name, else the full name in Chinese order, else the log-in name."""
        return self.display_name or f"{self.last_name}{self.first_name}".strip() or self.username

    @property
    def role_shown(self) -> str:
        """The role in the reader's language."""
        return Role(self.role).label.in_language(get_language() or "zh-hans")

    def clean(self) -> None:
        """Refuse an officer without a body, and an enterprise without its code: such an account could do nothing."""
        super().clean()
        if Role(self.role) is Role.ENTERPRISE:
            try:
                self.organisation = credit_code(self.organisation)
            except CodeRefused as refused:
                said = refused.text.in_language(get_language() or "zh-hans")
                raise ValidationError({"organisation": said}) from refused
        if Role(self.role).needs_organisation and not self.organisation:
            raise ValidationError(
                {"organisation": _("An officer acts for a body: name it, as it is written in the plan.")}
            )

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep Django's two switches in step with the role: administrators, and only they, manage."""
        if not self.is_superuser:
            self.is_staff = self.role == Role.ADMINISTRATOR.value
            fields = kwargs.get("update_fields")
            if isinstance(fields, (list, tuple, set, frozenset)):
                kwargs["update_fields"] = {*fields, "is_staff"}
        super().save(*args, **kwargs)  # type: ignore[arg-type]
