"""Declared forms of departmental returns (统计报表制度): cells, units, rules, who fills, who reviews, and by when.

A form is data of the zone (``zones/<zone>/forms/<key>.yaml``). Its key is the network of its series:
``[sample/]<form>/<place>/<cell>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from ecociv.core.digests import digest_of_json
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    LocalText,
    Unit,
    declared_files,
    line_in,
    read_declaration,
    zone_folder,
)
from ecociv.evidence.mapping import Places, load_places
from ecociv.evidence.returns.formulas import Formula, FormulaError, parse
from ecociv.evidence.returns.periods import ReturnPeriod

FOLDER = "forms"
_CHECKED_AGAINST = ("mappings/_places.yaml", "organisations.yaml")
Fault = tuple[tuple[str | int, ...], str]
"""Where in the file (as a path of keys), and what is wrong there."""


class PlaceGroup(Declared):
    """For which places one return each is filled: a group of ``_places.yaml``."""

    group: str


class Due(Declared):
    """By when: working days of the national calendar after the period has ended."""

    after: Literal["period"] = "period"
    working_days: int = Field(ge=1, le=250)


class FormValidity(Declared):
    """To which periods the form applies, by the day on which they end; an open side is null."""

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"it ends on {self.to}, before it begins on {self.from_}")
        return self


class Cell(Declared):
    """One figure that is asked for (指标栏). Its key is the property of the series."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=80)
    name: LocalText
    unit: Unit
    decimals: int = Field(ge=0, le=8)
    kind: Literal["flow", "stock", "ratio", "count", "index"]
    required: bool = True
    plausible: tuple[Decimal, Decimal] | None = None
    note: LocalText | None = None
    places: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        if self.plausible is not None and self.plausible[0] >= self.plausible[1]:
            raise ValueError("plausible is [low, high] with low below high")
        return self


class Rule(Declared):
    """What must hold between cells, and between periods. A broken error stops the submission; a broken warning needs
    an explanation."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", max_length=80)
    severity: Literal["error", "warning"]
    formula: str = Field(max_length=500)
    tolerance: Decimal | None = Field(default=None, ge=0)
    relative: Decimal | None = Field(default=None, ge=0)
    text: LocalText

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            parse(self.formula)
        except FormulaError as error:
            raise ValueError(str(error)) from error
        if self.tolerance is not None and self.relative is not None:
            raise ValueError(
                "give either tolerance (in the unit of the left side) or relative (a share of it)"
            )
        return self

    @cached_property
    def parsed(self) -> Formula:
        """The formula, read."""
        return parse(self.formula)


class Form(Declared):
    """A form (报表)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", max_length=60)
    title: LocalText
    period: Literal["year", "quarter", "month"]
    body: str
    places: tuple[PlaceGroup, ...] = Field(min_length=1)
    review: str
    due: Due
    valid: FormValidity = FormValidity()
    note: LocalText | None = None
    cells: tuple[Cell, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each cell, by key."""
        return {cell.key: cell.unit for cell in self.cells}

    @cached_property
    def _cells(self) -> dict[str, Cell]:
        return {cell.key: cell for cell in self.cells}

    def cell(self, key: str) -> Cell:
        """The cell with this key; ``KeyError`` when there is none."""
        return self._cells[key]

    def rule(self, key: str) -> Rule:
        """The rule with this key; ``KeyError`` when there is none."""
        return {rule.key: rule for rule in self.rules}[key]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what a figure means: keys, units, decimals and places. Texts and rules may be bettered freely."""
        return digest_of_json(
            {
                "key": self.key,
                "period": self.period,
                "cells": [
                    [c.key, c.unit, c.decimals, c.kind, list(c.places) if c.places is not None else None]
                    for c in self.cells
                ],
            }
        )

    def place_keys(self, places: Places) -> tuple[str, ...]:
        """The places for which a return is due, in the order of the groups, each once."""
        return tuple(dict.fromkeys(key for each in self.places for key in places.groups[each.group]))

    def cells_for(self, place: str, places: Places) -> tuple[Cell, ...]:
        """The cells that are asked of a place."""
        return tuple(
            cell
            for cell in self.cells
            if cell.places is None or any(place in places.groups[group] for group in cell.places)
        )

    def applies(self, period: ReturnPeriod) -> bool:
        """Whether the form is in force for a period, by the day on which it ends."""
        return (
            period.length == self.period
            and (self.valid.from_ is None or period.end >= self.valid.from_)
            and (self.valid.to is None or period.end <= self.valid.to)
        )

    def periods(self, last_day: date) -> Iterator[ReturnPeriod]:
        """The periods in force that have ended by ``last_day``, oldest first; none when the validity has no beginning."""
        if self.valid.from_ is None:
            return
        period = ReturnPeriod.containing(self.valid.from_, self.period)
        while period.end <= last_day:
            if self.applies(period):
                yield period
            period = period.next()

    def series_key(self, place: str, cell: str, *, sample: bool) -> str:
        """Key of the series that a cell feeds."""
        return f"{'sample/' if sample else ''}{self.key}/{place}/{cell}"

    def faults(self, places: Places, bodies: frozenset[str] | None = None) -> list[Fault]:
        """What is wrong in the form beyond its shape: keys twice, unknown cells, groups and bodies, units at odds."""
        found: list[Fault] = [*_twice("cells", self.cells), *_twice("rules", self.rules)]
        for number, rule in enumerate(self.rules):
            try:
                rule.parsed.check(self.units)
            except FormulaError as error:
                found.append((("rules", number, "formula"), str(error)))
        groups = [(("places", n, "group"), each.group) for n, each in enumerate(self.places)]
        groups += [
            (("cells", n, "places"), group)
            for n, cell in enumerate(self.cells)
            for group in cell.places or ()
        ]
        found += [
            (where, f"{group!r} is no group of _places.yaml; there are: {', '.join(places.groups) or 'none'}")
            for where, group in groups
            if group not in places.groups
        ]
        if bodies is not None:
            found += [
                ((field,), f"no body of organisations.yaml goes by the name {name!r}")
                for field, name in (("body", self.body), ("review", self.review))
                if name not in bodies
            ]
        return found


def load_forms(zone: str) -> tuple[Form, ...]:
    """All forms of a zone, by key; empty for a zone that declares none.

    Raises
    ------
    DeclarationError
        With one line ``file:line: field: what is wrong`` for each fault in any of them.
    """
    return _load(zone, declared_files(zone, f"{FOLDER}/*.yaml"), declared_files(zone, *_CHECKED_AGAINST))


def load_form(zone: str, key: str) -> Form:
    """One form.

    Raises
    ------
    DeclarationError
        When the zone has no such form, or one of its forms is wrong.
    """
    forms = {form.key: form for form in load_forms(zone)}
    if key not in forms:
        raise DeclarationError(f"Zone {zone} has no form {key!r}; there are: {', '.join(forms) or 'none'}.")
    return forms[key]


@lru_cache(maxsize=8)
def _load(
    zone: str, files: tuple[tuple[str, int], ...], _against: tuple[tuple[str, int], ...]
) -> tuple[Form, ...]:
    if not files:
        return ()
    places, bodies = load_places(zone), _body_names(zone_folder(zone))
    forms: list[Form] = []
    wrong: list[str] = []
    for name, _changed in files:
        path = Path(name)
        try:
            form = read_declaration(path, Form)
        except DeclarationError as error:
            wrong.append(str(error))
            continue
        faults = form.faults(places, bodies)
        if form.key != path.stem:
            faults.append(
                (("key",), f"the key is {form.key!r}, but the file is called {path.stem!r}; make them one")
            )
        wrong += [
            f"{path.name}:{line_in(path, where)}: {'.'.join(map(str, where))}: {what}"
            for where, what in faults
        ]
        forms.append(form)
    wrong += list(_units_at_odds(forms))
    if wrong:
        raise DeclarationError("\n".join(wrong))
    return tuple(sorted(forms, key=lambda form: form.key))


def _body_names(folder: Path) -> frozenset[str] | None:
    """Every name by which a body of the zone goes; none where the zone declares no bodies."""
    path = folder / "organisations.yaml"
    if not path.is_file():
        return None
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    declared: Sequence[Mapping[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or ()  # noqa: S506
    return frozenset(
        name
        for body in declared
        for name in (body["key"], body["name"], body.get("full_name"), *body.get("aliases", ()))
        if name
    )


def _units_at_odds(forms: Sequence[Form]) -> Iterator[str]:
    """A property has one meaning in the zone, so one unit."""
    seen: dict[str, tuple[str, str]] = {}
    for form in forms:
        for cell in form.cells:
            other, unit = seen.setdefault(cell.key, (form.key, cell.unit))
            if unit != cell.unit:
                yield (
                    f"{form.key}.yaml:1: cells: {cell.key} is in {cell.unit} here and in {unit} in form {other}; "
                    "use one unit, or another key"
                )


def _twice(field: str, items: Sequence[Cell] | Sequence[Rule]) -> list[Fault]:
    keys = [item.key for item in items]
    return [
        ((field, number, "key"), f"{key!r} occurs twice in this form")
        for number, key in enumerate(keys)
        if key in keys[:number]
    ]
