"""Addresses of liabilities: damage, mines, what is due."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import damage, damage_forms, deposits

urlpatterns = [
    path("", deposits.overview, name="liabilities"),
    path("damage/", damage.listing, name="damages"),
    path("damage/new/", damage_forms.new, name="damage-new"),
    path("damage/<int:pk>/", damage.detail, name="damage"),
    path("damage/<int:pk>/value/<slug:method>/", damage_forms.value, name="damage-value"),
    path("damage/<int:pk>/settle/", damage_forms.settle, name="damage-settle"),
    path("damage/<int:pk>/money/<slug:kind>/", damage_forms.money, name="damage-money"),
    path("mines/", deposits.listing, name="deposits"),
    path("mines/<str:key>/", deposits.detail, name="deposit"),
    path("mines/<str:key>/money/<slug:kind>/", deposits.money, name="deposit-money"),
]
