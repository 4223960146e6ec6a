"""Registration of the indicators room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """Values derived from evidence, as append-only revisions."""

    name = "ecociv.indicators"
    label = "indicators"
    verbose_name = _("Indicators")
