"""The books: trial balance, entries, one entry, the statement of an account; as of any day.

Each page shows of a book what the reader may read of it; to whom nothing of a book is open, there is no such book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
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
from ecociv.ledger.reading import Reach, SeenLine, books_read, moved, reach_of, seen_lines
from ecociv.ledger.verify import verify
from ecociv.people.permissions import actor_of, require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import moment_of, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def reads_books(view: View[Arguments]) -> View[Arguments]:
    """Let people of the zone in, and an enterprise that has an account in some book."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        zone, actor = zone_key(), actor_of(request.user)
        own = [] if actor.role.of_the_zone or not books_read(request.user, zone) else [actor.organisation]
        require(request.user, Action.READ, zone=zone, lead=own, public=False)
        return view(request, *args, **kwargs)

    return cast("View[Arguments]", login_required(inside))


def book_of(key: str, reader: Any) -> Reach:
    """What a reader reads of a book of the zone, or the page that says there is no such book."""
    found = Book.objects.filter(zone=zone_key(), key=key).first()
    reach = reach_of(reader, found) if found is not None else None
    if reach is None or reach.nothing:
        raise Http404(_("There is no such book."))
    return reach


def account_of(key: str, account: str, reader: Any) -> LedgerAccount:
    """An account of a book that is open to a reader, or the page that says there is none."""
    reach = book_of(key, reader)
    found = LedgerAccount.objects.filter(book=reach.book, key=account).select_related("book").first()
    if found is None or not reach.reads(found):
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
@reads_books
@with_plan
def books(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The books of the zone, with their proof."""
    as_of = read_as_of(request)
    rows = []
    for reach in books_read(request.user, zone_key()):
        each = reach.book
        if as_of.moment is not None and each.recorded_at > as_of.moment:
            continue
        rows.append(
            {
                "book": each,
                "keeper": body_name(plan, each.keeper),
                "entries": entries(each, as_of.moment, reader=request.user).count(),
                "accounts": each.accounts.count() if reach.own is None else len(reach.own),
                "broken": verify(each),
                # The break names an entry and its accounts, which may be another body's.
                "whole": reach.whole,
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
@reads_books
@with_plan
def book(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One book: its accounts as a trial balance on a day."""
    reach, as_of, on = book_of(key, request.user), read_as_of(request), day_in(request, "on")
    found = reach.book
    rows = trial_balance(found, on, as_of.moment, reader=request.user)
    table = Table(_TRIAL, rows, request.GET, default_sort="key")
    if download := export(request, table, found.title.in_language(language())):
        return download
    context = {
        "book": found,
        "whole": reach.whole,
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


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in the list, with the lines that the reader sees."""

    entry: Entry
    seen: tuple[SeenLine, ...]

    @property
    def payer(self) -> str:
        """Names of the accounts that the money left."""
        return account_names(line.account for line in self.seen if line.amount < 0)

    @property
    def receiver(self) -> str:
        """Names of the accounts that it entered."""
        return account_names(line.account for line in self.seen if line.amount > 0)

    @property
    def amount(self) -> int:
        """Fen that moved, as far as the reader sees it."""
        return moved(self.seen)


def account_names(accounts: Iterable[LedgerAccount | None]) -> str:
    """Names of accounts in the reader's language; those that the reader does not see are together one."""
    names = [
        each.title.in_language(language()) if each is not None else _("accounts of others")
        for each in accounts
    ]
    return ("、" if language() == "zh" else ", ").join(dict.fromkeys(names))


_ENTRIES: tuple[Column[EntryRow], ...] = (
    sortable("number", gettext_lazy("Entry"), lambda r: r.entry.number, numeric=True),
    Column("day", gettext_lazy("Day"), lambda r: r.entry.day.isoformat(), sort_by=lambda r: r.entry.day),
    sortable("from", gettext_lazy("From account"), lambda r: r.payer),
    sortable("to", gettext_lazy("To account"), lambda r: r.receiver),
    Column("amount", gettext_lazy("Amount, yuan"), lambda r: yuan(r.amount), sort_by=lambda r: r.amount, numeric=True),
    Column("kind", gettext_lazy("Kind"), lambda r: r.entry.get_kind_display(), sort_by=lambda r: r.entry.kind),
    sortable("document", gettext_lazy("Document"), lambda r: r.entry.document),
    sortable("text", gettext_lazy("Text"), lambda r: r.entry.text),
)  # fmt: skip


@require_safe
@reads_books
@with_plan
def entry_list(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """The entries of a book."""
    reach, as_of = book_of(key, request.user), read_as_of(request)
    found = reach.book
    filters = Filters(
        request.GET,
        [
            Filter(
                "account",
                _("Account"),
                [
                    Choice(each.key, each.title.in_language(language()))
                    for each in found.accounts.all()
                    if reach.reads(each)
                ],
                _("All accounts"),
            ),
            Filter("kind", _("Kind"), [Choice(k, label) for k, label in Entry.Kind.choices], _("All kinds")),
        ],
    )
    rows = entries(found, as_of.moment, reader=request.user)
    if filters["account"]:
        rows = rows.filter(lines__account__key=filters["account"]).distinct()
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    chosen = [
        EntryRow(each, seen_lines(each.lines.all(), reach))
        for each in rows
        if matches(filters.text, str(each.number), each.document, each.text)
    ]
    table = Table(_ENTRIES, chosen, request.GET, default_sort="-number")
    if download := export(request, table, found.title.in_language(language())):
        return download
    context = {
        "book": found,
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "may_keep": may_keep(request.user, found.zone, found.keeper),
    }
    return render(request, "portal/ledger/entries.html", context)


@require_safe
@reads_books
@with_plan
def entry(request: HttpRequest, plan: ZonePackage, key: str, number: int) -> HttpResponse:
    """One entry with its lines, its document and what reversed it."""
    reach, as_of = book_of(key, request.user), read_as_of(request)
    found = reach.book
    shown = (
        entries(found, as_of.moment, reader=request.user).filter(number=number).select_related("file").first()
    )
    if shown is None:
        raise Http404(_("There is no such entry."))
    reversal = shown.reversal
    if reversal is not None and as_of.moment is not None and reversal.recorded_at > as_of.moment:
        reversal = None
    context = {
        "book": found,
        "entry": shown,
        "whole": reach.whole,
        "lines": [
            (line, line.account is not None and reach.reads(line.account))
            for line in seen_lines(shown.lines.all(), reach)
        ],
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
    Column("other", gettext_lazy("Other account"), lambda r: account_names(r.others)),
    Column("amount", gettext_lazy("Amount, yuan"), lambda r: yuan(r.line.amount), numeric=True),
    Column("balance", gettext_lazy("Balance, yuan"), lambda r: yuan(r.balance), numeric=True),
)


@require_safe
@reads_books
@with_plan
def account(request: HttpRequest, plan: ZonePackage, key: str, account: str) -> HttpResponse:
    """The statement of an account between two days."""
    found, as_of = account_of(key, account, request.user), read_as_of(request)
    start, end = day_in(request, "from"), day_in(request, "to")
    made = statement(found, start, end, as_of.moment, reader=request.user)
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
        "rows": [(row, account_names(row.others)) for row in table.page_rows],
        "as_of": as_of,
        "start": start,
        "end": end,
    }
    return render(request, "portal/ledger/account.html", context)
