"""Addresses of cases and notices."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import case, case_calendar, case_new, cases, notices

urlpatterns = [
    path("cases/", cases.listing, name="cases"),
    path("cases/inbox/", cases.waiting, name="case-inbox"),
    path("cases/overdue/", cases.late, name="case-overdue"),
    path("cases/calendar/", case_calendar.month, name="case-month"),
    path("cases/bulk/", cases.bulk, name="case-bulk"),
    path("cases/types/", case_new.types, name="case-types"),
    path("cases/types/<str:key>/", case_new.type_detail, name="case-type"),
    path("cases/new/<str:key>/", case_new.new, name="case-new"),
    path("cases/<str:type>/<str:number>/", case.detail, name="case"),
    path("cases/<str:type>/<str:number>/do/<str:what>/", case.act, name="case-act"),
    path("cases/<str:type>/<str:number>/documents/<int:key>/", case.document, name="case-document"),
    path("notices/calendar/", notices.calendar_address, name="case-feed-address"),
    path("notices/", notices.listing, name="notices"),
    path("notices/read/", notices.read, name="notices-read"),
    path("notices/preferences/", notices.prefer, name="notices-prefer"),
    path("notices/<int:key>/", notices.follow, name="notice"),
]
