"""Addresses of the green economy."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    forest_carbon,
    green_credit,
    green_procurement,
    treatment_contracts,
    treatment_fees,
)

urlpatterns = [
    path("contracts/", treatment_contracts.listing, name="treatment-contracts"),
    path("fees/", treatment_fees.listing, name="treatment-fees"),
    path("fees/pay/", treatment_fees.pay, name="treatment-fees-pay"),
    path("fees/<str:key>/<str:month>/", treatment_fees.page, name="treatment-fee"),
    path("fees/<str:key>/<str:month>/steps/", treatment_fees.step, name="treatment-fee-step"),
    path("contracts/<str:key>/", treatment_contracts.detail, name="treatment-contract"),
    path("contracts/<str:key>/settle/", treatment_contracts.settle, name="treatment-settle"),
    path("credit/", green_credit.quarter, name="green-credit"),
    path("procurement/", green_procurement.years, name="green-procurement"),
    path("procurement/<int:year>/", green_procurement.year, name="green-procurement-year"),
    path("forest-carbon/", forest_carbon.listing, name="forest-carbon"),
    path("forest-carbon/requests/<int:serial>/paper.<slug:form>", forest_carbon.paper, name="issuance-paper"),
    path("forest-carbon/<str:key>/", forest_carbon.detail, name="forest-carbon-project"),
    path("forest-carbon/<str:key>/request/", forest_carbon.request_issuance, name="forest-carbon-request"),
]
