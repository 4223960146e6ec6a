"""What past years would have cost whom under other terms: choose an agreement, change terms, look at both side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.compensation.agreements.declaration import OutOfForce, Version
from ecociv.compensation.simulating import recent_years, what_if
from ecociv.compensation.simulation import Simulation, TermRefused, YearCompared
from ecociv.core.rounding import round_half_even
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.internal import internal
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.compensation import declared
from ecociv.portal.views.ledger import body_name
from ecociv.portal.zone import language

LONGEST_TERMS = 4000
_EARLIEST, _LATEST = 1900, 2998

_COLUMNS: tuple[Column[YearCompared], ...] = (
    sortable("year", gettext_lazy("Year"), lambda r: r.year),
    Column("up", gettext_lazy("Upstream pays, in force"), lambda r: r.base.upstream_pays, numeric=True),
    Column(
        "up_other", gettext_lazy("Upstream pays, other terms"), lambda r: r.other.upstream_pays, numeric=True
    ),
    Column("down", gettext_lazy("Downstream pays, in force"), lambda r: r.base.downstream_pays, numeric=True),
    Column(
        "down_other",
        gettext_lazy("Downstream pays, other terms"),
        lambda r: r.other.downstream_pays,
        numeric=True,
    ),
    Column("change", gettext_lazy("Upstream more (less)"), lambda r: r.other.net - r.base.net, numeric=True),
)


class NoTerm(ValueError):
    """A line that is no term."""


@require_safe
@internal
@with_plan
def page(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The simulator; everything asked stands in the address, so that the answer can be sent to somebody."""
    as_of, found = read_as_of(request), declared()
    agreements = found.agreements if found else ()
    chosen = next((each for each in agreements if each.key == request.GET.get("agreement")), None)
    chosen = chosen or (agreements[0] if agreements else None)
    context: dict[str, Any] = {"agreements": agreements, "agreement": chosen, "as_of": as_of}
    if chosen is None or found is None:
        return render(request, "portal/compensation/simulator.html", context)
    since, until = recent_years(chosen)
    first, last = _year(request, "first", since), _year(request, "last", until)
    alternative = request.GET.get("alternative", "")
    written = request.GET.get("terms", "")[:LONGEST_TERMS]
    context |= {
        "alternatives": [
            (name, each.title.in_language(language()))
            for name, each in found.alternatives.items()
            if chosen.key in each.agreements
        ],
        "alternative": alternative,
        "written": written,
        "first": first,
        "last": last,
        "known_terms": _terms_of(chosen.versions[-1]),
    }
    terms: dict[str, Any] = {}
    if alternative in found.alternatives and chosen.key in found.alternatives[alternative].agreements:
        terms |= found.alternatives[alternative].terms
    try:
        terms |= terms_in(written)
        if terms:
            made = what_if(chosen, first, last, terms, as_of.moment)
            table = Table(_COLUMNS, made.years, request.GET, default_sort="year")
            if download := export(request, table, _("What other terms would have cost")):
                return download
            base, other = made.totals()
            context |= {
                "made": made,
                "table": table,
                "base": base,
                "other": other,
                "change": other.net - base.net,
                "chart": _chart(made),
                "terms": terms,
                "upstream": body_name(plan, chosen.versions[-1].upstream),
                "downstream": body_name(plan, chosen.versions[-1].downstream),
            }
    except (TermRefused, OutOfForce) as refused:
        context["refused"] = refused.text.in_language(language())
    except NoTerm as refused:
        context["refused"] = str(refused)
    return render(request, "portal/compensation/simulator.html", context)


def terms_in(written: str) -> dict[str, Any]:
    """Terms written one a line as ``path = value``.

    >>> terms_in("formula.items.nh3n.price = 9000\\n\\n cap = {}")
    {'formula.items.nh3n.price': 9000, 'cap': {}}
    """
    found = {}
    for line in written.splitlines():
        if not line.strip():
            continue
        path, equals, value = line.partition("=")
        if not equals or not path.strip():
            raise NoTerm(
                _("“%(line)s” is no term: write one a line, such as formula.items.nh3n.price = 9000.")
                % {"line": line.strip()[:80]}
            )
        try:
            found[path.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise NoTerm(
                _("The value of “%(line)s” cannot be read.") % {"line": line.strip()[:80]}
            ) from error
    return found


def year_or(written: str, otherwise: int) -> int:
    """A year that somebody wrote, or another one where it is none.

    >>> year_or("2016", 2000), year_or("0000", 2000), year_or("9999", 2000), year_or("x", 2000)
    (2016, 2000, 2000, 2000)
    """
    year = int(written) if written.isdecimal() and len(written) == 4 else 0
    return year if _EARLIEST <= year <= _LATEST else otherwise


def _year(request: HttpRequest, name: str, otherwise: int) -> int:
    asked = request.GET.get(name, "")
    return year_or(asked, otherwise)


def _terms_of(version: Version) -> list[tuple[str, str]]:
    """Every single term of a version with its path, for the reader to copy."""
    found: list[tuple[str, str]] = []

    def walk(content: Any, path: str) -> None:
        if isinstance(content, dict):
            for key, value in content.items():
                walk(value, f"{path}.{key}" if path else key)
        elif isinstance(content, list):
            for place, value in enumerate(content):
                walk(value, f"{path}.{place}")
        elif content is not None:
            found.append((path, str(content)))

    content = version.content()
    for part in ("formula", "sections", "readings", "cap", "least"):
        walk(content[part], part)
    return [(path, value) for path, value in found if ".name." not in path and not path.endswith(".kind")]


def _chart(made: Simulation) -> Chart:
    names = [str(each.year) for each in made.years]
    heads = (_("Year"), _("Upstream net, in force"), _("Upstream net, other terms"))
    base = [float(_wan(each.base.net)) for each in made.years]
    other = [float(_wan(each.other.net)) for each in made.years]
    payload = {
        "kind": "bars",
        "unit": _("10⁴ yuan"),
        "names": names,
        "series": [{"name": heads[1], "values": base}, {"name": heads[2], "values": other}],
        "own": None,
    }
    rows = tuple(
        (str(each.year), f"{_wan(each.base.net):,.2f}", f"{_wan(each.other.net):,.2f}") for each in made.years
    )
    summary = _("What upstream pays less what it receives, under both, in 10⁴ yuan.")
    return Chart("simulated", "bars", _("Both side by side"), summary, payload, heads, rows)


def _wan(amount: Decimal) -> Decimal:
    """10⁴ yuan with two decimals: what a bar has room for."""
    return round_half_even(amount / 10_000, 2)
