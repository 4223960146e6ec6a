"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    """Tiered prices of water and gas: tariffs by date, bills, papers of a hearing."""

    name = "ecociv.tariffs"
    label = "tariffs"
    verbose_name = _("Resource prices")
    default_auto_field = "django.db.models.BigAutoField"
