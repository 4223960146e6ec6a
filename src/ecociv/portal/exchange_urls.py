"""Addresses of the registry of rights and of the regulator's console."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    exchange_accounts,
    exchange_allocation,
    exchange_registry,
    exchange_series,
    exchange_supervision,
    exchange_surrender,
)

urlpatterns = [
    path("registry/", exchange_registry.listing, name="exchange-registry"),
    path("registry/holdings/", exchange_registry.holdings, name="exchange-holdings"),
    path("registry/movements/", exchange_registry.movement_list, name="exchange-movements"),
    path("registry/operate/", exchange_registry.operate, name="exchange-operate"),
    path("registry/open/", exchange_accounts.open_account, name="exchange-account-open"),
    path("registry/series/", exchange_series.listing, name="exchange-series"),
    path(
        "registry/series/<slug:instrument>/<int:vintage>/expire/",
        exchange_series.expire,
        name="exchange-series-expire",
    ),
    path("registry/accounts/<str:key>/close/", exchange_accounts.close_account, name="exchange-account-close"),
    path("registry/accounts/<str:key>/owner/", exchange_accounts.change_owner, name="exchange-account-owner"),
    path("registry/accounts/<str:key>/", exchange_registry.detail, name="exchange-account"),
    path("registry/accounts/<str:key>/statement/", exchange_registry.statement, name="exchange-statement"),
    path("registry/emissions/", exchange_surrender.emission_list, name="exchange-emissions"),
    path("registry/emissions/new/", exchange_surrender.record, name="exchange-emission-new"),
    path(
        "registry/surrender/<str:key>/<slug:instrument>/<int:year>/",
        exchange_surrender.surrender,
        name="exchange-surrender",
    ),
    path("registry/allocations/", exchange_allocation.listing, name="exchange-allocations"),
    path("registry/allocations/new/", exchange_allocation.new, name="exchange-allocation-new"),
    path("registry/allocations/<int:pk>/", exchange_allocation.detail, name="exchange-allocation"),
    path("supervision/", exchange_supervision.console, name="exchange-supervision"),
    path("supervision/look/", exchange_supervision.look, name="exchange-look"),
    path("supervision/alerts/<int:pk>/", exchange_supervision.detail, name="exchange-alert"),
    path("supervision/orders/<slug:what>/", exchange_supervision.order, name="exchange-order"),
    path("supervision/extract/", exchange_supervision.extract, name="exchange-extract"),
]
