"""Registration of the people room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, roles, permissions and the record of changes."""

    name = "ecociv.people"
    label = "people"
    verbose_name = _("People")
