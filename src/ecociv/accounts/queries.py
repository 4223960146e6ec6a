"""What pages, commands and the leaving-office audit ask of the accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import Max
from django.utils import timezone

from ecociv.accounts.declaration import AccountsNotDeclared, ZoneAccounts, load_accounts
from ecociv.accounts.forms import CLOSING
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.figures import areas_of, read_figures, state_of
from ecociv.accounts.gather.registers import registers_state
from ecociv.accounts.sheet import AccountSheet, StockAt, compile_account
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places
from ecociv.territory.models import LayerVersion

ARITHMETIC = 1
"""Raised when the way of computing changes what comes out."""


class AccountsRefused(LookupError):
    """Accounts that cannot be drawn up as asked; the message names what can."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """The accounts of an area in a year, as known at a moment.

    Attributes
    ----------
    area : str
        Key of the place: the zone's own, or a county.
    accounts : tuple of AccountSheet
        In the order of the national forms.
    fingerprint : str
        Digest of everything the sheet follows from: equal digests, equal sheets.
    """

    zone: str
    area: str
    area_name: Text
    year: int
    as_of: dt.datetime | None
    accounts: tuple[AccountSheet, ...] = field(repr=False)
    fingerprint: str = ""

    def account(self, key: str) -> AccountSheet:
        """One account.

        Raises
        ------
        KeyError
            The zone does not draw it up.
        """
        return next(one for one in self.accounts if one.key == key) if self.has(key) else self._none(key)

    def has(self, key: str) -> bool:
        """Whether there is such an account."""
        return any(one.key == key for one in self.accounts)

    def _none(self, key: str) -> AccountSheet:
        raise KeyError(f"no account {key!r}; accounts: {', '.join(one.key for one in self.accounts)}")

    @property
    def sample(self) -> bool:
        """Whether any figure is generated."""
        return any(one.sample for one in self.accounts)

    @property
    def cells(self) -> int:
        """How many cells have a figure."""
        return sum(
            cell.number is not None for one in self.accounts for cell in one.cells.values()
        )

    @property
    def gaps(self) -> int:
        """How many cells are missing; what does not apply is not."""
        return sum(
            cell.missing is not Missing.NOT_APPLICABLE for one in self.accounts for _, _, cell in one.missing()
        )

    def residuals(self) -> Iterator[tuple[AccountSheet, str]]:
        """Accounts and columns with an unexplained residual beyond the tolerance."""
        for one in self.accounts:
            for column, gap in one.line("residual").items():
                if gap is not None and abs(gap) > one.tolerance:
                    yield one, column

    def to_json(self, *, traces: bool = False) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "zone": self.zone,
            "area": self.area,
            "area_name": self.area_name.to_mapping(),
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "sample": self.sample,
            "fingerprint": self.fingerprint,
            "cells": self.cells,
            "missing": self.gaps,
            "accounts": [one.to_json(traces=traces) for one in self.accounts],
        }


@dataclass(frozen=True, slots=True)
class Position:
    """The stocks of an area on a day: those of the last closing on or before it.

    Attributes
    ----------
    on, stated_for : date
        The day that was asked for, and the day of the closing that the stocks are of.
    stocks : mapping of (account, column) to StockAt
    """

    zone: str
    area: str
    area_name: Text
    on: dt.date
    stated_for: dt.date
    as_of: dt.datetime | None
    stocks: Mapping[tuple[str, str], StockAt] = field(repr=False)

    @property
    def exact(self) -> bool:
        """Whether the closing is of the day itself."""
        return self.on == self.stated_for


def resolve_area(zone: str, area: str = "") -> str:
    """Key of an area: the zone's own place when not given; a county by its key, code or name.

    Raises
    ------
    AccountsRefused
        When the accounts of the zone have no such area; names those they have.
    """
    places = load_places(zone)
    keys = areas_of(_declared(zone), places)
    if not area:
        return keys[0]
    for key in keys:
        place = places.by_key[key]
        if area in (key, place.code, place.name.zh, place.name.en):
            return key
    names = "、".join(f"{key}（{places.by_key[key].name.zh}）" for key in keys)
    raise AccountsRefused(
        Text(
            zh=f"账户没有地区“{area}”；有：{names}。",
            en=f"The accounts have no area {area!r}; there are: {', '.join(keys)}.",
        )
    )


def areas(zone: str) -> tuple[tuple[str, Text], ...]:
    """The areas of the accounts with their names, the zone's own first."""
    places = load_places(zone)
    return tuple((key, places.by_key[key].name) for key in areas_of(_declared(zone), places))


def years(zone: str) -> range:
    """The years for which accounts may be drawn up: to the last year that has ended."""
    declared = _declared(zone)
    last = declared.last_year or timezone.localdate().year - 1
    return range(declared.first_year, last + 1)


def balance_sheet(zone: str, area: str, year: int, as_of: dt.datetime | None = None) -> BalanceSheet:
    """The balance sheet of an area in a year.

    Parameters
    ----------
    area : str
        The zone's own place when empty; a county by its key, code or name.
    as_of : datetime, optional
        Only what was known by then; now, when not given. A restatement later than it changes nothing.

    Raises
    ------
    AccountsRefused
        No such area, no such year, or the zone declares no accounts.
    """
    key = resolve_area(zone, area)
    _check_year(zone, year)
    return _sheet(zone, key, year, as_of, state(zone))


def position(zone: str, area: str, on: dt.date, as_of: dt.datetime | None = None) -> Position:
    """The stocks of an area at the last closing on or before a day.

    Accounts close on 31 December: between two closings the stocks of the earlier one are the last that are known.

    Raises
    ------
    AccountsRefused
        No such area, or no closing on or before the day.
    """
    key = resolve_area(zone, area)
    year = on.year if (on.month, on.day) == (12, 31) else on.year - 1
    span = years(zone)
    year = min(year, span[-1])
    if year < span[0]:
        raise AccountsRefused(
            Text(
                zh=f"{on}之前没有期末存量，最早为{span[0]}-12-31。",
                en=f"There is no closing on or before {on}; the first is of {span[0]}-12-31.",
            )
        )
    sheet = balance_sheet(zone, key, year, as_of)
    stocks = {
        (account.key, column): _stock(account, column, year)
        for account in sheet.accounts
        if account.stock
        for column in account.columns
        if column not in account.outside
    }
    return Position(zone, key, sheet.area_name, on, dt.date(year, 12, 31), as_of, stocks)


def _stock(account: AccountSheet, column: str, year: int) -> StockAt:
    cell = account.cells[CLOSING, column]
    return StockAt(
        account.key, column, account.columns[column], cell.figure, account.unit, year, cell.grade,
        cell.sample, cell.reason, cell.trace,
    )  # fmt: skip


def _declared(zone: str) -> ZoneAccounts:
    try:
        return load_accounts(zone)
    except AccountsNotDeclared as error:
        raise AccountsRefused(error.text) from error


def _check_year(zone: str, year: int) -> None:
    span = years(zone)
    if year not in span:
        raise AccountsRefused(
            Text(
                zh=f"没有{year}年的账户；可编制{span[0]}至{span[-1]}年。",
                en=f"There are no accounts of {year}; those of {span[0]} to {span[-1]} can be drawn up.",
            )
        )


def state(zone: str) -> tuple[object, ...]:
    """What changes when anything does that a sheet follows from: declarations, evidence, layers (a withdrawal is a version
    too), entries of registers. Results are kept by it."""
    layers = LayerVersion.objects.filter(layer__zone=zone).aggregate(last=Max("pk"), at=Max("recorded_at"))
    return (ARITHMETIC, *state_of(zone), layers["last"], layers["at"], *registers_state(zone))


@lru_cache(maxsize=256)
def _sheet(
    zone: str, area: str, year: int, as_of: dt.datetime | None, known: tuple[object, ...]
) -> BalanceSheet:
    declared = load_accounts(zone)
    sources = Sources(zone, declared, read_figures(zone, as_of), as_of)
    accounts = []
    for key in declared.accounts:
        form = declared.form(key)
        previous: AccountSheet | None = None
        if form.kind == "stock" and year > declared.first_year:
            # Only its closing is asked for; what came before that is no part of this year.
            previous = _compiled(sources, key, area, year - 1, None)
        accounts.append(_compiled(sources, key, area, year, previous))
    name = load_places(zone).by_key[area].name
    print_ = digest_of_json([zone, area, year, as_of.isoformat() if as_of else None, *map(str, known)])
    return BalanceSheet(zone, area, name, year, as_of, tuple(accounts), print_)


def _compiled(
    sources: Sources, key: str, area: str, year: int, previous: AccountSheet | None
) -> AccountSheet:
    declared = sources.declared
    return compile_account(
        key,
        declared.form(key),
        declared.columns(key),
        sources.cells(key, area, year),
        year=year,
        previous=previous,
        tolerance=declared.accounts[key].tolerance,
        boundary_changed=year in declared.accounts[key].boundary_changes,
    )
