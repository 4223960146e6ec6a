"""The daily concentrations of a city from the hours of its stations, by GB 3095 and HJ 663."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ecociv.core.digests import digest_of_bytes
from ecociv.core.periods import Year
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places, place_name
from ecociv.evidence.queries import series_key, year_bounds
from ecociv.evidence.schema import series_id
from ecociv.indicators.declarations import GoodDayRatio, Stations
from ecociv.indicators.derive.city_years import CityYear
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.engine import Engine, Window
from ecociv.indicators.engine.base import EPOCH
from ecociv.indicators.records import Mark, Marks, stored_key
from ecociv.standards import air
from ecociv.standards.parameters import parameter

_HOUR = 3_600_000_000
_POLLUTANTS = ("so2", "no2", "co", "pm10", "pm2_5", "o3")


@dataclass(frozen=True)
class StationYear:
    """What a station gave in a year: days with enough hours of each pollutant, and where its readings come from."""

    place: str
    valid_days: Mapping[str, int]
    hours: Mapping[str, int]
    revision: int
    recorded_at: datetime


@dataclass(frozen=True)
class CityHours:
    """The city's days computed from hours, and the stations behind them."""

    city: CityYear
    stations: tuple[StationYear, ...]


def station_keys(zone: str, stations: Stations) -> dict[str, tuple[str, str]]:
    """Station and pollutant of each series, by key without the prefix of generated ones."""
    members = load_places(zone).groups.get(stations.group, ())
    return {
        series_key(stations.network, member, prop, sample=False): (member, pollutant)
        for member in members
        for pollutant, prop in stations.inputs.items()
    }


def city_from_hours(
    zone: str,
    place: str,
    stations: Stations,
    year: int,
    *,
    sample: bool,
    as_of: datetime | None,
    engine: Engine,
    marks: Marks,
) -> CityHours | None:
    """The days of a city from its stations; none where no station gave a usable hour.

    The stations are averaged hour by hour first (HJ 663), then the hours of a day, with the rules on how many there must
    be (GB 3095, Table 4), ozone as the largest 8-hour mean of the day. A day with too few hours of a pollutant has no
    figure of it. ``marks`` say how much is known of each station's series.
    """
    wanted = {
        series_id(stored_key(key, sample=sample)): pair for key, pair in station_keys(zone, stations).items()
    }
    table = engine.usable(wanted, [Window.year(year)], as_of)
    if not table.num_rows:
        return None
    days = tuple(day.day for day in Year(year).days())
    members = sorted({member for member, _ in wanted.values()})
    grid = {name: np.full((len(members), len(days) * 24), np.nan) for name in _POLLUTANTS}
    ids = table.column("series_id").to_numpy()
    since = table.column("valid_from").to_numpy() - int(year_bounds(year)[0].timestamp() * 1_000_000)
    values = table.column("value").to_numpy(zero_copy_only=False)
    revisions = table.column("revision").to_numpy()
    content = bytearray()
    by_day: dict[tuple[str, str], NDArray[np.int64]] = {}
    for number in np.unique(ids):
        member, pollutant = wanted[int(number)]
        first, last = np.searchsorted(ids, [number, number + 1])
        at = since[first:last] // _HOUR
        grid[pollutant][members.index(member), at] = values[first:last]
        by_day[member, pollutant] = np.bincount(at // 24, minlength=len(days))
        for part in (at, values[first:last], revisions[first:last]):
            content += f"{member}/{pollutant}".encode() + np.ascontiguousarray(part).tobytes()
    concentrations = _daily(grid, date(year, 12, 31), len(days))
    known = np.asarray(~np.isnan(np.stack(list(concentrations.values()))).all(axis=0), dtype=np.bool_)
    summary = _stations(by_day, _marks_by_station(zone, stations, marks, sample), date(year, 12, 31))
    count = len(days)
    city = CityYear(
        place,
        year,
        days,
        concentrations,
        known,
        np.zeros(count, dtype=np.int64),
        np.ones(count, dtype=np.int64),
        ("",) * count,
        max((item.recorded_at for item in summary), default=None),
        max((item.revision for item in summary), default=1),
        sample,
        digest_of_bytes(bytes(content)),
    )
    return CityHours(city, summary)


def _daily(grid: Mapping[str, NDArray[np.float64]], on: date, count: int) -> dict[str, NDArray[np.float64]]:
    found: dict[str, NDArray[np.float64]] = {}
    for name, columns in grid.items():
        hours = air.city_mean(columns, axis=0).reshape(count, 24)
        found[name] = np.asarray(
            air.mda8(hours, on=on).value if name == "o3" else air.daily_mean(hours, name, on=on).value
        )
        # The index takes concentrations as they are published: whole ug/m3, CO in mg/m3 with one decimal (HJ 633).
        found[name] = air_rounded(found[name], 1 if name == "co" else 0)
    return found


def air_rounded(values: NDArray[np.float64], decimals: int) -> NDArray[np.float64]:
    """Concentrations to the decimals of GB 3095, half to even."""
    from ecociv.core.rounding import round_half_even

    return round_half_even(values, decimals)


def _marks_by_station(zone: str, stations: Stations, marks: Marks, sample: bool) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for key, (member, _) in station_keys(zone, stations).items():
        if (mark := marks.get(stored_key(key, sample=sample))) is not None:
            found.setdefault(member, []).append(mark)
    return found


def _stations(
    by_day: Mapping[tuple[str, str], NDArray[np.int64]], marks: Mapping[str, list[Mark]], on: date
) -> tuple[StationYear, ...]:
    """Valid days and hours of each station from the usable hours of each day, and revisions from its marks."""
    needed = int(parameter("air.validity", on=on).table["hours_in_day"])
    found: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for (member, pollutant), hours in by_day.items():
        valid, usable = found.setdefault(member, ({}, {}))
        valid[pollutant] = int((hours >= needed).sum())
        usable[pollutant] = int(hours.sum())
    return tuple(
        StationYear(
            member,
            valid,
            usable,
            2 if any(revisions > rows for rows, revisions, _ in marks[member]) else 1,
            (EPOCH + timedelta(microseconds=max(at for _, _, at in marks[member]))).astimezone(UTC),
        )
        for member, (valid, usable) in sorted(found.items())
    )


def with_stations(derived: Derived, zone: str, rule: GoodDayRatio, found: CityHours) -> Derived:
    """The ratio with the stations behind it, in the trace and as plain values."""
    assert rule.stations is not None
    lines = tuple(
        Trace(
            place_name(zone, station.place),
            min(station.valid_days.values()),
            "day",
            "days with at least 20 hours, of the pollutant that has fewest",
            tuple(
                TraceInput(
                    Text(
                        zh=f"{pollutant} 有效天数（{station.hours[pollutant]}小时）",
                        en=f"valid days of {pollutant} ({station.hours[pollutant]} hours)",
                    ),
                    days,
                    "day",
                    source_id=series_key(
                        rule.stations.network,
                        station.place,
                        rule.stations.inputs[pollutant],
                        sample=found.city.sample,
                    ),
                    revision=station.revision,
                    valid=str(found.city.year),
                    recorded=station.recorded_at,
                    sample=found.city.sample,
                )
                for pollutant, days in sorted(station.valid_days.items())
            ),
        )
        for station in found.stations
    )
    trace = replace(derived.trace, inputs=(*derived.trace.inputs, *lines))
    stations = [
        {
            "place": station.place,
            "name": place_name(zone, station.place).to_mapping(),
            "valid_days": dict(sorted(station.valid_days.items())),
            "hours": dict(sorted(station.hours.items())),
        }
        for station in found.stations
    ]
    return replace(derived, trace=trace, extras={**derived.extras, "basis": "hours", "stations": stations})


def rule_of_hours(rule: GoodDayRatio) -> GoodDayRatio:
    """The derivation as it reads for hours: one exact reading, the stations' own network and caveats."""
    assert rule.stations is not None
    return rule.model_copy(
        update={
            "network": rule.stations.network,
            "readings": (rule.stations.reading,),
            "caveats": rule.stations.caveats,
        }
    )
