"""Bank against book: what is matched, what is open on each side, loading a statement, matching by rule and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.ledger.actions import LedgerRefused
from ecociv.ledger.bank.actions import (
    ImportStatement,
    MatchByHand,
    MatchByRules,
    StatementRefused,
    WithdrawMatch,
)
from ecociv.ledger.bank.queries import reconciliation
from ecociv.ledger.models import BankStatement, LedgerAccount, Match
from ecociv.ledger.permissions import may_keep, require_keeper
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.case_inputs import received
from ecociv.portal.ledger_inputs import StatementFileForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.ledger import account_of, reads_books
from ecociv.portal.zone import language

MOST = 200
"""Rows of each side that the page shows; all of them are in `ecociv ledger reconcile --format json`."""


@require_safe
@reads_books
@with_plan
def page(request: HttpRequest, plan: ZonePackage, key: str, account: str) -> HttpResponse:
    """The reconciliation of an account."""
    return _page(request, account_of(key, account, request.user), StatementFileForm(), ())


@require_POST
@reads_books
@with_plan
def load(request: HttpRequest, plan: ZonePackage, key: str, account: str) -> HttpResponse:
    """Load a statement file; where a row cannot be taken nothing is, and every fault is shown."""
    owner = account_of(key, account, request.user)
    require_keeper(request.user, owner.book.zone, owner.book.keeper)
    form = StatementFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, owner, form, (), status=422)
    with received(request, only="file") as files:
        try:
            made = ImportStatement(
                account=owner,
                path=Path(files[0].path),
                form=form.cleaned_data["form"],
                author=request.user,
                name=files[0].name,
            ).execute()
        except StatementRefused as refused:
            return _page(request, owner, form, refused.faults, status=422)
        except LedgerRefused as refused:
            for text in refused.texts:
                form.add_error("file", text.in_language(language()))
            return _page(request, owner, form, (), status=422)
    done = MatchByRules(account=owner, author=request.user).execute()
    messages.success(
        request,
        _("%(rows)s rows were loaded and %(matches)s matches found.")
        % {"rows": made.rows, "matches": len(done)},
    )
    return redirect("portal:ledger-bank", key=key, account=account)


@require_POST
@reads_books
@with_plan
def match(request: HttpRequest, plan: ZonePackage, key: str, account: str) -> HttpResponse:
    """Match what was chosen, with a reason; or everything that the rules tell apart."""
    owner = account_of(key, account, request.user)
    try:
        if "rules" in request.POST:
            done = MatchByRules(account=owner, author=request.user).execute()
            messages.success(request, _("%(matches)s matches found.") % {"matches": len(done)})
        else:
            MatchByHand(
                account=owner,
                rows=_numbers(request, "row"),
                lines=_numbers(request, "line"),
                reason=request.POST.get("reason", "")[:500],
                author=request.user,
            ).execute()
            messages.success(request, _("Matched."))
    except LedgerRefused as refused:
        for text in refused.texts:
            messages.error(request, text.in_language(language()))
    return redirect("portal:ledger-bank", key=key, account=account)


@require_POST
@reads_books
@with_plan
def withdraw(request: HttpRequest, plan: ZonePackage, key: str, account: str, pk: int) -> HttpResponse:
    """Take a match back."""
    found = (
        Match.objects.filter(account=account_of(key, account, request.user), pk=pk)
        .select_related("account__book")
        .first()
    )
    if found is None:
        raise Http404(_("There is no such match."))
    try:
        WithdrawMatch(match=found, reason=request.POST.get("reason", "")[:500], author=request.user).execute()
        messages.success(request, _("The match was withdrawn."))
    except LedgerRefused as refused:
        for text in refused.texts:
            messages.error(request, text.in_language(language()))
    return redirect("portal:ledger-bank", key=key, account=account)


def _numbers(request: HttpRequest, name: str) -> list[int]:
    return [int(each) for each in request.POST.getlist(name)[:MOST] if each.isdecimal() and len(each) < 19]


def _page(
    request: HttpRequest, owner: LedgerAccount, form: StatementFileForm, faults: Any, status: int = 200
) -> HttpResponse:
    as_of = read_as_of(request)
    found = reconciliation(owner, as_of.moment, reader=request.user)
    statements = BankStatement.objects.filter(account=owner)
    if as_of.moment is not None:
        statements = statements.filter(recorded_at__lte=as_of.moment)
    newest = list(found.matches[::-1][:MOST])
    context = {
        "account": owner,
        "book": owner.book,
        "found": found,
        "rows": found.rows[:MOST],
        "lines": found.lines[:MOST],
        "matches": [
            (
                each,
                [item.bank_line for item in each.items.all() if item.bank_line],
                [item.entry_line for item in each.items.all() if item.entry_line],
            )
            for each in newest
        ],
        "statements": statements.order_by("-last_day"),
        "form": form,
        "faults": [(fault, fault.text.in_language(language())) for fault in faults],
        "as_of": as_of,
        "may_keep": as_of.moment is None and may_keep(request.user, owner.book.zone, owner.book.keeper),
        "most": MOST,
    }
    return render(request, "portal/ledger/reconciliation.html", context, status=status)
