"""Addresses of the map of layers."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import territory_map, territory_tiles

urlpatterns = [
    path("territory/map", territory_map.page, name="territory-map"),
    path("territory/map/print", territory_map.printed, name="territory-map-print"),
    path("territory/map/table", territory_map.table, name="territory-map-table"),
    path("territory/map/identify", territory_map.identify, name="territory-identify"),
    path("territory/map/measure", territory_map.measured, name="territory-measure"),
    path(
        "territory/tiles/<slug:key>/<int:number>/<int:zoom>/<int:column>/<int:row>.mvt",
        territory_tiles.tile,
        name="territory-tile",
    ),
    path(
        "territory/basemap/<int:zoom>/<int:column>/<int:row>",
        territory_tiles.ground,
        name="territory-basemap",
    ),
]
