"""Addresses of layers and their versions."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import layer_import, layer_withdraw, layers

urlpatterns = [
    path("", layers.listing, name="layers"),
    path("import/", layer_import.upload, name="layer-import"),
    path("import/<str:token>/", layer_import.settle, name="layer-import-settle"),
    path("<slug:key>/", layers.detail, name="layer"),
    path("<slug:key>/difference/", layers.changes, name="layer-difference"),
    path("<slug:key>/<int:number>/", layers.version, name="layer-version"),
    path("<slug:key>/<int:number>/withdraw/", layer_withdraw.withdraw, name="layer-withdraw"),
    path("<slug:key>/<int:number>/download/<str:form>/", layers.download, name="layer-download"),
]
