"""Addresses of ecological compensation."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    compensation,
    compensation_funds,
    compensation_simulator,
    compensation_variants,
    compensation_yearly,
    compensation_yearly_steps,
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
    path("years/", compensation_yearly.years, name="compensation-years"),
    path("years/<slug:key>/<int:year>/", compensation_yearly.page, name="compensation-year"),
    path("years/<slug:key>/<int:year>/steps/", compensation_yearly_steps.step, name="compensation-year-step"),
    path(
        "years/<slug:key>/<int:year>/statement.<slug:form>",
        compensation_yearly_steps.statement,
        name="compensation-year-statement",
    ),
    path("<slug:key>/", compensation.agreement, name="agreement"),
    path("<slug:key>/<slug:period>/", settlement.page, name="settlement"),
    path("<slug:key>/<slug:period>/steps/", settlement_steps.step, name="settlement-step"),
    path("<slug:key>/<slug:period>/statement.<slug:form>", settlement.statement, name="settlement-statement"),
]
