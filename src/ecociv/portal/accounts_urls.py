"""Addresses of the accounts of natural resources."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    resource_account_tables,
    resource_accounts,
    resource_product,
    resource_product_compare,
    resource_product_line,
)

urlpatterns = [
    path("resource-accounts/", resource_accounts.overview, name="resource-accounts"),
    path("resource-accounts/land-transitions/", resource_account_tables.land, name="resource-land-transitions"),
    path("resource-accounts/water-supply-use/", resource_account_tables.water, name="resource-water-supply-use"),
    path("resource-accounts/product/", resource_product.product, name="resource-product"),
    path("resource-accounts/product/compare/", resource_product_compare.compare, name="resource-product-compare"),
    path("resource-accounts/product/line/<slug:key>/", resource_product_line.line, name="resource-product-line"),
    path("resource-accounts/checks/", resource_account_tables.checks, name="resource-account-checks"),
    path("resource-accounts/<slug:key>/", resource_accounts.account, name="resource-account"),
    path(
        "resource-accounts/<slug:key>/<slug:row>/<slug:column>/",
        resource_accounts.cell,
        name="resource-account-cell",
    ),
]
