"""The room for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    """Rule sets, scores and their frozen results."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "ecociv.assessment"
    verbose_name = _("assessment")

    def ready(self) -> None:
        """Cases about a score are checked here: casework knows no scores."""
        from ecociv.assessment.objections import refused
        from ecociv.casework.subject_checks import register

        register("score", refused)
