"""Addresses of resources and the market, one list for each room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ecociv.portal.tariff_urls")),
    path("liabilities/", include("ecociv.portal.liabilities_urls")),
    path("green/", include("ecociv.portal.green_urls")),
    path("registers/", include("ecociv.portal.registers_urls")),
    path("market/", include("ecociv.portal.market_urls")),
    path("", include("ecociv.portal.accounts_urls")),
    path("leaving-audits/", include("ecociv.portal.leaving_audit_urls")),
    path("exchange/", include("ecociv.portal.exchange_urls")),
    path("ledger/", include("ecociv.portal.ledger_urls")),
    path("compensation/", include("ecociv.portal.compensation_urls")),
]
