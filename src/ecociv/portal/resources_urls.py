"""Addresses of resources and the market, one list for each room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ecociv.portal.tariff_urls")),
    path("green/", include("ecociv.portal.green_urls")),
    path("liabilities/", include("ecociv.portal.liabilities_urls")),
    path("registers/", include("ecociv.portal.registers_urls")),
]
