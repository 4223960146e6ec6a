"""How each series is derived from evidence, as the zone declares it: reading ``derivations.yaml``, and its checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ecociv.core.quantities import UnitError, same_dimension
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    declared_files,
    zone_declaration,
    zone_folder,
)
from ecociv.evidence.mapping import Places, load_places
from ecociv.indicators.declarations import (
    AnyDerivation,
    Composition,
    Derivation,
    Formula,
    GoodDayRatio,
    LayerArea,
    Method,
    OzoneReading,
    PatchesUnion,
    RegisterShare,
    Reported,
    Stations,
    StationShare,
    SurveyShare,
)
from ecociv.indicators.forms import form_cells
from ecociv.indicators.inputs import CellInput, ParameterInput
from ecociv.plan.package import ZonePackage
from ecociv.registers.loading import kinds
from ecociv.standards.parameters import ParameterError, parameter_series
from ecociv.territory.retained.declaration import load_retained

FILE = "derivations.yaml"
_CHECKED_AGAINST = (
    FILE,
    "forms/*.yaml",
    "mappings/_places.yaml",
    "registers/*.yaml",
    "retained_areas.yaml",
)


class Due(Declared):
    """The day of the following year by which a year's figures are due."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def after(self, year: int) -> date:
        """The due date of the figures of ``year``."""
        return date(year + 1, self.month, self.day)


class Derivations(Declared):
    """All derivations of a zone."""

    place: str
    counties: str | None = None
    due: Due
    derivations: tuple[Derivation, ...]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        keys = [item.series for item in self.derivations]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"derived twice: {', '.join(twice)}")
        return self

    @cached_property
    def by_series(self) -> Mapping[str, AnyDerivation]:
        """The derivations by series key."""
        return {item.series: item for item in self.derivations}

    def places_of(self, places: Places, group: str) -> tuple[str, ...]:
        """Members of a group of places; empty where the zone has not declared it yet."""
        return places.groups.get(group, ())


def load_derivations(package: ZonePackage) -> Derivations:
    """The derivations of a zone, checked against its plan, its forms and its places.

    Raises
    ------
    DeclarationError
        With file and line, for every series of the plan that has no derivation, every derivation of an unknown series,
        every unit that is not of the dimension of the plan or of the form, and every cell, group or parameter that is not
        declared.
    """
    zone = package.zone.key
    if not (zone_folder(zone) / FILE).is_file():
        raise DeclarationError(f"Zone {zone} has no {FILE}; declare there how each series is derived.")
    units = tuple(
        (series.key, indicator.unit) for indicator in package.indicators for series in indicator.series
    )
    return _checked(zone, declared_files(zone, *_CHECKED_AGAINST), units)


@lru_cache(maxsize=16)
def _checked(
    zone: str, _files: tuple[tuple[str, int], ...], units: tuple[tuple[str, str], ...]
) -> Derivations:
    declared, wanted = zone_declaration(zone, FILE, Derivations), dict(units)
    given = declared.by_series
    lines = _lines(zone_folder(zone) / FILE)

    def at(series: str) -> str:
        return f"{FILE}:{lines.get(series, 1)}"

    faults = [f"{FILE}: series {key} of the plan has no derivation." for key in wanted if key not in given]
    faults += [f"{at(key)}: series {key} is not in the plan." for key in given if key not in wanted]
    cells = form_cells(zone)
    places = load_places(zone)
    for key, unit in wanted.items():
        if key not in given:
            continue
        faults += [f"{at(key)}: {fault}" for fault in _unit_faults(key, given[key].unit, unit)]
        faults += [f"{at(key)}: {fault}" for fault in _input_faults(key, given[key], cells)]
        faults += [f"{at(key)}: {fault}" for fault in _group_faults(key, given[key], places)]
        faults += [f"{at(key)}: {fault}" for fault in _area_faults(zone, key, given[key])]
        faults += [f"{at(key)}: {fault}" for fault in _register_faults(zone, key, given[key])]
    if faults:
        raise DeclarationError("\n".join(faults))
    return declared


def _lines(path: Path) -> dict[str, int]:
    """Line on which each series is declared."""
    found: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if match := re.search(r"series:\s*[\"']?([0-9A-Za-z._-]+)", line):
            found.setdefault(match.group(1), number)
    return found


def _unit_faults(key: str, given: str, wanted: str) -> list[str]:
    try:
        if same_dimension(given, wanted):
            return []
    except UnitError as error:
        return [f"series {key}: {error}"]
    return [f"series {key} is derived in {given!r}, but the plan measures it in {wanted!r}."]


def _input_faults(key: str, declared: AnyDerivation, cells: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Cells that their form does not have, or has in a unit of another dimension; parameters that are not known."""
    for name, item in declared.cells:
        form = cells.get(item.form)
        if form is None:
            if cells:
                yield f"series {key}: input {name}: there is no form {item.form!r}; forms: {', '.join(cells)}."
            continue
        if item.cell not in form:
            yield f"series {key}: input {name}: form {item.form} has no cell {item.cell!r}."
        elif not same_dimension(item.unit, form[item.cell]):
            yield (
                f"series {key}: input {name} is taken in {item.unit!r}, but form {item.form} asks for {item.cell} in "
                f"{form[item.cell]!r}."
            )
    for name, parameter in getattr(declared, "inputs", {}).items():
        if isinstance(parameter, ParameterInput):
            try:
                known = parameter_series(parameter.parameter)
            except ParameterError as error:
                yield f"series {key}: input {name}: {error}"
                continue
            if not same_dimension(known.unit, parameter.unit):
                yield f"series {key}: input {name} is in {known.unit!r}, not in {parameter.unit!r}."


def _area_faults(zone: str, key: str, declared: AnyDerivation) -> Iterator[str]:
    """An area from layers that is not declared, or in a unit of another dimension."""
    if not isinstance(declared, LayerArea):
        return
    areas = load_retained(zone)
    found = areas.of(declared.area)
    if found is None:
        there = ", ".join(item.series for item in areas.areas) or "none"
        yield f"series {key}: retained_areas.yaml has no area {declared.area!r}; areas: {there}."
    elif not same_dimension(found.unit, declared.unit):
        yield f"series {key} is derived in {declared.unit!r}, but the area {declared.area} is in {found.unit!r}."


def _register_faults(zone: str, key: str, declared: AnyDerivation) -> Iterator[str]:
    """Registers and fields that are not there, of another type, or not public: what a figure rests on is open to all."""
    if not isinstance(declared, RegisterShare):
        return
    known = kinds(zone)
    kind = known.get(declared.register_)
    if kind is None:
        yield f"series {key}: there is no register {declared.register_!r}; registers: {', '.join(sorted(known))}."
        return
    types = {declared.amount: "decimal", declared.day: "date", declared.names: "reference"}
    for name, wanted in {**types, **dict.fromkeys(declared.same, "")}.items():
        field = kind.field(name)
        if field is None or (wanted and field.type != wanted):
            there = ", ".join(one.key for one in kind.fields if one.type == wanted or not wanted) or "none"
            yield (
                f"series {key}: register {kind.key} has no field {name!r}{f' of type {wanted}' if wanted else ''}; "
                f"there are: {there}."
            )
        elif not (kind.public and field.public):
            yield f"series {key}: {kind.key}.{name} is not public, but everybody may read what a figure rests on."
    amount, listed = kind.field(declared.amount), known.get(getattr(kind.field(declared.names), "kind", ""))
    if amount is not None and amount.unit and not same_dimension(amount.unit, declared.whole.unit):
        yield f"series {key}: {kind.key}.{amount.key} is in {amount.unit!r}, the whole in {declared.whole.unit!r}."
    for name in declared.same if listed is not None else ():
        if listed is not None and listed.field(name) is None:
            yield f"series {key}: register {listed.key} has no field {name!r} to be the same."


def _group_faults(key: str, declared: AnyDerivation, places: Places) -> Iterator[str]:
    """Groups of places that are not declared; a zone that declares no groups at all has only its own place."""
    if not places.groups:
        return
    named = {item.group or item.or_sum_of for _, item in declared.cells}
    if isinstance(declared, SurveyShare | StationShare):
        named.add(declared.group)
    for group in sorted({name for name in named if name} - set(places.groups)):
        yield f"series {key}: there is no group of places {group!r}; groups: {', '.join(sorted(places.groups))}."


__all__ = [
    "AnyDerivation",
    "CellInput",
    "Composition",
    "Derivations",
    "Due",
    "Formula",
    "GoodDayRatio",
    "LayerArea",
    "Method",
    "OzoneReading",
    "PatchesUnion",
    "RegisterShare",
    "Reported",
    "StationShare",
    "Stations",
    "SurveyShare",
    "load_derivations",
]
