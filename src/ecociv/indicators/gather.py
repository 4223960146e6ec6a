"""Collecting the evidence of a year and deriving figures from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ecociv.core.decimals import plain
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places, place_name
from ecociv.indicators.compared import compared
from ecociv.indicators.declarations import (
    AnyDerivation,
    Composition,
    Formula,
    GoodDayRatio,
    LayerArea,
    Method,
    PatchesUnion,
    RegisterShare,
    Reported,
    StationShare,
    SurveyShare,
)
from ecociv.indicators.derivations import Derivations
from ecociv.indicators.derive.cells import Asked
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.derive.formulas import derive_composition, derive_formula
from ecociv.indicators.derive.layers import area_at, derive_layer_area
from ecociv.indicators.derive.methods import derive_method
from ecociv.indicators.derive.patches import derive_patches, layer_for
from ecociv.indicators.derive.register_shares import derive_register_share, year_entries
from ecociv.indicators.derive.reported import REAL_PREFERRED, derive_reported
from ecociv.indicators.derive.station_shares import derive_station_share
from ecociv.indicators.derive.surveys import derive_survey
from ecociv.indicators.engine import Engine
from ecociv.indicators.graph import Node, reported_keys
from ecociv.indicators.peers import Standing
from ecociv.indicators.records import Marks, Records, any_generated, marks_of
from ecociv.plan.package import Indicator, ZonePackage

AS_REPORTED = Text(
    zh="该年度没有基础数据，采用报表中直接填报的指标值",
    en="There are no primary records for this year; the figure is the one that was reported as such",
)
BY_DEFINITION = Text(
    zh="本数由定义得出，没有依据任何数据；该年度本地的其他数据是生成的示例数据，因此同样标记",
    en="This figure follows from its definition and rests on no data; other data of the year are generated, so it is marked "
    "like them",
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Derived figures of a year, and the standing of the zone in each series that is compared."""

    package: ZonePackage
    home: str
    derived: tuple[Derived, ...]
    standings: Mapping[str, Mapping[str, Standing]]
    """By series, then by reading; the first reading is the one that counts."""
    prints: Mapping[str, str] = field(default_factory=FrozenMapping)
    """What the figures of peers follow from, as digests by series and place."""

    def standing(self, series: str) -> Standing | None:
        """The standing that counts, or none where the series is not compared."""
        return next(iter(self.standings.get(series, {}).values()), None)

    def level_of(self, place: str) -> str:
        """Geographic level of a place: city or county."""
        declared = load_places(self.package.zone.key).by_key.get(place)
        return declared.kind if declared else ""

    def standing_of(self, item: Derived) -> dict[str, Any]:
        """Rank, level and order among peers as plain values; empty where nothing is compared."""
        readings = self.standings.get(item.series)
        if not readings:
            return {}
        first = next(iter(readings.values()))
        mine = next((entry for entry in first.ranked if entry.place == item.place), None)
        by_reading = {key: _verdict(standing, item.place) for key, standing in readings.items()}
        return {
            "rank": None if mine is None else mine.rank,
            "of": len(first.ranked),
            "threshold": None if first.threshold is None else plain(first.threshold),
            "peers": [
                {
                    "place": entry.place,
                    "name": place_name(self.package.zone.key, entry.place).to_mapping(),
                    "value": plain(entry.value),
                    "rank": entry.rank,
                }
                for entry in first.ranked
            ],
            "peers_without_figure": list(first.without),
            "peer_rule": {
                "key": first.rule.key,
                "name": first.rule.name.to_mapping(),
                "share": list(first.rule.share),
                "valid": first.rule.validity.to_mapping(),
                "basis": first.rule.basis.to_mapping(),
                "verified": first.rule.verified,
            },
            "standing_by_reading": by_reading,
            "verdict_holds_in_every_reading": len({verdict["reached"] for verdict in by_reading.values()})
            == 1,
        }


def _verdict(standing: Standing, place: str) -> dict[str, Any]:
    mine = next((entry for entry in standing.ranked if entry.place == place), None)
    reached = None
    if mine is not None and standing.threshold is not None:
        reached = (
            mine.rank <= standing.rule.places_ahead(len(standing.ranked)) or mine.value == standing.threshold
        )
    return {
        "rank": None if mine is None else mine.rank,
        "of": len(standing.ranked),
        "threshold": None if standing.threshold is None else plain(standing.threshold),
        "reached": reached,
    }


def gather(
    package: ZonePackage,
    declared: Derivations,
    year: int,
    nodes: Iterable[Node],
    *,
    as_of: dt.datetime | None,
    engine: Engine,
    marks: Marks | None = None,
    known: Mapping[str, str] = FrozenMapping(),
) -> Gathered:
    """Derive some figures of a year: the zone's own in their order, then the peers of those that are compared, then the
    counties'. A county without any evidence for a series has no figure of it, not even a missing one.

    ``marks`` say how much is known of each series of the year (read when not given); ``known`` are digests of what the
    recorded figures of peers follow from: a peer whose digest is the same is taken from its record.
    """
    nodes = tuple(nodes)
    if marks is None:
        marks = marks_of(nodes, year, engine, as_of)[year]
    generated = any_generated(marks)
    records = Records(year, engine, as_of)
    yearly: dict[int, set[str]] = {}
    for node in nodes:
        for each, keys in node.yearly.items():
            yearly.setdefault(each, set()).update(keys)
    records.read(yearly, {key for node in nodes for key in node.monthly})
    home: list[Derived] = []
    others: list[Derived] = []
    counties: list[Derived] = []
    standings: dict[str, Mapping[str, Standing]] = {}
    prints: dict[str, str] = {}
    for node in nodes:
        rule = declared.by_series[node.series]
        indicator, series = package.series(node.series)
        label = indicator.series_name(series)
        if isinstance(rule, GoodDayRatio):
            found = compared(package, declared, rule, label, year, as_of, engine, marks, known)
            home += [city for city in found.derived if city.place == declared.place]
            others += [city for city in found.derived if city.place != declared.place]
            prints |= found.prints
            if found.standings:
                standings[series.key] = found.standings
            continue
        if node.place == declared.place:
            item = _derive(package, declared, rule, indicator, label, node, records)
            home.append(_marked(item) if generated and _of_nothing(item) else item)
        elif node.area is not None or any(
            records.any_of(node.keys, node.yearly, sample=sample) for sample in (False, True)
        ):
            counties.append(_derive(package, declared, rule, indicator, label, node, records))
    return Gathered(package, declared.place, tuple(home + others + counties), standings, prints)


def _derive(
    package: ZonePackage,
    declared: Derivations,
    rule: AnyDerivation,
    indicator: Indicator,
    label: Text,
    node: Node,
    records: Records,
) -> Derived:
    """One figure: from real primary records, else a real reported figure, else the generated ones in the same order.

    Real and generated figures never mix, not even within one formula.
    """
    zone, year = package.zone.key, records.year
    document = layer_for(zone, node.document, year, records.as_of) if node.document else None
    area = area_at(zone, node, year, records.as_of) if node.area else None
    entries = year_entries(zone, rule, year, records.as_of) if isinstance(rule, RegisterShare) else None
    primary = node.keys - set(reported_keys(rule, node.place))
    fallback = _as_reported(rule, indicator)
    have: dict[tuple[str, bool], bool] = {}
    for sample in (False, True):
        have["primary", sample] = (
            records.any_of(primary, node.yearly, sample=sample)
            or any(key in records.monthly[sample] for key in node.monthly)
            or (document is not None and document.sample is sample)
            or (area is not None and area.known and area.sample is sample)
            or (entries is not None and bool(entries.of(sample=sample)))
        )
        have["reported", sample] = records.any_of(reported_keys(rule, node.place), (year,), sample=sample)
    way, sample = next(
        ((way, sample) for sample in (False, True) for way in ("primary", "reported") if have[way, sample]),
        ("reported" if isinstance(rule, Reported) else "primary", False),
    )
    both = not sample and any(have[each, True] for each in ("primary", "reported"))
    if fallback is not None and way == "reported":
        return _reported(fallback, indicator, label, node.place, records, sample, both)
    asked = Asked(zone, node.place, declared.place, year, sample, records)
    found: Derived
    if isinstance(rule, Formula):
        found = derive_formula(rule, asked, label)
    elif isinstance(rule, Composition):
        found = derive_composition(rule, asked, label)
    elif isinstance(rule, Method):
        found = derive_method(rule, asked, label)
    elif isinstance(rule, SurveyShare):
        found = derive_survey(rule, asked, label)
    elif isinstance(rule, StationShare):
        found = derive_station_share(rule, asked, label)
    elif isinstance(rule, LayerArea):
        assert area is not None
        found = derive_layer_area(rule, asked, label, area)
    elif isinstance(rule, RegisterShare):
        assert entries is not None
        found = derive_register_share(rule, asked, label, entries)
    else:
        assert isinstance(rule, PatchesUnion)
        found = derive_patches(rule, asked, label, document)
    return _with_note(found, REAL_PREFERRED) if both else found


def _of_nothing(item: Derived) -> bool:
    """Whether a figure rests on no evidence: a sum before its first year."""
    return not isinstance(item.figure, Missing) and not item.evidence_digest


def _marked(item: Derived) -> Derived:
    return replace(_with_note(item, BY_DEFINITION), sample=True)


def _with_note(item: Derived, note: Text) -> Derived:
    return replace(item, trace=replace(item.trace, notes=(note, *item.trace.notes)))


def _as_reported(rule: AnyDerivation, indicator: Indicator) -> Reported | None:
    """The derivation that takes the figure from the yearly return, or none where none is declared."""
    if isinstance(rule, Reported):
        return rule
    if rule.reported is None:
        return None
    whole = rule.whole if isinstance(rule, Composition) else None
    return Reported.model_validate(
        {
            "series": rule.series,
            "kind": "reported",
            "network": rule.reported.network,
            "property": rule.reported.property_,
            "parts": rule.reported.parts,
            "unit": indicator.unit,
            "whole": whole,
            "tolerance": rule.tolerance if isinstance(rule, Composition) else 0,
            "caveats": (AS_REPORTED, *rule.caveats),
        }
    )


def _reported(
    rule: Reported, indicator: Indicator, label: Text, place: str, records: Records, sample: bool, both: bool
) -> Derived:
    found = {
        name: item
        for name in rule.properties
        if (item := records.figure(f"{rule.network}/{place}/{name}", records.year, sample=sample))
    }
    return derive_reported(
        rule,
        label=label,
        parts={name: part.name for name, part in indicator.parts.items()},
        place=place,
        year=records.year,
        unit=indicator.unit,
        found=found,
        units=records.units,
        files=records.files,
        both_kinds=both,
    )


__all__ = ["Gathered", "gather"]
