"""The room for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    """Rule sets, scores and their frozen results."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "ecociv.assessment"
    verbose_name = _("assessment")
