"""One indicator as JSON or text, down to the days behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.targets import Target
from ecociv.core.trace import Trace
from ecociv.evidence.mapping import load_places, place_name
from ecociv.indicators.compute import plan_of
from ecociv.indicators.derivations import GoodDayRatio, load_derivations
from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.indicators.queries import SeriesStanding, home_of, indicator_status
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.standards import air


class IndicatorUnknown(LookupError):
    """The plan has no such indicator, or the place none of its figures."""


def indicator_as_json(
    zone: str, number: int, year: int, *, as_of: dt.datetime | None = None, place: str | None = None
) -> dict[str, Any]:
    """An indicator in a year: value, unit, target, status, reasons, trace, and what else is known.

    Of an indicator with several series, ``value``, ``target`` and ``trace`` are tables by series, and the worst series
    decides ``status`` and ``reasons``.

    Parameters
    ----------
    place
        A peer, by key or name; its figure is given without a status. The zone's own, when not given.

    Raises
    ------
    IndicatorUnknown
        With what there is instead.
    """
    package = plan_of(zone, as_of)
    try:
        indicator = package.indicator(number)
    except KeyError as error:
        known = f"{package.indicators[0].number} to {package.indicators[-1].number}"
        raise IndicatorUnknown(f"The plan of {zone} has no indicator {number}; there are {known}.") from error
    if place is not None and (key := _place_key(zone, place)) != home_of(zone):
        return _peer(package, indicator, key, year, as_of)
    standing = indicator_status(zone, number, year, as_of)
    several = len(standing.series) > 1
    by_series = [_series_json(package, item) for item in standing.series]

    def merged(name: str) -> Any:
        return {item["series"]: item[name] for item in by_series} if several else by_series[0][name]

    found = {
        "zone": zone,
        "indicator": number,
        "name": indicator.name.to_mapping(),
        "year": year,
        "as_of": as_of.isoformat() if as_of else None,
        "place": home_of(zone),
        "value": merged("value"),
        "unit": indicator.unit,
        "unit_label": {"zh": indicator.unit_label.zh, "en": indicator.unit_label.en},
        "target": merged("target"),
        "status": standing.light.value,
        "status_label": standing.light.label.to_mapping(),
        "reasons": [reason.to_json() for reason in standing.reasons],
        "trace": merged("trace"),
        "missing": merged("missing"),
        "sample": standing.sample,
        "revision": merged("revision"),
    }
    if several:
        found["series"] = by_series
        found["worst_series"] = standing.worst.series.key
        return found
    return found | {key: value for key, value in standing.series[0].extras.items() if key not in found}


def indicator_as_text(found: Mapping[str, Any], language: str = "zh") -> str:
    """What `indicator_as_json` gives, for a reader: value, status with reasons, arithmetic down to the months."""
    zh = language.startswith("zh")
    tongue = "zh" if zh else "en"
    mark = ("[示例数据] " if zh else "[SAMPLE DATA] ") if found["sample"] else ""
    lines = [
        f"{mark}{found['name'][tongue]}，{found['year']}年"
        if zh
        else f"{mark}{found['name']['en']}, {found['year']}"
    ]
    for item in found.get("series") or [found]:
        value = _shown(item["value"], item.get("missing"), found["unit_label"][tongue], tongue)
        title = item["name"][tongue] if "series" in found else ("数值" if zh else "value")
        target = item["target"][tongue] if item.get("target") else "—"
        lines.append(f"  {title}: {value}  ({'目标' if zh else 'target'}: {target})")
    if found.get("status"):
        lines.append(f"  {'状态' if zh else 'status'}: {found['status_label'][tongue]}")
        lines += [f"    - {reason[tongue]}" for reason in found["reasons"]]
    if found.get("rank"):
        lines.append(f"  {'排名' if zh else 'rank'}: {found['rank']}/{found['of']}")
    traces = found["trace"].values() if "series" in found else [found["trace"]]
    for trace in traces:
        if trace:
            lines.append(Trace.from_json(trace).as_text(tongue, depth=2))
    return "\n".join(lines)


def _shown(value: float | Mapping[str, float] | None, missing: str | None, unit: str, language: str) -> str:
    """A value for a reader: the number or the parts of a composition with the unit, or why there is none."""
    if value is None:
        return Missing(missing).label.in_language(language) if missing else "—"
    figure = ":".join(str(part) for part in value.values()) if isinstance(value, Mapping) else str(value)
    return f"{figure} {unit}".rstrip()


def day_rows(value_pk: int) -> list[dict[str, Any]]:
    """The days behind a yearly value as tables by column; empty where there are none."""
    detail = DailyDetail.objects.filter(pk=value_pk).first()
    if detail is None:
        return []
    files = list(detail.sources.items())
    rows = []
    for cells in detail.rows:
        row = dict(zip(detail.columns, cells, strict=True))
        at = row.pop("source")
        row["file_sha256"], row["file"] = ("", "") if at is None else files[at]
        rows.append(row)
    return rows


def day_trace(value: IndicatorValue, day: dt.date, as_of: dt.datetime | None = None) -> Trace | None:
    """The arithmetic of one day's index, sub-index by sub-index; none where the value has no such day.

    ``value`` is one revision, with the readings that it was made of; ``as_of`` names the plan by which it is read.
    """
    package = plan_of(value.zone, as_of)
    declared = load_derivations(package).by_series[value.series]
    row = next((row for row in day_rows(value.pk) if row["day"] == day.isoformat()), None)
    if row is None or not isinstance(declared, GoodDayRatio):
        return None
    given = {name: row[name] for name in declared.inputs if row[name] is not None}
    if declared.readings[0].item and row["o3"] is not None:
        given[declared.readings[0].item] = row["o3"]
    return air.daily_aqi(**given, on=day).trace() if given else None


def _series_json(package: ZonePackage, item: SeriesStanding) -> dict[str, Any]:
    indicator, value = item.indicator, item.value
    missing = value.missing if value else Missing.MISSING
    trace = item.trace.to_json() if item.trace else None
    if trace is not None and value is not None and (days := day_rows(value.pk)):
        trace["days"] = days
    return {
        "series": item.series.key,
        "name": item.name.to_mapping(),
        "value": _plain(item.figure),
        "missing": missing.value if missing and item.figure is None else None,
        "target": _target(indicator, item.series, item.milestone, item.status),
        "status": item.light.value,
        "reasons": [reason.to_json() for reason in item.reasons],
        "trace": trace,
        "sample": item.sample,
        "revision": value.revision if value else None,
    }


def _target(
    indicator: Indicator, series: Series, milestone: int | None, status: Mapping[str, Any]
) -> dict[str, Any] | None:
    target: Target | None = None if milestone is None else series.target(milestone)
    if target is None:
        return None
    label = indicator.unit_label
    expected = status.get("expected")
    return {
        "milestone": milestone,
        "zh": target.show("zh", label.zh),
        "en": target.show("en", label.en),
        "form": target.to_mapping(),
        "expected": None if expected is None else float(expected),
    }


def _peer(
    package: ZonePackage, indicator: Indicator, place: str, year: int, as_of: dt.datetime | None
) -> dict[str, Any]:
    zone, key = package.zone.key, indicator.series[0].key
    row = IndicatorValue.objects.filter(zone=zone, series=key, place=place, year=year).newest(as_of).first()
    if row is None:
        raise IndicatorUnknown(
            f"There is no figure of indicator {indicator.number} for {place} in {year}; "
            "only indicators that are compared with peers have figures of other places, once the year is computed."
        )
    trace = Trace.from_json(row.trace).to_json()
    trace["days"] = day_rows(row.pk)
    return {
        "zone": zone,
        "indicator": indicator.number,
        "name": indicator.name.to_mapping(),
        "year": year,
        "as_of": as_of.isoformat() if as_of else None,
        "place": place,
        "place_name": place_name(zone, place).to_mapping(),
        "value": _plain(row.value),
        "unit": indicator.unit,
        "unit_label": {"zh": indicator.unit_label.zh, "en": indicator.unit_label.en},
        "target": None,
        "status": None,
        "reasons": [],
        "trace": trace,
        "missing": row.missing_kind or None,
        "sample": row.sample,
        "revision": row.revision,
    } | dict(row.extras)


def _place_key(zone: str, place: str) -> str:
    """Key of a place given by key or by name (景德镇, 景德镇市, Jingdezhen)."""
    for declared in load_places(zone).places:
        names = {declared.key, declared.name.zh, declared.name.zh.removesuffix("市"), declared.name.en}
        if place in names:
            return declared.key
    known = "、".join(p.name.zh for p in load_places(zone).places if p.kind == "city")
    raise IndicatorUnknown(f"There is no place {place!r}; cities there are: {known}.")


def _plain(figure: Decimal | Mapping[str, Decimal] | None) -> float | dict[str, float] | None:
    if isinstance(figure, Mapping):
        return {name: float(value) for name, value in figure.items()}
    return None if figure is None else float(figure)
