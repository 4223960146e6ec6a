"""The room for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    """Cases of every declared type."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "ecociv.casework"
    verbose_name = _("casework")

    def ready(self) -> None:
        """Tell of every step that comes on record."""
        from django.db.models.signals import post_save

        from ecociv.casework.models import CaseStep
        from ecociv.casework.notices.follow import after_step

        post_save.connect(after_step, sender=CaseStep, dispatch_uid="casework.notices")
