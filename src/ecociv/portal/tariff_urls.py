"""Addresses of tiered prices."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import tariff_bill, tariff_hearings, tariffs

urlpatterns = [
    path("tariffs/", tariffs.listing, name="tariffs"),
    path("tariffs/simulator/", tariffs.simulator, name="tariff-simulator"),
    path("tariffs/bill/", tariff_bill.bill, name="tariff-bill"),
    path("tariffs/hearings/", tariff_hearings.listing, name="tariff-hearings"),
    path("tariffs/hearings/new/", tariff_hearings.compile_paper, name="tariff-hearing-new"),
    path("tariffs/hearings/<int:serial>/", tariff_hearings.detail, name="tariff-hearing"),
    path(
        "tariffs/hearings/<int:serial>/paper.<slug:form>", tariff_hearings.paper, name="tariff-hearing-paper"
    ),
]
