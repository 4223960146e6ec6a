"""Addresses of the open interfaces."""

from __future__ import annotations

from django.urls import path, re_path

from ecociv.api.docs_page import docs
from ecociv.api.ogc.service import service as ogc_service
from ecociv.api.rest.service import api
from ecociv.api.sta.views import service

urlpatterns = [
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", api.urls),
    re_path(r"^sta/v1\.1(?:/(?P<path>.*))?$", service, name="sta"),
    re_path(r"^ogc(?:/(?P<path>.*))?$", ogc_service, name="ogc"),
]
