"""Addresses of the whole site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("account/", include("ecociv.people.urls")),
    path("progress/", include("ecociv.supervision.urls")),
    path("", include("ecociv.api.urls")),
    path("", include("ecociv.portal.urls")),
]

handler400 = "ecociv.portal.errors.bad_request"
handler403 = "ecociv.portal.errors.permission_denied"
handler404 = "ecociv.portal.errors.page_not_found"
handler500 = "ecociv.portal.errors.server_error"
