"""Approved fees of treatment contracts, what corrected them, their booking and payment; rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.ledger.models import BankLine, Entry
from ecociv.people.recorded import AppendOnlyModel, Recorded


class _Act(Recorded):
    """Something done with a fee, with the day on which it was done."""

    day = models.DateField(_("day"))
    author_name = models.CharField(_("by"), max_length=150)

    class Meta:
        abstract = True


class FeeApproval(_Act):
    """What is owed for a month of a contract (应付服务费), approved once from the settled month.

    Amounts are fen. ``own`` is none where the month could not be judged: missing is not zero. ``total`` is what this approval
    makes owed: the own amount and the corrections of months that were approved before.
    """

    refusal = "an approved fee is never changed or removed; the next approval corrects it"

    zone = models.CharField(_("zone"), max_length=64)
    contract = models.CharField(_("contract"), max_length=80)
    month = models.CharField(_("month"), max_length=7)
    settlement = models.ForeignKey(
        "green_economy.PerformanceSettlement",
        verbose_name=_("settled month"),
        on_delete=models.PROTECT,
        related_name="approvals",
    )
    document = models.CharField(_("document"), max_length=200)
    own = models.BigIntegerField(_("own amount in fen"), null=True, blank=True)
    corrections_sum = models.BigIntegerField(_("corrections in fen"), default=0)
    total = models.BigIntegerField(_("total in fen"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("approved fee")
        verbose_name_plural = _("approved fees")
        ordering = ["zone", "contract", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "contract", "month"], name="a_fee_of_a_month_is_approved_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.month}"


class FeeCorrection(AppendOnlyModel):
    """What a month that was settled again changes of its approved fee, carried by a later approval; both figures stay."""

    refusal = "a correction is never changed or removed; the next approval corrects again"

    approval = models.ForeignKey(
        FeeApproval, verbose_name=_("approved fee"), on_delete=models.PROTECT, related_name="corrections"
    )
    corrects = models.ForeignKey(
        FeeApproval, verbose_name=_("corrects"), on_delete=models.PROTECT, related_name="corrected_by"
    )
    settlement = models.ForeignKey(
        "green_economy.PerformanceSettlement",
        verbose_name=_("settled again"),
        on_delete=models.PROTECT,
        related_name="fee_corrections",
    )
    before = models.BigIntegerField(_("before in fen"), null=True, blank=True)
    after = models.BigIntegerField(_("after in fen"), null=True, blank=True)
    difference = models.BigIntegerField(_("difference in fen"))

    class Meta:
        verbose_name = _("correction of a fee")
        verbose_name_plural = _("corrections of fees")
        ordering = ["approval", "corrects"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "corrects"], name="an_approval_corrects_another_once")
        ]

    def __str__(self) -> str:
        return f"{self.approval} / {self.corrects.month}"


class FeeBooking(_Act):
    """That an approved fee was booked as payable: the entry. Where it was reversed the fee may be booked anew."""

    refusal = "a booking is never changed or removed; reverse the entry"

    approval = models.ForeignKey(
        FeeApproval, verbose_name=_("approved fee"), on_delete=models.PROTECT, related_name="bookings"
    )
    entry = models.OneToOneField(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="fee_booking"
    )

    class Meta:
        verbose_name = _("booking of a fee")
        verbose_name_plural = _("bookings of fees")
        ordering = ["approval", "pk"]

    def __str__(self) -> str:
        return f"{self.approval} -> {self.entry}"


class FeePayment(_Act):
    """That a booked fee was paid: the entry, and the row of the bank that says so."""

    refusal = "a payment is never changed or removed; reverse the entry"

    approval = models.ForeignKey(
        FeeApproval, verbose_name=_("approved fee"), on_delete=models.PROTECT, related_name="payments"
    )
    entry = models.OneToOneField(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="fee_payment"
    )
    bank_line = models.ForeignKey(
        BankLine, verbose_name=_("row of the bank"), on_delete=models.PROTECT, related_name="fee_payments"
    )

    class Meta:
        verbose_name = _("payment of a fee")
        verbose_name_plural = _("payments of fees")
        ordering = ["approval", "pk"]

    def __str__(self) -> str:
        return f"{self.approval} -> {self.entry}"
