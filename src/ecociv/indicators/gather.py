"""Collecting the evidence of a year and deriving every series from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.evidence import queries as evidence
from ecociv.evidence.mapping import place_name
from ecociv.evidence.models import Series
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.derivations import Derivations, GoodDayRatio, Reported
from ecociv.indicators.derive.city_years import city_years
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.derive.good_days import derive_good_days
from ecociv.indicators.derive.reported import derive_reported
from ecociv.indicators.peers import Standing, load_peers, stand
from ecociv.plan.package import ZonePackage


@dataclass(frozen=True, slots=True)
class Gathered:
    """All derived figures of a year, and the standing of the zone in each series that is compared."""

    package: ZonePackage
    home: str
    derived: tuple[Derived, ...]
    standings: Mapping[str, Mapping[str, Standing]]
    """By series, then by reading; the first reading is the one that counts."""

    def standing(self, series: str) -> Standing | None:
        """The standing that counts, or none where the series is not compared."""
        return next(iter(self.standings.get(series, {}).values()), None)

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
    package: ZonePackage, declared: Derivations, year: int, *, as_of: dt.datetime | None, store: EvidenceStore
) -> Gathered:
    """Derive every series of the plan in its order, then the peers of those that are compared."""
    reported = _reported_evidence(declared, year, as_of, store)
    home: list[Derived] = []
    others: list[Derived] = []
    standings: dict[str, dict[str, Standing]] = {}
    for indicator in package.indicators:
        for series in indicator.series:
            rule = declared.by_series[series.key]
            label = indicator.series_name(series)
            if isinstance(rule, Reported):
                parts = {name: part.name for name, part in indicator.parts.items()}
                home.append(reported.derive(rule, label, parts, declared.place, year, indicator.unit))
                continue
            cities, standing = _compared(package, declared, rule, label, year, as_of, store)
            home += [city for city in cities if city.place == declared.place]
            others += [city for city in cities if city.place != declared.place]
            if standing:
                standings[series.key] = standing
    return Gathered(package, declared.place, tuple(home + others), standings)


# -- yearly figures ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ReportedEvidence:
    real: Mapping[tuple[str, str], evidence.Observation]
    sample: Mapping[tuple[str, str], evidence.Observation]
    units: Mapping[str, str]
    files: Mapping[str, str]

    def derive(
        self, rule: Reported, label: Text, parts: Mapping[str, Text], place: str, year: int, unit: str
    ) -> Derived:
        """Real figures where there is any for the series and year, else sample ones; the two never mix."""
        real = {name: item for name in rule.properties if (item := self.real.get((rule.network, name)))}
        sample = {name: item for name in rule.properties if (item := self.sample.get((rule.network, name)))}
        return derive_reported(
            rule,
            label=label,
            parts=parts,
            place=place,
            year=year,
            unit=unit,
            found=real or sample,
            units=self.units,
            files=self.files,
            both_kinds=bool(real and sample),
        )


def _reported_evidence(
    declared: Derivations, year: int, as_of: dt.datetime | None, store: EvidenceStore
) -> _ReportedEvidence:
    by_network: dict[str, list[str]] = {}
    for rule in declared.derivations:
        if isinstance(rule, Reported):
            by_network.setdefault(rule.network, []).extend(rule.properties)
    found: dict[bool, dict[tuple[str, str], evidence.Observation]] = {False: {}, True: {}}
    for network, properties in by_network.items():
        for sample in (False, True):
            figures = evidence.yearly_figures(
                network, declared.place, properties, year, year, sample=sample, as_of=as_of, store=store
            )
            found[sample] |= {(network, name): item for (name, _), item in figures.items()}
    items = [*found[False].values(), *found[True].values()]
    units = dict(Series.objects.filter(key__in={item.series for item in items}).values_list("key", "unit"))
    return _ReportedEvidence(
        found[False], found[True], units, evidence.sources(item.source for item in items)
    )


# -- figures compared with peers ------------------------------------------------------------------------------


def _compared(
    package: ZonePackage,
    declared: Derivations,
    rule: GoodDayRatio,
    label: Text,
    year: int,
    as_of: dt.datetime | None,
    store: EvidenceStore,
) -> tuple[list[Derived], dict[str, Standing]]:
    """The series of every city, and how the zone's own stands by each reading.

    Real data of the zone's own city decide for all: a real city is never ranked among sample ones.
    """
    zone = package.zone.key
    peers = load_peers(zone)
    members = peers.group(rule.peers).members
    real = city_years(rule, members, year, sample=False, as_of=as_of, store=store)
    sample = {}
    if Series.objects.filter(network=rule.network, sample=True).exists():
        sample = city_years(rule, members, year, sample=True, as_of=as_of, store=store)
    used = real if declared.place in real else sample
    both = declared.place in real and declared.place in sample
    files = evidence.sources({source for city in used.values() for source in city.sources if source})
    derived = [
        derive_good_days(
            rule, city, label=label, place_name=place_name(zone, city.place), files=files, both_kinds=both
        )
        for member in members
        if (city := used.get(member))
    ]
    if declared.place not in used:
        derived.insert(0, _nothing(rule, label, declared.place, year))
    if not used:
        return derived, {}
    indicator, _ = package.series(rule.series)
    try:
        peer_rule = peers.rule(rule.peer_rule, rule.series, year)
    except OutsideValidity:
        return derived, {}
    standings = {}
    for reading in derived[0].extras.get("readings", ()) or next(
        (item.extras["readings"] for item in derived if item.extras.get("readings")), ()
    ):
        figures = {item.place: _figure_in(item, reading["key"]) for item in derived}
        standings[reading["key"]] = stand(peer_rule, members, figures, declared.place, indicator.direction)
    return derived, standings


def _figure_in(item: Derived, reading: str) -> Decimal | None:
    """The figure by one reading; none where the year may not be evaluated."""
    if item.number is None:
        return None
    found = next((made for made in item.extras["readings"] if made["key"] == reading), None)
    return Decimal(found["value"]) if found and found["value"] is not None else None


def _nothing(rule: GoodDayRatio, label: Text, place: str, year: int) -> Derived:
    note = Text(zh="该年度没有监测数据", en="There are no measurements for this year")
    trace = Trace(label, Missing.MISSING, "percent", "good days / valid days * 100", notes=(note,))
    return Derived(rule.series, place, year, Missing.MISSING, "percent", trace, False, "", {"caveats": []})


__all__ = ["Gathered", "gather"]
