"""Rows of the audit's tables of position and changes, each figure with the cells of the balance sheet that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from ecociv.accounts.audit.dossier import Dossier
from ecociv.accounts.audit.movements import Amount, Movement
from ecociv.accounts.forms import CLOSING, OPENING
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.portal.checks import place_of
from ecociv.reporting.leaving_audit.content import figure


@dataclass(frozen=True, slots=True)
class Linked:
    """A figure as text; ``url`` is the cell it stands in, "" where there is none; ``absent`` for what is no figure."""

    text: str
    url: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One column of an account at both ends."""

    account: str
    title: str
    name: str
    opening: Linked
    closing: Linked
    change: str
    causes: tuple[str, ...]
    residual: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of what changed; ``cells`` are the years that were added up, each with the address of its cell."""

    title: str
    name: Text
    kind: str
    cause: str
    amount: Amount
    cells: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class DrawnRecord:
    """A record that was drawn, with its page; ``url`` is "" where it has none."""

    name: str
    stratum: str
    chance: str
    url: str


STRATA = {
    "account": Text(zh="账户数字", en="cell of the accounts"),
    "target": Text(zh="目标", en="target"),
    "case": Text(zh="案件", en="case"),
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Addresses of the cells of an area, as known at the moment of the audit's page.

    ``more`` is what the address adds to look from that moment: ``&as_of=…`` or "".
    """

    area: str
    more: str

    def at(self, account: str, row: str, column: str, year: int) -> str:
        """The page of one cell; that of the account where the names cannot stand in an address."""
        query = f"?{urlencode({'year': year, 'area': self.area})}{self.more}"
        try:
            return reverse("portal:resource-account-cell", args=[account, row, column]) + query
        except NoReverseMatch:
            return self.account(account, year)

    def account(self, account: str, year: int) -> str:
        """The page of an account."""
        return f"{reverse('portal:resource-account', args=[account])}?{urlencode({'year': year, 'area': self.area})}{self.more}"

    def end(self, one: Movement, year: int) -> str:
        """Where an end of a column stands: its closing; of flows their only row, or the account when several are added up."""
        if one.stock:
            return self.at(one.account, CLOSING, one.column, year) if year in one.places.get(CLOSING, ()) else ""
        rows = [row for row, years in one.places.items() if year in years]
        return self.at(one.account, rows[0], one.column, year) if len(rows) == 1 else self.account(one.account, year) if rows else ""

    def of(self, one: Movement, row: str, years: Iterable[int]) -> tuple[tuple[int, str], ...]:
        """The cells of a row in these years, as far as the balance sheets have them."""
        there = one.places.get(row, ())
        return tuple((year, self.at(one.account, row, one.column, year)) for year in years if year in there)


def position_rows(dossier: Dossier, cells: Cells, tongue: str, *, everything: bool) -> tuple[list[PositionRow], int]:
    """Rows of the position, and the number of rows that hold nothing; these are left out unless ``everything``."""
    rows, empty = [], 0
    for one in dossier.movements:
        if one.empty:
            empty += 1
            if not everything:
                continue
        unit = label_of(one.unit).in_language(tongue) if one.unit else ""
        rows.append(
            PositionRow(
                one.account,
                one.title.in_language(tongue),
                f"{one.name.in_language(tongue)} ({unit})" if unit else one.name.in_language(tongue),
                _end(one.opening, one.opening_label, cells.end(one, dossier.opening_on.year), tongue),
                _end(one.closing, one.closing_label, cells.end(one, dossier.closing_on.year), tongue),
                figure(one.change, signed=True),
                tuple(figure(one.causes.get(cause), signed=True) for cause in dossier.rules.cause_names),
                figure(one.residual, signed=True),
            )
        )
    return rows, empty


def _end(amount: Amount, label: Text | None, url: str, tongue: str) -> Linked:
    """What does not arise is said so, though the arithmetic counts it as nothing."""
    if label is not None:
        return Linked(label.in_language(tongue), url, absent=True)
    return Linked(figure(amount), url, absent=amount is None)


def change_rows(dossier: Dossier, cells: Cells, tongue: str) -> list[ChangeRow]:
    """What changed by row of the account, unexplained residuals and breaks between years as lines of their own."""
    years = range(dossier.opening_on.year + 1, dossier.closing_on.year + 1)
    rows = []
    for one in dossier.movements:
        title = f"{one.title.in_language(tongue)} · {one.name.in_language(tongue)}"
        if one.unit:
            title += f" ({label_of(one.unit).in_language(tongue)})"
        rows += [
            ChangeRow(title, row.name, "row", row.cause, row.amount, cells.of(one, row.row, years))
            for row in one.rows
            if row.amount is None or row.amount
        ]
        if one.residual:
            rows.append(ChangeRow(title, one.name, "residual", "", one.residual, cells.of(one, "residual", years)))
        if one.breaks:
            rows.append(ChangeRow(title, one.name, "breaks", "", one.breaks, cells.of(one, OPENING, one.broken)))
    return rows


def drawn_records(plan: ZonePackage, sample: Iterable[Mapping[str, Any]], cells: Cells, year: int, tongue: str) -> dict[str, DrawnRecord]:
    """The records of a sample by key, each with the page where an auditor finds it; a cell as of the closing year."""
    return {
        each["key"]: DrawnRecord(
            each["name"][tongue], STRATA[each["stratum"]].in_language(tongue), each["probability"], _page_of(plan, each["key"], cells, year)
        )
        for each in sample
    }


def _page_of(plan: ZonePackage, key: str, cells: Cells, year: int) -> str:
    kind, _, rest = key.partition(":")
    if kind == "cell":
        account, row, column = rest.split("/", 2)
        return cells.at(account, row, column, year)
    if kind == "case":
        return reverse("portal:case", args=rest.split("/", 1))
    return place_of(plan, key).url
