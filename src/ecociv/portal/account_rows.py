"""Accounts of natural resources as rows of a page: cells with figure or kind of absence, lines that follow, charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from ecociv.accounts.cells import Cell
from ecociv.accounts.forms import CLOSING, national
from ecociv.accounts.restated import revised
from ecociv.accounts.sheet import ADDITIONS, COMPUTED, REDUCTIONS, RESIDUAL, AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.organisations import UnknownOrganisation
from ecociv.portal.paths import Chart
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as it is shown."""

    column: str
    heading: str
    text: str
    url: str = ""
    absent: str = ""
    reason: str = ""
    grade: str = ""
    exceeds: bool = False
    restated: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return not self.absent and bool(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an account."""

    key: str
    name: str
    side: str
    cells: tuple[Shown, ...]
    total: str = ""


def number(value: Decimal | None) -> str:
    """A figure with groups of three digits; a dash for none."""
    return "—" if value is None else f"{value:,f}"


def body_said(plan: ZonePackage, name: str) -> str:
    """A body that a declaration names, in the reader's language; as it is written where the plan does not know it."""
    try:
        return plan.resolve(name).shown(language()) if name else ""
    except (KeyError, UnknownOrganisation):
        return name


def heading(account: AccountSheet) -> str:
    """Title of an account in the reader's language."""
    return account.title.in_language(language())


def unit(expression: str) -> str:
    """A unit in the reader's language."""
    return label_of(expression).in_language(language())


def lines_of(account: AccountSheet, area: str, year: int, suffix: str) -> list[Line]:
    """The rows of an account, with additions, reductions, computed closing and the residual in their places."""
    tongue = language()

    def address(row: str, column: str) -> str:
        base = reverse("portal:resource-account-cell", args=[account.key, row, column])
        return f"{base}?year={year}&area={area}{suffix}"

    def cell(row: str, column: str) -> Shown:
        name = account.columns[column].in_language(tongue)
        found = account.cells.get((row, column))
        if found is None:
            return Shown(column, name, "")
        return _shown(column, name, found, address(row, column))

    def derived(key: str, label: Text) -> Line:
        cells = []
        for column, name in account.columns.items():
            said = name.in_language(tongue)
            if column in account.outside or column not in account.line(key):
                cells.append(Shown(column, said, ""))
                continue
            value = account.line(key)[column]
            beyond = key == "residual" and value is not None and abs(value) > account.tolerance
            absent = "" if value is not None else account.absence(key, column).label.in_language(tongue)
            cells.append(
                Shown(column, said, "" if value is None else number(value), address(key, column), absent, exceeds=beyond)
            )  # fmt: skip
        total = number(account.total(key)) if account.addable else ""
        return Line(key, label.in_language(tongue), key, tuple(cells), total)

    found: list[Line] = []
    for row, declared in account.form.rows.items():
        if declared.side == "closing" and account.balance is not None:
            found += [derived("additions", ADDITIONS), derived("reductions", REDUCTIONS)]
            found.append(derived("computed", COMPUTED))
        if any((row, column) in account.cells for column in account.columns):
            total = account.total(row)
            found.append(
                Line(
                    row,
                    declared.name.in_language(tongue),
                    declared.side,
                    tuple(cell(row, column) for column in account.columns),
                    number(total) if account.addable else "",
                )
            )
    if account.balance is not None:
        found.append(derived("residual", RESIDUAL))
    return found


def _shown(column: str, name: str, cell: Cell, url: str) -> Shown:
    tongue = language()
    if cell.missing is not None:
        reason = cell.reason.in_language(tongue) if cell.reason else ""
        return Shown(column, name, "", url, cell.missing.label.in_language(tongue), reason)
    return Shown(column, name, number(cell.number), url, grade=cell.grade, restated=revised(cell))


@dataclass(frozen=True, slots=True)
class Standing:
    """An account in one line of the overview."""

    account: AccountSheet
    name: str
    unit: str
    state: str
    residuals: int
    missing: int
    grade: str
    url: str


def standing(account: AccountSheet, url: str) -> Standing:
    """How an account stands: closes, does not, or cannot be closed."""
    state = {True: "closes", False: "breaks", None: "open"}[account.verdict.ok]
    beyond = sum(
        1 for gap in account.line("residual").values() if gap is not None and abs(gap) > account.tolerance
    )
    gaps = sum(cell.missing is not Missing.NOT_APPLICABLE for _r, _c, cell in account.missing())
    grade = national().grades.worst(tuple(account.grade(column) for column in account.columns))
    return Standing(account, heading(account), unit(account.unit), state, beyond, gaps, grade, url)


def years_chart(key: str, by_year: Mapping[int, AccountSheet], row: str) -> Chart | None:
    """A row of an account over the years, a line for each column."""
    tongue = language()
    years = sorted(by_year)
    if not years:
        return None
    last = by_year[years[-1]]
    series = []
    for place, (column, name) in enumerate(last.columns.items()):
        values = [by_year[year].figure(row, column) for year in years]
        if any(value is not None for value in values):
            series.append(
                {
                    "role": "actual",
                    "name": name.in_language(tongue),
                    "values": [None if value is None else float(value) for value in values],
                    "part": place,
                }
            )
    if not series:
        return None
    said = last.form.rows[row].name.in_language(tongue)
    payload = {"kind": "path", "years": years, "unit": unit(last.unit), "series": series}
    heads = (_("Year"), *(name.in_language(tongue) for name in last.columns.values()))
    rows = tuple(
        (str(year), *(text_at(by_year[year], row, column) for column in last.columns)) for year in years
    )
    title = f"{heading(last)}: {said}"
    summary = _("%(columns)d columns, %(first)d to %(last)d.") % {
        "columns": len(series),
        "first": years[0],
        "last": years[-1],
    }
    return Chart(f"account-{key}", "path", title, summary, payload, heads, rows)


def text_at(account: AccountSheet, row: str, column: str) -> str:
    """A cell in words."""
    cell = account.cells.get((row, column))
    if cell is None:
        return "—"
    return number(cell.number) if cell.missing is None else cell.missing.label.in_language(language())


def side_by_side(
    by_year: Mapping[int, AccountSheet], row: str
) -> list[tuple[str, list[str], str]]:
    """For each column its figure in every year, and what changed from the first to the last known one."""
    years = sorted(by_year)
    last = by_year[years[-1]]
    found = []
    for column, name in last.columns.items():
        known = [value for year in years if (value := by_year[year].figure(row, column)) is not None]
        change = f"{known[-1] - known[0]:+,f}" if len(known) > 1 else "—"
        found.append(
            (name.in_language(language()), [text_at(by_year[year], row, column) for year in years], change)
        )
    return found


def chosen_row(account: AccountSheet, asked: str) -> str:
    """The row that is shown over the years: the closing, or the first of an account of flows, when not asked for."""
    if asked in account.form.rows:
        return asked
    return CLOSING if account.stock else next(iter(account.form.rows))


def row_choices(account: AccountSheet) -> Sequence[tuple[str, str]]:
    """The rows that can be looked at over the years."""
    return [
        (key, row.name.in_language(language()))
        for key, row in account.form.rows.items()
        if any((key, column) in account.cells for column in account.columns)
    ]
