"""The room for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """Cases of every declared type."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "ecociv.casework"
    verbose_name = _("casework")
