"""Addresses of resources and the market, one list for each room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("ledger/", include("ecociv.portal.ledger_urls")),
    path("compensation/", include("ecociv.portal.compensation_urls")),
]
