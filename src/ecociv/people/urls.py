"""Addresses for logging in and out."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from ecociv.people import token_pages, views

app_name = "people"

urlpatterns = [
    path("log-in/", views.LogIn.as_view(), name="login"),
    path("log-out/", LogoutView.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password_change"),
    path("tokens/", token_pages.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", token_pages.revoke, name="revoke_token"),
    path("", views.account, name="account"),
]
