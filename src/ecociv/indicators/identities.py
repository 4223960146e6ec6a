"""Conflicts between figures that must agree: counties against the city, one department against another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ecociv.core.decimals import plain, shortest, to_decimal
from ecociv.core.quantities import as_decimal, factor
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import Series
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.compute import plan_of
from ecociv.indicators.declarations import LayerArea, RegisterShare
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.derive.cells import Asked, Resolved, keys_of, resolve, suppliers, years_of
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.derive.register_shares import BY_ENTRIES, on_record, year_entries
from ecociv.indicators.engine import Engine, Window, engine_named
from ecociv.indicators.expressions import DividedByZero, quantity
from ecociv.indicators.forms import cell_name, form_cells
from ecociv.indicators.gather import gather
from ecociv.indicators.graph import nodes_of
from ecociv.indicators.identity_rules import (
    CellSide,
    ConstantSide,
    MeanSide,
    Parts,
    RegisterSide,
    SeriesSide,
    Sides,
    load_identities,
)
from ecociv.indicators.records import Records, stored_key
from ecociv.territory.retained.declaration import RetainedSeries, load_retained
from ecociv.territory.retained.queries import retained_area


@dataclass(frozen=True, slots=True)
class Statement:
    """One side: a figure in the unit of the comparison, who supplied it, and how it came about."""

    value: Decimal
    unit: str
    suppliers: tuple[str, ...]
    trace: Trace | TraceInput
    sample: bool

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "value": float(self.value),
            "unit": self.unit,
            "suppliers": list(self.suppliers),
            "sample": self.sample,
            "trace": self.trace.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two figures held against each other; a conflict where they lie further apart than the identity allows."""

    key: str
    title: Text
    year: int
    left: Statement
    right: Statement
    allowed: Decimal
    settle: str
    note: Text | None = None
    """Why the two may differ without a fault."""

    @property
    def difference(self) -> Decimal:
        """Left less right."""
        return self.left.value - self.right.value

    @property
    def holds(self) -> bool:
        """Whether the two lie within what the identity allows."""
        return abs(self.difference) <= self.allowed

    @property
    def relative(self) -> float:
        """Difference as a share of the larger side."""
        larger = max(abs(self.left.value), abs(self.right.value))
        return float(abs(self.difference) / larger) if larger else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "key": self.key,
            "title": self.title.to_mapping(),
            "year": self.year,
            "left": self.left.to_json(),
            "right": self.right.to_json(),
            "difference": float(self.difference),
            "relative": self.relative,
            "allowed": float(self.allowed),
            "settle": self.settle,
            "note": self.note.to_mapping() if self.note else None,
            "sample": self.left.sample or self.right.sample,
        }

    def as_text(self, language: str = "zh") -> str:
        """A few lines for a terminal."""
        zh = language.startswith("zh")
        tongue = "zh" if zh else "en"
        head = f"{self.title.in_language(tongue)}: {plain(self.left.value)} / {plain(self.right.value)} {self.left.unit}"
        by = "；应由{}协调" if zh else "; to be settled by {}"
        sides = [
            f"    {'、'.join(side.suppliers) or '—'}: {side.trace.label.in_language(tongue)} {origin(side.trace)}"
            for side in (self.left, self.right)
        ]
        more = [f"    {self.note.in_language(tongue)}"] if self.note else []
        return "\n".join([f"{head} ({self.relative:.2%}){by.format(self.settle)}", *sides, *more])


def origin(trace: Trace | TraceInput) -> str:
    """Series, document, row and revision of the first inputs of a side."""
    leaves = [trace] if isinstance(trace, TraceInput) else list(trace.leaves())
    shown = [f"{leaf.source_id} r{leaf.revision}" for leaf in leaves[:3] if leaf.source_id]
    return ", ".join(shown) + (f" +{len(leaves) - 3}" if len(leaves) > 3 else "")


def conflicts(
    zone: str,
    year: int,
    as_of: dt.datetime | None = None,
    *,
    store: EvidenceStore | None = None,
    engine: str = "duckdb",
) -> list[Conflict]:
    """Identities of the zone that do not hold in a year, as known at a moment (:func:`comparisons` gives all)."""
    compared = comparisons(zone, year, as_of, store=store, engine=engine)
    return [each for each in compared if not each.holds]


def comparisons(
    zone: str,
    year: int,
    as_of: dt.datetime | None = None,
    *,
    store: EvidenceStore | None = None,
    engine: str = "duckdb",
) -> list[Conflict]:
    """Identities of the zone that can be compared in a year, as known at a moment, whether they hold or not.

    Both sides are of the same kind: real figures where both have them, else generated ones. Where a side has no figure
    there is nothing to compare, and no conflict.
    """
    runner = engine_named(engine, store or EvidenceStore())
    declared = load_identities(zone)
    records = Records(year, runner, as_of)
    yearly: dict[int, set[str]] = {}
    home = load_derivations(plan_of(zone, as_of)).place
    for item in declared.identities:
        for each, keys in _keys(zone, home, year, item):
            yearly.setdefault(each, set()).update(keys)
    records.read(yearly)
    layered = [item for item in load_retained(zone).areas if item.tolerance is not None]
    series = [
        *(item.series for item in layered),
        *(
            side.series
            for item in declared.identities
            if isinstance(item, Sides)
            for side in (item.left, item.right)
            if isinstance(side, SeriesSide)
        ),
    ]
    figures = _figures(zone, year, as_of, series, runner)
    found: list[Conflict] = []
    for item in declared.identities:
        for key, title, left, right in _pairs(zone, home, item):
            for sample in (False, True):
                asked = Asked(zone, home, home, year, sample, records)
                unit = left.unit
                one = _state(asked, left, unit, title, figures, runner, as_of)
                two = _state(asked, right, unit, title, figures, runner, as_of)
                if one is None or two is None:
                    continue
                allowed = item.tolerance.allowed(one.value, two.value)
                found.append(Conflict(key, title, year, one, two, allowed, item.settle, item.note))
                break
    for area in layered:
        if area.series in figures and (
            other := against_layers(zone, area, figures[area.series], year, as_of)
        ):
            found.append(other)
    return found


def against_layers(
    zone: str, area: RetainedSeries, item: Derived, year: int, as_of: dt.datetime | None
) -> Conflict | None:
    """A derived figure held against the one from layers; none where either is missing, or only one is generated.

    A figure that is itself taken from layers is not held against itself.
    """
    rule = load_derivations(plan_of(zone, as_of)).by_series.get(area.series)
    if area.tolerance is None or item.number is None or isinstance(rule, LayerArea):
        return None
    layers = retained_area(zone, area.series, year, as_of)
    if layers.number is None or layers.sample is not item.sample:
        return None
    number = _decimal(Fraction(item.number) * factor(item.unit, area.unit))
    left = Statement(number, area.unit, (str(item.extras.get("supplier", "")),), item.trace, item.sample)
    kept = tuple(dict.fromkeys(version.title for version in layers.versions))
    right = Statement(layers.number, area.unit, kept, layers.trace, layers.sample)
    allowed = area.tolerance.allowed(left.value, right.value)
    note = area.notes[0] if area.notes else None
    return Conflict(f"layers:{area.series}", area.name, year, left, right, allowed, area.settle, note)


def _pairs(zone: str, home: str, item: Parts | Sides) -> Iterator[tuple[str, Text, Any, Any]]:
    """The comparisons of an identity: one for each cell, or the two sides."""
    if isinstance(item, Sides):
        yield item.key, item.title, item.left, item.right
        return
    units = form_cells(zone).get(item.form, {})
    for cell in item.cells:
        unit = units.get(cell, "1")
        name = cell_name(zone, item.form, cell)
        title = Text(zh=f"{item.title.zh}：{name.zh}", en=f"{item.title.en}: {name.en}")
        sides = [
            CellSide.model_validate(
                {
                    "inputs": {"cell": {"form": item.form, "cell": cell, "unit": unit, **more}},
                    "formula": "cell",
                    "unit": unit,
                }
            )
            for more in ({}, {"group": item.group})
        ]
        yield f"{item.key}:{cell}", title, sides[0], sides[1]


def _keys(zone: str, home: str, year: int, item: Parts | Sides) -> Iterator[tuple[int, Iterable[str]]]:
    for _, _, left, right in _pairs(zone, home, item):
        for side in (left, right):
            if isinstance(side, CellSide):
                for cell in side.inputs.values():
                    for each in years_of(cell, year):
                        yield each, keys_of(zone, cell, home, home)


def _figures(
    zone: str, year: int, as_of: dt.datetime | None, series: list[str], engine: Engine
) -> dict[str, Any]:
    """Derived figures that identities name."""
    if not series:
        return {}
    package = plan_of(zone, as_of)
    declared = load_derivations(package)
    nodes = [
        node
        for node in nodes_of(package, declared, year)
        if node.series in series and node.place == declared.place
    ]
    derived = gather(package, declared, year, nodes, as_of=as_of, engine=engine).derived
    return {item.series: item for item in derived}


def _state(
    asked: Asked,
    side: Any,
    unit: str,
    title: Text,
    figures: dict[str, Any],
    engine: Engine,
    as_of: dt.datetime | None,
) -> Statement | None:
    if isinstance(side, CellSide):
        return _by_cells(asked, side, unit, title)
    if isinstance(side, ConstantSide):
        value, given = quantity(side.constant)
        number = _decimal(value * factor(given, unit))
        return Statement(number, unit, (), TraceInput(side.note, number, unit), False)
    if isinstance(side, SeriesSide):
        item = figures.get(side.series)
        # A derived figure is of one kind; it is compared with the same kind of the other side only.
        if item is None or item.number is None or item.sample is not asked.sample:
            return None
        number = _decimal(Fraction(item.number) * factor(item.unit, unit))
        return Statement(number, unit, (str(item.extras.get("supplier", "")),), item.trace, item.sample)
    if isinstance(side, RegisterSide):
        return _by_entries(asked, side, unit, as_of)
    assert isinstance(side, MeanSide)
    return _mean(asked, side, unit, title, engine, as_of)


def _by_entries(asked: Asked, side: RegisterSide, unit: str, as_of: dt.datetime | None) -> Statement | None:
    """What the entries on record make of a series, complete or not; none where there is no entry of the year."""
    rule = load_derivations(plan_of(asked.zone, as_of)).by_series.get(side.register_share)
    if not isinstance(rule, RegisterShare):
        return None
    known = year_entries(asked.zone, rule, asked.year, as_of)
    found = on_record(rule, known.kind, known.of(sample=asked.sample))
    if found.share is None:
        return None
    number = _decimal(found.share * factor(rule.unit, unit))
    trace = Trace(BY_ENTRIES, number, unit, "counted / (counted + other)", found.parts)
    return Statement(number, unit, (rule.supplier,), trace, asked.sample)


def _by_cells(asked: Asked, side: CellSide, unit: str, title: Text) -> Statement | None:
    made: dict[str, Resolved] = {name: resolve(asked, item) for name, item in side.inputs.items()}
    values = {name: item.value for name, item in made.items() if isinstance(item.value, Fraction)}
    used = [seen for item in made.values() for seen in item.used]
    if len(values) < len(made) or not used:
        return None
    try:
        value = side.ready(values)
    except DividedByZero:
        return None
    number = _decimal(value * factor(side.unit, unit))
    traces = tuple(item.trace for item in made.values())
    trace = traces[0] if len(traces) == 1 else Trace(title, number, unit, side.formula, traces)
    return Statement(number, unit, tuple(suppliers(used)), trace, asked.sample)


def _mean(
    asked: Asked, side: MeanSide, unit: str, title: Text, engine: Engine, as_of: dt.datetime | None
) -> Statement | None:
    places = (side.place,) if side.place else load_places(asked.zone).groups.get(side.group or "", ())
    keys = {
        stored_key(f"{side.network}/{place}/{side.property_}", sample=asked.sample): place for place in places
    }
    names = {series_id(key): key for key in keys}
    days = engine.days(names, [Window.year(asked.year)], as_of).to_pylist()
    if not days:
        return None
    totals: dict[str, tuple[float, int]] = {}
    for row in days:
        total, count = totals.get(names[row["series_id"]], (0.0, 0))
        totals[names[row["series_id"]]] = (total + row["total"], count + row["n"])
    total = sum(part for part, _ in totals.values())
    count = sum(part for _, part in totals.values())
    number = _decimal(Fraction(to_decimal(total / count)) * factor(side.unit, unit))
    leaves = tuple(
        TraceInput(
            asked.name_of(str(keys[key])),
            to_decimal(part / n),
            side.unit,
            source_id=key,
            valid=str(asked.year),
            sample=asked.sample,
        )
        for key, (part, n) in sorted(totals.items())
    )
    who = (
        Series.objects.filter(key__in=totals).exclude(organisation="").values_list("organisation", flat=True)
    )
    trace = Trace(title, number, unit, f"mean of {count} usable readings", leaves)
    return Statement(number, unit, tuple(sorted(set(who))), trace, asked.sample)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(shortest(as_decimal(value)))
