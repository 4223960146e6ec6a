"""Addresses of the evidence pages."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import air, document_forms, documents, runs, series, stations, uploads, water

urlpatterns = [
    path("stations/", stations.listing, name="stations"),
    path("stations/boundaries.json", stations.boundaries, name="boundaries"),
    path("stations/<slug:key>/", stations.detail, name="station"),
    path("series/", series.listing, name="series"),
    path("series/<path:key>/", series.detail, name="series-detail"),
    path("air/", air.day, name="air"),
    path("water/", water.listing, name="water"),
    path("water/<slug:key>/", water.detail, name="water-section"),
    path("documents/", documents.listing, name="documents"),
    path("documents/new/", document_forms.upload, name="document-new"),
    path("documents/repeated/", documents.repeated, name="documents-repeated"),
    path("documents/<uuid:record>/", documents.detail, name="document"),
    path("documents/<uuid:record>/change/", document_forms.correct, name="document-correct"),
    path("documents/<uuid:record>/withdraw/", document_forms.withdraw, name="document-withdraw"),
    path("documents/<uuid:record>/<int:revision>/file/", documents.download, name="document-file"),
    path("evidence/runs/", runs.listing, name="runs"),
    path("evidence/runs/new/", uploads.upload, name="run-new"),
    path("evidence/runs/new/<str:digest>/<slug:mapping>/", uploads.review, name="run-review"),
    path("evidence/runs/<uuid:pk>/", runs.detail, name="run"),
]
