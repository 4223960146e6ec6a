"""Which patch of which layer became which case; rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.people.recorded import AppendOnlyModel
from ecociv.territory.models import Layer, LayerVersion


class DispatchedPatch(AppendOnlyModel):
    """One change patch sent to a county: a patch of a layer is sent once, whatever versions follow."""

    refusal = "the dispatch of a patch is never changed or removed; its case says what came of it"

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    layer = models.ForeignKey(Layer, verbose_name=_("layer"), on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(
        LayerVersion, verbose_name=_("layer version"), on_delete=models.PROTECT, related_name="+"
    )
    identity = models.CharField(_("patch"), max_length=128)
    class_key = models.CharField(_("class"), max_length=64)
    area = models.DecimalField(_("area in m²"), max_digits=16, decimal_places=2)
    county = models.CharField(_("division code"), max_length=12, db_index=True)
    shares = models.JSONField(
        _("areas in which it lies"), default=list, help_text=_("Division code, share of the patch, in order.")
    )
    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="patch")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("dispatched patch")
        verbose_name_plural = _("dispatched patches")
        ordering = ["-recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "identity"], name="a_patch_is_dispatched_once")
        ]

    def __str__(self) -> str:
        return f"{self.layer}:{self.identity}"
