"""Registration of the reporting room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Reports and official documents, and the register of those issued."""

    name = "ecociv.reporting"
    label = "reporting"
    verbose_name = _("Official documents")
    default_auto_field = "django.db.models.BigAutoField"
