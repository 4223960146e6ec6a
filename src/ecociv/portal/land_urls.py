"""Addresses of land administration."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    approvals,
    land_patches,
    plan_difference_runs,
    plan_differences,
    right_forms,
    rights,
)

urlpatterns = [
    path("patches/", land_patches.listing, name="land-patches"),
    path("patches/dispatch/<int:pk>/", land_patches.dispatch, name="land-patches-dispatch"),
    path("differences/", plan_differences.listing, name="plan-differences"),
    path("differences/statistics/", plan_differences.statistics, name="plan-difference-statistics"),
    path("differences/patches.gpkg", plan_differences.geopackage, name="plan-differences-layer"),
    path("differences/open/", plan_differences.open_cases, name="plan-differences-open"),
    path("differences/run/", plan_difference_runs.ask, name="plan-difference-ask"),
    path("differences/jobs/<int:pk>/", plan_difference_runs.job, name="plan-difference-job"),
    path("differences/runs/", plan_difference_runs.listing, name="plan-difference-runs"),
    path("differences/runs/<int:number>/", plan_difference_runs.detail, name="plan-difference-run"),
    path("differences/runs/<int:number>/close/", plan_difference_runs.close, name="plan-difference-close"),
    path("differences/runs/<int:number>/repeat/", plan_difference_runs.again, name="plan-difference-repeat"),
    path("differences/<int:pk>/", plan_differences.detail, name="plan-difference"),
    path("approvals/", approvals.listing, name="approvals"),
    path("approvals/new/", approvals.receive, name="approval-new"),
    path("approvals/<int:pk>/", approvals.detail, name="approval"),
    path("rights/", rights.listing, name="rights"),
    path("rights/new/", right_forms.first, name="right-first"),
    path("rights/<slug:number>/", rights.detail, name="right"),
    path("rights/<slug:number>/boundary.geojson", rights.boundary, name="right-boundary"),
    path("rights/<slug:number>/ladm.json", rights.as_ladm, name="right-ladm"),
    path("rights/<slug:number>/certificate.<slug:form>", rights.certificate, name="right-certificate"),
    path("rights/<slug:number>/documents/<slug:sha256>/", rights.document, name="right-document"),
    path("rights/<slug:number>/change/", right_forms.change, name="right-change"),
    path("rights/<slug:number>/transfer/", right_forms.transfer, name="right-transfer"),
    path("rights/<slug:number>/correct/", right_forms.correct, name="right-correct"),
    path("rights/<slug:number>/cancel/", right_forms.cancel, name="right-cancel"),
]
