"""Addresses of areas from layers."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import territory_areas

urlpatterns = [
    path("", territory_areas.listing, name="territory-areas"),
    path("<slug:series>/<int:year>/", territory_areas.detail, name="territory-area"),
]
