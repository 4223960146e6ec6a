"""Addresses of the leaving-office audit."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import leaving_audit_steps, leaving_audits

urlpatterns = [
    path("", leaving_audits.listing, name="leaving-audits"),
    path("new/", leaving_audit_steps.new, name="leaving-audit-new"),
    path("<int:pk>/", leaving_audits.detail, name="leaving-audit"),
    path("<int:pk>/step/", leaving_audit_steps.step, name="leaving-audit-step"),
    path("<int:pk>/papers/<int:number>/", leaving_audit_steps.paper, name="leaving-audit-paper"),
    path("<int:pk>/papers/new/", leaving_audit_steps.paper, name="leaving-audit-paper-new"),
    path("<int:pk>/report.<str:form>", leaving_audits.report, name="leaving-audit-report"),
]
