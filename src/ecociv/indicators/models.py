"""Values of indicators as append-only revisions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from ecociv.core.missing import Missing


class NeverChanged(TypeError):
    """A recorded value was about to be changed or removed."""


class IndicatorValueQuerySet(models.QuerySet["IndicatorValue"]):
    """Reading vocabulary."""

    def newest(self, as_of: dt.datetime | None = None) -> IndicatorValueQuerySet:
        """The newest revision of each (series, place, year) that was there at ``as_of`` (now, when none).

        Traces and extras stay in the database until they are asked for: a list of values needs none.
        """
        known = self if as_of is None else self.filter(computed_at__lte=as_of)
        newest = (
            known.order_by()
            .values("zone", "series", "place", "year")
            .annotate(newest=Max("pk"))
            .values("newest")
        )
        return IndicatorValue.objects.filter(pk__in=newest).defer("trace", "extras")


class IndicatorValue(models.Model):
    """One revision of the value of a series at a place in a year, with everything needed to explain it.

    The figure is kept as exact text: neither database keeps a decimal of any length as it was written.
    """

    zone = models.CharField(_("zone"), max_length=64)
    series = models.CharField(_("series"), max_length=64)
    place = models.CharField(_("place"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"))
    revision = models.PositiveIntegerField(_("revision"))
    figure = models.CharField(_("value"), max_length=64, blank=True, default="")
    part_figures = models.JSONField(_("parts"), default=dict, blank=True)
    missing_kind = models.CharField(_("why there is none"), max_length=16, blank=True, default="")
    unit = models.CharField(_("unit"), max_length=80)
    light = models.CharField(_("light"), max_length=24, blank=True, default="", db_index=True)
    status = models.JSONField(_("status"), default=dict, blank=True)
    extras = models.JSONField(_("rank, readings and caveats"), default=dict, blank=True)
    trace = models.JSONField(_("arithmetic"), default=dict)
    sample = models.BooleanField(_("sample data"), default=False)
    evidence_digest = models.CharField(_("digest of the evidence"), max_length=64)
    content_digest = models.CharField(_("digest of the content"), max_length=64)
    computed_at = models.DateTimeField(_("computed at"), db_index=True)
    cause = models.CharField(_("why it was computed"), max_length=40, blank=True, default="")

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator value")
        verbose_name_plural = _("indicator values")
        ordering = ["zone", "series", "place", "year", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "series", "place", "year", "revision"], name="indicators_one_revision_number"
            )
        ]
        indexes = [models.Index(fields=["zone", "place", "year"], name="indicators_by_year")]

    def __str__(self) -> str:
        return f"{self.zone} {self.series} {self.place} {self.year} r{self.revision}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the revision; one that is on record is never changed."""
        if self.pk is not None:
            raise NeverChanged(
                "A recorded value is never changed; compute again, and the change is the next revision."
            )
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: history stays."""
        raise NeverChanged("A recorded value is never removed.")

    @property
    def value(self) -> Decimal | None:
        """The value, or none where it is missing or has parts."""
        return Decimal(self.figure) if self.figure else None

    @property
    def parts(self) -> dict[str, Decimal]:
        """The parts of a composition; empty for single figures."""
        return {name: Decimal(text) for name, text in self.part_figures.items()}

    @property
    def missing(self) -> Missing | None:
        """Why there is no value, or none where there is one."""
        return Missing(self.missing_kind) if self.missing_kind else None


class DailyDetail(models.Model):
    """The days behind a yearly value, as one compact table: read only when somebody asks for them."""

    value = models.OneToOneField(
        IndicatorValue,
        verbose_name=_("value"),
        on_delete=models.PROTECT,
        related_name="daily",
        primary_key=True,
    )
    columns = models.JSONField(_("columns"))
    rows = models.JSONField(_("rows"))
    sources = models.JSONField(_("source files"))

    class Meta:
        verbose_name = _("days behind a value")
        verbose_name_plural = _("days behind values")

    def __str__(self) -> str:
        return f"{self.value_id}: {len(self.rows)} days"


class ComputedYear(models.Model):
    """What the figures of a year followed from when they were derived last, so that only what changed is derived again.

    This is a note of the machine and no history: losing it costs one full computation. ``fingerprints`` are digests by
    figure, ``recomputed`` says how many figures the last computation derived.
    """

    zone = models.CharField(_("zone"), max_length=64)
    year = models.PositiveSmallIntegerField(_("year"))
    fingerprints = models.JSONField(_("digests by figure"), default=dict)
    recomputed = models.PositiveIntegerField(_("figures derived"), default=0)
    looked_at = models.DateTimeField(_("evidence looked at"))

    class Meta:
        verbose_name = _("computed year")
        verbose_name_plural = _("computed years")
        constraints = [models.UniqueConstraint(fields=["zone", "year"], name="indicators_one_note_a_year")]

    def __str__(self) -> str:
        return f"{self.zone} {self.year}"
