"""Django application of the plan room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """What was promised."""

    name = "ecociv.plan"
    label = "plan"
    verbose_name = _("Plan")
    default_auto_field = "django.db.models.BigAutoField"
