"""Registration of the portal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Pages, in Chinese and English."""

    name = "ecociv.portal"
    label = "portal"
    verbose_name = _("Portal")
