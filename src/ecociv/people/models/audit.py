"""The record of every change: who, when, what, from what to what, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NeverChanged(Exception):
    """A record of a change was about to be changed or removed."""


_REFUSAL = (
    "The record of changes is only added to. To correct an entry, record a new one whose reason names the old one."
)


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reading vocabulary; writing in bulk is closed."""

    def about(self, zone: str, kind: str, key: str) -> AuditQuerySet:
        """Entries on one subject, newest first."""
        return self.filter(zone=zone, subject_kind=kind, subject_key=key).order_by("-pk")

    def update(self, **kwargs: Any) -> NoReturn:
        raise NeverChanged(_REFUSAL)

    def delete(self) -> NoReturn:
        raise NeverChanged(_REFUSAL)

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Each entry carries the seal of the one before it, so entries are added one at a time."""
        raise NeverChanged("Entries are sealed one by one; use people.audit.record for each.")


class AuditEntry(models.Model):
    """One change, sealed to the one before it.

    ``seal`` is the SHA-256 of the entry's content and of the seal before it: an entry altered or taken out
    behind the programme's back breaks the chain from there on, and :func:`ecociv.people.audit.verify` says where.
    """

    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("who"), max_length=150, help_text=_("As it was on that day."))
    actor_organisation = models.CharField(_("for which body"), max_length=128, blank=True, default="")
    action = models.CharField(_("what was done"), max_length=64)
    zone = models.CharField(_("zone"), max_length=64, blank=True, default="")
    subject_kind = models.CharField(_("kind of subject"), max_length=64)
    subject_key = models.CharField(_("subject"), max_length=200)
    before_digest = models.CharField(_("digest before"), max_length=64, blank=True, default="")
    after_digest = models.CharField(_("digest after"), max_length=64, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    previous_seal = models.CharField(max_length=64, unique=True, editable=False)
    seal = models.CharField(_("seal"), max_length=64, unique=True, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a change")
        verbose_name_plural = _("record of changes")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["zone", "subject_kind", "subject_key"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add; an entry that is already on record is refused."""
        if self.pk is not None:
            raise NeverChanged(_REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverChanged(_REFUSAL)

    def content(self) -> dict[str, str]:
        """What the seal covers, as canonical text."""
        return {
            "recorded_at": self.recorded_at.astimezone(dt.UTC).isoformat(),
            "actor": "" if self.actor_id is None else str(self.actor_id),
            "actor_name": self.actor_name,
            "actor_organisation": self.actor_organisation,
            "action": self.action,
            "zone": self.zone,
            "subject_kind": self.subject_kind,
            "subject_key": self.subject_key,
            "before_digest": self.before_digest,
            "after_digest": self.after_digest,
            "reason": self.reason,
            "previous_seal": self.previous_seal,
        }
