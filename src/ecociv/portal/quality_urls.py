"""Addresses of the pages on data quality."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import quality

urlpatterns = [
    path("quality/", quality.board, name="quality"),
    path("quality/findings/", quality.findings, name="quality-findings"),
    path("quality/findings/<int:number>/", quality.detail, name="quality-finding"),
]
