"""The whole chain of an indicator: from its figure to cells, stations, days and hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ecociv.core.trace import Trace
from ecociv.evidence.mapping import place_name
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.compute import Computed, compute, plan_of
from ecociv.indicators.derivations import GoodDayRatio, load_derivations
from ecociv.indicators.derive.figures import DayTable
from ecociv.indicators.derive.station_hours import station_keys
from ecociv.indicators.engine import Window
from ecociv.indicators.engine.base import EPOCH
from ecociv.indicators.engine.duck import DuckDBEngine
from ecociv.indicators.listing import IndicatorUnknown, day_rows
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.records import both_keys


def trace_as_json(
    zone: str,
    number: int,
    year: int,
    *,
    as_of: dt.datetime | None = None,
    place: str | None = None,
    store: EvidenceStore | None = None,
) -> dict[str, Any]:
    """Every series of an indicator with its value and its whole trace, down to the days where there are any.

    Parameters
    ----------
    as_of
        Derived anew from what was known then; the newest revision on record, when not given.
    place
        Key of a county or of a peer; the zone's own place, when not given.

    Raises
    ------
    IndicatorUnknown
        Where the plan has no such indicator, or nothing was computed for the year and place.
    """
    package = plan_of(zone, as_of)
    try:
        indicator = package.indicator(number)
    except KeyError as error:
        known = f"{package.indicators[0].number} to {package.indicators[-1].number}"
        raise IndicatorUnknown(f"The plan of {zone} has no indicator {number}; there are {known}.") from error
    where = place or load_derivations(package).place
    computed = None if as_of is None else compute(zone, year, as_of=as_of, store=store)
    values = _values(zone, indicator.series_keys, year, where, computed)
    if not values:
        raise IndicatorUnknown(
            f"There is no figure of indicator {number} for {where} in {year}; compute the year first, or choose another place."
        )
    return {
        "zone": zone,
        "indicator": number,
        "name": indicator.name.to_mapping(),
        "year": year,
        "as_of": as_of.isoformat() if as_of else None,
        "place": where,
        "place_name": place_name(zone, where).to_mapping(),
        "unit": indicator.unit,
        "unit_label": {"zh": indicator.unit_label.zh, "en": indicator.unit_label.en},
        "series": [
            {
                "series": value.series,
                "name": indicator.series_name(package.series(value.series)[1]).to_mapping(),
                "value": float(value.figure) if value.figure else None,
                "parts": {name: float(part) for name, part in value.part_figures.items()},
                "missing": value.missing_kind or None,
                "status": value.light or None,
                "revision": value.revision,
                "sample": value.sample,
                "supplier": value.extras.get("supplier", ""),
                "completeness": value.extras.get("completeness"),
                "stations": value.extras.get("stations", []),
                "trace": value.trace,
                "days": _days(value, computed),
            }
            for value in values
        ],
    }


def _values(
    zone: str, series: Iterable[str], year: int, place: str, computed: Computed | None
) -> list[IndicatorValue]:
    keys = list(series)
    if computed is not None:
        found = {value.series: value for value in computed.values if value.place == place}
    else:
        rows = IndicatorValue.objects.filter(zone=zone, series__in=keys, year=year, place=place).newest()
        found = {value.series: value for value in rows.defer(None)}
    return [found[key] for key in keys if key in found]


def _days(value: IndicatorValue, computed: Computed | None) -> list[dict[str, Any]]:
    if computed is None:
        return day_rows(value.pk)
    made = computed.days.get((value.series, value.place))
    return [] if made is None else _rows(made())


def _rows(table: DayTable) -> list[dict[str, Any]]:
    files = list(table.sources.items())
    rows = []
    for cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        at = row.pop("source")
        row["file_sha256"], row["file"] = ("", "") if at is None else files[at]
        rows.append(row)
    return rows


def trace_as_text(found: Mapping[str, Any], language: str = "zh") -> str:
    """What `trace_as_json` gives, for a reader."""
    zh = language.startswith("zh")
    tongue = "zh" if zh else "en"
    lines = [f"{found['name'][tongue]}，{found['place_name'][tongue]}，{found['year']}"]
    for item in found["series"]:
        mark = ("[示例数据] " if zh else "[SAMPLE DATA] ") if item["sample"] else ""
        lines += ["", mark + Trace.from_json(item["trace"]).as_text(tongue)]
        known = item["completeness"]
        if known:
            label = (
                "所需数据 {wanted} 项，已有 {found} 项"
                if zh
                else "{found} of {wanted} figures needed are there"
            )
            lines.append("  " + label.format(**known))
        if item["days"]:
            lines.append(
                "  "
                + (
                    "逐日（日期 指数 首要污染物 判定 来源）："
                    if zh
                    else "days (date, index, primary, verdict, source):"
                )
            )
            lines += [f"    {_day_line(day)}" for day in item["days"]]
        if item["stations"]:
            lines.append(
                "  "
                + (
                    "列出某日各站点小时值：ecociv indicator trace … --day 2016-03-01"
                    if zh
                    else "hours of the stations on a day: ecociv indicator trace … --day 2016-03-01"
                )
            )
    return "\n".join(lines)


def _day_line(day: Mapping[str, Any]) -> str:
    index = "—" if day.get("aqi") is None else f"{day['aqi']:g}"
    source = f"{day['file']}:{day['row']} r{day['revision']}" if day.get("file") else ""
    return f"{day['day']} {index} {day.get('primary') or '—'} {day['verdict']} {source}".rstrip()


def hours_of_day(
    zone: str, day: dt.date, *, as_of: dt.datetime | None = None, store: EvidenceStore | None = None
) -> list[dict[str, Any]]:
    """Hourly readings of the zone's stations on a day, as known at a moment, newest revision of each hour.

    Returns
    -------
    list of dict
        ``series``, ``station``, ``pollutant``, ``hour`` (0 to 23, its beginning), ``value``, ``quality``, ``revision``,
        ``recorded``, ``source``, ``sample``; empty where the zone declares no stations.
    """
    rule = next(
        (
            item
            for item in load_derivations(plan_of(zone, as_of)).derivations
            if isinstance(item, GoodDayRatio)
        ),
        None,
    )
    if rule is None or rule.stations is None:
        return []
    keys = station_keys(zone, rule.stations)
    names = {series_id(key): key for key in both_keys(keys)}
    start = dt.datetime.combine(day, dt.time.min, tzinfo=LOCAL)
    window = Window(start, start + dt.timedelta(days=1))
    table = DuckDBEngine(store or EvidenceStore()).latest(names, [window], as_of)
    rows = []
    for row in table.to_pylist():
        key = names[row["series_id"]]
        station, pollutant = keys[key.removeprefix("sample/")]
        at = (EPOCH + dt.timedelta(microseconds=row["valid_from"])).astimezone(LOCAL)
        rows.append(
            {
                "series": key,
                "station": station,
                "pollutant": pollutant,
                "hour": at.hour,
                "value": row["value"],
                "missing": row["missing"],
                "quality": row["quality"],
                "revision": row["revision"],
                "recorded": (EPOCH + dt.timedelta(microseconds=row["recorded_at"])).isoformat(),
                "source": f"{row['source'][:12]}:{row['source_row']}",
                "sample": row["sample"],
            }
        )
    return rows
