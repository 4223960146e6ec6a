"""The daily concentrations of cities in a year, as arrays with their origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ecociv.core.digests import digest_of_bytes
from ecociv.core.periods import Year
from ecociv.evidence.queries import series_key, year_bounds
from ecociv.evidence.schema import series_id
from ecociv.indicators.declarations import GoodDayRatio
from ecociv.indicators.engine import Engine, Window
from ecociv.indicators.engine.base import EPOCH

_DAY = 86_400_000_000


@dataclass(frozen=True)
class CityYear:
    """One city and year, an element for each calendar day; NaN where there is no value that may be used.

    ``rows``, ``sources`` and ``revisions`` say where the day's figures come from; ``known`` whether anything was said
    about the day at all.
    """

    place: str
    year: int
    days: tuple[date, ...]
    concentrations: Mapping[str, NDArray[np.float64]]
    known: NDArray[np.bool_]
    rows: NDArray[np.int64]
    revisions: NDArray[np.int64]
    sources: tuple[str, ...]
    recorded_at: datetime | None
    revision: int
    sample: bool
    digest: str


def city_years(
    declared: GoodDayRatio,
    places: Iterable[str],
    year: int,
    *,
    sample: bool,
    as_of: datetime | None,
    engine: Engine,
) -> dict[str, CityYear]:
    """Read the network's figures of some cities in one year; cities without any observation are absent."""
    names = {**declared.inputs, "o3": declared.ozone}
    wanted = {
        series_id(series_key(declared.network, place, prop, sample=sample)): (place, name)
        for place in places
        for name, prop in names.items()
    }
    start, _ = year_bounds(year)
    table = engine.latest(wanted, [Window.year(year)], as_of)
    ids = table.column("series_id").to_numpy()
    made: dict[str, dict[str, pa.Table]] = {}
    for number in np.unique(ids):
        place, name = wanted[int(number)]
        first, last = np.searchsorted(ids, [number, number + 1])
        made.setdefault(place, {})[name] = table.slice(int(first), int(last - first))
    return {place: _city_year(place, year, start, tables, sample) for place, tables in made.items()}


def _city_year(
    place: str, year: int, start: datetime, tables: Mapping[str, pa.Table], sample: bool
) -> CityYear:
    days = tuple(day.day for day in Year(year).days())
    count = len(days)
    values = {name: np.full(count, np.nan) for name in ("so2", "no2", "co", "pm10", "pm2_5", "o3")}
    known, rows, revisions = (
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    )
    sources = [""] * count
    content = bytearray()
    first_day = int(start.timestamp() * 1_000_000)
    newest: datetime | None = None
    for name, table in sorted(tables.items()):
        since = table.column("valid_from").to_numpy() - first_day
        at = since // _DAY
        value = table.column("value").to_numpy(zero_copy_only=False).astype(np.float64)
        good = np.array([quality == "good" for quality in table.column("quality").to_pylist()])
        revision = table.column("revision").to_numpy().astype(np.int64)
        values[name][at] = np.where(good, value, np.nan)
        known[at] = True
        rows[at] = table.column("source_row").to_numpy()
        revisions[at] = np.maximum(revisions[at], revision)
        for place_in_year, source in zip(at.tolist(), table.column("source").to_pylist(), strict=True):
            sources[place_in_year] = source
        for part in (at, value, good, revision):
            content += name.encode() + np.ascontiguousarray(part).tobytes()
        recorded = EPOCH + timedelta(microseconds=pc.max(table.column("recorded_at")).as_py())
        newest = recorded if newest is None else max(newest, recorded)
    return CityYear(
        place,
        year,
        days,
        values,
        known,
        rows,
        revisions,
        tuple(sources),
        None if newest is None else newest.astimezone(UTC),
        int(revisions.max()),
        sample,
        digest_of_bytes(bytes(content)),
    )


__all__ = ["CityYear", "city_years"]
