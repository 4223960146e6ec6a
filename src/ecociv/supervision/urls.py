"""Addresses of progress reports."""

from __future__ import annotations

from django.urls import path, register_converter

from ecociv.supervision import views

app_name = "supervision"


class DutyKind:
    """``task`` or ``project``, as in the places of the plan."""

    regex = "task|project"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(DutyKind, "duty_kind")

urlpatterns = [
    path("<duty_kind:kind>/<int:number>/", views.progress, name="progress"),
    path("<duty_kind:kind>/<int:number>/report/", views.report, name="report"),
    path("<duty_kind:kind>/<int:number>/reports/<int:report>/correct/", views.correct, name="correct"),
]
