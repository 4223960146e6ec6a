"""Variants that somebody chose to keep, with everything that is needed to compute them again; rows are only added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.people.recorded import Recorded


class KeptVariant(Recorded):
    """Other terms of an agreement under a name (方案), with what they came to and what that rests on.

    ``said`` is the agreement as it was declared then and ``known_at`` the moment whose evidence was read, so that the
    variant can be computed again, bit for bit, whatever becomes of the declaration and of the readings.
    """

    refusal = "a kept variant is never changed; keep another one, or put this one away"

    zone = models.CharField(_("zone"), max_length=64)
    serial = models.PositiveIntegerField(_("number"))
    agreement = models.CharField(_("agreement"), max_length=96)
    title = models.CharField(_("title"), max_length=120)
    note = models.TextField(_("note"), blank=True, default="")
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    known_at = models.DateTimeField(_("as known at"))
    said = models.JSONField(_("the agreement as declared"))
    terms = models.JSONField(_("other terms"))
    net_in_force = models.DecimalField(_("net in force, yuan"), max_digits=20, decimal_places=2)
    net = models.DecimalField(_("net under the other terms, yuan"), max_digits=20, decimal_places=2)
    open_periods = models.PositiveIntegerField(_("periods without an amount"), default=0)
    digest = models.CharField(_("digest"), max_length=64)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("kept variant")
        verbose_name_plural = _("kept variants")
        ordering = ["zone", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "serial"], name="a_variant_number_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """Its number as people say it.

        >>> KeptVariant(serial=3).reference
        'V3'
        """
        return f"V{self.serial}"

    @property
    def declared(self) -> Agreement:
        """The agreement as it was declared when the variant was kept."""
        return Agreement.model_validate(self.said)

    @property
    def change(self) -> Decimal:
        """What upstream pays more than in force, yuan."""
        return self.net - self.net_in_force

    @property
    def put_away(self) -> VariantPutAway | None:
        """The last word on whether it is put away; none where it stands."""
        last: Any = self.moves.order_by("-pk").first()
        return last if last is not None and last.away else None


class VariantPutAway(Recorded):
    """A kept variant was put away, or brought back (``away`` is false)."""

    refusal = "what was done with a variant stays on record; do the opposite instead"

    variant = models.ForeignKey(
        KeptVariant, verbose_name=_("kept variant"), on_delete=models.PROTECT, related_name="moves"
    )
    away = models.BooleanField(_("put away"))

    class Meta:
        verbose_name = _("putting away of a variant")
        verbose_name_plural = _("puttings away of variants")
        ordering = ["variant", "pk"]

    def __str__(self) -> str:
        return f"{self.variant} {'-' if self.away else '+'}"
