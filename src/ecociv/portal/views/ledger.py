"""The books: trial balance, entries, one entry, the statement of an account; as of any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.text import Text
from ecociv.ledger.models import Book, Entry, LedgerAccount
from ecociv.ledger.money import yuan
from ecociv.ledger.permissions import may_keep
from ecociv.ledger.queries import StatementRow, TrialRow, entries, statement, trial_balance
from ecociv.ledger.verify import verify
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import moment_of, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.internal import internal
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key


def book_of(key: str) -> Book:
    """A book of the zone, or the page that says there is none."""
    found = Book.objects.filter(zone=zone_key(), key=key).first()
    if found is None:
        raise Http404(_("There is no such book."))
    return found


def account_of(key: str, account: str) -> LedgerAccount:
    """An account of a book, or the page that says there is none."""
    found = LedgerAccount.objects.filter(book=book_of(key), key=account).select_related("book").first()
    if found is None:
        raise Http404(_("There is no such account."))
    return found


def body_name(plan: ZonePackage, key: str) -> str:
    """The name of a body in the reader's language; other holders are shown as they are written."""
    return plan.organisation(key).shown(language()) if plan.has_organisation(key) else key


def body_texts(plan: ZonePackage, keys: Iterable[str]) -> dict[str, Text]:
    """The names of bodies in both languages; those that the plan does not know are left out."""
    return {
        key: Text(zh=plan.organisation(key).shown("zh"), en=plan.organisation(key).shown("en"))
        for key in keys
        if plan.has_organisation(key)
    }


def day_in(request: HttpRequest, name: str) -> dt.date | None:
    """A day from the address; none where it names no day."""
    found = moment_of(request.GET.get(name, "").strip()[:10])
    return found.date() if found else None


@require_safe
@internal
@with_plan
def books(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The books of the zone, with their proof."""
    as_of = read_as_of(request)
    rows = []
    for each in Book.objects.filter(zone=zone_key()):
        if as_of.moment is not None and each.recorded_at > as_of.moment:
            continue
        rows.append(
            {
                "book": each,
                "keeper": body_name(plan, each.keeper),
                "entries": entries(each, as_of.moment).count(),
                "accounts": each.accounts.count(),
                "broken": verify(each),
            }
        )
    return render(request, "portal/ledger/books.html", {"rows": rows, "as_of": as_of})


_TRIAL: tuple[Column[TrialRow], ...] = (
    # On the page the key stands under the name that people know.
    Column(
        "key",
        gettext_lazy("Account"),
        lambda r: r.account.key,
        sort_by=lambda r: r.account.key,
        export_only=True,
    ),
    sortable("title", gettext_lazy("Name of the account"), lambda r: r.account.title.in_language(language())),
    Column(
        "kind",
        gettext_lazy("Kind"),
        lambda r: r.account.get_kind_display(),
        sort_by=lambda r: r.account.kind,
    ),
    Column(
        "in",
        gettext_lazy("Paid in, yuan"),
        lambda r: yuan(r.paid_in),
        sort_by=lambda r: r.paid_in,
        numeric=True,
    ),
    Column(
        "out",
        gettext_lazy("Paid out, yuan"),
        lambda r: yuan(r.paid_out),
        sort_by=lambda r: r.paid_out,
        numeric=True,
    ),
    Column(
        "balance",
        gettext_lazy("Balance, yuan"),
        lambda r: yuan(r.balance),
        sort_by=lambda r: r.balance,
        numeric=True,
    ),
)


@require_safe
@internal
@with_plan
def book(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One book: its accounts as a trial balance on a day."""
    found, as_of, on = book_of(key), read_as_of(request), day_in(request, "on")
    rows = trial_balance(found, on, as_of.moment)
    table = Table(_TRIAL, rows, request.GET, default_sort="key")
    if download := export(request, table, found.title.in_language(language())):
        return download
    context = {
        "book": found,
        "keeper": body_name(plan, found.keeper),
        "table": table,
        "names": {row.account.pk: body_name(plan, row.account.body) for row in rows},
        "sums": {
            "paid_in": sum(row.paid_in for row in rows),
            "paid_out": sum(row.paid_out for row in rows),
            "balance": sum(row.balance for row in rows),
        },
        "as_of": as_of,
        "on": on,
        "may_keep": may_keep(request.user, found.zone, found.keeper),
    }
    return render(request, "portal/ledger/book.html", context)


def moved(entry: Entry) -> int:
    """Fen that an entry moved."""
    return sum(line.amount for line in entry.lines.all() if line.amount > 0)


def _ends(entry: Entry, way: int) -> str:
    names = [
        line.account.title.in_language(language())
        for line in entry.lines.all()
        if (line.amount > 0) == (way > 0)
    ]
    return ("、" if language() == "zh" else ", ").join(dict.fromkeys(names))


_ENTRIES: tuple[Column[Entry], ...] = (
    sortable("number", gettext_lazy("Entry"), lambda r: r.number, numeric=True),
    Column("day", gettext_lazy("Day"), lambda r: r.day.isoformat(), sort_by=lambda r: r.day),
    sortable("from", gettext_lazy("From account"), lambda r: _ends(r, -1)),
    sortable("to", gettext_lazy("To account"), lambda r: _ends(r, 1)),
    Column("amount", gettext_lazy("Amount, yuan"), lambda r: yuan(moved(r)), sort_by=moved, numeric=True),
    Column("kind", gettext_lazy("Kind"), lambda r: r.get_kind_display(), sort_by=lambda r: r.kind),
    sortable("document", gettext_lazy("Document"), lambda r: r.document),
    sortable("text", gettext_lazy("Text"), lambda r: r.text),
)


@require_safe
@internal
@with_plan
def entry_list(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """The entries of a book."""
    found, as_of = book_of(key), read_as_of(request)
    filters = Filters(
        request.GET,
        [
            Filter(
                "account",
                _("Account"),
                [Choice(each.key, each.title.in_language(language())) for each in found.accounts.all()],
                _("All accounts"),
            ),
            Filter("kind", _("Kind"), [Choice(k, label) for k, label in Entry.Kind.choices], _("All kinds")),
        ],
    )
    rows = entries(found, as_of.moment)
    if filters["account"]:
        rows = rows.filter(lines__account__key=filters["account"]).distinct()
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    chosen = [each for each in rows if matches(filters.text, str(each.number), each.document, each.text)]
    table = Table(_ENTRIES, chosen, request.GET, default_sort="-number")
    if download := export(request, table, found.title.in_language(language())):
        return download
    context = {
        "book": found,
        "table": table,
        "rows": [(each, _ends(each, -1), _ends(each, 1), moved(each)) for each in table.page_rows],
        "filters": filters,
        "as_of": as_of,
        "may_keep": may_keep(request.user, found.zone, found.keeper),
    }
    return render(request, "portal/ledger/entries.html", context)


@require_safe
@internal
@with_plan
def entry(request: HttpRequest, plan: ZonePackage, key: str, number: int) -> HttpResponse:
    """One entry with its lines, its document and what reversed it."""
    found, as_of = book_of(key), read_as_of(request)
    shown = entries(found, as_of.moment).filter(number=number).select_related("file").first()
    if shown is None:
        raise Http404(_("There is no such entry."))
    reversal = shown.reversal
    if reversal is not None and as_of.moment is not None and reversal.recorded_at > as_of.moment:
        reversal = None
    context = {
        "book": found,
        "entry": shown,
        "reversal": reversal,
        "settlement": getattr(shown, "settlement", None),
        "as_of": as_of,
        "may_reverse": reversal is None
        and shown.reverses_id is None
        and may_keep(request.user, found.zone, found.keeper),
    }
    return render(request, "portal/ledger/entry.html", context)


_STATEMENT: tuple[Column[StatementRow], ...] = (
    Column("day", gettext_lazy("Day"), lambda r: r.line.day.isoformat()),
    Column("entry", gettext_lazy("Entry"), lambda r: r.line.entry.number, numeric=True),
    Column("text", gettext_lazy("Text"), lambda r: r.line.entry.text),
    Column("document", gettext_lazy("Document"), lambda r: r.line.entry.document),
    Column("other", gettext_lazy("Other account"), lambda r: _others(r)),
    Column("amount", gettext_lazy("Amount, yuan"), lambda r: yuan(r.line.amount), numeric=True),
    Column("balance", gettext_lazy("Balance, yuan"), lambda r: yuan(r.balance), numeric=True),
)


def _others(row: StatementRow) -> str:
    names = [each.title.in_language(language()) for each in row.others]
    return ("、" if language() == "zh" else ", ").join(names)


@require_safe
@internal
@with_plan
def account(request: HttpRequest, plan: ZonePackage, key: str, account: str) -> HttpResponse:
    """The statement of an account between two days."""
    found, as_of = account_of(key, account), read_as_of(request)
    start, end = day_in(request, "from"), day_in(request, "to")
    made = statement(found, start, end, as_of.moment)
    table: Table[Any] = Table(_STATEMENT, made.rows, request.GET)
    title = f"{found.title.in_language(language())} {start or ''} {end or ''}".strip()
    if download := export(request, table, title):
        return download
    context = {
        "account": found,
        "book": found.book,
        "holder": body_name(plan, found.body),
        "made": made,
        "table": table,
        "rows": [(row, _others(row)) for row in table.page_rows],
        "as_of": as_of,
        "start": start,
        "end": end,
    }
    return render(request, "portal/ledger/account.html", context)
