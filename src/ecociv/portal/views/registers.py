"""The registers: their kinds, the entries of one kind on any day, one entry with its history."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.documents import open_document
from ecociv.evidence.models import Document
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.register_forms import AttachForm
from ecociv.portal.right_forms import day_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.zone import language, zone_key
from ecociv.registers.attaching import files_of
from ecociv.registers.entries import Entry
from ecociv.registers.importing import exported
from ecociv.registers.kinds import FieldRule, Kind
from ecociv.registers.loading import UnknownKind, kind_of, kinds
from ecociv.registers.queries import counts, entries, entry, history, may_keep, readable, referring, shown_to

_ON_THE_PAGE = 4
"""Fields of an entry in the list; the rest is on its page and in the files."""

_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class KindCard:
    """A kind on the overview."""

    kind: Kind
    name: str
    about: str
    entries: int
    keeps: bool


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The kinds of register there are."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    number = counts(zone, None, as_of.moment)
    sees_all = allowed(request.user, Action.READ, zone=zone)
    cards = []
    for kind in kinds(zone).values():
        seen = number[kind.key]
        if not kind.public and not sees_all:
            # An enterprise finds its own entries of a kind that is not public; how many others there are is not said.
            seen = len(readable(request.user, entries(zone, kind.key, None, as_of.moment)))
            if not seen:
                continue
        cards.append(
            KindCard(
                kind,
                kind.name.in_language(tongue),
                kind.about.in_language(tongue),
                seen,
                may_keep(request.user, zone, kind),
            )
        )
    return render(request, "portal/registers/overview.html", {"cards": cards, "as_of": as_of})


@require_safe
def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Entries of one kind, on a day and as known at a moment."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    declared = declared_kind(kind)
    on = day_of(request.GET.get("on")) or timezone.localdate()
    choices = [field for field in declared.fields if field.type == "choice" and field.public]
    filters = Filters(
        request.GET,
        [
            Filter(
                "state",
                _("State"),
                [Choice(one.key, one.name.in_language(tongue)) for one in declared.states],
                _("All states"),
            ),
            Filter(
                "force",
                _("In force now"),
                [Choice("yes", _("In force now")), Choice("no", _("Not in force"))],
                _("In force or not"),
            ),
            *(
                Filter(
                    f"f-{field.key}",
                    field.name.in_language(tongue),
                    [Choice(one.key, one.name.in_language(tongue)) for one in field.choices],
                    _("All"),
                )
                for field in choices
            ),
        ],
    )
    rows = [
        one
        for one in readable(request.user, entries(zone, kind, on, as_of.moment, filters["state"] or None))
        if (not filters["force"] or one.in_force == (filters["force"] == "yes"))
        and all(
            not filters[f"f-{field.key}"] or one.values.get(field.key) == filters[f"f-{field.key}"]
            for field in choices
        )
        and matches(filters.text, one.key, *(one.shown(field.key, tongue) for field in declared.fields))
    ]
    table = Table(_columns(declared, tongue), rows, request.GET, default_sort="key")
    if request.GET.get("format") in _MEDIA:
        return _file(request, declared, table.sorted_rows, str(request.GET["format"]))
    context = {
        "kind": declared,
        "name": declared.name.in_language(tongue),
        "about": declared.about.in_language(tongue),
        "citation": declared.citation.in_language(tongue) if declared.citation else "",
        "table": table,
        "rows": [
            (
                one,
                [
                    (field.name.in_language(tongue), one.shown(field.key, tongue))
                    for field in _listed(declared)
                ],
            )
            for one in table.page_rows
        ],
        "filters": filters,
        "filters_kept": [(key, request.GET[key]) for key in ("on", "as_of") if request.GET.get(key)],
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
        "may_keep": not as_of.moment and may_keep(request.user, zone, declared),
    }
    return render(request, "portal/registers/list.html", context)


@require_safe
def detail(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One entry: what the register says of it on a day, what refers to it, and every revision."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    declared = declared_kind(kind)
    on = day_of(request.GET.get("on"))
    found = entry(zone, kind, key, on, as_of.moment)
    seen = shown_to(request.user, found) if found else None
    if found is None or seen is None:
        raise Http404(_("There is no such entry that you may read."))
    sees_all = seen is found
    facts = [
        (
            field.name.in_language(tongue),
            seen.shown(field.key, tongue),
            field,
            seen.values.get(field.key),
            sees_all or field.public,
        )
        for field in declared.fields
    ]
    past = history(zone, kind, key, as_of.moment)
    keeps = not as_of.moment and not on
    moves = [
        (move, move.name.in_language(tongue))
        for move in declared.moves_from(found.state)
        if keeps
        and allowed(
            request.user,
            Action.KEEP_REGISTER,
            zone=zone,
            lead=declared.may_move(move).bodies,
            roles=declared.may_move(move).roles,
        )
    ]
    context = {
        "entry": seen,
        "kind": declared,
        "kind_name": declared.name.in_language(tongue),
        "number_name": declared.number.name.in_language(tongue),
        "state": found.state_name.in_language(tongue),
        "facts": facts,
        "amounts": [
            (
                field.name.in_language(tongue),
                field.unit,
                [
                    (choice.name.in_language(tongue), value[choice.key])
                    for choice in field.choices
                    if choice.key in value
                ],
            )
            for field in declared.fields
            if isinstance(value := seen.values.get(field.key), dict)
        ],
        "history": [
            (row, _state_words(declared, row.state, tongue), _changed(declared, past, row, tongue, sees_all))
            for row in past
        ],
        "sees_all": sees_all,
        "referring": [
            (one, one.kind.name.in_language(tongue), one.state_name.in_language(tongue))
            for one in readable(request.user, referring(zone, kind, key, on, as_of.moment))
        ],
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
        "may_keep": keeps and may_keep(request.user, zone, declared),
        "moves": moves,
        "files": files_of(request.user, found, as_of.moment),
        "attach_form": AttachForm(declared),
    }
    return render(request, "portal/registers/detail.html", context)


@require_safe
def file(request: HttpRequest, kind: str, key: str, number: int) -> FileResponse:
    """A paper of an entry, for whoever may read both; sent to be saved and never to be shown or run in the page."""
    declared_kind(kind)
    found = entry(zone_key(), kind, key)
    row = None
    if found is not None and shown_to(request.user, found) is not None:
        row = next((each for each in files_of(request.user, found) if each.pk == number), None)
    if row is None:
        raise Http404(_("There is no such file that you may read."))
    document = Document.objects.filter(pk=row.sha256).first()
    try:
        if document is None:
            raise FileNotFoundError
        stored = open_document(document)
    except FileNotFoundError as error:
        raise Http404(
            _("The stored copy of this file is gone; ask an administrator to put it back.")
        ) from error
    response = FileResponse(stored, content_type="application/octet-stream")
    name = f"filename=\"document-{row.sha256[:12]}\"; filename*=UTF-8''{quote(row.file_name)}"
    response["Content-Disposition"] = f"attachment; {name}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def declared_kind(key: str) -> Kind:
    """A kind by its key, or the page that says there is none."""
    try:
        return kind_of(zone_key(), key)
    except UnknownKind as error:
        raise Http404(str(error)) from error


def suffix_of(request: HttpRequest) -> str:
    """What a link to an entry adds, so that it is seen on the same day and as known at the same moment."""
    kept = {key: request.GET[key] for key in ("on", "as_of") if request.GET.get(key)}
    return f"?{urlencode(kept)}" if kept else ""


def _listed(kind: Kind) -> list[FieldRule]:
    return [
        field
        for field in kind.fields
        if field.public and field.key != kind.title and field.type not in ("amounts", "flag", "reference")
    ][:_ON_THE_PAGE]


def _columns(kind: Kind, tongue: str) -> list[Column[Entry]]:
    def field_column(field: FieldRule) -> Column[Entry]:
        return Column(
            field.key,
            field.name.in_language(tongue),
            lambda one: one.shown(field.key, tongue),
            sort_by=lambda one: _sortable(one, field),
            numeric=field.type in ("integer", "decimal"),
        )

    return [
        Column("key", kind.number.name.in_language(tongue), lambda one: one.key, sort_by=lambda one: one.key),
        Column("title", gettext_lazy("Name of the entry"), lambda one: one.title, sort_by=lambda one: one.title),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: one.state_name.in_language(tongue),
            sort_by=lambda one: one.state,
        ),
        *(field_column(field) for field in _listed(kind)),
        Column(
            "since",
            gettext_lazy("Holds from"),
            lambda one: one.since.isoformat(),
            sort_by=lambda one: one.since,
        ),
    ]


def _sortable(one: Entry, field: FieldRule) -> object:
    value = one.values.get(field.key)
    if value is None or (field.type in ("integer", "decimal", "date") and isinstance(value, str)):
        return None
    return value


def _state_words(kind: Kind, state: str, tongue: str) -> str:
    declared = kind.state(state)
    return declared.name.in_language(tongue) if declared else state


def _changed(kind: Kind, past: list, row: object, tongue: str, sees_all: bool) -> str:  # type: ignore[type-arg]
    """Names of the fields in which a revision differs from the one before it."""
    place = past.index(row)
    if place + 1 >= len(past):
        return ""
    before, after = past[place + 1].content, row.content  # type: ignore[attr-defined]
    names = [
        field.name.in_language(tongue)
        for field in kind.fields
        if before.get(field.key) != after.get(field.key) and (sees_all or field.public)
    ]
    return ("、" if tongue == "zh" else ", ").join(names)


def _file(request: HttpRequest, kind: Kind, found: list[Entry], form: str) -> HttpResponse:
    """The rows as a file that can be taken back; columns that the reader may not see are not in it."""
    if not allowed(request.user, Action.READ, zone=zone_key()):
        kind = kind.model_copy(update={"fields": tuple(field for field in kind.fields if field.public)})
    response = HttpResponse(exported(found, kind, form, language()), content_type=_MEDIA[form])
    day = timezone.localdate().isoformat()
    name = quote(f"{kind.name.in_language(language())}-{day}.{form}")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{kind.key}-{day}.{form}\"; filename*=UTF-8''{name}"
    )
    response["Cache-Control"] = "private, no-store"
    return response
