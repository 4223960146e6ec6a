"""Site checks: ask for one, read it with its map, areas and grounds, and the list of all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.evidence.declared import DeclarationError
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.site_forms import Received, SiteForm
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.site_check.content import certificate_map
from ecociv.reporting.site_check.write import FORMS, write_certificate
from ecociv.territory.models import SiteCheck
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.actions import CheckSite, repeat
from ecociv.territory.site_check.files import site_of_file
from ecociv.territory.site_check.models import SiteAnswer
from ecociv.territory.site_check.queries import may_check, may_read_check
from ecociv.territory.site_check.sites import SiteRefused

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def require_checker(request: HttpRequest) -> None:
    """Site checks are for accounts of the zone."""
    if not may_check(request.user, zone_key()):
        raise PermissionDenied(_("Log in with an account of this zone to have a site checked."))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; a geometry may come with the address, or be sent by the map, to be completed here."""
    require_checker(request)
    asked = request.method == "POST" and "purpose" in request.POST
    if not asked:
        given = request.POST if request.method == "POST" else request.GET
        # What the map sends along: the outline, and the two days at which it looks.
        known = {
            name: given[name][:2_000_000]
            for name in ("geometry", "title", "on", "as_of", "purpose")
            if given.get(name)
        }
        form = SiteForm(initial=known)
        return render(request, "portal/sites/form.html", {"form": form})
    form = SiteForm(request.POST, request.FILES)
    refused = ""
    if form.is_valid():
        try:
            made = _checked(request, form)
            return HttpResponseRedirect(reverse("portal:site-check", args=[made.number]))
        except (SiteRefused, PurposeRefused) as refusal:
            refused = refusal.text.in_language(language())
        except DeclarationError as refusal:
            refused = str(refusal)
    return render(request, "portal/sites/form.html", {"form": form, "refused": refused}, status=422)


def _checked(request: HttpRequest, form: SiteForm) -> SiteCheck:
    said = form.cleaned_data
    if said["file"] is not None:
        with Received(said["file"]) as path:
            read = site_of_file(path, said["crs"], layer=said["layer"].strip())
        asked = replace(
            form.request_for(read.text, read.crs), file_notes=[note.to_mapping() for note in read.notes]
        )
    else:
        asked = form.request_for(said["geometry"])
    return CheckSite(asked, zone_key(), request.user, said["title"], form.moment).execute()


def check_columns(*keys: str) -> list[Column[SiteCheck]]:
    """Columns of a list of checks, in the order of the keys."""
    tongue = language()
    columns: list[Column[SiteCheck]] = [
        Column("row", gettext_lazy("Row"), lambda r: r.row, sort_by=lambda r: r.row, numeric=True),
        Column("number", gettext_lazy("Number"), lambda r: r.reference, sort_by=lambda r: r.number),
        Column("title", gettext_lazy("Project"), lambda r: r.title, sort_by=lambda r: collation_key(r.title)),
        Column(
            "purpose",
            gettext_lazy("Intended use"),
            lambda r: r.result["purpose"][f"name_{tongue}"],
            sort_by=lambda r: r.purpose,
        ),
        Column(
            "answer", gettext_lazy("Answer of the check"), lambda r: r.get_answer_display(), sort_by=lambda r: r.answer
        ),
        Column("area", gettext_lazy("Area in m²"), lambda r: r.area, sort_by=lambda r: r.area, numeric=True),
        Column("on", gettext_lazy("For the day"), lambda r: r.on.isoformat(), sort_by=lambda r: r.on),
        Column(
            "author", gettext_lazy("Checked by"), lambda r: r.author_name, sort_by=lambda r: r.author_name
        ),
        Column(
            "reasons",
            gettext_lazy("Grounds of the answer"),
            lambda r: "; ".join(str(one[tongue]) for one in r.result["reasons"]),
            export_only=True,
        ),
        Column("digest", gettext_lazy("Digest"), lambda r: r.digest, export_only=True),
    ]
    known = {column.key: column for column in columns}
    return [known[key] for key in keys]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All checks that the reader may see."""
    require_checker(request)
    purposes = {
        each.key: each.name.in_language(language()) for each in space_rules(zone_key()).purposes.purposes
    }
    filters = Filters(
        request.GET,
        [
            Filter(
                "answer",
                gettext_lazy("Answer of the check"),
                [Choice(value, label) for value, label in SiteAnswer.choices],
                gettext_lazy("All results"),
            ),
            Filter(
                "purpose",
                gettext_lazy("Intended use"),
                [Choice(key, name) for key, name in purposes.items()],
                gettext_lazy("All purposes"),
            ),
        ],
    )
    found = SiteCheck.objects.filter(zone=zone_key()).visible_to(request.user)
    there = found.exists()
    for name in ("answer", "purpose"):
        if filters[name]:
            found = found.filter(**{name: filters[name]})
    rows = [each for each in found if matches(filters.text, each.reference, each.title, each.author_name)]
    columns = check_columns(
        "number", "title", "purpose", "answer", "area", "on", "author", "reasons", "digest"
    )
    table = Table(columns, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Site checks")):
        return download
    return render(request, "portal/sites/list.html", {"table": table, "filters": filters, "there": there})


def found_check(request: HttpRequest, number: int) -> SiteCheck:
    """A check that the reader may see; whoever may not is told that there is none."""
    check = SiteCheck.objects.filter(zone=zone_key(), number=number).first()
    if check is None or not may_read_check(request.user, check):
        require_checker(request)
        raise Http404(_("There is no such site check."))
    return check


@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One check."""
    check = found_check(request, number)
    tongue = language()
    context = {
        "check": check,
        "result": check.result,
        "answer": check.result[f"answer_{tongue}"],
        # Drawn here from geometry and names of kinds, every word of it escaped.
        "map": mark_safe(certificate_map(check, tongue, "sans-serif", request.user)),  # noqa: S308
        "reasons": [(each["code"], each[tongue]) for each in check.result["reasons"]],
        "findings": [_in_language(each, tongue) for each in check.result["findings"]],
        "layers": [
            {
                **_in_language(layer, tongue),
                "classes": [_in_language(each, tongue) for each in layer["classes"]],
            }
            for layer in check.result["layers"]
        ],
        "documents": [_in_language(each, tongue) for each in check.result["changes"]["documents"]],
        "say": _traits(check, tongue),
        "not_consulted": [each[f"name_{tongue}"] for each in check.result["not_consulted"]],
        "notes": [each[tongue] for each in check.result["site"]["notes"]],
        "purpose": check.result["purpose"][f"name_{tongue}"],
        "geometry": json.dumps(check.result["site"]["geometry"]),
    }
    return render(request, "portal/sites/detail.html", context)


def _in_language(facts: dict[str, Any], tongue: str) -> dict[str, Any]:
    """Each pair of texts (``name_zh``, ``name_en``) as one."""
    chosen = {
        key.removesuffix(f"_{tongue}"): value for key, value in facts.items() if key.endswith(f"_{tongue}")
    }
    return {**facts, **chosen}


def _traits(check: SiteCheck, tongue: str) -> list[str]:
    names = {each.key: each.name.in_language(tongue) for each in space_rules(check.zone).purposes.traits}
    return [names.get(key, key) for key in check.result["changes"]["say"]]


@require_safe
def certificate(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """The certificate as a file."""
    check = found_check(request, number)
    if form not in FORMS:
        raise Http404(_("There is no such form."))
    try:
        content = write_certificate(check, form, language=language(), reader=request.user)
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return HttpResponseRedirect(reverse("portal:site-check", args=[check.number]))
    response = HttpResponse(content, content_type=_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{check.reference}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def result(request: HttpRequest, number: int) -> HttpResponse:
    """The whole result as JSON."""
    check = found_check(request, number)
    response = JsonResponse(
        {"reference": check.reference, "digest": check.digest, **check.result},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = f'attachment; filename="{check.reference}.json"'
    return response


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Make the check again, compare, and say so."""
    check = found_check(request, number)
    made = repeat(check)
    if made.same:
        messages.success(
            request,
            _("Made again on %(day)s: the same to the last byte.")
            % {"day": timezone.localtime().strftime("%Y-%m-%d %H:%M")},
        )
    elif made.rules_changed:
        messages.warning(
            request,
            _("Made again: it differs in %(parts)s. The declared rules have changed since.")
            % {"parts": ", ".join(made.differs)},
        )
    else:
        messages.error(
            request,
            _(
                "Made again: it differs in %(parts)s, though layers and rules should be the same. Check the layer files."
            )
            % {"parts": ", ".join(made.differs)},
        )
    return HttpResponseRedirect(reverse("portal:site-check", args=[check.number]))
