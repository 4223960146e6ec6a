"""What depends on what: series of evidence -> inputs -> indicators, and the city on its counties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ecociv.core.mappings import FrozenMapping
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places, place_name
from ecociv.evidence.queries import series_key
from ecociv.indicators.declarations import (
    AnyDerivation,
    GoodDayRatio,
    LayerArea,
    PatchesUnion,
    RegisterShare,
    Reported,
    StationShare,
    formula_of,
)
from ecociv.indicators.derivations import Derivations, load_derivations
from ecociv.indicators.derive.cells import keys_of, years_of
from ecociv.indicators.derive.register_shares import registers_of
from ecociv.indicators.derive.station_hours import station_keys
from ecociv.indicators.forms import cell_name
from ecociv.indicators.inputs import CellInput, ConstantInput, ParameterInput
from ecociv.indicators.peers import load_peers
from ecociv.plan.package import ZonePackage
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.retained.declaration import load_retained


@dataclass(frozen=True, slots=True)
class Node:
    """A figure to be derived: a series at a place, with all the evidence that it may read.

    ``yearly`` are keys of yearly figures by year, ``monthly`` and ``hourly`` keys read over the whole year, all without the
    prefix of generated series; ``document`` the claim under which a file is looked for; ``area`` the area from layers.
    """

    series: str
    place: str
    yearly: Mapping[int, frozenset[str]] = field(default_factory=FrozenMapping)
    monthly: frozenset[str] = frozenset()
    hourly: frozenset[str] = frozenset()
    document: str | None = None
    area: str | None = None

    @property
    def key(self) -> str:
        """Series and place."""
        return f"{self.series}@{self.place}"

    @property
    def keys(self) -> frozenset[str]:
        """Every series that it may read."""
        return frozenset().union(*self.yearly.values(), self.monthly, self.hourly)


def nodes_of(package: ZonePackage, declared: Derivations, year: int) -> tuple[Node, ...]:
    """Every figure of a year: the zone's own in the order of the plan, then those of the counties."""
    zone = package.zone.key
    counties = load_places(zone).groups.get(declared.counties or "", ())
    home = [
        _node(zone, declared, declared.by_series[series.key], declared.place, year)
        for indicator in package.indicators
        for series in indicator.series
    ]
    below = [
        _node(zone, declared, declared.by_series[series.key], county, year)
        for county in counties
        for indicator in package.indicators
        for series in indicator.series
        if "county" in declared.by_series[series.key].levels
    ]
    return (*home, *below)


def _node(zone: str, declared: Derivations, rule: AnyDerivation, place: str, year: int) -> Node:
    yearly: dict[int, set[str]] = {year: set()}
    for _, item in rule.cells:
        keys = keys_of(zone, item, place, declared.place)
        for each in years_of(item, year):
            yearly.setdefault(each, set()).update(keys)
    yearly[year].update(reported_keys(rule, place))
    monthly: set[str] = set()
    hourly: set[str] = set()
    if isinstance(rule, StationShare):
        members = load_places(zone).groups.get(rule.group, ())
        monthly = {f"{rule.network}/{member}/{name}" for member in members for name in rule.properties}
    elif isinstance(rule, GoodDayRatio):
        members = load_peers(zone).group(rule.peers).members
        hourly = {
            series_key(rule.network, member, name, sample=False)
            for member in members
            for name in rule.properties
        }
        if rule.stations is not None:
            hourly |= set(station_keys(zone, rule.stations))
    document = rule.patches if isinstance(rule, PatchesUnion) else None
    frozen = FrozenMapping({each: frozenset(keys) for each, keys in sorted(yearly.items())})
    area = rule.area if isinstance(rule, LayerArea) else None
    return Node(rule.series, place, frozen, frozenset(monthly), frozenset(hourly), document, area)


def reported_keys(rule: AnyDerivation, place: str) -> list[str]:
    """Series of the yearly return of the figure itself."""
    source = rule if isinstance(rule, Reported) else rule.reported
    return [] if source is None else [f"{source.network}/{place}/{name}" for name in source.properties]


def dependents(zone: str, series_keys: Iterable[str], year: int) -> tuple[Node, ...]:
    """Figures of a year that may change when something is said in these series.

    Keys may be those of generated series (``sample/...``).
    """
    from ecociv.indicators.compute import plan_of

    package = plan_of(zone)
    wanted = {key.removeprefix("sample/") for key in series_keys}
    return tuple(node for node in nodes_of(package, load_derivations(package), year) if node.keys & wanted)


def graph_of(zone: str, number: int, *, as_of: dt.datetime | None = None) -> dict[str, Any]:
    """The inputs of an indicator as nodes and edges, for a drawing: evidence on the left, the indicator on the right.

    Names and units are those of the plan at ``as_of`` (now, when none). Derivations and forms are files of the zone
    package: they are those of today on any day.

    Returns
    -------
    dict
        ``nodes`` with ``id``, ``kind`` (``series``, ``input``, ``constant``, ``parameter``, ``document``, ``register``,
        ``derived``, ``indicator``), ``label`` in both languages, ``column`` (0 is the evidence); ``edges`` with ``from`` and ``to``.
        Places of a group are one node that says how many there are.

    Raises
    ------
    KeyError
        When the plan has no such indicator.
    """
    from ecociv.indicators.compute import plan_of

    package = plan_of(zone, as_of)
    declared = load_derivations(package)
    indicator = package.indicator(number)
    nodes: dict[str, dict[str, Any]] = {}
    edges: list[dict[str, str]] = []

    def add(key: str, kind: str, label: Text, column: int, **more: Any) -> str:
        nodes.setdefault(
            key, {"id": key, "kind": kind, "label": label.to_mapping(), "column": column, **more}
        )
        return key

    def join(start: str, end: str) -> None:
        edge = {"from": start, "to": end}
        if edge not in edges:
            edges.append(edge)

    top = add(f"indicator:{number}", "indicator", indicator.name, 3, number=number)
    for series in indicator.series:
        rule = declared.by_series[series.key]
        figure = add(
            f"derived:{series.key}",
            "derived",
            indicator.series_name(series),
            2,
            series=series.key,
            formula=formula_of(rule),
        )
        join(figure, top)
        for name, item in (getattr(rule, "inputs", None) or {}).items():
            if isinstance(item, CellInput):
                _draw_cell(zone, declared, item, figure, add, join)
            elif isinstance(item, ConstantInput):
                join(
                    add(f"constant:{series.key}:{name}", "constant", item.note, 1, value=item.constant),
                    figure,
                )
            elif isinstance(item, ParameterInput):
                label = Text(zh=item.parameter, en=item.parameter)
                join(add(f"parameter:{item.parameter}", "parameter", label, 1), figure)
        if not isinstance(getattr(rule, "inputs", None), dict) or isinstance(rule, GoodDayRatio):
            for _, cell in rule.cells:
                _draw_cell(zone, declared, cell, figure, add, join)
        if isinstance(rule, StationShare):
            for prop in rule.properties:
                label = Text(zh=f"{rule.network} {prop}", en=f"{rule.network} {prop}")
                members = load_places(zone).groups.get(rule.group, ())
                join(add(f"series:{rule.network}:{prop}", "series", label, 0, places=len(members)), figure)
        if isinstance(rule, GoodDayRatio):
            _draw_air(rule, zone, figure, add, join)
        if isinstance(rule, LayerArea):
            area = load_retained(zone).of(rule.area)
            for source in area.numerator if area else ():
                join(add(f"layer:{source.kind}", "document", layer_kind(source.kind).name, 0), figure)
        if isinstance(rule, RegisterShare):
            for kind in registers_of(zone, rule):
                join(add(f"register:{kind.key}", "register", kind.name, 0, register=kind.key), figure)
        if isinstance(rule, PatchesUnion):
            join(
                add(f"document:{rule.patches}", "document", Text(zh=rule.patches, en=rule.patches), 0), figure
            )
    return {"zone": zone, "indicator": number, "nodes": list(nodes.values()), "edges": edges}


def _draw_cell(zone: str, declared: Derivations, item: CellInput, figure: str, add: Any, join: Any) -> None:
    label = cell_name(zone, item.form, item.cell)
    node = add(f"input:{item.form}:{item.cell}", "input", label, 1, unit=item.unit, form=item.form)
    join(node, figure)
    groups: list[tuple[str, tuple[str, ...]]] = [("place", (declared.place,))] if item.group is None else []
    for group in filter(None, (item.group, item.or_sum_of)):
        groups.append((group, load_places(zone).groups.get(group, ())))
    for group, members in groups:
        name = (
            place_name(zone, members[0])
            if len(members) == 1
            else Text(zh=f"{len(members)}处（{group}）", en=f"{len(members)} places ({group})")
        )
        join(
            add(
                f"series:{item.form}:{group}:{item.cell}",
                "series",
                Text(zh=f"{name.zh} {label.zh}", en=f"{label.en}, {name.en}"),
                0,
                places=len(members),
                form=item.form,
                cell=item.cell,
            ),
            node,
        )


def _draw_air(rule: GoodDayRatio, zone: str, figure: str, add: Any, join: Any) -> None:
    networks = [(rule.network, len(load_peers(zone).group(rule.peers).members))]
    if rule.stations is not None:
        networks.append((rule.stations.network, len(load_places(zone).groups.get(rule.stations.group, ()))))
    for network, count in networks:
        for prop in (*rule.inputs, "o3"):
            label = Text(zh=f"{network} {prop}", en=f"{network} {prop}")
            join(add(f"series:{network}:{prop}", "series", label, 0, places=count), figure)


__all__ = ["Node", "dependents", "formula_of", "graph_of", "nodes_of", "reported_keys"]
