"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistersConfig(AppConfig):
    """Things on record with a life cycle: enterprises, permits, mines, products, contracts."""

    name = "ecociv.registers"
    label = "registers"
    verbose_name = _("Registers")
    default_auto_field = "django.db.models.BigAutoField"
