"""Balance sheets of natural resources: overview of an area and year, one account, one cell with its arithmetic, files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.accounts.cells import Cell
from ecociv.accounts.companions import compared, intensities, liabilities, worth
from ecociv.accounts.forms import national
from ecociv.accounts.intensity import Intensity
from ecociv.accounts.money import REVALUATION, Worth
from ecociv.accounts.queries import AccountsRefused, BalanceSheet, areas, balance_sheet, years
from ecociv.accounts.restated import restatements
from ecociv.accounts.sdmx.messages import data_of, structure_of
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.account_rows import (
    body_said,
    chosen_row,
    heading,
    lines_of,
    number,
    row_choices,
    side_by_side,
    standing,
    unit,
    years_chart,
)
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.known import read_year
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language
from ecociv.reporting.resource_accounts.workbook import (
    KIND_WORDS,
    MEDIA_TYPE,
    balance_sheet_workbook,
    pilot_workbook,
    seea_workbook,
)
from ecociv.standards.natural_capital.balance import add_up


@dataclass(frozen=True, slots=True)
class Asked:
    """Area, year and moment of a page of accounts."""

    zone: str
    area: str
    area_name: Text
    year: int
    years: tuple[int, ...]
    areas: tuple[tuple[str, Text], ...]
    as_of: AsOf

    @property
    def query(self) -> str:
        """What a link to another page of accounts adds."""
        kept = {"year": str(self.year), "area": self.area}
        return f"?{urlencode(kept)}{self.as_of.more}"

    @property
    def kept(self) -> str:
        """Area and moment, where the link names its own year."""
        return f"&area={self.area}{self.as_of.more}"

    def sheet(self, year: int | None = None) -> BalanceSheet:
        """The balance sheet that is asked for."""
        return balance_sheet(self.zone, self.area, year or self.year, self.as_of.moment)


def asked(request: HttpRequest, plan: ZonePackage) -> Asked:
    """What the address asks for; what it does not name or names wrongly is the zone's own place, or the last milestone.

    Raises
    ------
    Http404
        Where the zone declares no accounts.
    """
    zone = plan.zone.key
    require(request.user, Action.READ, zone=zone)
    try:
        span, there = tuple(years(zone)), areas(zone)
    except AccountsRefused as refused:
        raise Http404(refused.text.in_language(language())) from refused
    year = read_year(request.GET.get("year", ""))
    if year not in span:
        milestones = [each for each in plan.zone.milestones if each in span]
        year = (milestones or span)[-1]
    area = request.GET.get("area", "")
    names = dict(there)
    if area not in names:
        area = there[0][0]
    return Asked(zone, area, names[area], year, span, there, read_as_of(request))


@require_safe
@login_required
@with_plan
def overview(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every account of an area and year in one line each, and what is owed."""
    page = asked(request, plan)
    sheet = page.sheet()
    if form := request.GET.get("format"):
        return _file(sheet, form)
    accounts = [
        standing(one, reverse("portal:resource-account", args=[one.key]) + page.query)
        for one in sheet.accounts
    ]
    context = {
        "page": page,
        "as_of": page.as_of,
        "sheet": sheet,
        "accounts": accounts,
        "owed": _owed(page),
        "values": _values(page, sheet),
        "grades": national().grades.names,
        "breaking": [one for one in accounts if one.state == "breaks"],
        "residuals": [
            (heading(one), one.columns[column].in_language(language()), number(one.line("residual")[column]), unit(one.unit))
            for one, column in sheet.residuals()
        ],
    }  # fmt: skip
    return render(request, "portal/resource_accounts/overview.html", context)


def _values(page: Asked, sheet: BalanceSheet) -> dict[str, Any]:
    """What has a declared price: closing value by account, valued liabilities, and their difference."""
    rows = []
    assets, verified = Decimal(0), True
    for one in sheet.accounts:
        found = worth(page.zone, one, page.year)
        if found is None or not found.columns:
            continue
        worths = [found.rounded(found.account.closing[column]) for column in found.columns]
        total = sum((value for value in worths if value is not None), Decimal(0))
        assets += total
        verified = verified and found.verified
        named = [one.columns[column].in_language(language()) for column in found.columns]
        rows.append((heading(one), ("、" if language() == "zh" else ", ").join(named), number(total)))
    owing = [
        one.value
        for one in liabilities(page.zone, page.area, page.year, page.as_of.moment)
        if one.value is not None
    ]
    debts = sum(owing, Decimal(0))
    return {"rows": rows, "assets": number(assets), "owed": number(debts), "net": number(assets - debts), "verified": verified}


def _owed(page: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "kind": KIND_WORDS[one.kind],
            "amount": "—" if one.number is None else number(round_half_even(one.number, 2)),
            "absent": one.amount.label if isinstance(one.amount, Missing) else None,
            "unit": unit(one.unit),
            "value": None if one.value is None or one.unit == "yuan" else number(one.value),
            "reason": one.reason,
            "over": bool(one.number),
            "trace": one.trace,
            "verified": one.verified,
            "sample": one.sample,
        }
        for one in liabilities(page.zone, page.area, page.year, page.as_of.moment)
    ]


@require_safe
@login_required
@with_plan
def account(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One account: its table, what breaks, what is missing, its value, and the years side by side."""
    page = asked(request, plan)
    sheet = page.sheet()
    if not sheet.has(key):
        raise Http404(_("There is no such account."))
    one = sheet.account(key)
    by_year = {year: page.sheet(year).account(key) for year in page.years}
    row = chosen_row(one, request.GET.get("row", ""))
    tongue = language()
    missing = [
        (
            one.form.rows[each].name.in_language(tongue),
            one.columns[column].in_language(tongue),
            cell.missing.label.in_language(tongue) if cell.missing else "",
            cell.reason.in_language(tongue) if cell.reason else "",
        )
        for each, column, cell in one.missing()
    ]
    value = worth(page.zone, one, page.year)
    context = {
        "page": page,
        "as_of": page.as_of,
        "account": one,
        "name": heading(one),
        "unit": unit(one.unit),
        "columns": [name.in_language(tongue) for name in one.columns.values()],
        "lines": lines_of(one, page.area, page.year, page.as_of.more),
        "with_total": any(line.total for line in lines_of(one, page.area, page.year, page.as_of.more)),
        "grades": [one.grade(column) for column in one.columns],
        "grade_names": national().grades.names,
        "missing": missing,
        "value": _value(value) if value else None,
        "second": _second(plan, sheet, key),
        "intensities": [_intensity(found) for found in intensities(sheet) if key == found.form.stock],
        "row": row,
        "rows": row_choices(one),
        "chart": years_chart(key, by_year, row),
        "side": side_by_side(by_year, row),
        "others": [(each.key, heading(each)) for each in sheet.accounts],
    }
    return render(request, "portal/resource_accounts/account.html", context)


def _value(found: Worth) -> dict[str, Any]:
    tongue = language()
    names = {column: name.in_language(tongue) for column, name in found.sheet.columns.items()}
    shown = found.rows()
    ends = ("opening", REVALUATION, "closing")
    moved = [row for flow, row in shown.items() if flow not in ends]
    return {
        "rows": [
            (
                names[column],
                number(shown["opening"][column]),
                number(add_up(row[column] for row in moved if column in row)),
                number(shown[REVALUATION][column]),
                number(shown["closing"][column]),
                found.trace(column),
            )
            for column in found.columns
        ],
        "without": [(names[column], text.in_language(tongue)) for column, text in found.without.items()],
        "verified": found.verified,
        "citations": [str(one) for one in found.citations],
    }


def _intensity(found: Intensity) -> dict[str, Any]:
    tongue = language()
    return {
        "title": found.form.title,
        "unit": unit(found.form.unit),
        "sample": found.sample,
        "columns": [name.in_language(tongue) for name in found.columns.values()],
        "rows": [
            (
                name,
                [
                    (number(cell.number), cell.missing, cell.reason, cell.grade, cell.trace)
                    for column in found.columns
                    for cell in [found.cells[row, column]]
                ],
            )
            for row, name in found.form.rows.items()
        ],
        "verified": found.form.basis.verified,
    }


def _second(plan: ZonePackage, sheet: BalanceSheet, key: str) -> list[dict[str, Any]]:
    tongue = language()
    return [
        {
            "name": one.name.in_language(tongue),
            "first": number(one.first.number),
            "second": number(one.second.number)
            if one.second.number is not None
            else (one.second.missing.label.in_language(tongue) if one.second.missing else "—"),
            "reason": one.second.reason.in_language(tongue) if one.second.reason else "",
            "difference": "—" if one.difference is None else f"{one.difference:+,f}",
            "agrees": one.agrees,
            "settle": body_said(plan, one.settle),
            "grade": one.second.grade,
        }
        for one in compared(sheet.zone, sheet)
        if one.account == key
    ]


@require_safe
@login_required
@with_plan
def cell(request: HttpRequest, plan: ZonePackage, key: str, row: str, column: str) -> HttpResponse:
    """One cell down to the figures it rests on."""
    page = asked(request, plan)
    sheet = page.sheet()
    if not sheet.has(key):
        raise Http404(_("There is no such account."))
    one = sheet.account(key)
    try:
        trace = one.trace(row, column)
    except KeyError as error:
        raise Http404(_("There is no such cell.")) from error
    found = one.cells.get((row, column))
    grades = national().grades
    context = {
        "page": page,
        "as_of": page.as_of,
        "account": one,
        "name": heading(one),
        "title": trace.label,
        "trace": trace,
        "cell": found,
        "text": number(found.number) if found and found.number is not None else "",
        "unit": unit(one.unit),
        "grade": grades.names.get(found.grade) if found and found.grade else None,
        "marks": [MARK_WORDS[mark] for mark in sorted(found.marks)] if found else [],
        "restated": [
            (each.at, *(_told(one) for one in (each.before, each.after)))
            for each in (restatements(sheet, key, row, column) if found else ())
        ],
        "before": [
            (year, number(page.sheet(year).account(key).figure(row, column)))
            for year in page.years
            if found is not None
        ],
    }
    return render(request, "portal/resource_accounts/cell.html", context)


def _told(found: Cell | None) -> str:
    if found is None:
        return "—"
    return found.missing.label.in_language(language()) if found.missing else number(found.number)


MARK_WORDS = {
    "older": Text(zh="来源早于当年", en="the source is older than the year"),
    "fallback": Text(zh="来自替代来源", en="from a source of second choice"),
    "partial": Text(zh="不是每月都有监测", en="not tested in every month"),
    "estimate": Text(zh="估算", en="estimated"),
    "sample": Text(zh="示例数据", en="sample data"),
}


def _pilot(sheet: BalanceSheet, tongue: str) -> bytes:
    return pilot_workbook(sheet, None, tongue)


_FILES: dict[str, tuple[Callable[[BalanceSheet, str], bytes], str, str]] = {
    "xlsx": (balance_sheet_workbook, "balance-sheet", "自然资源资产负债表"),
    "pilot": (_pilot, "pilot-forms", "试点报表"),
    "seea": (seea_workbook, "seea", "SEEA账户"),
}


def _file(sheet: BalanceSheet, form: str) -> HttpResponse:
    if form == "csv":
        text = data_of(sheet, language())
        response = HttpResponse(text.encode("utf-8"), content_type="text/csv; charset=utf-8")
        return _named(response, f"sdmx-{sheet.area}-{sheet.year}.csv", f"SDMX-{sheet.area_name.zh}-{sheet.year}.csv")
    if form == "structure":
        response = HttpResponse(structure_of(sheet.zone), content_type="application/xml; charset=utf-8")
        return _named(response, f"sdmx-structure-{sheet.zone}.xml", "SDMX-结构.xml")
    if form not in _FILES:
        raise Http404(_("There is no such file."))
    make, plain, chinese = _FILES[form]
    response = HttpResponse(make(sheet, language()), content_type=MEDIA_TYPE)
    return _named(
        response, f"{plain}-{sheet.area}-{sheet.year}.xlsx", f"{sheet.area_name.zh}{chinese}{sheet.year}.xlsx"
    )


def _named(response: HttpResponse, plain: str, chinese: str) -> HttpResponse:
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(chinese)}"
    )
    response["Cache-Control"] = "private, no-store"
    return response
