"""Registration of the room for land administration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LandAdministrationConfig(AppConfig):
    """Differences, approvals, rights and change patches."""

    name = "ecociv.land_administration"
    label = "land_administration"
    verbose_name = _("Land administration")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the cases that an accepted application opens: casework knows no sites."""
        from ecociv.casework.follow_on import register
        from ecociv.land_administration.approvals.opinions import opinions

        register("approval-opinion", opinions)
