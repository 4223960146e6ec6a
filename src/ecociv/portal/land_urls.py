"""Addresses of land administration."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import approvals, land_patches, right_forms, rights

urlpatterns = [
    path("patches/", land_patches.listing, name="land-patches"),
    path("patches/dispatch/<int:pk>/", land_patches.dispatch, name="land-patches-dispatch"),
    path("approvals/", approvals.listing, name="approvals"),
    path("approvals/new/", approvals.receive, name="approval-new"),
    path("approvals/<int:pk>/", approvals.detail, name="approval"),
    path("rights/", rights.listing, name="rights"),
    path("rights/new/", right_forms.first, name="right-first"),
    path("rights/<slug:number>/", rights.detail, name="right"),
    path("rights/<slug:number>/boundary.geojson", rights.boundary, name="right-boundary"),
    path("rights/<slug:number>/ladm.json", rights.as_ladm, name="right-ladm"),
    path("rights/<slug:number>/documents/<slug:sha256>/", rights.document, name="right-document"),
    path("rights/<slug:number>/change/", right_forms.change, name="right-change"),
    path("rights/<slug:number>/transfer/", right_forms.transfer, name="right-transfer"),
    path("rights/<slug:number>/correct/", right_forms.correct, name="right-correct"),
    path("rights/<slug:number>/cancel/", right_forms.cancel, name="right-cancel"),
]
