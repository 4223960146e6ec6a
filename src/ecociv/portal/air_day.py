"""The air of a day: hours of the stations and the city with their index, the day's index, and the month around it.

The readings come from the hourly series of the zone's stations; what is marked as suspect takes no part. The edition
of the standard is the one in force on the day.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.quantities import label_of
from ecociv.evidence.disclosure import readable_series
from ecociv.evidence.latest import latest
from ecociv.evidence.models import Place, Series
from ecociv.evidence.schema import Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.portal.as_of import LOCAL
from ecociv.portal.observed import number
from ecociv.portal.zone import language
from ecociv.standards import air
from ecociv.standards.air import AirQualityIndex
from ecociv.standards.air.pollutants import label
from ecociv.standards.parameters import ParameterError

Hours = NDArray[np.float64]
_HOURS_NEEDED = 20
"""Hours that a day needs; of fewer, no highest hour is taken either."""
_MEANS = ("so2", "no2", "co", "pm10", "pm2_5")
NAMES = {
    "so2": "SO₂",
    "no2": "NO₂",
    "co": "CO",
    "o3": "O₃",
    "o3_8h": "O₃ 8h",
    "o3_1h": "O₃ 1h",
    "pm10": "PM₁₀",
    "pm2_5": "PM₂.₅",
}


@dataclass(frozen=True, slots=True)
class Network:
    """The hourly air series of the stations, either real or generated."""

    sample: bool
    stations: tuple[Place, ...]
    series: dict[tuple[int, str], Series]


def networks(user: Any) -> list[Network]:
    """The real network first, then the generated one; each only where it has series."""
    found = []
    for sample in (False, True):
        series = list(
            readable_series(user)
            .filter(sample=sample, averaging="PT1H", place__kind="station", property__key__in=air.POLLUTANTS)
            .select_related("place", "property")
        )
        if series:
            stations = {each.place_id: each.place for each in series}
            found.append(
                Network(
                    sample,
                    tuple(sorted(stations.values(), key=lambda place: place.key)),
                    {(each.place_id, each.property.key): each for each in series},
                )
            )
    return found


def last_day(network: Network, as_of: dt.datetime | None) -> dt.date | None:
    """The latest day with readings."""
    newest = latest([each.pk for each in network.series.values()], as_of=as_of)
    last = max((each.valid_from for each in newest.values()), default=None)
    return last.astimezone(LOCAL).date() if last else None


@dataclass(frozen=True, slots=True)
class Item:
    """One pollutant of one evaluation."""

    name: str
    concentration: str
    unit: str
    index: str
    primary: bool


@dataclass(frozen=True, slots=True)
class Index:
    """One index as a page shows it."""

    shown: str
    level: int
    words: str
    primary: str
    items: tuple[Item, ...]
    at_least: bool
    edition: str
    valid_items: int


def _index(result: AirQualityIndex, at: int, given: dict[str, Any]) -> Index:
    one = result.row(at)
    primary = one.primary if isinstance(one.primary, tuple) else ()
    items = []
    for item, sub in one.sub_indices.items():
        concentration = float(np.asarray(given[item]).reshape(-1)[at])
        unit = "mg/m3" if item == "co" else "ug/m3"
        items.append(
            Item(
                NAMES[item],
                "—" if np.isnan(concentration) else number(round(concentration, 2 if item == "co" else 1)),
                label_of(unit).in_language(language()),
                "—" if np.isnan(float(sub)) else str(int(sub)),
                item.split("_")[0] in {p.split("_")[0] for p in primary}
                and item.split("_")[0] != "pm2"
                or (item == "pm2_5" and "pm2_5" in primary),
            )
        )
    return Index(
        shown=one.shown(),
        level=int(one.level),
        words=one.level_name(language()),
        primary=label(primary, language()) if primary else "—",
        items=tuple(items),
        at_least=bool(one.at_least),
        edition=one.edition,
        valid_items=int(one.validity.n),
    )


@dataclass(frozen=True, slots=True)
class Place24:
    """A station or the city on the day: 24 hours and the day itself; ``hour`` counts from 1 by the end of the hour."""

    name: str
    place: Place | None
    hourly: tuple[Index | None, ...]
    daily: Index | None
    needed: str
    concentrations: dict[str, list[float | None]]

    @property
    def hours_with_index(self) -> list[int]:
        """Hours that have an index."""
        return [hour for hour, each in enumerate(self.hourly, 1) if each and each.shown != "NA"]

    @property
    def values(self) -> list[int | None]:
        """The hourly index for the chart."""
        return [int(each.shown.lstrip("≥<")) if each and each.shown != "NA" else None for each in self.hourly]


@dataclass
class AirMonth:
    """All hours of one month of a network, by station, pollutant, day and hour; NaN where nothing usable is known."""

    network: Network
    first: dt.date
    as_of: dt.datetime | None
    refused: str = field(default="", init=False)

    @cached_property
    def days(self) -> int:
        """Days of the month."""
        return calendar.monthrange(self.first.year, self.first.month)[1]

    @cached_property
    def grid(self) -> dict[str, Hours]:
        """For each pollutant an array (stations, days, 24)."""
        start = dt.datetime.combine(self.first, dt.time(), LOCAL)
        end = start + dt.timedelta(days=self.days)
        known = self.network.series
        by_id = {series.pk: key for key, series in known.items()}
        rows = EvidenceStore().observations(by_id, start=start, end=end, as_of=self.as_of)
        place_of = {place.pk: at for at, place in enumerate(self.network.stations)}
        grid = {
            name: np.full((len(place_of), self.days * 24), np.nan)
            for name in air.POLLUTANTS
            if any(key[1] == name for key in known)
        }
        if rows.num_rows:
            ids = rows.column("series_id").to_numpy()
            moments = rows.column("valid_from").to_numpy().astype("datetime64[h]").astype(np.int64)
            values = rows.column("value").to_numpy(zero_copy_only=False).astype(np.float64)
            good = np.array(rows.column("quality").to_pylist()) == Quality.GOOD.value
            offset = int(start.timestamp() // 3600)
            for number_of_series, (place, name) in by_id.items():
                mine = (ids == number_of_series) & good & ~np.isnan(values) & (values >= 0)
                grid[name][place_of[place], moments[mine] - offset] = values[mine]
        return {name: values.reshape(len(place_of), self.days, 24) for name, values in grid.items()}

    @cached_property
    def city(self) -> dict[str, Hours]:
        """The mean of the stations, hour by hour: arrays (days, 24)."""
        return {name: air.city_mean(values, axis=0) for name, values in self.grid.items()}

    def day_figures(self, hours: dict[str, Hours]) -> tuple[dict[str, Hours], dict[str, Any]]:
        """Daily figures of arrays (days, 24), and how many hours or windows stand behind each."""
        figures: dict[str, Hours] = {}
        behind: dict[str, Any] = {}
        for name in _MEANS:
            if name in hours:
                mean = air.daily_mean(hours[name], name, on=self.first)
                figures[name], behind[name] = np.asarray(mean.value, dtype=np.float64), mean.validity.n
        if "o3" in hours:
            try:
                eight = air.mda8(hours["o3"], on=self.first)
                figures["o3_8h"], behind["o3_8h"] = (
                    np.asarray(eight.value, dtype=np.float64),
                    eight.validity.n,
                )
            except ParameterError as error:
                self.refused = str(error)
        return figures, behind

    def daily(self, hours: dict[str, Hours]) -> tuple[AirQualityIndex, dict[str, Any], dict[str, Any]]:
        """The index of each day of arrays (days, 24)."""
        figures, behind = self.day_figures(hours)
        given: dict[str, Any] = dict(figures)
        if "o3" in hours:
            with np.errstate(all="ignore"):
                peak = np.where(
                    (~np.isnan(hours["o3"])).sum(axis=-1) < _HOURS_NEEDED,
                    np.nan,
                    np.nanmax(np.nan_to_num(hours["o3"], nan=-1), axis=-1),
                )
            # Only the edition of 2012 looks at the highest hour as well.
            result = air.daily_aqi(**given, on=self.first)
            if result.edition == "HJ 633-2012":
                given["o3_1h"] = peak
                result = air.daily_aqi(**given, on=self.first)
            return result, given, behind
        return air.daily_aqi(**given, on=self.first), given, behind

    def at(self, day: dt.date) -> list[Place24]:
        """The city and each station on a day."""
        place = day.day - 1
        found = []
        for name, where, hours in [
            ("", None, self.city),
            *(
                (str(station), station, {k: v[at] for k, v in self.grid.items()})
                for at, station in enumerate(self.network.stations)
            ),
        ]:
            of_day = {key: values[place] for key, values in hours.items()}
            hourly = air.hourly_aqi(**of_day, on=day)
            result, given, behind = self.daily(hours)
            counts = [int(np.asarray(n).reshape(-1)[place]) for key, n in behind.items() if key != "o3_8h"]
            found.append(
                Place24(
                    name=name,
                    place=where,
                    hourly=tuple(
                        _index(hourly, at, of_day) if any(~np.isnan(v[at]) for v in of_day.values()) else None
                        for at in range(24)
                    ),
                    daily=_index(result, place, given)
                    if any(~np.isnan(np.asarray(v)[place]) for v in given.values())
                    else None,
                    needed=f"{min(counts)}–{max(counts)}" if counts else "0",
                    concentrations={
                        NAMES[key]: [None if np.isnan(v) else round(float(v), 2) for v in values]
                        for key, values in of_day.items()
                    },
                )
            )
        return found

    def calendar(self) -> list[list[dict[str, Any] | None]]:
        """Weeks of the month, Monday first: the city's index and level of each day."""
        result, _given, _behind = self.daily(self.city)
        weeks: list[list[dict[str, Any] | None]] = []
        for week in calendar.Calendar().monthdayscalendar(self.first.year, self.first.month):
            cells: list[dict[str, Any] | None] = []
            for day in week:
                if not day:
                    cells.append(None)
                    continue
                known = any(~np.isnan(values[day - 1]).all() for values in self.city.values())
                whole = int(np.asarray(result.validity.n)[day - 1]) == len(air.POLLUTANTS)
                level = int(np.asarray(result.level)[day - 1]) if whole else 0
                cells.append(
                    {
                        "day": day,
                        "date": self.first.replace(day=day),
                        "level": level,
                        "shown": (result.shown(day - 1) if whole else "NA") if known else "",
                        "words": result.level_name(language(), day - 1) if whole else "",
                    }
                )
            weeks.append(cells)
        return weeks
