"""Addresses of the pages of departmental returns."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import returns, returns_fill, returns_review, returns_workbook

_ONE = "<str:data>/<slug:form>/<slug:place>/<str:period>/"

urlpatterns = [
    path("", returns.listing, name="returns"),
    path(_ONE, returns.detail, name="return"),
    path(f"{_ONE}fill/", returns_fill.fill, name="return-fill"),
    path(f"{_ONE}restate/", returns_fill.restate, name="return-restate"),
    path(f"{_ONE}workbook/", returns_workbook.workbook, name="return-workbook"),
    path(f"{_ONE}upload/", returns_workbook.upload, name="return-upload"),
    path(f"{_ONE}upload/<str:digest>/", returns_workbook.confirm, name="return-confirm"),
    path(f"{_ONE}review/", returns_review.review, name="return-review"),
    path(f"{_ONE}history/", returns.history, name="return-history"),
]
