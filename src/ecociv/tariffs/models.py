"""What the room keeps: the papers of hearings. Tariffs themselves are data of the zone package."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import Recorded
from ecociv.tariffs.papers import HearingFigures


class HearingPaper(Recorded):
    """The paper of a hearing on a proposed tariff (听证方案), with the figures it rests on.

    The households themselves are not kept, only the digest of the file they came from and the sums over groups.
    """

    refusal = "a hearing paper is never changed or removed; compile another one"

    zone = models.CharField(_("zone"), max_length=64)
    serial = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    tariff = models.CharField(_("tariff"), max_length=64)
    source = models.CharField(_("where the consumption is from"), max_length=200)
    figures_said = models.JSONField(_("figures"))
    sample = models.BooleanField(_("sample data"))
    author_name = models.CharField(_("compiled by"), max_length=150)

    class Meta:
        verbose_name = _("hearing paper")
        verbose_name_plural = _("hearing papers")
        ordering = ["zone", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "serial"], name="a_hearing_serial_is_used_once")
        ]

    def __str__(self) -> str:
        return f"{self.serial} {self.title}"

    @property
    def figures(self) -> HearingFigures:
        """The figures, as objects."""
        return HearingFigures.from_json(self.figures_said)
