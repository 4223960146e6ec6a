"""Addresses of site checks."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import site_batches, site_checks, siting, siting_searches

urlpatterns = [
    path("site-check", site_checks.new),
    path("site-check/", site_checks.new, name="site-check-new"),
    path("site-checks/", site_checks.listing, name="site-checks"),
    path("site-checks/<int:number>/", site_checks.detail, name="site-check"),
    path("site-checks/<int:number>/certificate.<str:form>", site_checks.certificate, name="site-certificate"),
    path("site-checks/<int:number>/result.json", site_checks.result, name="site-result"),
    path("site-checks/<int:number>/repeat/", site_checks.again, name="site-repeat"),
    path("site-batches/", site_batches.listing, name="site-batches"),
    path("site-batches/<int:pk>/", site_batches.detail, name="site-batch"),
    path("site-batches/<int:pk>/sites.gpkg", site_batches.geopackage, name="site-batch-layer"),
    path("siting/", siting.search, name="siting"),
    path("siting/alternatives.geojson", siting.alternatives, name="siting-layer"),
    path("siting/save/", siting.save, name="siting-save"),
    path("siting/start/", siting_searches.start, name="siting-start"),
    path("siting/searches/<int:pk>/", siting_searches.detail, name="siting-search"),
    path("siting/searches/<int:pk>/cancel/", siting_searches.cancel, name="siting-cancel"),
    path("siting/searches/<int:pk>/keep/", siting_searches.keep, name="siting-keep"),
    path("siting/searches/<int:pk>/alternatives.geojson", siting_searches.layer, name="siting-search-layer"),
    path("siting/scenarios/<int:number>/", siting.scenario, name="siting-scenario"),
    path(
        "siting/scenarios/<int:number>/alternatives.geojson",
        siting.scenario_layer,
        name="siting-scenario-layer",
    ),
    path("siting/scenarios/<int:number>/repeat/", siting.again, name="siting-repeat"),
]
