"""Registration of the supervision room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupervisionConfig(AppConfig):
    """Progress reports and the status of duties."""

    name = "ecociv.supervision"
    label = "supervision"
    verbose_name = _("Supervision")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the cases that steps of an order open: casework knows no officials."""
        from ecociv.casework.follow_on import register
        from ecociv.supervision.ladder.follow_on import accountability, interview

        register("interview", interview)
        register("accountability", accountability)
