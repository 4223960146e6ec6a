"""Change patches from remote sensing: those dispatched with what came of them, and dispatching the rest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.casework.actions import CaseRefused
from ecociv.casework.models import Case
from ecociv.land_administration.authority import answers_for_land, require_authority
from ecociv.land_administration.patches.actions import KIND, DispatchPatches, DispatchRefused
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.land_administration.patches.queries import Tally, patches_for, tallies, waiting_versions
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.case_rows import CaseRow, rows_of, with_parties
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import may_read


@dataclass(frozen=True, slots=True)
class PatchRow:
    """One dispatched patch in the list."""

    patch: DispatchedPatch
    case: CaseRow
    class_name: str
    county: str


_COLUMNS: tuple[Column[PatchRow], ...] = (
    sortable("patch", gettext_lazy("Patch"), lambda r: r.patch.identity),
    sortable("class", gettext_lazy("Class"), lambda r: r.class_name),
    Column("county", gettext_lazy("County"), lambda r: r.county, sort_by=lambda r: r.patch.county),
    sortable("area", gettext_lazy("Area (m²)"), lambda r: r.patch.area, numeric=True),
    sortable("state", gettext_lazy("State"), lambda r: r.case.state),
    sortable("turn", gettext_lazy("Whose move"), lambda r: r.case.turn),
    Column(
        "due",
        gettext_lazy("Due"),
        lambda r: r.case.due.isoformat() if r.case.due else None,
        sort_by=lambda r: r.case.due,
    ),
    Column("case", gettext_lazy("Case"), lambda r: r.case.case.number, sort_by=lambda r: r.case.case.serial),
    Column("layer", gettext_lazy("Layer"), lambda r: str(r.patch.layer), export_only=True),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Patches whose cases the reader may see, with tallies by county and what waits to be dispatched."""
    zone, tongue = zone_key(), language()
    counties = {county.code: county.name.in_language(tongue) for county in plan.zone.counties}
    kind = layer_kind(KIND)
    filters = Filters(
        request.GET,
        [
            Filter("county", _("County"), [Choice(k, n) for k, n in counties.items()], _("All counties")),
            Filter(
                "class",
                _("Class"),
                [Choice(k, n.in_language(tongue)) for k, n in kind.class_names().items()],
                _("All classes"),
            ),
            Filter(
                "is",
                _("State"),
                [Choice("open", _("Open")), Choice("overdue", _("Overdue")), Choice("closed", _("Closed"))],
                _("Open and closed"),
            ),
        ],
    )
    patches = patches_for(request.user, zone)
    everything = patches
    if filters["county"]:
        patches = patches.filter(county=filters["county"])
    if filters["class"]:
        patches = patches.filter(class_key=filters["class"])
    if filters["is"]:
        patches = patches.filter(case__closed_at__isnull=filters["is"] != "closed")
    if filters["is"] == "overdue":
        patches = patches.filter(case__due__lt=timezone.localdate())
    rows = [
        row
        for row in _rows(patches, counties)
        if matches(filters.text, row.patch.identity, row.case.case.title, row.case.case.number, row.county)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="due")
    if download := export(request, table, _("Change patches")):
        return download
    by_county = tallies(everything)
    context = {
        "table": table,
        "filters": filters,
        "tallies": [(counties.get(one.county, one.county), one) for one in by_county],
        "total": _total(by_county),
        "waiting": _waiting(request, zone),
    }
    return render(request, "portal/land/patches.html", context)


def _rows(patches: Any, counties: dict[str, str]) -> list[PatchRow]:
    found = list(patches)
    own = Case.objects.filter(patch__in=patches.order_by().values("pk"))
    cases = {row.case.pk: row for row in rows_of(with_parties(own), timezone.localdate())}
    kind, tongue = layer_kind(KIND), language()
    return [
        PatchRow(
            patch,
            cases[patch.case_id],
            kind.class_name(patch.class_key).in_language(tongue),
            counties.get(patch.county, patch.county),
        )
        for patch in found
    ]


def _total(rows: list[Tally]) -> Tally | None:
    if len(rows) < 2:
        return None
    return Tally(
        "",
        sum(row.count for row in rows),
        sum(row.open for row in rows),
        sum(row.late for row in rows),
        sum((row.area for row in rows), start=Decimal(0)),
    )


def _waiting(request: HttpRequest, zone: str) -> list[tuple[LayerVersion, int]]:
    if not answers_for_land(request.user, zone, timezone.localdate()):
        return []
    return [(version, left) for version, left in waiting_versions(request.user, zone) if left]


class DispatchForm(forms.Form):
    """Which patches."""

    identities = forms.CharField(
        label=gettext_lazy("Only these patches"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Identities, one a line or with commas between; every patch that was not dispatched yet when empty."
        ),
    )

    def clean_identities(self) -> list[str] | None:
        """The identities as a list; none where all are meant."""
        given = self.cleaned_data["identities"].replace(",", "\n").replace("，", "\n").split("\n")
        return [one.strip() for one in given if one.strip()] or None


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def dispatch(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """Dispatch the patches of a layer version to their counties."""
    version = get_object_or_404(
        LayerVersion.objects.select_related("layer"), pk=pk, layer__zone=zone_key(), layer__kind=KIND
    )
    if not may_read(request.user, version):
        raise Http404
    require_authority(request.user, zone_key())
    form = DispatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = DispatchPatches(version, request.user, form.cleaned_data["identities"]).execute()
        except DispatchRefused as refused:
            for text in refused.texts:
                form.add_error(None, text.in_language(language()))
        except CaseRefused as refused:
            form.add_error(None, refused.text.in_language(language()))
        else:
            count = len(done.sent)
            messages.success(
                request,
                ngettext("%(n)d patch was dispatched.", "%(n)d patches were dispatched.", count)
                % {"n": count},
            )
            return redirect(reverse("portal:land-patches"))
    context = {
        "form": form,
        "version": version,
        "title_of_layer": version.layer.title.in_language(language()),
    }
    return render(request, "portal/land/dispatch.html", context)
