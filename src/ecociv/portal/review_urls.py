"""Addresses of the office's review of reports."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import review

urlpatterns = [
    path("work/review/", review.queue, name="review"),
    path("work/review/accept/", review.accept, name="review-accept"),
    path("work/review/<str:kind>/<int:duty>/<int:number>/", review.detail, name="review-report"),
]
