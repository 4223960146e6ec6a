"""Addresses of yearly self-reports and of the register of issued documents."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import issued, self_report_form, self_reports

urlpatterns = [
    path("self-reports/", self_reports.listing, name="self-reports"),
    path("self-reports/<str:body>/<int:year>/", self_reports.detail, name="self-report"),
    path("self-reports/<str:body>/<int:year>/write/", self_report_form.write, name="self-report-write"),
    path("self-reports/<str:body>/<int:year>/draft/", self_report_form.save, name="self-report-draft"),
    path("reports/issued/", issued.listing, name="issued"),
    path("reports/issued/new/", issued.issue, name="issue"),
    path("reports/issued/<int:pk>/", issued.detail, name="issued-document"),
    path("reports/issued/<int:pk>/file/", issued.file, name="issued-file"),
]
