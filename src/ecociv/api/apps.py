"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Open interfaces."""

    name = "ecociv.api"
    label = "api"
