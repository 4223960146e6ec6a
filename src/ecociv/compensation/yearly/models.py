"""Yearly amounts of a programme, what corrected them, and their entries in the book; rows are only added."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.compensation.settlements.models import DatedAct
from ecociv.compensation.yearly.programmes import Terms, read_terms
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.ledger.models import Entry
from ecociv.people.recorded import AppendOnlyModel


class YearlyPayment(DatedAct):
    """What a programme pays in a year (年度补偿资金), body by body: computed, and approved once by the office.

    Amounts are fen by body, positive for what it gets; ``own`` is none for a county whose areas are not all known.
    ``totals`` is what this payment moves: own amounts and the corrections of earlier years. ``known_at`` is the moment
    whose evidence it rests on; terms, figures and traces are kept whole, so that it can be computed again.
    """

    refusal = "a yearly payment is never changed or removed; the payment of the next year corrects it"

    class Stage(models.TextChoices):
        """How far it is."""

        COMPUTED = "computed", _("Computed")
        APPROVED = "approved", _("Approved for payment")

    zone = models.CharField(_("zone"), max_length=64)
    programme = models.CharField(_("compensation programme"), max_length=96)
    year = models.PositiveSmallIntegerField(_("year"))
    stage = models.CharField(_("stage"), max_length=16, choices=Stage)
    made_of = models.ForeignKey(
        "self",
        verbose_name=_("computed payment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approvals",
    )
    document = models.CharField(_("document"), max_length=200)
    known_at = models.DateTimeField(_("as known at"))
    own = models.JSONField(_("own amounts in fen"))
    totals = models.JSONField(_("amounts with corrections in fen"))
    whole = models.BigIntegerField(_("whole of the year in fen"))
    payer = models.CharField(_("payer"), max_length=96)
    pool = models.CharField(_("keeper of what is withheld"), max_length=96, blank=True, default="")
    terms_said = models.JSONField(_("terms as applied"))
    content = models.JSONField(_("what was computed"))
    figures_digest = models.CharField(_("digest of the figures"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("yearly payment")
        verbose_name_plural = _("yearly payments")
        ordering = ["zone", "programme", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "programme", "year"],
                condition=models.Q(stage="approved"),
                name="a_year_is_approved_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.year} {self.stage}"

    @property
    def terms(self) -> Terms:
        """The terms that were applied."""
        return read_terms(self.terms_said)

    @property
    def trace(self) -> Trace:
        """The arithmetic of the whole."""
        return Trace.from_json(self.content["trace"])

    def trace_of(self, county: str) -> Trace | None:
        """The arithmetic of one county; none where its amount is not known."""
        kept = self.content["traces"].get(county)
        return Trace.from_json(kept) if kept else None

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader should know."""
        return tuple(Text.from_mapping(each) for each in self.content["notes"])

    @property
    def open_because(self) -> tuple[Text, ...]:
        """Why a county has no amount."""
        return tuple(Text.from_mapping(each) for each in self.content["open"])

    @property
    def payer_gives(self) -> int:
        """Fen that leave the account of the payer; below zero where corrections give back more than the year pays."""
        return sum(self.totals.values())


class YearlyCorrection(AppendOnlyModel):
    """What restated figures change of an earlier approved year, carried by a later payment.

    Both stay: ``before`` is what the year stood at (with earlier corrections), ``after`` what it comes to now, and only
    the differences are moved.
    """

    refusal = "a correction is never changed or removed; the payment of the next year corrects again"

    payment = models.ForeignKey(
        YearlyPayment, verbose_name=_("yearly payment"), on_delete=models.PROTECT, related_name="corrections"
    )
    corrects = models.ForeignKey(
        YearlyPayment, verbose_name=_("corrects"), on_delete=models.PROTECT, related_name="corrected_by"
    )
    before = models.JSONField(_("before in fen"))
    after = models.JSONField(_("after in fen"))
    differences = models.JSONField(_("differences in fen"))
    changed = models.JSONField(_("figures that changed"))
    content = models.JSONField(_("what was computed"))
    terms_said = models.JSONField(_("terms as applied"))
    figures_digest = models.CharField(_("digest of the figures"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("correction of a yearly payment")
        verbose_name_plural = _("corrections of yearly payments")
        ordering = ["payment", "corrects"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "corrects"], name="a_yearly_payment_corrects_another_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment} / {self.corrects.year}"

    @property
    def terms(self) -> Terms:
        """The terms by which the year was computed again."""
        return read_terms(self.terms_said)

    def changes(self, counties: frozenset[str] | None = None) -> list[dict[str, Any]]:
        """Figures before and after, of some counties only where they are named."""
        return [each for each in self.changed if counties is None or each["county"] in counties]


class YearlyTransfer(DatedAct):
    """That an approved payment was booked: the entry. Where it was reversed the payment may be booked anew."""

    refusal = "a transfer is never changed or removed; reverse the entry"

    payment = models.ForeignKey(
        YearlyPayment, verbose_name=_("yearly payment"), on_delete=models.PROTECT, related_name="transfers"
    )
    entry = models.OneToOneField(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="yearly_payment"
    )

    class Meta:
        verbose_name = _("transfer of a yearly payment")
        verbose_name_plural = _("transfers of yearly payments")
        ordering = ["payment", "pk"]

    def __str__(self) -> str:
        return f"{self.payment} -> {self.entry}"
