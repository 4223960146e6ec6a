"""Addresses of the pages on data quality."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import maintenance, quality

urlpatterns = [
    path("quality/", quality.board, name="quality"),
    path("quality/maintenance/", maintenance.listing, name="quality-maintenance"),
    path("quality/maintenance/declare/", maintenance.declare, name="quality-maintenance-declare"),
    path("quality/findings/", quality.findings, name="quality-findings"),
    path("quality/findings/<int:number>/", quality.detail, name="quality-finding"),
]
