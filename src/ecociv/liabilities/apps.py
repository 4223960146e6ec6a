"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiabilitiesConfig(AppConfig):
    """Damage to the environment and its restoration: assessment, payment, deposits."""

    name = "ecociv.liabilities"
    label = "liabilities"
    verbose_name = _("Environmental liabilities")
    default_auto_field = "django.db.models.BigAutoField"
