"""Addresses of ecological compensation."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    compensation,
    compensation_funds,
    compensation_simulator,
    compensation_variants,
    settlement,
    settlement_steps,
)

urlpatterns = [
    path("", compensation.agreements, name="compensation"),
    path("calendar/", compensation.calendar, name="compensation-calendar"),
    path("simulator/", compensation_simulator.page, name="compensation-simulator"),
    path("simulator/kept/", compensation_variants.listing, name="compensation-variants"),
    path("simulator/kept/<int:serial>/", compensation_variants.detail, name="compensation-variant"),
    path("simulator/kept/<int:serial>/move/", compensation_variants.move, name="compensation-variant-move"),
    path("funds/", compensation_funds.funds, name="compensation-funds"),
    path("areas/", compensation_funds.areas, name="compensation-areas"),
    path("<slug:key>/", compensation.agreement, name="agreement"),
    path("<slug:key>/<slug:period>/", settlement.page, name="settlement"),
    path("<slug:key>/<slug:period>/steps/", settlement_steps.step, name="settlement-step"),
    path("<slug:key>/<slug:period>/statement.<slug:form>", settlement.statement, name="settlement-statement"),
]
