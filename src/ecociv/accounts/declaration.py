"""What a zone declares in ``accounts.yaml``: which accounts it draws up, and the source of each cell. Pure: no Django."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ecociv.accounts.declared_beside import (
    Cells,
    Flow,
    Liability,
    Nothing,
    Permits,
    Price,
    SupplyUse,
    Transitions,
    listed,
)
from ecociv.accounts.forms import CLOSING, OPENING, AccountForm, Name, national
from ecociv.core.text import Text
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    NotDeclared,
    Tolerance,
    zone_declaration_if_any,
)

FILE = "accounts.yaml"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class CellSource(Declared):
    """Where the cells of a row come from: exactly one of return, series, layer, sections, register, none.

    Attributes
    ----------
    columns : tuple of str
        The columns it fills; those of ``cells`` or ``classes``, or all of the account, when not given.
    return_ : str
        Key of a form of departmental returns.
    series : str
        Network of yearly series that are no return.
    cells : dict of str to tuple of str
        Cells (properties) that are added up, by column.
    less : dict of str to tuple of str
        Cells that are taken away from these.
    cell : str
        Pattern of the cell where all columns go by one, such as ``"{column}.{row}"``.
    places : tuple of str
        Places whose figures are added up, such as the mines of a mineral; those outside the area do not count. The area
        itself, when not given.
    places_by_column : dict of str to tuple of str
        The same where each column has its own.
    group : str
        The same as a group of ``_places.yaml``.
    layer, classes
        Kind of layer, and the classes of it by column; the area in force on the last day of the year.
    sections : str
        Group of sections whose quality class of the year is counted.
    weigh : str
        ``length``: the declared length that each section stands for; ``number``: one each.
    register_ : str
        Kind of register entry (mines, permits); ``cells`` then name its quantities.
    none : Nothing
        No figure, with kind and reason.
    estimate : bool
        The source itself says that the figure is estimated.
    """

    columns: Cells = ()
    return_: str = Field(default="", alias="return")
    series: str = ""
    cells: dict[str, Cells] = Field(default_factory=dict)
    less: dict[str, Cells] = Field(default_factory=dict)
    cell: str = ""
    places: Cells = ()
    places_by_column: dict[str, Cells] = Field(default_factory=dict)
    group: str = ""
    layer: str = ""
    classes: dict[str, Cells] = Field(default_factory=dict)
    sections: str = ""
    weigh: Literal["length", "number"] = "number"
    register_: str = Field(default="", alias="register")
    where: dict[str, dict[str, Cells]] = Field(default_factory=dict)
    division: str = "division"
    none: Nothing | None = None
    estimate: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [
            name
            for name, value in (
                ("return", self.return_),
                ("series", self.series),
                ("layer", self.layer),
                ("sections", self.sections),
                ("register", self.register_),
                ("none", self.none),
            )
            if value
        ]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of return, series, layer, sections, register, none; "
                f"found {', '.join(given) or 'none of them'}"
            )
        if (self.return_ or self.series or self.register_) and bool(self.cells) == bool(self.cell):
            raise ValueError("give either cells (by column) or cell (a pattern)")
        if self.layer and not self.classes:
            raise ValueError("classes names the classes of the layer by column")
        return self

    @property
    def kind(self) -> str:
        """Which kind of source this is."""
        for name in ("return_", "series", "layer", "sections", "register_"):
            if getattr(self, name):
                return name.rstrip("_")
        return "none"

    def fills(self, column: str) -> bool:
        """Whether it gives the cells of a column."""
        named = self.columns or tuple(self.cells) or tuple(self.classes) or tuple(self.places_by_column)
        return not named or column in named

    def properties(self, row: str, column: str) -> tuple[tuple[str, int], ...]:
        """Cells of a column with their sign.

        >>> source = CellSource.model_validate({"return": "land", "cells": {"water": ["land.hydraulic", "land.rivers_lakes"]}})
        >>> source.properties("closing", "water")
        (('land.hydraulic', 1), ('land.rivers_lakes', 1))
        """
        if self.cell:
            return ((self.cell.format(row=row, column=column), 1),)
        plus = ((each, 1) for each in self.cells.get(column, ()))
        return (*plus, *((each, -1) for each in self.less.get(column, ())))


Sources = Annotated[tuple[CellSource, ...], BeforeValidator(listed)]


class Account(Declared):
    """One account of the zone.

    Attributes
    ----------
    rows : dict of str to tuple of CellSource
        For each row its sources, the first that has a figure wins. A row that is not named has no such change; the
        opening that is not named is the closing of the year before.
    only : tuple of str
        The columns that the zone draws up; all of the form, when not given.
    columns : dict of str to Name
        Columns of an account whose form leaves them to the zone.
    tolerance : Decimal
        Largest residual that counts as the rounding of the sources, in the unit of the account.
    boundary_changes : dict of int to Text
        Years in which the boundary of the zone changed, with the document.
    compare : CellSource, optional
        A second source against which the closing is held.
    """

    rows: dict[str, Sources]
    only: tuple[str, ...] = ()
    columns: dict[str, Name] = Field(default_factory=dict)
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    boundary_changes: dict[int, LocalText] = Field(default_factory=dict)
    compare: CellSource | None = None
    compare_tolerance: Tolerance | None = None
    settle: str = ""
    note: LocalText | None = None


class ZoneAccounts(Declared):
    """The accounts of a zone."""

    zone: str
    first_year: int
    last_year: int | None = None
    areas: str = "counties"
    accounts: dict[str, Account]
    prices: tuple[Price, ...] = ()
    transitions: Transitions | None = None
    supply_use: SupplyUse | None = None
    liabilities: tuple[Liability, ...] = ()
    section_lengths: dict[str, Decimal] = Field(default_factory=dict)
    min_months: int = Field(default=9, ge=1, le=12)

    @model_validator(mode="after")
    def _fits_the_forms(self) -> Self:
        forms = national().accounts
        for key, account in self.accounts.items():
            if key not in forms:
                raise ValueError(f"{key!r} is no account; accounts: {', '.join(forms)}")
            form = forms[key]
            if bool(account.columns) == bool(form.columns):
                raise ValueError(
                    f"{key}: its columns are {'laid down; take these away' if form.columns else 'for the zone to name'}"
                )
            if wrong := [name for name in account.columns if not _KEY.fullmatch(name)]:
                raise ValueError(
                    f"{key}: {', '.join(wrong)}: the key of a column is its code in exported files; write letters a to z, "
                    "digits and _, a letter first, and the name in Chinese and English behind it"
                )
            columns = self.columns(key)
            if strange := sorted(set(account.only) - set(form.columns or account.columns)):
                raise ValueError(
                    f"{key}: no column {', '.join(strange)}; columns: {', '.join(form.columns or account.columns)}"
                )
            if strange := sorted(set(account.rows) - set(form.rows)):
                raise ValueError(f"{key}: no row {', '.join(strange)}; rows: {', '.join(form.rows)}")
            if form.kind == "stock" and CLOSING not in account.rows:
                raise ValueError(f"{key}: the source of the closing row is needed")
            for row, sources in account.rows.items():
                for source in sources:
                    named = {*source.columns, *source.cells, *source.less, *source.classes}
                    if strange := sorted(named - set(columns)):
                        raise ValueError(
                            f"{key}.{row}: no column {', '.join(strange)}; columns: {', '.join(columns)}"
                        )
        for price in self.prices:
            if price.account not in self.accounts or price.column not in self.columns(price.account):
                raise ValueError(f"prices: {price.account}.{price.column} is no column of these accounts")
        keys = [one.key for one in self.liabilities]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"liabilities: declared twice: {', '.join(twice)}")
        return self

    def columns(self, key: str) -> Mapping[str, Text]:
        """The columns of an account that the zone draws up, in their order."""
        account = self.accounts[key]
        every = national().accounts[key].columns or account.columns
        return {name: text for name, text in every.items() if not account.only or name in account.only}

    def form(self, key: str) -> AccountForm:
        """The national form of an account."""
        return national().accounts[key]

    def sources(self) -> Iterator[tuple[str, str, str, CellSource]]:
        """Every account, row, column and source, the first choice first."""
        for key, account in self.accounts.items():
            for row, sources in account.rows.items():
                for column in self.columns(key):
                    for source in sources:
                        if source.fills(column):
                            yield key, row, column, source

    def price_on(self, account: str, column: str, on: dt.date) -> Price | None:
        """The price in force on a day; the last that is declared wins."""
        found = [one for one in self.prices if (one.account, one.column) == (account, column) and one.holds(on)]
        return found[-1] if found else None


class AccountsNotDeclared(NotDeclared):
    """The zone declares no accounts."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone, Text(zh="自然资源账户", en="accounts of natural resources"), FILE)


def load_accounts(zone: str) -> ZoneAccounts:
    """The accounts that a zone declares.

    Raises
    ------
    AccountsNotDeclared
        Where it has no ``accounts.yaml``.
    ecociv.evidence.declared.DeclarationError
        With file and line of each fault.
    """
    found = zone_declaration_if_any(zone, FILE, ZoneAccounts)
    if found is None:
        raise AccountsNotDeclared(zone)
    return found


__all__ = [
    "OPENING",
    "Account",
    "AccountsNotDeclared",
    "CellSource",
    "Flow",
    "Liability",
    "Permits",
    "Price",
    "SupplyUse",
    "Transitions",
    "ZoneAccounts",
    "load_accounts",
]
