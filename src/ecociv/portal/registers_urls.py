"""Addresses of the registers."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import register_forms, registers

urlpatterns = [
    path("", registers.overview, name="registers"),
    path("<slug:kind>/", registers.listing, name="register"),
    path("<slug:kind>/new/", register_forms.new, name="register-new"),
    path("<slug:kind>/import/", register_forms.take, name="register-import"),
    path("<slug:kind>/entries/<str:key>/", registers.detail, name="register-entry"),
    path("<slug:kind>/entries/<str:key>/files/", register_forms.attach, name="register-attach"),
    path("<slug:kind>/entries/<str:key>/files/<int:number>/", registers.file, name="register-file"),
    path("<slug:kind>/entries/<str:key>/revise/", register_forms.revise, name="register-revise"),
    path("<slug:kind>/entries/<str:key>/move/<slug:to>/", register_forms.move, name="register-move"),
]
