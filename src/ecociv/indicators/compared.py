"""A figure that is compared with peers: the zone's own and theirs, and how the zone's own stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from ecociv.core.digests import digest_of_json
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.evidence import queries as evidence
from ecociv.evidence.mapping import place_name
from ecociv.indicators.declarations import GoodDayRatio
from ecociv.indicators.derivations import Derivations
from ecociv.indicators.derive.city_years import city_years
from ecociv.indicators.derive.figures import DayTable, Derived
from ecociv.indicators.derive.good_days import derive_good_days
from ecociv.indicators.derive.station_hours import (
    CityHours,
    city_from_hours,
    rule_of_hours,
    station_keys,
    with_stations,
)
from ecociv.indicators.engine import Engine
from ecociv.indicators.fingerprints import around
from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.indicators.peers import Standing, load_peers, stand
from ecociv.indicators.records import Marks, stored_key
from ecociv.plan.package import ZonePackage

ADDED_AT_RECORDING = (
    "level",
    "rank",
    "of",
    "threshold",
    "peers",
    "peers_without_figure",
    "peer_rule",
    "standing_by_reading",
    "verdict_holds_in_every_reading",
)
"""Extras of a recorded value that do not come from its derivation but from its peers and its place."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of all cities of a year, how the zone's own stands by each reading, and digests of what each peer's
    figure follows from."""

    derived: tuple[Derived, ...]
    standings: Mapping[str, Standing] = field(default_factory=FrozenMapping)
    prints: Mapping[str, str] = field(default_factory=FrozenMapping)


def compared(
    package: ZonePackage,
    declared: Derivations,
    rule: GoodDayRatio,
    label: Text,
    year: int,
    as_of: dt.datetime | None,
    engine: Engine,
    marks: Marks,
    known: Mapping[str, str],
) -> Compared:
    """The series of every city, and how the zone's own stands by each reading.

    Real data of the zone's own city decide for all: a real city is never ranked among sample ones. A daily feed goes before
    hours, because it is of the same kind as the peers' figures; without one the zone's own city is judged from its hours.

    Parameters
    ----------
    marks
        How much is known of each series of the year, by stored key: series of which nothing is known are not read.
    known
        Digests of what recorded figures follow from; a peer whose digest is the same is taken from its record.
    """
    zone, home = package.zone.key, declared.place
    peers = load_peers(zone)
    members = peers.group(rule.peers).members
    feeds = {sample: _with_feed(rule, members, marks, sample) for sample in (False, True)}
    hours = None
    if rule.stations is not None and home not in feeds[False]:
        hours = _hours(zone, home, rule, year, as_of, engine, marks)
    of_real = home in feeds[False] or (hours is not None and not hours.city.sample)
    feed = feeds[not of_real]
    both = of_real and home in feeds[True]
    prints = {
        f"{rule.series}@{member}": _print_of(
            zone, rule, label, member, feed[member], marks, not of_real, both
        )
        for member in members
        if member in feed and member != home
    }
    recorded = _recorded(
        zone, rule.series, year, [key for key, made in prints.items() if known.get(key) == made]
    )
    wanted = [
        member
        for member in members
        if member in feed and member not in recorded and not (member == home and hours is not None)
    ]
    cities = city_years(rule, wanted, year, sample=not of_real, as_of=as_of, engine=engine) if wanted else {}
    files = evidence.sources({source for city in cities.values() for source in city.sources if source})
    made = dict(recorded)
    for place, city in cities.items():
        made[place] = derive_good_days(
            rule, city, label=label, place_name=place_name(zone, place), files=files, both_kinds=both
        )
    derived = [made[member] for member in members if member in made]
    if hours is not None:
        own = derive_good_days(
            rule_of_hours(rule),
            hours.city,
            label=label,
            place_name=place_name(zone, home),
            files={},
            both_kinds=both,
        )
        derived.insert(0, with_stations(own, zone, rule, hours))
    elif home not in made:
        derived.insert(0, _nothing(rule, label, home, year))
    if not made and hours is None:
        return Compared(tuple(derived))
    indicator, _ = package.series(rule.series)
    try:
        peer_rule = peers.rule(rule.peer_rule, rule.series, year)
    except OutsideValidity:
        return Compared(tuple(derived), prints=prints)
    readings = next(
        (
            item.extras["readings"]
            for item in derived
            if "basis" not in item.extras and item.extras.get("readings")
        ),
        next((item.extras["readings"] for item in derived if item.extras.get("readings")), ()),
    )
    standings = {}
    for reading in readings:
        figures = {item.place: _figure_in(item, reading["key"]) for item in derived}
        standings[reading["key"]] = stand(peer_rule, members, figures, home, indicator.direction)
    return Compared(tuple(derived), standings, prints)


def _with_feed(
    rule: GoodDayRatio, members: Iterable[str], marks: Marks, sample: bool
) -> dict[str, tuple[str, ...]]:
    """Stored keys of the daily series of which anything is known, by city; cities without any are absent."""
    found = {
        member: tuple(
            key
            for name in rule.properties
            if (key := stored_key(f"{rule.network}/{member}/{name}", sample=sample)) in marks
        )
        for member in members
    }
    return {member: keys for member, keys in found.items() if keys}


def _hours(
    zone: str,
    home: str,
    rule: GoodDayRatio,
    year: int,
    as_of: dt.datetime | None,
    engine: Engine,
    marks: Marks,
) -> CityHours | None:
    """The city's days from the hours of its stations, real ones first."""
    assert rule.stations is not None
    keys = station_keys(zone, rule.stations)
    for sample in (False, True):
        if any(stored_key(key, sample=sample) in marks for key in keys):
            found = city_from_hours(
                zone, home, rule.stations, year, sample=sample, as_of=as_of, engine=engine, marks=marks
            )
            if found is not None:
                return found
    return None


def _print_of(
    zone: str,
    rule: GoodDayRatio,
    label: Text,
    member: str,
    keys: Iterable[str],
    marks: Marks,
    sample: bool,
    both: bool,
) -> str:
    """Digest of all that a peer's figure follows from; its rank is found anew each time."""
    return digest_of_json(
        {
            **around(),
            "derivation": repr(rule),
            "label": label.to_mapping(),
            "place": place_name(zone, member).to_mapping(),
            "evidence": [[key, *marks[key]] for key in sorted(keys)],
            "sample": sample,
            "both": both,
        }
    )


def _recorded(zone: str, series: str, year: int, keys: Iterable[str]) -> dict[str, Derived]:
    """Figures as they stand on record with their days, by place."""
    places = [key.partition("@")[2] for key in keys]
    if not places:
        return {}
    values = (
        IndicatorValue.objects.filter(zone=zone, series=series, year=year, place__in=places)
        .newest()
        .filter(daily__isnull=False)
        .defer(None)
    )
    return {value.place: _as_derived(value) for value in values}


def _as_derived(value: IndicatorValue) -> Derived:
    figure = value.value if value.missing is None else value.missing
    assert figure is not None  # a ratio is a number or missing
    return Derived(
        value.series,
        value.place,
        value.year,
        figure,
        value.unit,
        Trace.from_json(value.trace),
        value.sample,
        value.evidence_digest,
        {name: item for name, item in value.extras.items() if name not in ADDED_AT_RECORDING},
        partial(_recorded_days, value.pk),
    )


def _recorded_days(pk: int) -> DayTable:
    kept = DailyDetail.objects.get(pk=pk)
    return DayTable(tuple(kept.columns), tuple(map(tuple, kept.rows)), kept.sources)


def _figure_in(item: Derived, reading: str) -> Decimal | None:
    """The figure by one reading; none where the year may not be evaluated. Hours leave nothing to be read in two ways."""
    if item.number is None or item.extras.get("basis") == "hours":
        return item.number
    found = next((made for made in item.extras["readings"] if made["key"] == reading), None)
    return Decimal(found["value"]) if found and found["value"] is not None else None


def _nothing(rule: GoodDayRatio, label: Text, place: str, year: int) -> Derived:
    note = Text(zh="该年度没有监测数据", en="There are no measurements for this year")
    trace = Trace(label, Missing.MISSING, "percent", "good days / valid days * 100", notes=(note,))
    extras: dict[str, Any] = {"caveats": []}
    return Derived(rule.series, place, year, Missing.MISSING, "percent", trace, False, "", extras)


__all__ = ["Compared", "compared"]
