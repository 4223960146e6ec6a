"""Writing in the books from the page: an entry, its reversal, a new account."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.core.text import Text
from ecociv.ledger.actions import LedgerRefused, OpenAccount, PostEntry, ReverseEntry
from ecociv.ledger.permissions import require_keeper
from ecociv.ledger.reading import moved
from ecociv.plan.package import ZonePackage
from ecociv.portal.ledger_inputs import AccountForm, EntryForm, ReversalForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.ledger import book_of, reads_books
from ecociv.portal.zone import language

_takes_form = require_http_methods(["GET", "HEAD", "POST"])


def refused_into(form: forms.Form, refused: LedgerRefused) -> None:
    """Show every sentence of a refusal above the form."""
    for text in refused.texts:
        form.add_error(None, text.in_language(language()))


@_takes_form
@reads_books
@with_plan
def post(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """Post an entry; the hidden key of the form makes a second click the same request."""
    book = book_of(key, request.user).book
    require_keeper(request.user, book.zone, book.keeper)
    form = EntryForm(book, request.POST or None, initial={"request_key": f"page:{uuid.uuid4()}"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            entry = PostEntry(
                book,
                said["day"],
                [(said["payer"], -said["amount"]), (said["receiver"], said["amount"])],
                said["document"],
                said["text"],
                request.user,
                key=said["request_key"],
                kind=said["kind"],
            ).execute()
        except LedgerRefused as refused:
            refused_into(form, refused)
        else:
            messages.success(request, _("Posted as entry %(number)s.") % {"number": entry.number})
            return redirect("portal:ledger-entry", key=book.key, number=entry.number)
    context = {"form": form, "book": book, "title": _("Post an entry"), "submit": _("Post it")}
    return render(request, "portal/ledger/form.html", context)


@_takes_form
@reads_books
@with_plan
def reverse_entry(request: HttpRequest, plan: ZonePackage, key: str, number: int) -> HttpResponse:
    """Take an entry back."""
    book = book_of(key, request.user).book
    require_keeper(request.user, book.zone, book.keeper)
    entry = book.entries.filter(number=number).select_related("book").first()
    if entry is None:
        raise Http404(_("There is no such entry."))
    form = ReversalForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            back = ReverseEntry(
                entry, said["reason"], request.user, day=said["day"], document=said["document"]
            ).execute()
        except LedgerRefused as refused:
            refused_into(form, refused)
        else:
            messages.success(request, _("Taken back by entry %(number)s.") % {"number": back.number})
            return redirect("portal:ledger-entry", key=book.key, number=back.number)
    context: dict[str, Any] = {
        "form": form,
        "book": book,
        "entry": entry,
        "amount": moved(entry.lines.all()),
        "title": _("Reverse entry %(number)s") % {"number": entry.number},
        "submit": _("Reverse"),
    }
    return render(request, "portal/ledger/form.html", context)


@_takes_form
@reads_books
@with_plan
def open_account(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """Open an account."""
    book = book_of(key, request.user).book
    require_keeper(request.user, book.zone, book.keeper)
    form = AccountForm(request.POST or None, initial={"opened_on": timezone.localdate(), "floor": "0"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            account = OpenAccount(
                book=book,
                key=said["key"],
                title=Text(zh=said["title_zh"], en=said["title_en"]),
                body=said["body"],
                kind=said["kind"],
                floor=said["floor"],
                opened_on=said["opened_on"],
                author=request.user,
            ).execute()
        except LedgerRefused as refused:
            refused_into(form, refused)
        else:
            messages.success(request, _("The account is open."))
            return redirect("portal:ledger-account", key=book.key, account=account.key)
    context = {"form": form, "book": book, "title": _("Open an account"), "submit": _("Open it")}
    return render(request, "portal/ledger/form.html", context)
