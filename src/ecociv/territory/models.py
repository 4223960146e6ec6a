"""Layers of a zone and their versions, each an immutable file; versions are only added."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.people.permissions import actor_of
from ecociv.people.recorded import Recorded
from ecociv.people.roles import Role

SEES_ALL = frozenset({Role.LEADING_GROUP_OFFICE, Role.AUDITOR, Role.LEADER})
"""Roles that see every layer of their zone, restricted ones among them."""


class Confidentiality(models.TextChoices):
    """Who may see a layer version."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")
    RESTRICTED = "restricted", _("Restricted")


class Layer(models.Model):
    """One subject of space in one zone, such as its ecological red line, through all its versions."""

    zone = models.CharField(_("zone"), max_length=64)
    key = models.SlugField(_("key"), max_length=64)
    kind = models.CharField(_("kind"), max_length=64, db_index=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True, default="")
    owner = models.CharField(_("body that keeps it"), max_length=128, blank=True, default="", db_index=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering = ["zone", "key"]
        constraints = [models.UniqueConstraint(fields=["zone", "key"], name="a_layer_key_is_used_once")]

    def __str__(self) -> str:
        return f"{self.zone}:{self.key}"

    @property
    def title(self) -> Text:
        """Its title; the Chinese one stands in where there is no English one."""
        return Text(zh=self.title_zh, en=self.title_en or self.title_zh)


class LayerVersionQuerySet(models.QuerySet["LayerVersion"]):
    """The words in which versions are asked for."""

    def of_zone(self, zone: str) -> LayerVersionQuerySet:
        """Versions of one zone's layers."""
        return self.filter(layer__zone=zone)

    def known(self, as_of: dt.datetime | None) -> LayerVersionQuerySet:
        """What had been recorded by a moment; all, when not given."""
        return self if as_of is None else self.filter(recorded_at__lte=as_of)

    def visible_to(self, user: Any) -> LayerVersionQuerySet:
        """Versions that a user may see; the same rule as :func:`ecociv.territory.queries.may_read`."""
        actor = actor_of(user)
        seen = Q(confidentiality=Confidentiality.PUBLIC)
        if not actor.role.of_the_zone or not actor.active:
            return self.filter(seen)
        inner = Q(confidentiality=Confidentiality.INTERNAL)
        if actor.role in SEES_ALL:
            inner |= Q(confidentiality=Confidentiality.RESTRICTED)
        elif actor.organisation:
            inner |= Q(confidentiality=Confidentiality.RESTRICTED, layer__owner=actor.organisation)
        own = Q() if actor.role is Role.ADMINISTRATOR else Q(layer__zone=actor.zone)
        return self.filter(seen | (own & inner))


class LayerVersion(Recorded):
    """One state of a layer: a file by its digest, what it claims to be, when it holds and since when we know it.

    A withdrawal is a version too: it repeats the file of the version it withdraws and names its number.
    """

    refusal = "a layer version is never changed or removed; add the next version, or withdraw this one"

    class Change(models.TextChoices):
        """What a version does to the ones before it."""

        EDITION = "edition", _("New state")
        CORRECTION = "correction", _("Correction")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    layer = models.ForeignKey(
        Layer, verbose_name=_("layer"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    change = models.CharField(_("change"), max_length=16, choices=Change, default=Change.EDITION)
    withdraws = models.PositiveIntegerField(_("withdraws version"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    content_digest = models.CharField(_("digest of the content"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    title = models.CharField(_("title"), max_length=200)
    plan = models.CharField(_("plan or survey"), max_length=200, blank=True, default="")
    issuing_body = models.CharField(_("issued by"), max_length=128, blank=True, default="")
    document = models.CharField(_("document of approval"), max_length=200, blank=True, default="")
    scale = models.PositiveIntegerField(_("scale 1 to"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day on which it holds.")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    source_name = models.CharField(_("file received"), max_length=255, blank=True, default="")
    source_sha256 = models.CharField(_("SHA-256 of the file received"), max_length=64, blank=True, default="")
    source_crs = models.CharField(_("coordinate system of origin"), max_length=64, blank=True, default="")
    licence = models.CharField(_("licence"), max_length=200, blank=True, default="")
    confidentiality = models.CharField(
        _("confidentiality"), max_length=16, choices=Confidentiality, default=Confidentiality.INTERNAL
    )
    count = models.PositiveIntegerField(_("features"))
    area = models.DecimalField(_("area in m²"), max_digits=20, decimal_places=2)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    with_defects = models.BooleanField(_("stored with defects"), default=False)
    topology = models.JSONField(_("topology report"), default=dict, blank=True)
    repairs = models.JSONField(_("repairs"), default=list, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    sample = models.BooleanField(_("sample data"), default=False)

    objects = LayerVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("layer version")
        verbose_name_plural = _("layer versions")
        ordering = ["layer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="a_layer_version_number_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.layer} v{self.number}"

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; none for a layer without features."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return self.west, self.south, self.east, self.north


# The models of a part of the room stand in that part; Django looks for them here.
from ecociv.territory.site_check.models import SiteCheck as SiteCheck  # noqa: E402
from ecociv.territory.site_check.models import SiteCheckBatch as SiteCheckBatch  # noqa: E402
from ecociv.territory.siting.models import SitingScenario as SitingScenario  # noqa: E402
from ecociv.territory.siting.models import SitingSearch as SitingSearch  # noqa: E402
