"""Addresses of land administration."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import land_patches

urlpatterns = [
    path("patches/", land_patches.listing, name="land-patches"),
    path("patches/dispatch/<int:pk>/", land_patches.dispatch, name="land-patches-dispatch"),
]
