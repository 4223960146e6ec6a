"""Addresses of the books."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import ledger, ledger_forms, reconciliation

urlpatterns = [
    path("", ledger.books, name="ledger"),
    path("<slug:key>/", ledger.book, name="ledger-book"),
    path("<slug:key>/entries/", ledger.entry_list, name="ledger-entries"),
    path("<slug:key>/entries/new/", ledger_forms.post, name="ledger-entry-new"),
    path("<slug:key>/entries/<int:number>/", ledger.entry, name="ledger-entry"),
    path("<slug:key>/entries/<int:number>/reverse/", ledger_forms.reverse_entry, name="ledger-entry-reverse"),
    path("<slug:key>/accounts/new/", ledger_forms.open_account, name="ledger-account-new"),
    path("<slug:key>/accounts/<path:account>/bank/", reconciliation.page, name="ledger-bank"),
    path("<slug:key>/accounts/<path:account>/bank/load/", reconciliation.load, name="ledger-bank-load"),
    path("<slug:key>/accounts/<path:account>/bank/match/", reconciliation.match, name="ledger-bank-match"),
    path(
        "<slug:key>/accounts/<path:account>/bank/matches/<int:pk>/withdraw/",
        reconciliation.withdraw,
        name="ledger-bank-withdraw",
    ),
    # Keys of accounts may have strokes in them (damage/2018-1): what follows them is told apart first.
    path("<slug:key>/accounts/<path:account>/", ledger.account, name="ledger-account"),
]
