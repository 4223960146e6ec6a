"""Registration of the evidence room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """Series, documents and the runs that brought observations in."""

    name = "ecociv.evidence"
    label = "evidence"
    verbose_name = _("Evidence")
