"""The register of natural resource rights: list, one unit as of any day, its boundary and its words as files."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.documents import DocumentDamaged, read_document
from ecociv.land_administration.authority import answers_for_land
from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.entry import boundary_of
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.queries import (
    event_words,
    ladm,
    masked,
    registration_in_force,
    registrations_in_force,
    shown_to,
)
from ecociv.land_administration.rights.state import UnitState
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.outline import outline
from ecociv.portal.right_forms import day_of
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.right_certificate.write import FORMS, write_right_certificate
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import layer_kind

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in the list."""

    registration: Registration
    name: str
    kind: str
    county: str
    owners: str
    event: str


_COLUMNS: tuple[Column[UnitRow], ...] = (
    sortable("number", gettext_lazy("Number"), lambda r: r.registration.unit.number),
    sortable("name", gettext_lazy("Name"), lambda r: r.name),
    sortable("kind", gettext_lazy("Kind of resource"), lambda r: r.kind),
    Column(
        "county", gettext_lazy("County"), lambda r: r.county, sort_by=lambda r: r.registration.unit.county
    ),
    sortable("area", gettext_lazy("Area (m²)"), lambda r: r.registration.area, numeric=True),
    sortable("owners", gettext_lazy("Holders"), lambda r: r.owners),
    sortable("event", gettext_lazy("Last registration"), lambda r: r.event),
    Column(
        "effective",
        gettext_lazy("Effective on"),
        lambda r: r.registration.effective_on.isoformat(),
        sort_by=lambda r: r.registration.effective_on,
    ),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Units on the register, on a day and as known at a moment."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    on = day_of(request.GET.get("on")) or timezone.localdate()
    counties = {county.code: county.name.in_language(tongue) for county in plan.zone.counties}
    kind = layer_kind("registered-rights")
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Kind of resource"),
                [Choice(k, n.in_language(tongue)) for k, n in kind.class_names().items()],
                _("All kinds"),
            ),
            Filter("county", _("County"), [Choice(k, n) for k, n in counties.items()], _("All counties")),
            Filter("is", _("State"), [Choice("ended", _("Cancelled"))], _("On the register")),
        ],
    )
    rows = []
    sees_all = allowed(request.user, Action.READ, zone=zone)
    for one in registrations_in_force(zone, on, as_of.moment, with_ended=filters["is"] == "ended"):
        if filters["is"] == "ended" and not one.ended:
            continue
        if filters["kind"] and one.unit.kind != filters["kind"]:
            continue
        if filters["county"] and one.unit.county != filters["county"]:
            continue
        state = one.state if sees_all else masked(one.state)
        row = UnitRow(
            one,
            state.name,
            kind.class_name(one.unit.kind).in_language(tongue),
            counties.get(one.unit.county, one.unit.county),
            _holders(state),
            event_words(one.event).in_language(tongue),
        )
        if matches(filters.text, one.unit.number, row.name, row.owners, row.county):
            rows.append(row)
    table = Table(_COLUMNS, rows, request.GET, default_sort="number")
    if download := export(request, table, _("Register of natural resource rights")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "on": on,
        "suffix": _suffix_of(request),
        "filters_kept": [("on", request.GET["on"])] if request.GET.get("on") else [],
        "may_register": not as_of.moment and answers_for_land(request.user, zone, timezone.localdate()),
    }
    return render(request, "portal/rights/list.html", context)


def _suffix_of(request: HttpRequest) -> str:
    """What a link to a unit adds, so that it is seen on the same day and as known at the same moment."""
    kept = {key: request.GET[key] for key in ("on", "as_of") if request.GET.get(key)}
    return f"?{urlencode(kept)}" if kept else ""


def _holders(state: UnitState) -> str:
    names = dict.fromkeys(state.party(one.party).name for one in state.holdings if state.party(one.party))  # type: ignore[union-attr]
    return ("、" if language() == "zh" else ", ").join(names)


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: str) -> HttpResponse:
    """One unit: what the register says of it on a day, and every registration."""
    unit, registration = _asked(request, number)
    as_of, tongue = read_as_of(request), language()
    history = unit.registrations.prefetch_related("documents").order_by("-serial")
    if as_of.moment:
        history = history.filter(recorded_at__lte=as_of.moment)
    state = shown_to(request.user, unit.zone, registration.state)
    try:
        drawn = outline([(boundary_of(registration), "own", unit.number)])
    except LayerFileUnreadable as refused:
        # What the register says can be read all the same.
        drawn = None
        messages.error(request, refused.text.in_language(tongue))
    words = rules()
    context = {
        "unit": unit,
        "registration": registration,
        "state": state,
        "kind": layer_kind("registered-rights").class_name(unit.kind).in_language(tongue),
        "county": next(
            (one.name.in_language(tongue) for one in plan.zone.counties if one.code == unit.county),
            unit.county,
        ),
        "holdings": [
            (
                next(one.name for one in words.rights if one.key == held.right).in_language(tongue),
                state.party(held.party),
                next(
                    (
                        one.name
                        for one in words.party_kinds
                        if one.key == getattr(state.party(held.party), "kind", "")
                    ),
                    None,
                ),
                held,
            )
            for held in state.holdings
        ],
        "restrictions": [
            (next(one.name for one in words.restrictions if one.key == limit.kind).in_language(tongue), limit)
            for limit in state.restrictions
        ],
        "history": [(event_words(row.event).in_language(tongue), row) for row in history],
        "as_of": as_of,
        "on": day_of(request.GET.get("on")),
        "outline": drawn,
        "suffix": _suffix_of(request),
        "may_register": not as_of.moment
        and not request.GET.get("on")
        and not registration.ended
        and answers_for_land(request.user, unit.zone, timezone.localdate()),
        "sees_files": allowed(request.user, Action.READ, zone=unit.zone),
    }
    return render(request, "portal/rights/detail.html", context)


@require_safe
def boundary(request: HttpRequest, number: str) -> HttpResponse:
    """The boundary as GeoJSON."""
    import json

    import shapely

    unit, registration = _asked(request, number)
    try:
        shape = boundary_of(registration)
    except LayerFileUnreadable as refused:
        raise Http404(refused.text.in_language(language())) from refused
    feature = {
        "type": "Feature",
        "id": unit.number,
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {
            "number": unit.number,
            "kind": unit.kind,
            "area_m2": str(registration.area),
            "crs": "EPSG:4490",
            "sample": unit.sample,
            "layer_version": registration.boundary.sha256,
        },
    }
    return JsonResponse(
        feature, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
def as_ladm(request: HttpRequest, number: str) -> HttpResponse:
    """The unit in the words of ISO 19152."""
    unit, registration = _asked(request, number)
    state = shown_to(request.user, unit.zone, registration.state)
    history = unit.registrations.filter(serial__lte=registration.serial).prefetch_related("documents")
    return JsonResponse(
        dict(ladm(registration, history, state)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


@require_safe
@with_plan
def certificate(request: HttpRequest, plan: ZonePackage, number: str, form: str) -> HttpResponse:
    """The certificate of the unit as a file, for the day and the moment that the address names."""
    if form not in FORMS:
        raise Http404(_("There is no such form."))
    unit, registration = _asked(request, number)
    try:
        content = write_right_certificate(
            registration,
            form,
            on=day_of(request.GET.get("on")),
            as_of=read_as_of(request).moment,
            language=language(),
            reader=request.user,
        )
    except (ReportRefused, LayerFileUnreadable) as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:right", number=unit.number)
    response = HttpResponse(content, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{unit.number}-{registration.serial}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def document(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """A document that a registration rests on, for people of the zone."""
    unit, _registration = _asked(request, number)
    if not allowed(request.user, Action.READ, zone=unit.zone):
        raise Http404
    for row in unit.registrations.filter(documents__sha256=sha256).prefetch_related("documents"):
        for one in row.documents.all():
            if one.sha256 == sha256:
                try:
                    content = read_document(one)
                except DocumentDamaged as error:
                    raise Http404(str(error)) from error
                response = HttpResponse(content, content_type="application/octet-stream")
                response["Content-Disposition"] = (
                    f'attachment; filename="{one.sha256[:12]}{_suffix(one.name)}"'
                )
                return response
    raise Http404


def _suffix(name: str) -> str:
    tail = name.rpartition(".")[2]
    return f".{tail.lower()}" if tail.isascii() and tail.isalnum() and len(tail) <= 5 else ""


def _asked(request: HttpRequest, number: str) -> tuple[RightUnit, Registration]:
    """The unit and its registration on the day and at the moment that the address names."""
    unit = get_object_or_404(RightUnit, zone=zone_key(), number=number)
    found = registration_in_force(unit, day_of(request.GET.get("on")), read_as_of(request).moment)
    if found is None:
        raise Http404(_("The unit was not on the register then."))
    return unit, found
