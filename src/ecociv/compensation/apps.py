"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompensationConfig(AppConfig):
    """Ecological compensation: agreements as dated policy, settlement, objection, transfers."""

    name = "ecociv.compensation"
    label = "compensation"
    verbose_name = _("Ecological compensation")
    default_auto_field = "django.db.models.BigAutoField"
