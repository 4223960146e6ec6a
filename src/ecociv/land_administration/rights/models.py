"""The register: units, and what was registered of each; rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.land_administration.rights.state import UnitState
from ecociv.people.recorded import AppendOnlyModel, Recorded
from ecociv.territory.models import LayerVersion


class RightUnit(AppendOnlyModel):
    """A unit of the register (登记单元): its number and kind never change, everything else is in its registrations."""

    refusal = "a unit of the register is never changed or removed; register a change, or cancel it"

    zone = models.CharField(_("zone"), max_length=64)
    number = models.CharField(_("number of the unit"), max_length=40)
    kind = models.CharField(_("kind of resource"), max_length=32, db_index=True)
    county = models.CharField(_("division code"), max_length=12)
    sample = models.BooleanField(_("sample data"), default=False)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("unit of the register")
        verbose_name_plural = _("units of the register")
        ordering = ["zone", "number"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="a_right_unit_number_is_used_once")
        ]

    def __str__(self) -> str:
        return self.number


class Registration(Recorded):
    """One registration of a unit, with everything the register says of it from then on."""

    refusal = "a registration is never changed or removed; register a correction"

    class Event(models.TextChoices):
        """What is registered."""

        FIRST = "first", _("First registration")
        CHANGE = "change", _("Change")
        TRANSFER = "transfer", _("Transfer")
        CORRECTION = "correction", _("Correction")
        CANCELLATION = "cancellation", _("Cancellation")

    unit = models.ForeignKey(
        RightUnit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="registrations"
    )
    serial = models.PositiveIntegerField(_("registration"))
    event = models.CharField(_("what"), max_length=16, choices=Event)
    effective_on = models.DateField(_("effective on"))
    author_name = models.CharField(_("registered by"), max_length=150)
    reason = models.TextField(_("reason"), blank=True, default="")
    notice_from = models.DateField(_("first day of the public notice"), null=True, blank=True)
    notice_to = models.DateField(_("last day of the public notice"), null=True, blank=True)
    corrects = models.PositiveIntegerField(_("corrects registration"), null=True, blank=True)
    said = models.JSONField(_("what the register says"))
    area = models.DecimalField(_("area in m²"), max_digits=18, decimal_places=2)
    boundary = models.ForeignKey(
        LayerVersion, verbose_name=_("boundary"), on_delete=models.PROTECT, related_name="+"
    )
    documents = models.ManyToManyField(Document, verbose_name=_("documents"), related_name="+")

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["unit", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "serial"], name="a_registration_serial_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} #{self.serial}"

    @property
    def state(self) -> UnitState:
        """What the register says, as objects."""
        return UnitState.from_json(self.said)

    @property
    def ended(self) -> bool:
        """Whether the unit is no longer on the register after this."""
        return self.event == self.Event.CANCELLATION
