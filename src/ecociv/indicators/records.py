"""What is known for the derivations of a year: figures of returns, monthly readings and hours, with their origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from ecociv.core.missing import Missing
from ecociv.evidence import queries as evidence
from ecociv.evidence.models import Series
from ecociv.evidence.queries import LOCAL, Observation
from ecociv.evidence.schema import Quality, series_id
from ecociv.indicators.engine import Engine, Window
from ecociv.indicators.engine.base import EPOCH

if TYPE_CHECKING:
    from ecociv.indicators.graph import Node

SAMPLE_PREFIX = "sample/"

Mark = tuple[int, int, int]
"""Rows, sum of revision numbers, last recording (microseconds)."""
Marks = Mapping[str, Mark]
"""How much is known of each series, by stored key; absent where nothing is. Any new row changes the mark."""


def stored_key(key: str, *, sample: bool) -> str:
    """Key of a series as it is stored: generated data have a prefix.

    >>> stored_key("economy/jingdezhen/gdp.current", sample=True)
    'sample/economy/jingdezhen/gdp.current'
    """
    return f"{SAMPLE_PREFIX}{key}" if sample else key


def both_keys(keys: Iterable[str]) -> list[str]:
    """The real and the generated series of each key."""
    return [stored_key(key, sample=sample) for key in keys for sample in (False, True)]


def marks_of(
    nodes: Iterable[Node], year: int, engine: Engine, as_of: dt.datetime | None = None
) -> dict[int, Marks]:
    """Marks of everything that some figures read, by year. Other years are asked only for what is added up over years."""
    now: set[str] = set()
    then: dict[int, set[str]] = {}
    for node in nodes:
        now |= node.monthly | node.hourly
        for each, read in node.yearly.items():
            (now if each == year else then.setdefault(each, set())).update(read)
    found: dict[int, dict[str, Mark]] = {each: {} for each in (year, *then)}
    others = sorted(then)
    for years, keys, windows in (
        ([year], now, [Window.year(year)]),
        (others, set().union(*then.values()), [Window.yearly(each) for each in others]),
    ):
        names = {series_id(key): key for key in both_keys(keys)}
        for row in engine.marks(names, windows, as_of).to_pylist() if names else ():
            mark = (row["rows"], row["revisions"], row["recorded_at"])
            found[years[row["span"]]][names[row["series_id"]]] = mark
    return dict(found)


def any_generated(marks: Marks) -> bool:
    """Whether any of what is known of a year is generated."""
    return any(key.startswith(SAMPLE_PREFIX) for key in marks)


@dataclass
class Records:
    """Figures read for some derivations of a year, real and generated apart.

    Keys are without the prefix of generated series: ``<form or network>/<place>/<cell or property>``.
    """

    year: int
    engine: Engine
    as_of: dt.datetime | None
    yearly: dict[bool, dict[tuple[str, int], Observation]] = field(
        default_factory=lambda: {False: {}, True: {}}
    )
    monthly: dict[bool, dict[str, dict[int, Observation]]] = field(
        default_factory=lambda: {False: {}, True: {}}
    )
    units: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def read(self, yearly: Mapping[int, Iterable[str]], monthly: Iterable[str] = ()) -> None:
        """Read yearly figures by year, and monthly readings of the year."""
        by_years: dict[frozenset[str], list[int]] = {}
        for year, keys in yearly.items():
            by_years.setdefault(frozenset(keys), []).append(year)
        found: list[Observation] = []
        for keys, years in by_years.items():
            items = self._observations(keys, [Window.yearly(year) for year in years])
            found += items
            for item in items:
                self.yearly[item.sample][plain_key(item), item.day.year] = item
        readings = self._observations(monthly, [Window.year(self.year)])
        for item in readings:
            self.monthly[item.sample].setdefault(plain_key(item), {})[item.day.month] = item
        names = {item.series for item in (*found, *readings)}
        self.units |= dict(Series.objects.filter(key__in=names).values_list("key", "unit"))
        self.files |= evidence.sources({item.source for item in (*found, *readings)})

    def figure(self, key: str, year: int, *, sample: bool) -> Observation | None:
        """A yearly figure, or none where nothing was said."""
        return self.yearly[sample].get((key, year))

    def any_of(self, keys: Iterable[str], years: Iterable[int], *, sample: bool) -> bool:
        """Whether anything was said in any of these series and years."""
        known = self.yearly[sample]
        return any((key, year) in known for key in keys for year in years)

    def _observations(self, keys: Iterable[str], windows: list[Window]) -> list[Observation]:
        names = {series_id(key): key for key in both_keys(keys)}
        return observations_of(self.engine.latest(names, windows, self.as_of), names)


def plain_key(item: Observation) -> str:
    """Key of the series of an observation, without the prefix of generated data."""
    return item.series.removeprefix(SAMPLE_PREFIX)


def observations_of(table: pa.Table, names: Mapping[int, str]) -> list[Observation]:
    """Rows of an engine's answer as observations."""
    found = []
    for row in table.to_pylist():
        at = EPOCH + dt.timedelta(microseconds=row["valid_from"])
        found.append(
            Observation(
                series=names[row["series_id"]],
                valid_from=at,
                valid_to=at,
                value=row["value"],
                missing=None if row["missing"] is None else Missing(row["missing"]),
                censored=row["censored"],
                censor_limit=row["censor_limit"],
                quality=Quality(row["quality"]),
                quality_reason=row["quality_reason"],
                revision=row["revision"],
                recorded_at=EPOCH + dt.timedelta(microseconds=row["recorded_at"]),
                source=row["source"],
                row=row["source_row"],
                batch=row["batch"],
                supplier=row["supplier"],
                note=row["note"],
                sample=row["sample"],
            )
        )
    return found


def month_of(item: Observation) -> int:
    """Month by the clock of China in which the period begins."""
    return item.valid_from.astimezone(LOCAL).month
