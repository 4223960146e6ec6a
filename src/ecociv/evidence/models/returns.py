"""Departmental returns: what was handed in, revision by revision, and every step that was taken with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StepKind(models.TextChoices):
    """What was done with a return."""

    OPENED = "opened", _("Draft begun")
    SUBMITTED = "submitted", _("Submitted")
    SENT_BACK = "sent-back", _("Sent back")
    REVIEWED = "reviewed", _("Reviewed")
    ACCEPTED = "accepted", _("Accepted")
    LOCKED = "locked", _("Locked")
    RESTATING = "restating", _("Restatement begun")
    DROPPED = "dropped", _("Restatement dropped")


class DepartmentalReturn(models.Model):
    """One form for one place and one period (一张报表). What is in it stands in its revisions."""

    zone = models.CharField(_("zone"), max_length=64)
    form = models.CharField(_("form"), max_length=60)
    place = models.CharField(_("place"), max_length=80)
    period = models.CharField(_("period"), max_length=10)
    period_end = models.DateField(_("end of the period"))
    sample = models.BooleanField(_("sample data"), default=False)
    created_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("departmental return")
        verbose_name_plural = _("departmental returns")
        ordering = ["-period_end", "form", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "form", "place", "period", "sample"], name="one_return_a_form_place_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.place} {self.period}"


class ReturnDraft(models.Model):
    """What is being filled in and belongs to nobody but its body yet. ``version`` counts the savings: whoever saves
    on top of another's saving is told."""

    of = models.OneToOneField(
        DepartmentalReturn, verbose_name=_("return"), on_delete=models.CASCADE, related_name="draft"
    )
    cells = models.JSONField(_("cells"), default=dict)
    explanations = models.JSONField(_("explanations"), default=dict)
    reason = models.TextField(_("reason of the restatement"), blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)
    saved_by = models.CharField(_("saved by"), max_length=150)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of a return")
        verbose_name_plural = _("drafts of returns")

    def __str__(self) -> str:
        return f"{self.of} v{self.version}"


class ReturnRevision(models.Model):
    """What was submitted: never changed, and part of a chain of hashes over all revisions of all returns."""

    of = models.ForeignKey(
        DepartmentalReturn, verbose_name=_("return"), on_delete=models.PROTECT, related_name="revisions"
    )
    number = models.PositiveIntegerField(_("revision"))
    cells = models.JSONField(_("cells"))
    explanations = models.JSONField(_("explanations"), default=dict)
    reason = models.TextField(_("reason of the restatement"), blank=True, default="")
    form_digest = models.CharField(_("version of the form"), max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    author_name = models.CharField(_("submitted by"), max_length=150)
    body = models.CharField(_("body"), max_length=128)
    body_name = models.CharField(_("name of the body"), max_length=200)
    submitted_at = models.DateTimeField(_("submitted at"))
    order = models.PositiveBigIntegerField(_("place in the chain"), unique=True)
    digest = models.CharField(_("digest of the content"), max_length=64)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True, default="")
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("revision of a return")
        verbose_name_plural = _("revisions of returns")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="one_number_a_return_revision")]

    def __str__(self) -> str:
        return f"{self.of} r{self.number}"


class ReturnStep(models.Model):
    """One step, with who took it, when and why. Steps are added, never changed; the last one is where a return stands."""

    of = models.ForeignKey(
        DepartmentalReturn, verbose_name=_("return"), on_delete=models.PROTECT, related_name="steps"
    )
    revision = models.ForeignKey(
        ReturnRevision,
        verbose_name=_("revision"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="steps",
    )
    kind = models.CharField(_("step"), max_length=16, choices=StepKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("by"), max_length=150)
    organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    rule = models.CharField(_("rule"), max_length=40, blank=True, default="")
    run = models.UUIDField(_("batch of observations"), null=True, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a return")
        verbose_name_plural = _("steps of returns")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.of} {self.kind}"
