"""Addresses of rounds of assessment and their workbench."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import assessment, assessment_workbench

urlpatterns = [
    path("assessment/", assessment.listing, name="assessment"),
    path("assessment/<int:pk>/", assessment.detail, name="assessment-round"),
    path("assessment/<int:pk>/do/<str:what>/", assessment.act, name="assessment-act"),
    path("assessment/<int:pk>/workbench/", assessment_workbench.units, name="assessment-units"),
    path(
        "assessment/<int:pk>/workbench/<str:unit>/", assessment_workbench.bench, name="assessment-workbench"
    ),
    path(
        "assessment/<int:pk>/workbench/<str:unit>/<str:item>/<str:by>/",
        assessment_workbench.give,
        name="assessment-give",
    ),
    path(
        "assessment/<int:pk>/documents/<int:key>/",
        assessment_workbench.document,
        name="assessment-document",
    ),
]
