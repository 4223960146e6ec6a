"""What the room keeps beside the registers: settled months of contracts, and requests for the issuance of forest carbon."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.core.trace import Trace
from ecociv.green_economy.fees.models import FeeApproval, FeeBooking, FeeCorrection, FeePayment
from ecociv.people.recorded import Recorded


class PerformanceSettlement(Recorded):
    """What is paid for one month of a treatment contract; settling again is the next revision."""

    refusal = "a settlement is never changed or removed; settle the month again"

    zone = models.CharField(_("zone"), max_length=64)
    contract = models.CharField(_("contract"), max_length=80)
    month = models.CharField(_("month"), max_length=7)
    revision = models.PositiveIntegerField(_("revision"))
    fee = models.DecimalField(_("fee a month (yuan)"), max_digits=16, decimal_places=2)
    amount = models.DecimalField(
        _("to be paid (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    parts = models.JSONField(_("performance"))
    trace_said = models.JSONField(_("arithmetic"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    sample = models.BooleanField(_("sample data"))
    author_name = models.CharField(_("settled by"), max_length=150)

    class Meta:
        verbose_name = _("settled month")
        verbose_name_plural = _("settled months")
        ordering = ["zone", "contract", "-month", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "contract", "month", "revision"], name="a_settlement_revision_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.month} r{self.revision}"

    @property
    def trace(self) -> Trace:
        """The arithmetic."""
        return Trace.from_json(self.trace_said)

    @property
    def reduced(self) -> Decimal | None:
        """What is not paid of the fee; none where the month could not be judged."""
        return None if self.amount is None else self.fee - self.amount


class IssuanceRequest(Recorded):
    """A request that net removals of a forest-carbon project be issued as units (签发申请)."""

    refusal = "a request for issuance is never changed or removed; the registry decides on it"

    zone = models.CharField(_("zone"), max_length=64)
    serial = models.PositiveIntegerField(_("number"))
    project = models.CharField(_("project"), max_length=80)
    title = models.CharField(_("title"), max_length=160)
    owner = models.CharField(_("owner"), max_length=80)
    first_year = models.PositiveIntegerField(_("year of the first survey"))
    last_year = models.PositiveIntegerField(_("year of the last survey"))
    first = models.DateField(_("from"))
    last = models.DateField(_("to"))
    tonnes = models.PositiveBigIntegerField(_("tCO2"))
    said = models.JSONField(_("figures"))
    trace_said = models.JSONField(_("arithmetic"))
    sample = models.BooleanField(_("sample data"))
    author_name = models.CharField(_("requested by"), max_length=150)

    class Meta:
        verbose_name = _("request for issuance")
        verbose_name_plural = _("requests for issuance")
        ordering = ["zone", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "serial"], name="an_issuance_request_number_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.serial} {self.title}"

    @property
    def trace(self) -> Trace:
        """The arithmetic."""
        return Trace.from_json(self.trace_said)


__all__ = [
    "FeeApproval",
    "FeeBooking",
    "FeeCorrection",
    "FeePayment",
    "IssuanceRequest",
    "PerformanceSettlement",
]
