"""Tables beside the balance sheet: land transitions, supply and use of water, and the identities that do not hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.accounts.check import Finding, check
from ecociv.accounts.companions import land_surveys, supply_use, transition
from ecociv.accounts.forms import national
from ecociv.accounts.gather.supply import KIND_NAMES, KINDS, SupplyUseTable
from ecociv.accounts.gather.transitions import NoTransition, Transition, class_names
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.plan.package import ZonePackage
from ecociv.portal.account_rows import body_said, number, unit
from ecociv.portal.as_of import AsOf
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.resource_accounts import asked
from ecociv.portal.zone import language

LEVELS = 5
"""Shades of the heat table."""


@require_safe
@login_required
@with_plan
def land(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The land transition matrix between two surveys."""
    page = asked(request, plan)
    known = land_surveys(page.zone, page.as_of.moment)
    pair = [_survey(known, request.GET.get(name, "")) for name in ("first", "last")]
    if pair[0] is None or pair[1] is None or pair[0].valid_from >= pair[1].valid_from:
        pair = [None, None]
    found = transition(page.zone, page.area, pair[0], pair[1], page.as_of.moment)
    context: dict[str, Any] = {
        "page": page,
        "as_of": page.as_of,
        "surveys": known,
        "found": found if isinstance(found, Transition) else None,
        "none": found.reason if isinstance(found, NoTransition) else None,
    }
    if isinstance(found, Transition):
        if request.GET.get("format") in ("csv", "xlsx"):
            return _flows_file(request, found, page.as_of)
        context |= _matrix(found)
    return render(request, "portal/resource_accounts/land.html", context)


def _survey(known: tuple[Any, ...], day: str) -> Any:
    return next((one for one in known if one.valid_from.isoformat() == day), None)


def _names() -> dict[str, str]:
    return {key: name.in_language(language()) for key, name in class_names().items()}


def _matrix(found: Transition) -> dict[str, Any]:
    matrix, names = found.matrix, _names()
    order = [key for key in names if key in matrix.classes]
    most = max(
        (area for (source, target), area in matrix.flows.items() if source != target), default=Decimal(0)
    )

    def shade(source: str, target: str, area: Decimal) -> str:
        if source == target:
            return "stayed"
        if not area or not most:
            return ""
        return f"heat-{min(LEVELS, 1 + int(area / most * LEVELS))}"

    rows = []
    for source in order:
        cells = []
        for target in order:
            area = matrix.flows.get((source, target), Decimal(0))
            cells.append(
                (names[target], number(round_half_even(area, 2)) if area else "", shade(source, target, area))
            )
        rows.append((names[source], cells, number(round_half_even(matrix.opening[source], 2))))
    closing = [number(round_half_even(matrix.closing[target], 2)) for target in order]
    changes = [
        (
            names[key],
            *(number(round_half_even(amount[key], 2)) for amount in (matrix.gained, matrix.lost)),
            f"{round_half_even(matrix.net[key], 2):+,f}",
            *(_gap(gap) for gap in matrix.residual.get(key, (None, None))),
        )
        for key in order
    ]
    moves = [
        [order.index(target), order.index(source), float(round_half_even(area, 2))]
        for (source, target), area in matrix.flows.items()
        if source != target and area
    ]
    payload = {
        "kind": "heat",
        "names": [names[key] for key in order],
        "moves": moves,
        "unit": unit("hectare"),
    }
    return {
        "heads": [names[key] for key in order],
        "rows": rows,
        "closing": closing,
        "total": number(round_half_even(matrix.value, 2)),
        "changes": changes,
        "payload": payload,
        "trace": found.trace,
        "moved": number(
            round_half_even(sum((area for (a, b), area in matrix.flows.items() if a != b), Decimal(0)), 2)
        ),
    }


def _gap(gap: Decimal | None) -> str:
    return "—" if gap is None else f"{round_half_even(gap, 2):+,f}"


def _flows_file(request: HttpRequest, found: Transition, as_of: AsOf) -> HttpResponse:
    names = _names()
    columns: list[Column[tuple[str, str, Decimal]]] = [
        Column("from", gettext_lazy("From"), lambda r: names[r[0]]),
        Column("to", gettext_lazy("To"), lambda r: names[r[1]]),
        Column("area", gettext_lazy("Area (hectare)"), lambda r: r[2], numeric=True),
    ]
    rows = [(source, target, area) for (source, target), area in found.matrix.flows.items()]
    response = export(
        request, Table(columns, rows, request.GET), f"{_('Land transitions')} {found.first} {found.last}", as_of
    )
    assert response is not None
    return response


@require_safe
@login_required
@with_plan
def water(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Supply and use of water in a year."""
    page = asked(request, plan)
    table = supply_use(page.zone, page.area, page.year, page.as_of.moment)
    context: dict[str, Any] = {"page": page, "as_of": page.as_of, "table": table}
    if table is not None:
        kinds = [kind for kind in KINDS if any(each[1] == kind for each in table.figures)]
        context |= {
            "unit": unit(table.table.unit),
            "kinds": [KIND_NAMES[kind].in_language(language()) for kind in kinds],
            "rows": [_unit_row(table, key, kinds) for key in table.names],
            "totals": [_rounded(table.total(kind)) for kind in kinds],
            "consumed": _rounded(table.table.value),
            "passed_on": _rounded(table.table.passed_on),
            "payload": _flows(table),
            "trace": table.trace(),
        }
    return render(request, "portal/resource_accounts/water.html", context)


def _unit_row(table: SupplyUseTable, key: str, kinds: list[str]) -> tuple[str, list[tuple[str, str]], str]:
    cells = []
    for kind in kinds:
        one = table.figures.get((key, kind))
        if one is None:
            cells.append(("", ""))
        elif isinstance(one.figure, Missing):
            reason = one.reason.in_language(language()) if one.reason else ""
            cells.append((one.figure.label.in_language(language()), reason or "?"))
        else:
            cells.append((number(round_half_even(one.figure, 2)), ""))
    return table.names[key].in_language(language()), cells, _rounded(table.table.consumption[key])


def _rounded(value: Decimal | None) -> str:
    return number(None if value is None else round_half_even(value, 2))


def _flows(table: SupplyUseTable) -> dict[str, Any]:
    """Links of the flow chart; what is missing is not drawn."""
    tongue = language()
    source, sink, air = _("Rivers, lakes and the ground"), _("Returned to the environment"), _("Consumed")
    names = {key: name.in_language(tongue) for key, name in table.names.items()}
    links: list[dict[str, Any]] = []

    def link(giver: str, receiver: str, value: Decimal | None) -> None:
        if value is not None and value > 0:
            links.append({"source": giver, "target": receiver, "value": float(value)})

    for key, one in table.table.units.items():
        link(source, names[key], one.abstracted)
        link(names[key], sink, one.returned)
        link(names[key], air, table.table.consumption[key])
    for passed in table.passed:
        link(names[passed.giver], names[passed.receiver], passed.figure)
    used = list(dict.fromkeys(name for each in links for name in (each["source"], each["target"])))
    return {"kind": "flow", "nodes": used, "links": links, "unit": unit(table.table.unit)}


def _findings(
    plan: ZonePackage, names: dict[str, str], titles: dict[str, str], words: dict[str, str]
) -> tuple[Column[Finding], ...]:
    """Columns of the findings, in words on the page and in the file."""
    return (
        Column("year", gettext_lazy("Year"), lambda r: r.year, sort_by=lambda r: (r.year, r.area), numeric=True),
        sortable("area", gettext_lazy("City or county"), lambda r: names.get(r.area, r.area)),
        sortable("account", gettext_lazy("Account"), lambda r: titles.get(r.account, r.account)),
        sortable("code", gettext_lazy("Rule"), lambda r: words.get(r.code, r.code)),
        Column("text", gettext_lazy("What does not hold"), lambda r: r.text.in_language(language())),
        Column("settle", gettext_lazy("Settled by"), lambda r: body_said(plan, r.settle), export_only=True),
    )


@require_safe
@login_required
@with_plan
def checks(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every identity that does not hold, and every entry without which one cannot be told."""
    page = asked(request, plan)
    found = check(page.zone, as_of=page.as_of.moment)
    names = {key: name.in_language(language()) for key, name in page.areas}
    titles = {key: form.name.in_language(language()) for key, form in national().accounts.items()}
    titles |= {"supply-use": _("Water supply and use"), "land-transition": _("Land transitions")}
    words = rule_words()
    filters = Filters(
        request.GET,
        [
            Filter("year", _("Year"), [Choice(str(each), str(each)) for each in reversed(page.years)], _("All years")),
            Filter("place", _("City or county"), [Choice(key, name) for key, name in names.items()], _("City and counties")),
            Filter("is", _("Rule"), [Choice("missing", words["entry-missing"])], _("Broken identities")),
        ],
    )  # fmt: skip
    wanted = [one for one in found.findings if (one.code == "entry-missing") == (filters["is"] == "missing")]
    rows = [
        one
        for one in wanted
        if (not filters["year"] or str(one.year) == filters["year"])
        and (not filters["place"] or one.area == filters["place"])
        and matches(filters.text, one.text.zh, one.text.en, titles.get(one.account, one.account))
    ]
    table = Table(_findings(plan, names, titles, words), rows, request.GET, default_sort="-year")
    if download := export(request, table, _("Checks of the accounts"), page.as_of):
        return download
    context = {
        "page": page,
        "as_of": page.as_of,
        "found": found,
        "filters": filters,
        "table": table,
        "lines": [
            (one, names.get(one.area, one.area), titles.get(one.account, one.account), words.get(one.code, one.code))
            for one in table.page_rows
        ],
        "filters_kept": (("as_of", page.as_of.asked),) if page.as_of.moment else (),
    }  # fmt: skip
    return render(request, "portal/resource_accounts/checks.html", context)


def rule_words() -> dict[str, str]:
    """The rules in a few words; what the check of a form of the pilot found begins with ``pilot-``."""
    words = {
        "unexplained": _("does not close"),
        "discontinuous": _("opening is not the earlier closing"),
        "total-changed": _("total area changed"),
        "exchange": _("transfers do not cancel"),
        "below-zero": _("below zero"),
        "counties": _("counties and city differ"),
        "passed-on": _("supply and receipt differ"),
        "entry-missing": _("entries are missing"),
        "water-differs": _("account of water and supply-use table differ"),
        "second-source": _("second source differs"),
        "land-transition": _("account and transition matrix differ"),
    }
    return words | {f"pilot-{code}": word for code, word in words.items()}
