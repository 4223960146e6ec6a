"""Scenarios of siting on record, only added; and searches that are made beside the server."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import AppendOnlyModel


class SitingScenario(AppendOnlyModel):
    """One search that somebody chose to keep, with everything that is needed to make it again."""

    refusal = "a scenario is never changed or removed; save another one"

    zone = models.CharField(_("zone"), max_length=64)
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=64)
    request = models.JSONField(_("request"))
    on = models.DateField(_("for the day"))
    as_of = models.DateTimeField(_("as known at"))
    result = models.JSONField(_("result"))
    digest = models.CharField(_("digest of the result"), max_length=64)
    versions = models.JSONField(_("layer versions"), default=list)
    restricted = models.BooleanField(_("rests on restricted layers"), default=False)
    withheld = models.BooleanField(_("layers were withheld"), default=False)
    sample = models.BooleanField(_("sample data"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    author_organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)

    class Meta:
        verbose_name = _("scenario of siting")
        verbose_name_plural = _("scenarios of siting")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="a_scenario_number_is_used_once")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Its number as documents write it.

        >>> SitingScenario(number=3, recorded_at=__import__("datetime").datetime(2018, 6, 1)).reference
        'SS-2018-00003'
        """
        return f"SS-{self.recorded_at.year}-{self.number:05d}"


class SearchState(models.TextChoices):
    """How far a search is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


class SitingSearch(models.Model):
    """A search too large to wait for, while it is made and for some weeks after."""

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    request = models.JSONField(_("request"))
    scenario = models.ForeignKey(
        SitingScenario,
        verbose_name=_("scenario made again"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="repetitions",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("created at"))
    as_of = models.DateTimeField(_("as known at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=SearchState, default=SearchState.WAITING)
    done = models.PositiveIntegerField(_("tiles looked at"), default=0)
    total = models.PositiveIntegerField(_("tiles"), default=0)
    cancel_asked = models.BooleanField(_("asked to stop"), default=False)
    said_zh = models.TextField(_("report in Chinese"), blank=True, default="")
    said_en = models.TextField(_("report in English"), blank=True, default="")
    result = models.JSONField(_("result"), null=True, blank=True)
    digest = models.CharField(_("digest of the result"), max_length=64, blank=True, default="")
    restricted = models.BooleanField(_("rests on restricted layers"), default=False)
    withheld = models.BooleanField(_("layers were withheld"), default=False)
    sample = models.BooleanField(_("sample data"), default=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("search for sites")
        verbose_name_plural = _("searches for sites")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.zone} {self.created_at:%Y-%m-%d %H:%M}"
