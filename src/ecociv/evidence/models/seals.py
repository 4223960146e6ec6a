"""The chain of seals over batches of observations."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models.runs import ImportRun


class EvidenceSeal(models.Model):
    """One link: what a batch wrote, sealed together with the link before it.

    The table is closed against change by the database. Who can go round that still cannot change a batch unnoticed:
    every later hash rests on it, and a hash that was written down elsewhere (printed, sent to the upper level) tells.
    """

    order = models.PositiveBigIntegerField(_("number"), primary_key=True)
    run = models.OneToOneField(
        ImportRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="seal"
    )
    rows = models.PositiveBigIntegerField(_("rows"))
    months = models.JSONField(_("months"), help_text=_("Rows and digest of each month's part of the batch."))
    content = models.CharField(_("digest of the content"), max_length=64)
    statement = models.CharField(
        _("digest of the statement"), max_length=64, help_text=_("Who brought the batch, and why.")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    previous = models.CharField(_("hash before"), max_length=64, blank=True, default="")
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("seal of a batch")
        verbose_name_plural = _("seals of batches")
        ordering = ["order"]

    def __str__(self) -> str:
        return f"{self.order} {self.hash[:12]}"

    def sealed(self) -> dict[str, Any]:
        """All that the hash is made of."""
        return {
            "order": self.order,
            "run": str(self.run_id),
            "rows": self.rows,
            "months": self.months,
            "content": self.content,
            "statement": self.statement,
            "recorded_at": self.recorded_at.astimezone(UTC),
            "previous": self.previous,
        }
