"""What past years would have cost whom under other terms: up to three variants of an agreement side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.compensation.agreements.declaration import Agreement, Compensation, OutOfForce, Version
from ecociv.compensation.simulations.actions import KeepVariant, VariantRefused, may_keep_variants
from ecociv.compensation.simulations.comparing import (
    MOST_VARIANTS,
    Simulation,
    refuse_span,
    versions_of,
)
from ecociv.compensation.simulations.queries import kept_variant, kept_variants
from ecociv.compensation.simulations.running import measured_at, recent_years, what_if
from ecociv.compensation.simulations.terms import TermRefused, terms_in
from ecociv.compensation.simulations.typed import typed_of
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.exports import FORMS
from ecociv.portal.internal import internal
from ecociv.portal.simulated import Compared
from ecociv.portal.simulator_form import (
    LETTERS,
    Variant,
    address_of,
    changed_terms,
    edited,
    kind_choices,
    pairs_of_terms,
    read_variants,
    shown_groups,
)
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.compensation import declared
from ecociv.portal.views.ledger import body_name
from ecociv.portal.zone import language, zone_key

_EARLIEST, _LATEST = 1900, 2998
TEMPLATE = "portal/compensation/simulator.html"


@dataclass(frozen=True)
class Page:
    """What an address asks of the simulator."""

    found: Compensation
    agreement: Agreement
    years: tuple[int, int]
    year_errors: dict[str, str]
    as_of: AsOf
    versions: dict[int, Version]
    measured: dict[str, Text]
    variants: list[Variant]

    def address(self, *variants: Variant, **more: str) -> str:
        """The address of these variants, or of all."""
        return address_of(self.agreement, self.years, variants or self.variants, self.as_of.asked, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@internal
@with_plan
def page(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The simulator; everything asked stands in the address, so that the answer can be sent to somebody."""
    found = declared()
    if found is None or not found.agreements:
        return render(request, TEMPLATE, {})
    chosen = next((each for each in found.agreements if each.key == request.GET.get("agreement")), None)
    agreement = chosen or found.agreements[0]
    context: dict[str, Any] = {"agreements": found.agreements, "agreement": agreement}
    try:
        asked = _asked(request, found, agreement)
    except (OutOfForce, TermRefused) as refused:
        since, until = recent_years(agreement)
        return render(request, TEMPLATE, context | {
            "refused": refused.text.in_language(language()), "first": request.GET.get("first") or since,
            "last": request.GET.get("last") or until, "as_of": read_as_of(request),
        })  # fmt: skip
    try:
        if elsewhere := _elsewhere(request, asked):
            return redirect(request.path + elsewhere)
    except TermRefused as refused:
        context["refused"] = refused.text.in_language(language())
    ready = [each for each in asked.variants if each.ready]
    kept: dict[str, Any] = {}
    if request.method == "POST":
        outcome = _keep(request, asked, ready)
        if isinstance(outcome, HttpResponse):
            return outcome
        kept = outcome
    made = what_if(agreement, *asked.years, *(each.draft.terms for each in ready), as_of=asked.as_of.moment)
    compared = Compared(made, tuple(each.shown for each in ready), lambda key: body_name(plan, key))
    if request.GET.get("format") in FORMS:
        return _file(request, asked, compared)
    context |= _form(request, asked) | _results(asked, compared, made, ready)
    context |= {"may_keep": may_keep_variants(request.user, zone_key()), "keeping": kept}
    response = render(request, TEMPLATE, context, status=422 if kept else 200)
    if request.headers.get("HX-Request"):
        # What the browser shows as the address is what can be sent to somebody: without the fields left empty.
        response["HX-Push-Url"] = request.path + asked.address(edit=_place(asked, edited(request.GET)))
    return response


def _place(asked: Page, letter: str) -> str:
    """The letter that a variant has in the address, where those that say nothing are left out."""
    said = [each.letter for each in asked.variants if each.touched]
    return LETTERS[said.index(letter)] if letter in said else LETTERS[min(len(said), len(LETTERS) - 1)]


def _asked(request: HttpRequest, found: Compensation, agreement: Agreement) -> Page:
    since, until = recent_years(agreement)
    years, errors = [], {}
    for name, otherwise in (("first", since), ("last", until)):
        written = request.GET.get(name, "").strip()
        years.append(year := year_or(written, otherwise))
        if written and str(year) != written:
            errors[name] = _("“%(written)s” is no year; %(year)s is shown.") % {
                "written": written[:20], "year": year,
            }  # fmt: skip
    first, last = years
    refuse_span(first, last)
    versions = versions_of(agreement, first, last)
    measured = measured_at(agreement, versions[last])
    variants = read_variants(request.GET, versions, measured)
    return Page(found, agreement, (first, last), errors, read_as_of(request), versions, measured, variants)


def _elsewhere(request: HttpRequest, asked: Page) -> str:
    """The address of what a button asked for: other terms taken over, a variant dropped, an older address."""
    take, drop = request.GET.get("take", ""), request.GET.get("drop", "")
    if drop in LETTERS:
        kept = [each for each in asked.variants if each.letter != drop]
        return address_of(asked.agreement, asked.years, kept, asked.as_of.asked)
    if take in LETTERS:
        return _taken(asked, take, request.GET.get(f"start.{take}", ""))
    alternative, written = request.GET.get("alternative", ""), request.GET.get("terms", "")
    if alternative or written:
        terms: dict[str, Any] = {}
        title = ""
        if (
            alternative in asked.found.alternatives
            and asked.agreement.key in asked.found.alternatives[alternative].agreements
        ):
            other = asked.found.alternatives[alternative]
            terms |= other.terms
            title = other.title.in_language(language())
        terms |= terms_in(written)
        form = request.GET.get("format", "")
        return _with_terms(asked, LETTERS[0], title, terms) + (f"&format={form}" if form in FORMS else "")
    return ""


def _taken(asked: Page, letter: str, start: str) -> str:
    """The address with declared or kept terms in a variant's place; empty terms where none were chosen."""
    kind, _colon, key = start.partition(":")
    if kind == "declared" and key in asked.found.alternatives:
        other = asked.found.alternatives[key]
        return _with_terms(asked, letter, other.title.in_language(language()), other.terms)
    if kind == "kept" and key.isdecimal() and len(key) < 9:
        kept = kept_variant(zone_key(), int(key))
        if kept is not None and kept.agreement == asked.agreement.key:
            return _with_terms(asked, letter, kept.title, kept.terms)
    if kind == "copy" and (source := next((each for each in asked.variants if each.letter == key), None)):
        others = [each for each in asked.variants if each.letter != letter]
        return address_of(
            asked.agreement, asked.years, others, asked.as_of.asked, **dict(source.pairs(letter)), edit=letter
        )
    return _with_terms(asked, letter, "", {})


def _with_terms(asked: Page, letter: str, title: str, terms: dict[str, Any]) -> str:
    typed, more = typed_of(asked.versions, terms, asked.measured) if terms else ({}, {})
    pairs = [
        ("agreement", asked.agreement.key),
        ("first", str(asked.years[0])),
        ("last", str(asked.years[1])),
    ]
    for each in asked.variants:
        if each.letter != letter:
            pairs += each.pairs()
    pairs += pairs_of_terms(letter, title, typed, more).items()
    if asked.as_of.moment:
        pairs.append(("as_of", asked.as_of.asked))
    return f"?{urlencode([*pairs, ('edit', letter)])}"


def _form(request: HttpRequest, asked: Page) -> dict[str, Any]:
    """What the form needs: the variant that is being written with its fields, the others as they stand."""
    at = edited(request.GET)
    editing = next(each for each in asked.variants if each.letter == at)
    editing.groups = shown_groups(editing)
    free = next((each for each in LETTERS if each not in {one.letter for one in asked.variants}), "")
    starts = [
        (f"declared:{key}", each.title.in_language(language()))
        for key, each in asked.found.alternatives.items()
        if asked.agreement.key in each.agreements
    ]
    starts += [(f"kept:{each.serial}", str(each)) for each in kept_variants(zone_key(), asked.agreement.key)]
    starts += [
        (f"copy:{each.letter}", _("Copy of %(variant)s") % {"variant": each.shown})
        for each in asked.variants
        if each.letter != at and each.draft.typed
    ]
    return {
        "asked": asked,
        "as_of": asked.as_of,
        "first": asked.years[0],
        "last": asked.years[1],
        "year_errors": asked.year_errors,
        "variants": asked.variants,
        "editing": editing,
        "free": free if len(asked.variants) < MOST_VARIANTS else "",
        "starts": starts,
        "kinds": kind_choices(asked.versions),
        "unsaid": _unsaid(asked),
        "hidden": [pair for each in asked.variants if each.letter != at for pair in each.pairs()],
        "permalink": asked.address(),
    }


def _unsaid(asked: Page) -> list[tuple[str, str]]:
    """Terms that no variant can change, because they move no amount or are facts."""
    version = asked.versions[asked.years[1]]
    calendar = version.calendar
    found = [
        (_("Preliminary figure until the day of the next month"), str(calendar.preliminary_day)),
        (_("Working days to object"), str(calendar.objection_days)),
        (_("Working days to pay"), str(calendar.payment_days)),
    ]
    found += [(_("Major accident"), f"{each.day} {each.document}") for each in version.accidents]
    return found


def _results(asked: Page, compared: Compared, made: Simulation, ready: list[Variant]) -> dict[str, Any]:
    """What the comparison came to."""
    rows, whole = compared.years(), compared.whole()
    return {
        "made": made,
        "ready": [(each, changed_terms(each), asked.address(each)) for each in ready],
        "labels": compared.labels,
        "rows": rows,
        "whole": whole,
        "chart": compared.chart(),
        "turned": compared.turned(),
        "unsettled": compared.unsettled(),
        "stood_in": compared.stood_in(),
        "digest": made.digest(),
        "files": [
            (_("Years"), [(form, asked.address(format=form)) for form in ("xlsx", "csv")]),
            (_("Periods"), [(form, asked.address(format=form, rows="periods")) for form in ("xlsx", "csv")]),
        ],
    }


def _file(request: HttpRequest, asked: Page, compared: Compared) -> HttpResponse:
    """The comparison as a file: years with their sum, or every period with its remarks."""
    title = _("What other terms would have cost")
    if request.GET.get("rows") == "periods":
        table = Table(compared.columns(_("Period"), reasons=True), compared.periods(), {})
    else:
        table = Table(compared.columns(_("Year")), [*compared.years(), compared.whole()], {})
    response = export(request, table, f"{title} {asked.agreement.title.in_language(language())}", asked.as_of)
    assert response is not None
    return response


def _keep(request: HttpRequest, asked: Page, ready: list[Variant]) -> HttpResponse | dict[str, Any]:
    """Keep a variant, and go to it; else what was typed with what is wrong."""
    letter = request.POST.get("letter", "")
    variant = next((each for each in ready if each.letter == letter), None)
    said = {"letter": letter, "title": request.POST.get("title", ""), "note": request.POST.get("note", "")}
    if variant is None:
        return {**said, "error": _("There is no such variant to keep: compare it first.")}
    try:
        kept = KeepVariant(
            zone=zone_key(),
            agreement=asked.agreement,
            title=said["title"],
            note=said["note"],
            terms=variant.draft.terms,
            first=asked.years[0],
            last=asked.years[1],
            known_at=asked.as_of.moment,
            author=request.user,
        ).execute()
    except VariantRefused as refused:
        return {**said, "error": refused.text.in_language(language())}
    messages.success(request, _("Kept as %(number)s.") % {"number": kept.reference})
    return redirect("portal:compensation-variant", kept.serial)


def year_or(written: str, otherwise: int) -> int:
    """A year that somebody wrote, or another one where it is none.

    >>> year_or("2016", 2000), year_or("0000", 2000), year_or("9999", 2000), year_or("x", 2000)
    (2016, 2000, 2000, 2000)
    """
    year = int(written) if written.isdecimal() and len(written) == 4 else 0
    return year if _EARLIEST <= year <= _LATEST else otherwise
