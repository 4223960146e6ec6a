"""Layers of space: the list, a layer with its versions, a version with its report, differences, downloads."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.people.permissions import actor_of, allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.layer_report import topology_view
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, iso, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.downloads import FORMS, Part, PartRefused, compared, file_name, write_download
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import LayerKind, UnknownKind, layer_kind, layer_kinds
from ecociv.territory.models import Confidentiality, Layer, LayerVersion
from ecociv.territory.queries import layer_file, may_read, versions_in_force
from ecociv.territory.topology import ChangeKind, FeatureChange


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer with the newest version that the reader may see."""

    layer: Layer
    newest: LayerVersion
    kind: str
    holds: bool

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return self.layer.title.in_language(language())


_LIST: tuple[Column[LayerRow], ...] = (
    sortable("title", gettext_lazy("Layer"), lambda r: r.title),
    sortable("kind", gettext_lazy("Kind"), lambda r: r.kind),
    sortable("version", gettext_lazy("Version"), lambda r: r.newest.number, numeric=True),
    Column(
        "from",
        gettext_lazy("Valid from"),
        lambda r: iso(r.newest.valid_from),
        sort_by=lambda r: r.newest.valid_from,
    ),
    sortable("count", gettext_lazy("Features"), lambda r: r.newest.count, numeric=True),
    sortable("area", gettext_lazy("Area (m²)"), lambda r: r.newest.area, numeric=True),
    Column(
        "confidentiality",
        gettext_lazy("Confidentiality"),
        lambda r: r.newest.get_confidentiality_display(),
        sort_by=lambda r: r.newest.confidentiality,
    ),
    Column("key", gettext_lazy("Key"), lambda r: r.layer.key, export_only=True),
    Column("sha256", "SHA-256", lambda r: r.newest.sha256, export_only=True),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The layers that the reader may see."""
    tongue = language()
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Kind"),
                [Choice(key, kind.name.in_language(tongue)) for key, kind in layer_kinds().items()],
                _("All kinds"),
            ),
            Filter(
                "confidentiality",
                _("Confidentiality"),
                [Choice(value, str(label)) for value, label in Confidentiality.choices],
                _("Public or not"),
            ),
        ],
    )
    everything = _rows(request.user)
    rows = [
        row
        for row in everything
        if (not filters["kind"] or row.layer.kind == filters["kind"])
        and (not filters["confidentiality"] or row.newest.confidentiality == filters["confidentiality"])
        and matches(filters.text, row.title, row.layer.key, row.kind, row.newest.plan)
    ]
    table = Table(_LIST, rows, request.GET, default_sort="kind")
    if download := export(request, table, _("Layers")):
        return download
    return render(
        request,
        "portal/layers/list.html",
        {"table": table, "filters": filters, "may_import": may_import(request.user)},
    )


def _rows(user: Any) -> list[LayerRow]:
    zone = zone_key()
    newest: dict[int, LayerVersion] = {}
    for version in (
        LayerVersion.objects.of_zone(zone).visible_to(user).select_related("layer").order_by("number")
    ):
        newest[version.layer_id] = version
    holding = {version.layer_id for version in versions_in_force(zone, timezone.localdate(), user=user)}
    return [
        LayerRow(version.layer, version, _kind_name(version.layer.kind), version.layer_id in holding)
        for version in newest.values()
    ]


def may_import(user: Any) -> bool:
    """Whether a user may add layers of the own body."""
    own = getattr(user, "organisation", "")
    return bool(getattr(user, "is_authenticated", False)) and allowed(
        user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=[own] if own else []
    )


def _kind_of(key: str) -> LayerKind | None:
    try:
        return layer_kind(key)
    except UnknownKind:
        return None


def _kind_name(key: str) -> str:
    kind = _kind_of(key)
    return kind.name.in_language(language()) if kind else key


def _seen(request: HttpRequest, key: str) -> tuple[Layer, list[LayerVersion]]:
    """A layer with those of its versions that the reader may see, the newest first; 404 where there is none."""
    versions = list(
        LayerVersion.objects.of_zone(zone_key())
        .visible_to(request.user)
        .filter(layer__key=key)
        .select_related("layer", "author")
        .order_by("-number")
    )
    if not versions:
        raise Http404
    return versions[0].layer, versions


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of a version."""

    name: str
    colour: str
    count: int
    area: float
    share: float


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """A layer with the history of its versions."""
    layer, versions = _seen(request, key)
    withdrawn = {version.withdraws for version in versions}
    holding = {
        version.pk for version in versions_in_force(zone_key(), timezone.localdate(), user=request.user)
    }
    content = [version for version in versions if version.change != LayerVersion.Change.WITHDRAWAL]
    context = {
        "layer": layer,
        "title": layer.title.in_language(language()),
        "kind": _kind_name(layer.kind),
        "keeper": _body_name(plan, layer.owner),
        "versions": [(each, each.pk in holding, each.number in withdrawn) for each in versions],
        "content": content,
        "newest": content[0] if content else None,
        "forms": list(FORMS),
        "may_import": may_import(request.user),
    }
    if content:
        context["classes"], context["unreadable"] = _classes(content[0])
    return render(request, "portal/layers/layer.html", context)


def _body_name(plan: ZonePackage, key: str) -> str:
    if not key:
        return ""
    body = next((each for each in plan.organisations if each.key == key), None)
    return body.shown(language()) if body else key


def _classes(version: LayerVersion) -> tuple[list[ClassRow], str]:
    kind = _kind_of(version.layer.kind)
    try:
        found = layer_file(version).area_by_class()
    except LayerFileUnreadable as error:
        return [], error.text.in_language(language())
    total = sum(area for _count, area in found.values()) or 1.0
    return [
        ClassRow(
            kind.class_name(key).in_language(language()) if kind else key,
            kind.colour_of(key) if kind else "#7a8a99",
            count,
            area,
            100 * area / total,
        )
        for key, (count, area) in sorted(found.items(), key=lambda item: -item[1][1])
    ], ""


def _readable(request: HttpRequest, key: str, number: int) -> LayerVersion:
    found = (
        LayerVersion.objects.of_zone(zone_key())
        .filter(layer__key=key, number=number)
        .select_related("layer", "author")
        .first()
    )
    if found is None or not may_read(request.user, found):
        raise Http404
    return found


@require_safe
@with_plan
def version(request: HttpRequest, plan: ZonePackage, key: str, number: int) -> HttpResponse:
    """A version: what it claims to be, its topology, its repairs, its downloads."""
    found = _readable(request, key, number)
    classes, unreadable = _classes(found)
    context = {
        "version": found,
        "title": found.layer.title.in_language(language()),
        "kind": _kind_name(found.layer.kind),
        "topology": topology_view(found.topology, found.repairs),
        "classes": classes,
        "unreadable": unreadable,
        "forms": list(FORMS),
        "signed_in": actor_of(request.user).active,
        "may_withdraw": found.change != LayerVersion.Change.WITHDRAWAL
        and not found.layer.versions.filter(withdraws=found.number).exists()
        and getattr(request.user, "is_authenticated", False)
        and allowed(
            request.user,
            Action.RECORD_EVIDENCE,
            zone=found.layer.zone,
            lead=[found.layer.owner] if found.layer.owner else [],
        ),
    }
    return render(request, "portal/layers/version.html", context)


_CHANGES: tuple[Column[FeatureChange], ...] = (
    sortable("identity", gettext_lazy("Feature"), lambda r: r.identity),
    sortable("name", gettext_lazy("Name"), lambda r: r.name),
    Column(
        "kind",
        gettext_lazy("Change"),
        lambda r: r.kind.label.in_language(language()),
        sort_by=lambda r: r.kind.value,
    ),
    sortable("old", gettext_lazy("Class before"), lambda r: r.class_old),
    sortable("new", gettext_lazy("Class after"), lambda r: r.class_new),
    Column(
        "area_old",
        gettext_lazy("Area before (m²)"),
        lambda r: round(r.area_old, 2),
        sort_by=lambda r: r.area_old,
        numeric=True,
    ),
    Column(
        "area_new",
        gettext_lazy("Area after (m²)"),
        lambda r: round(r.area_new, 2),
        sort_by=lambda r: r.area_new,
        numeric=True,
    ),
    Column(
        "common",
        gettext_lazy("In both (m²)"),
        lambda r: round(r.area_common, 2),
        sort_by=lambda r: r.area_common,
        numeric=True,
    ),
)


@require_safe
@with_plan
def changes(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """What changed from one version to another (``?from=1&to=2``)."""
    numbers = [request.GET.get("from", ""), request.GET.get("to", "")]
    if not all(each.isdecimal() and len(each) < 8 for each in numbers):
        raise Http404
    old, new = (_readable(request, key, int(each)) for each in numbers)
    context: dict[str, Any] = {
        "layer": old.layer,
        "title": old.layer.title.in_language(language()),
        "old": old,
        "new": new,
    }
    try:
        found = compared(old, new)
    except LayerFileUnreadable as error:
        context["unreadable"] = error.text.in_language(language())
        return render(request, "portal/layers/difference.html", context)
    kind = _kind_of(old.layer.kind)
    wanted = Filters(
        request.GET,
        [
            Filter(
                "change",
                _("Change"),
                [
                    Choice(each.value, each.label.in_language(language()))
                    for each in ChangeKind
                    if each is not ChangeKind.UNCHANGED
                ],
                _("All changes"),
            )
        ],
    )
    rows = [
        row
        for row in found.changed
        if (not wanted["change"] or row.kind.value == wanted["change"])
        and matches(wanted.text, row.identity, row.name)
    ]
    table = Table(_CHANGES, rows, request.GET, default_sort="-area_new")
    if download := export(request, table, f"{key}-v{old.number}-v{new.number}"):
        return download

    def named(class_key: str | None) -> str:
        if class_key is None:
            return _("not covered")
        return kind.class_name(class_key).in_language(language()) if kind else class_key

    context |= {
        "table": table,
        "filters": wanted,
        "counts": [(each.label.in_language(language()), count) for each, count in found.counts.items()],
        "areas": [
            (named(before), named(after), area, before != after)
            for (before, after), area in found.areas.items()
        ],
        "named": {each: named(each) for pair in found.areas for each in pair if each},
        "rows": [(row, named(row.class_old), named(row.class_new)) for row in table.page_rows],
    }
    return render(request, "portal/layers/difference.html", context)


@require_safe
def download(request: HttpRequest, key: str, number: int, form: str) -> FileResponse:
    """A version as a file, for those who may see it; ``bbox`` or ``county`` narrow it to a part."""
    found = _readable(request, key, number)
    if form not in FORMS:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "layer"
        try:
            layer_file(found)
            part = Part.of(request.GET.get("bbox", ""), request.GET.get("county", ""))
            write_download(found, form, out, part)
        except (LayerFileUnreadable, PartRefused) as error:
            raise Http404(error.text.in_language(language())) from error
        # The open file outlives its name: the folder goes now, the bytes when they are sent.
        response = FileResponse(out.open("rb"), as_attachment=True, filename=file_name(found, form))
    response["Content-Type"] = FORMS[form]
    if found.confidentiality != Confidentiality.PUBLIC:
        response["Cache-Control"] = "private, no-store"
    return response
