"""Checks on record: what was asked, what came out, on which layers and rules, and by whom. Only added."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.people.permissions import actor_of
from ecociv.people.recorded import AppendOnlyModel
from ecociv.people.roles import Role
from ecociv.territory.rules.judging import ANSWERS, Answer


class SiteAnswer(models.TextChoices):
    """What a check came to."""

    PERMITTED = "permitted", _("Permitted")
    CONDITIONS = "conditions", _("Permitted with conditions")
    UNDECIDED = "undecided", _("Cannot be decided")
    NOT_PERMITTED = "not-permitted", _("Not permitted")


class BatchState(models.TextChoices):
    """How far a batch is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class SiteCheckBatch(models.Model):
    """A file of sites that are checked together: all of them, or none."""

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    title = models.CharField(_("title"), max_length=200)
    request = models.JSONField(_("request"))
    document = models.CharField("SHA-256", max_length=64)
    source_name = models.CharField(_("file received"), max_length=255)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("created at"))
    state = models.CharField(_("state"), max_length=16, choices=BatchState, default=BatchState.WAITING)
    total = models.PositiveIntegerField(_("sites"), default=0)
    done = models.PositiveIntegerField(_("checked"), default=0)
    report = models.JSONField(_("report"), default=list, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of site checks")
        verbose_name_plural = _("batches of site checks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.title} ({self.source_name})"


class SiteCheckQuerySet(models.QuerySet["SiteCheck"]):
    """The words in which checks are asked for."""

    def visible_to(self, user: Any) -> SiteCheckQuerySet:
        """Checks that a user may read; the same rule as :func:`ecociv.territory.site_check.queries.may_read_check`."""
        actor = actor_of(user)
        if not actor.role.of_the_zone or not actor.active:
            return self.none()
        mine = self if actor.role is Role.ADMINISTRATOR else self.filter(zone=actor.zone)
        if actor.role in (Role.LEADING_GROUP_OFFICE, Role.AUDITOR, Role.LEADER):
            return mine
        allowed = Q(restricted=False) | Q(author_id=user.pk)
        if actor.organisation:
            allowed |= Q(author_organisation=actor.organisation)
        return mine.filter(allowed)


class SiteCheck(AppendOnlyModel):
    """One check of one site, with everything that is needed to make it again."""

    refusal = "a site check is never changed or removed; make another one"

    zone = models.CharField(_("zone"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=64)
    request = models.JSONField(_("request"))
    on = models.DateField(_("day of the check"), db_index=True)
    as_of = models.DateTimeField(_("as known at"))
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    author_organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    asked_as = models.JSONField(_("asked as"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=16, choices=SiteAnswer, db_index=True)
    area = models.DecimalField(_("area in m²"), max_digits=20, decimal_places=2)
    result = models.JSONField(_("result"))
    digest = models.CharField(_("digest of the result"), max_length=64, db_index=True)
    rules_digest = models.CharField(_("digest of the rules"), max_length=64)
    versions = models.JSONField(_("layer versions"), default=list)
    withheld = models.BooleanField(_("layers were withheld"), default=False)
    restricted = models.BooleanField(_("rests on restricted layers"), default=False)
    sample = models.BooleanField(_("sample data"), default=False)
    batch = models.ForeignKey(
        SiteCheckBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="checks"
    )
    row = models.PositiveIntegerField(_("row"), null=True, blank=True)

    objects = SiteCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("site check")
        verbose_name_plural = _("site checks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="a_site_check_number_is_used_once")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Its number as documents write it.

        >>> SiteCheck(number=12, recorded_at=__import__("datetime").datetime(2018, 6, 1)).reference
        'SC-2018-00012'
        """
        return f"SC-{self.recorded_at.year}-{self.number:05d}"

    @property
    def answer_text(self) -> Text:
        """The answer in both languages."""
        return ANSWERS[Answer(self.answer)]
