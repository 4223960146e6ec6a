"""The inputs of the product of an area and a year, from returns, layers and declared coefficients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from ecociv.accounts.gather.figures import Figures, Part, figures_of, inside
from ecociv.accounts.gather.layers import layer_area
from ecociv.accounts.gep.declaration import RECORDED, STATED, GepInput, GepLineDeclared, ZoneGep
from ecociv.accounts.gep.methods import METHODS
from ecociv.accounts.gep.statement import MONEY, Found
from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import Places, load_places

LAYER_DECIMALS = 4


def areas_of(declared: ZoneGep, places: Places) -> tuple[str, ...]:
    """The zone's own place, then its counties."""
    return (places.groups["zone"][0], *places.groups[declared.areas])


def read_inputs(declared: ZoneGep, as_of: dt.datetime | None = None) -> Figures:
    """Every reported figure that the lines use, of all areas and years."""
    places = load_places(declared.zone)
    parts = {
        part
        for area in areas_of(declared, places)
        for line in declared.lines
        for source in line.inputs.values()
        for part in _parts(places, area, source)
    }
    return figures_of(declared.zone, parts, (declared.first_year, declared.last_year or 2999), as_of)


def found_inputs(
    declared: ZoneGep, figures: Figures, area: str, year: int, as_of: dt.datetime | None = None
) -> dict[tuple[str, str], Found]:
    """Every input of every line, in the unit of its method."""
    return {
        (line.key, name): _found(declared, figures, area, year, unit, source, as_of)
        for line in declared.lines
        for name, unit, source in _inputs(line)
    }


def _inputs(line: GepLineDeclared) -> Iterator[tuple[str, str, GepInput]]:
    for name, source in line.inputs.items():
        if line.method == STATED:
            yield name, MONEY, source
        elif line.method == RECORDED:
            yield name, line.unit, source
        else:
            yield name, METHODS[line.method].inputs[name], source


def _parts(places: Places, area: str, source: GepInput) -> tuple[Part, ...]:
    if not source.return_:
        return ()
    of = inside(places, area, places.groups[source.group]) if source.group else (area,)
    return tuple(
        Part(source.return_, place, name, sign)
        for place in of
        for names, sign in ((source.cells, 1), (source.less, -1))
        for name in names
    )


def _found(
    declared: ZoneGep,
    figures: Figures,
    area: str,
    year: int,
    unit: str,
    source: GepInput,
    as_of: dt.datetime | None,
) -> Found:
    if source.none is not None:
        gone = source.none
        trace = Trace(Text(zh="无数据", en="no figure"), gone.kind, unit, "", notes=(gone.reason,))
        return Found("", gone.kind, unit, Decimal(0), trace, gone.reason)
    if source.coefficient:
        held = declared.coefficients[source.coefficient]
        value = convert(held.value, held.unit, unit)
        label = held.name
        given = TraceInput(label, held.value, held.unit)
        trace = Trace(label, value, unit, "as declared", (given,), held.basis.citation)
        return Found(f"coefficient:{source.coefficient}", value, unit, held.uncertainty, trace)
    if source.layer:
        label = Text(zh="图层面积", en="area from the layer")
        measured = layer_area(
            declared.zone, area, source.layer, source.classes, year, unit, LAYER_DECIMALS, label, as_of
        )
        name = f"layer:{source.layer}:{'+'.join(source.classes)}:{area}"
        return Found(name, measured.figure, unit, source.uncertainty, measured.trace, measured.reason, measured.sample)
    parts = _parts(figures.places, area, source)
    summed = figures.summed(parts, year, unit)
    name = "+".join(f"{part.sign}:{part.network}:{part.place}:{part.property}" for part in parts)
    label = figures.about(parts[0]) if len(parts) == 1 else Text(zh="报表合计", en="sum of the return")
    trace = summed.trace(label, unit)
    return Found(name, summed.figure, unit, source.uncertainty, trace, summed.reason, summed.sample)
