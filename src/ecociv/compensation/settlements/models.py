"""Settlements of an agreement by period, what corrected them, objections, transfers; rows are only added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.compensation.agreements.declaration import Version
from ecociv.compensation.agreements.periods import SettlementPeriod, period_of
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.ledger.models import Entry
from ecociv.ledger.money import yuan
from ecociv.people.recorded import AppendOnlyModel, Recorded


class DatedAct(Recorded):
    """Something done in the course of a settlement, with the day on which it was done."""

    day = models.DateField(_("day"))
    author_name = models.CharField(_("by"), max_length=150)

    class Meta:
        abstract = True


class Settlement(DatedAct):
    """What an agreement came to in a period (结算): preliminary until the parties had their say, final once.

    Amounts are fen: positive where upstream pays downstream. ``own`` is none where the rules on readings left the
    period open. ``total`` is what this settlement moves: its own amount and the corrections of earlier periods.
    ``known_at`` is the moment whose evidence it rests on; version, readings and trace are kept whole, so that it can be
    computed again.
    """

    refusal = "a settlement is never changed or removed; a correction comes with the next one"

    class Stage(models.TextChoices):
        """How far it is."""

        PRELIMINARY = "preliminary", _("Preliminary")
        FINAL = "final", _("Final")

    zone = models.CharField(_("zone"), max_length=64)
    agreement = models.CharField(_("agreement"), max_length=96)
    period = models.CharField(_("period"), max_length=7)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    stage = models.CharField(_("stage"), max_length=16, choices=Stage)
    made_of = models.ForeignKey(
        "self",
        verbose_name=_("preliminary settlement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="finals",
    )
    document = models.CharField(_("document"), max_length=200)
    known_at = models.DateTimeField(_("as known at"))
    own = models.BigIntegerField(_("own amount in fen"), null=True, blank=True)
    corrections_sum = models.BigIntegerField(_("corrections in fen"), default=0)
    total = models.BigIntegerField(_("total in fen"))
    upstream = models.CharField(_("upstream"), max_length=96)
    downstream = models.CharField(_("downstream"), max_length=96)
    version = models.JSONField(_("the agreement as in force"))
    version_digest = models.CharField(_("digest of the agreement as in force"), max_length=64)
    content = models.JSONField(_("what was computed"))
    paid_before = models.JSONField(_("paid before in the year"))
    readings_digest = models.CharField(_("digest of the readings"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["zone", "agreement", "first_day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "agreement", "period"],
                condition=models.Q(stage="final"),
                name="a_period_is_settled_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.period} {self.stage}"

    @property
    def span(self) -> SettlementPeriod:
        """The period as an object."""
        return period_of(self.period)

    @property
    def terms(self) -> Version:
        """The version of the agreement that was applied."""
        return Version.model_validate(self.version)

    @property
    def trace(self) -> Trace | None:
        """The arithmetic, where there is an amount."""
        kept = self.content["trace"]
        return Trace.from_json(kept) if kept else None

    @property
    def notes(self) -> tuple[Text, ...]:
        """What a reader should know."""
        return tuple(Text.from_mapping(each) for each in self.content["notes"])

    @property
    def open_because(self) -> tuple[Text, ...]:
        """Why there is no amount."""
        return tuple(Text.from_mapping(each) for each in self.content["open"])

    @property
    def payer(self) -> str:
        """Key of the body that pays the total; empty where nothing is paid."""
        return "" if self.total == 0 else self.upstream if self.total > 0 else self.downstream

    @property
    def receiver(self) -> str:
        """Key of the body that receives the total; empty where nothing is paid."""
        return "" if self.total == 0 else self.downstream if self.total > 0 else self.upstream

    @property
    def yuan(self) -> Decimal:
        """The total in yuan, without its sign."""
        return yuan(abs(self.total))


class SettlementCorrection(AppendOnlyModel):
    """What restated readings change of an earlier final settlement, carried by a later one.

    Both figures stay: ``before`` is what the period stood at (with earlier corrections), ``after`` what it comes to
    now, and only the difference is paid.
    """

    refusal = "a correction is never changed or removed; the next settlement corrects again"

    settlement = models.ForeignKey(
        Settlement, verbose_name=_("settlement"), on_delete=models.PROTECT, related_name="corrections"
    )
    corrects = models.ForeignKey(
        Settlement, verbose_name=_("corrects"), on_delete=models.PROTECT, related_name="corrected_by"
    )
    before = models.BigIntegerField(_("before in fen"), null=True, blank=True)
    after = models.BigIntegerField(_("after in fen"), null=True, blank=True)
    difference = models.BigIntegerField(_("difference in fen"))
    changed = models.JSONField(_("readings that changed"))
    content = models.JSONField(_("what was computed"))
    readings_digest = models.CharField(_("digest of the readings"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("correction of a settlement")
        verbose_name_plural = _("corrections of settlements")
        ordering = ["settlement", "corrects"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "corrects"], name="a_settlement_corrects_another_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.settlement} / {self.corrects.period}"

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Readings before and after, as a page shows them."""
        return list(self.changed)


class Objection(DatedAct):
    """What a party has against a preliminary settlement (异议)."""

    refusal = "an objection is never changed or removed"

    settlement = models.ForeignKey(
        Settlement, verbose_name=_("settlement"), on_delete=models.PROTECT, related_name="objections"
    )
    body = models.CharField(_("body"), max_length=96)
    reason = models.TextField(_("reason"))
    document = models.CharField(_("document"), max_length=200)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["settlement", "pk"]

    def __str__(self) -> str:
        return f"{self.settlement} {self.body}"

    @property
    def answer(self) -> ObjectionDecision | None:
        """The decision, once there is one."""
        return getattr(self, "decision", None)


class ObjectionDecision(DatedAct):
    """What became of an objection: upheld, then the period is computed again; or rejected with reasons."""

    refusal = "a decision is never changed or removed"

    objection = models.OneToOneField(
        Objection, verbose_name=_("objection"), on_delete=models.PROTECT, related_name="decision"
    )
    upheld = models.BooleanField(_("upheld"))
    reason = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("decision on an objection")
        verbose_name_plural = _("decisions on objections")

    def __str__(self) -> str:
        return str(self.objection)


class SettlementTransfer(DatedAct):
    """That a final settlement was paid: the entry of the book."""

    refusal = "a transfer is never changed or removed; reverse the entry"

    settlement = models.OneToOneField(
        Settlement, verbose_name=_("settlement"), on_delete=models.PROTECT, related_name="transfer"
    )
    entry = models.OneToOneField(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="settlement"
    )

    class Meta:
        verbose_name = _("transfer of a settlement")
        verbose_name_plural = _("transfers of settlements")

    def __str__(self) -> str:
        return f"{self.settlement} -> {self.entry}"
