"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from ecociv.portal.views import (
    changes,
    conflicts,
    counties,
    days,
    departments,
    derivations,
    differences,
    findings,
    home,
    indicators,
    inspections,
    outlook,
    projects,
    reports,
    responsibility,
    search,
    tasks,
    workbook,
)

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("indicators/", indicators.listing, name="indicators"),
    path("indicators/<int:number>/", indicators.detail, name="indicator"),
    path("indicators/<int:number>/days/", days.listing, name="indicator_days"),
    path("indicators/<int:number>/days/<str:day>/", days.detail, name="indicator_day"),
    path("indicators/<int:number>/outlook/", outlook.detail, name="indicator-outlook"),
    path("indicators/<int:number>/lineage/", derivations.lineage, name="indicator-lineage"),
    path("derivations/", derivations.listing, name="derivations"),
    path("differences/", differences.listing, name="differences"),
    path("conflicts/", conflicts.listing, name="conflicts"),
    path("counties/", counties.listing, name="counties"),
    path("outlook/", outlook.listing, name="outlook"),
    path("tasks/", tasks.listing, name="tasks"),
    path("tasks/<int:number>/", tasks.detail, name="task"),
    path("projects/", projects.listing, name="projects"),
    path("projects/<int:number>/", projects.detail, name="project"),
    path("departments/", departments.listing, name="departments"),
    path("departments/<str:key>/", departments.detail, name="department"),
    path("plan-check/", findings.listing, name="findings"),
    path("plan/workbook/", workbook.upload, name="workbook"),
    path("plan/workbook/download/", workbook.download, name="workbook-download"),
    path("plan/workbook/<str:digest>/", workbook.review, name="workbook-review"),
    path("changes/", changes.listing, name="changes"),
    path("returns/", include("ecociv.portal.returns_urls")),
    path("reports/annual/", reports.annual, name="annual-report"),
    path("", include("ecociv.portal.evidence_urls")),
    path("responsibility/", responsibility.search, name="responsibility"),
    path("responsibility/body/<str:key>/", responsibility.body, name="responsibility-body"),
    path("responsibility/official/<int:pk>/", responsibility.official, name="responsibility-official"),
    path("inspections/", inspections.listing, name="inspections"),
    path("inspections/<int:pk>/", inspections.detail, name="inspection"),
    path("inspections/<int:pk>/seed/", inspections.seed, name="inspection-seed"),
    path("inspections/photographs/<int:pk>/", inspections.photograph, name="inspection-photograph"),
    path("search/", search.search, name="search"),
    path("language/", set_language, name="language"),
    path("", include("ecociv.portal.quality_urls")),
]
