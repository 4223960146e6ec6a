"""Registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Natural resource accounts: balance sheet, ecosystem product, leaving-office audit."""

    name = "ecociv.accounts"
    label = "accounts"
    verbose_name = _("Natural resource accounts")
    default_auto_field = "django.db.models.BigAutoField"
