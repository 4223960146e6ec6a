"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GreenEconomyConfig(AppConfig):
    """Third-party treatment, green credit, green procurement, forest-carbon projects."""

    name = "ecociv.green_economy"
    label = "green_economy"
    verbose_name = _("Green economy")
    default_auto_field = "django.db.models.BigAutoField"
