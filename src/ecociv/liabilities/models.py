"""What is on record of liabilities; rows are only added."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.core.trace import Trace
from ecociv.ledger.models import Entry
from ecociv.liabilities.damage.plan import Instalment
from ecociv.people.recorded import RecordedOnPaper


class Damage(RecordedOnPaper):
    """Damage to the environment, the enterprise that answers for it, and the case in which it is dealt with."""

    refusal = "damage on record is never changed or removed; its case says what came of it"

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="damage")
    enterprise = models.CharField(_("liable enterprise"), max_length=18, db_index=True)
    medium = models.CharField(_("what was damaged"), max_length=32)
    happened_on = models.DateField(_("happened on"))

    class Meta:
        verbose_name = _("environmental damage")
        verbose_name_plural = _("environmental damage")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.case.number


class Valuation(RecordedOnPaper):
    """What damage was valued at, part by part, each with its arithmetic; a new one follows and replaces none."""

    refusal = "a valuation is never changed or removed; record the next one"

    damage = models.ForeignKey(
        Damage, verbose_name=_("damage"), on_delete=models.PROTECT, related_name="valuations"
    )
    number = models.PositiveIntegerField(_("valuation"))
    fen = models.BigIntegerField(_("amount in fen"))
    trace = models.JSONField(_("arithmetic"))

    class Meta:
        verbose_name = _("valuation")
        verbose_name_plural = _("valuations")
        ordering = ["damage", "number"]
        constraints = [
            models.UniqueConstraint(fields=["damage", "number"], name="a_valuation_number_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.damage} #{self.number}"

    @property
    def arithmetic(self) -> Trace:
        """The trace, as an object."""
        return Trace.from_json(self.trace)


class Settlement(RecordedOnPaper):
    """What is to be paid and when: by agreement, or by judgment; a later one replaces the plan, not the payments."""

    refusal = "a settlement is never changed or removed; record the supplementary one"

    class Kind(models.TextChoices):
        """On what it rests."""

        AGREEMENT = "agreement", _("Agreement")
        JUDGMENT = "judgment", _("Judgment")

    damage = models.ForeignKey(
        Damage, verbose_name=_("damage"), on_delete=models.PROTECT, related_name="settlements"
    )
    number = models.PositiveIntegerField(_("settlement"))
    kind = models.CharField(_("by"), max_length=16, choices=Kind)
    signed_on = models.DateField(_("signed on"))
    fen = models.BigIntegerField(_("amount in fen"))
    plan = models.JSONField(_("instalments"), help_text=_("Pairs of a day and fen, in order."))

    class Meta:
        verbose_name = _("settlement of damage")
        verbose_name_plural = _("settlements of damage")
        ordering = ["damage", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["damage", "number"], name="a_damage_settlement_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.damage} #{self.number}"

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        """The instalments, in the order of their days."""
        return tuple(Instalment(dt.date.fromisoformat(day), fen) for day, fen in self.plan)


class Movement(RecordedOnPaper):
    """Money of a liability that moved, with its entry in the ledger: paid in, spent on accepted works, given back."""

    refusal = (
        "a movement is never changed or removed; its entry in the ledger is reversed, and another recorded"
    )

    class Kind(models.TextChoices):
        """Which way the money went."""

        PAID = "paid", _("Paid in")
        WORKS = "works", _("Spent on accepted works")
        REFUND = "refund", _("Given back")

    class About(models.TextChoices):
        """What it is about."""

        DAMAGE = "damage", _("Damage")
        MINE = "mine", _("Mine")

    zone = models.CharField(_("zone"), max_length=64)
    about = models.CharField(_("about"), max_length=16, choices=About)
    key = models.CharField(
        _("key"), max_length=80, help_text=_("Number of the case, or key of the mining right.")
    )
    kind = models.CharField(_("what"), max_length=16, choices=Kind)
    day = models.DateField(_("day"))
    fen = models.BigIntegerField(_("amount in fen"))
    entry = models.OneToOneField(
        Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="liability"
    )

    class Meta:
        verbose_name = _("movement of a liability")
        verbose_name_plural = _("movements of liabilities")
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["zone", "about", "key"], name="liability_by_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.day}"
