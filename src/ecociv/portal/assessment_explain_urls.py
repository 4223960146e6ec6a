"""Addresses of the pages that explain, try out and compare scores."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import assessment_compare, assessment_unit, assessment_what_if

urlpatterns = [
    path("assessment/compare/", assessment_compare.detail, name="assessment-compare"),
    path("assessment/<int:pk>/unit/<str:unit>/", assessment_unit.detail, name="assessment-unit"),
    path("assessment/<int:pk>/what-if/", assessment_what_if.detail, name="assessment-what-if"),
]
