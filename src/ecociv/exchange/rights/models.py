"""What the zone knows of rights beside the registry itself: verified emissions, allocation rounds, alerts and decisions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import AppendOnlyModel


class Recorded(AppendOnlyModel):
    """A row of a zone with the name of who recorded it, and when."""

    refusal = "what is on record of rights is never changed or removed; record what follows as the next row"

    zone = models.CharField(_("zone"), max_length=60)
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    author_name = models.CharField(_("recorded by"), max_length=200)
    sample = models.BooleanField(_("sample"), default=False)

    class Meta:
        abstract = True


class VerifiedEmission(Recorded):
    """Verified emissions of an account in a year (核查排放量), by revision; the highest one holds."""

    account = models.CharField(_("account"), max_length=120)
    instrument = models.CharField(_("instrument"), max_length=60)
    region = models.CharField(_("region or basin"), max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    quantity = models.BigIntegerField(_("verified, units"))
    document = models.CharField(_("document"), max_length=300)
    reason = models.CharField(_("reason of the restatement"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "account", "instrument", "region", "year", "revision"],
                name="verified_emission_once",
            )
        ]
        verbose_name = _("verified emission")
        verbose_name_plural = _("verified emissions")

    def __str__(self) -> str:
        return f"{self.account} {self.instrument} {self.year} ({self.revision})"


class AllocationRound(Recorded):
    """A round of allocation (分配), with each part and its trace; the units themselves are in the journal."""

    instrument = models.CharField(_("instrument"), max_length=60)
    vintage = models.PositiveSmallIntegerField(_("vintage"))
    region = models.CharField(_("region or basin"), max_length=60, blank=True)
    number = models.PositiveSmallIntegerField(_("number"))
    cap = models.BigIntegerField(_("cap, units"))
    reserve = models.BigIntegerField(_("without a ground, units"))
    document = models.CharField(_("document"), max_length=300)
    sequence = models.BigIntegerField(_("entry of the journal"))
    parts = models.JSONField(_("parts"))
    left_out = models.JSONField(_("left out"), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "instrument", "vintage", "region", "number"], name="allocation_round_once"
            )
        ]
        verbose_name = _("round of allocation")
        verbose_name_plural = _("rounds of allocation")

    def __str__(self) -> str:
        return f"{self.instrument} {self.vintage} {self.region} ({self.number})"


class SurveillanceAlert(Recorded):
    """Something that supervision found (监管预警), with its evidence as it was then."""

    key = models.CharField(_("key"), max_length=24)
    kind = models.CharField(_("kind"), max_length=40)
    market = models.CharField(_("market"), max_length=120)
    owner = models.CharField(_("beneficial owner"), max_length=120)
    day = models.DateField(_("trading day"))
    body = models.JSONField(_("evidence"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["zone", "key"], name="surveillance_alert_once")]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return f"{self.kind} {self.market} {self.owner}"


class AlertDecision(Recorded):
    """What was decided about an alert; the last one holds."""

    class Decision(models.TextChoices):
        """What may be decided."""

        INQUIRY = "inquiry", _("Inquiry opened")
        ACTED = "acted", _("Acted on")
        DISMISSED = "dismissed", _("Dismissed")

    alert = models.ForeignKey(
        SurveillanceAlert, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("alert")
    )
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices)
    note = models.CharField(_("reason"), max_length=1000)
    document = models.CharField(_("document"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("decision on an alert")
        verbose_name_plural = _("decisions on alerts")

    def __str__(self) -> str:
        return f"{self.alert_id} {self.decision}"
