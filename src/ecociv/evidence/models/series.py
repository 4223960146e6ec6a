"""The registry of series. Words follow OGC SensorThings, so that its interface is a translation, not a mapping."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.evidence.schema import series_id


class Place(models.Model):
    """Where something is observed: a county, a station, a section, a plot, a meter, an enterprise (Thing with its
    Location)."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=[
            ("province", _("Province")),
            ("city", _("City")),
            ("county", _("County")),
            ("station", _("Station")),
            ("section", _("Section")),
            ("water-source", _("Water source")),
            ("plot", _("Plot")),
            ("meter", _("Meter")),
            ("enterprise", _("Enterprise")),
            ("outfall", _("Outfall")),
            ("area", _("Area")),
        ],
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    code = models.CharField(_("division code"), max_length=12, blank=True, default="")
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
    )
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    details = models.JSONField(
        _("details"),
        default=dict,
        blank=True,
        help_text=_(
            "What else is declared of it, such as the target class of a section or the mineral of a mine."
        ),
    )

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["code", "key"]

    def __str__(self) -> str:
        return self.name.in_language(get_language() or "zh")

    @property
    def name(self) -> Text:
        """Name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class ObservedProperty(models.Model):
    """What is observed, apart from where and how (ObservedProperty)."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    class Meta:
        verbose_name = _("observed property")
        verbose_name_plural = _("observed properties")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name.in_language(get_language() or "zh")

    @property
    def name(self) -> Text:
        """Name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class Sensor(models.Model):
    """With what something is observed: an instrument, a method, a questionnaire (Sensor)."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    method = models.CharField(_("method"), max_length=200, blank=True, default="")
    organisation = models.CharField(_("run by"), max_length=128, blank=True, default="")
    lowest = models.FloatField(_("lowest value it can show"), null=True, blank=True)
    highest = models.FloatField(_("highest value it can show"), null=True, blank=True)
    detection_limit = models.FloatField(_("limit of detection"), null=True, blank=True)

    class Meta:
        verbose_name = _("instrument or method")
        verbose_name_plural = _("instruments and methods")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name.in_language(get_language() or "zh")

    @property
    def name(self) -> Text:
        """Name in both languages."""
        return Text(zh=self.name_zh, en=self.name_en)


class Series(models.Model):
    """One property observed at one place in one way (Datastream). Its number is computed from its key, so that the
    observation table means the same beside any database."""

    id = models.BigIntegerField(primary_key=True, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    property = models.ForeignKey(ObservedProperty, verbose_name=_("property"), on_delete=models.PROTECT)
    place = models.ForeignKey(Place, verbose_name=_("place"), on_delete=models.PROTECT)
    network = models.CharField(_("network or return"), max_length=80, db_index=True)
    unit = models.CharField(_("unit"), max_length=80)
    statistic = models.CharField(
        _("statistic"),
        max_length=16,
        choices=[
            ("mean", _("Mean")),
            ("maximum", _("Maximum")),
            ("minimum", _("Minimum")),
            ("total", _("Total")),
            ("reading", _("Momentary reading")),
            ("figure", _("Reported figure")),
            ("index", _("Index")),
            ("unknown", _("Not known")),
        ],
    )
    averaging = models.CharField(
        _("averaging period"), max_length=16, help_text=_("ISO 8601 duration, for example PT1H or P1D.")
    )
    organisation = models.CharField(_("supplied by"), max_length=128, blank=True, default="")
    sensor = models.ForeignKey(
        Sensor, verbose_name=_("instrument or method"), null=True, blank=True, on_delete=models.PROTECT
    )
    note_zh = models.TextField(_("note in Chinese"), blank=True, default="")
    note_en = models.TextField(_("note in English"), blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False, db_index=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["key"]
        indexes = [models.Index(fields=["network", "place", "property", "sample"], name="series_by_subject")]

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the number always follows the key."""
        self.id = series_id(self.key)
        super().save(*args, **kwargs)
