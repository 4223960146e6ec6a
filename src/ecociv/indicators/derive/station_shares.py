"""The share of monitored places that comply in a year, from monthly readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import factor
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.evidence.mapping import load_places
from ecociv.evidence.queries import Observation
from ecociv.indicators.declarations import StationShare
from ecociv.indicators.derive.cells import Asked, absences, digest_of, missing_of
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import Gathered, finish, published
from ecociv.standards import surface_water
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import ParameterError
from ecociv.standards.surface_water import ITEM_NAMES

_TABLE_2 = ("sulfate", "chloride", "nitrate", "iron", "manganese")


@dataclass(frozen=True)
class Judged:
    """What a place came to: whether it complies (none where it was not evaluated), and the arithmetic."""

    complies: bool | None
    months: int
    trace: Trace
    absence: Missing | None = None
    """Why there is not one reading of it, where all that was said gives one reason; none where there are readings."""


def derive_station_share(declared: StationShare, asked: Asked, label: Text) -> Derived:
    """Places that comply in percent of those evaluated; missing where too few were."""
    places = load_places(asked.zone)
    members = places.groups.get(declared.group, ())
    made = Gathered()
    used: list[Observation] = []
    judged: list[Judged] = []
    for member in members:
        grid, seen = _months_of(declared, asked, member)
        used += seen
        try:
            made_of = _judge(declared, asked, member, grid, seen)
            judged.append(replace(made_of, absence=_absence(seen)))
        except (MeasurementError, ParameterError) as error:
            name = asked.name_of(member)
            made.notes.append(
                Text(
                    zh=f"{name.zh}：标准方法拒绝了数据（{error}）",
                    en=f"{name.en}: refused by the standard ({error})",
                )
            )
            judged.append(Judged(None, 0, Trace(name, None, "percent", "")))
    known = [item for item in judged if item.complies is not None]
    good = sum(bool(item.complies) for item in known)
    kinds = [item.absence for item in judged]
    counted = [kind for kind in kinds if kind is not Missing.NOT_APPLICABLE]
    figure: Figure = Missing.MISSING if None in counted else missing_of(counted or kinds)
    if known and len(known) >= declared.members * len(counted):
        figure = published(Fraction(good * 100, len(known)), declared.decimals)
    elif known:
        made.notes.append(
            Text(
                zh=f"应评价{len(counted)}处，只有{len(known)}处数据足够，不作评价",
                en=f"Of {len(counted)} places only {len(known)} have enough data: not evaluated",
            )
        )
    if isinstance(figure, Missing):
        mixed = absences((asked.name_of(each), kind) for each, kind in zip(members, kinds, strict=True))
        made.notes += [mixed] if mixed else []
    made.notes += list(dict.fromkeys(note for item in judged for note in item.trace.notes if _is_mark(note)))
    derived = finish(
        declared,
        asked,
        label,
        figure,
        "places that comply / places evaluated * 100",
        made,
        extras={
            "complying": good,
            "evaluated": len(known),
            "places": len(members),
            "not_complying": [
                member for member, item in zip(members, judged, strict=True) if item.complies is False
            ],
        },
        inputs=(
            TraceInput(Text(zh="达标", en="Comply"), good, "count", valid=str(asked.year)),
            TraceInput(Text(zh="参与评价", en="Evaluated"), len(known), "count", valid=str(asked.year)),
            *(item.trace for item in judged),
        ),
    )
    return _with_origin(derived, used, len(counted), len(known))


def _with_origin(derived: Derived, used: list[Observation], members: int, known: int) -> Derived:
    """Mark the figure with the origin of the readings, which are no cells of returns."""
    from ecociv.indicators.derive.reported import SAMPLE_NOTE

    sample = any(item.sample for item in used)
    notes = tuple(
        note for note in derived.trace.notes if not used or note.en != "Nothing was reported for this year"
    )
    if not used:
        notes = (Text(zh="该年度没有监测数据", en="There are no measurements for this year"), *notes[1:])
    if sample:
        notes = (*notes, SAMPLE_NOTE)
    extras = {
        **derived.extras,
        "completeness": {"wanted": members, "found": known, "inputs_without_figure": []},
    }
    return replace(
        derived,
        sample=sample,
        trace=replace(derived.trace, notes=notes),
        evidence_digest=digest_of(used) if used else "",
        extras=extras,
    )


def _absence(seen: list[Observation]) -> Missing | None:
    if any(item.missing is None for item in seen):
        return None
    return missing_of(item.missing for item in seen)


def _is_mark(note: Text) -> bool:
    return "not verified" in note.en or "from memory" in note.en


Grid = Mapping[str, np.ndarray[Any, np.dtype[np.float64]]]


def _months_of(declared: StationShare, asked: Asked, place: str) -> tuple[Grid, list[Observation]]:
    """Twelve months of each property in the unit of the method, NaN where there is no usable reading."""
    grid, seen = {}, []
    for name in declared.properties:
        column = np.full(12, np.nan)
        key = f"{declared.network}/{place}/{name}"
        for month, item in asked.records.monthly[asked.sample].get(key, {}).items():
            seen.append(item)
            value = item.usable
            if item.censored == "<" and item.censor_limit is not None:
                value = item.censor_limit / 2  # below the limit of detection: half of the limit enters
            if value is not None:
                given = asked.records.units.get(item.series, declared.reading_unit)
                wanted = given if given in ("1", "ph") else declared.reading_unit
                column[month - 1] = value * float(factor(given, wanted))
        grid[name] = column
    return grid, seen


def _judge(declared: StationShare, asked: Asked, place: str, grid: Grid, seen: list[Observation]) -> Judged:
    name = asked.name_of(place)
    months = int((~np.isnan(np.stack(list(grid.values())))).any(axis=0).sum())
    origin = _origin(declared, asked, place, seen)
    if months < declared.months:
        note = Text(
            zh=f"只有{months}个月有数据，至少需要{declared.months}个月",
            en=f"only {months} months have data, {declared.months} are needed",
        )
        return Judged(None, months, Trace(name, None, "1", "", origin, notes=(note,)))
    on = date(asked.year, 12, 31)
    if declared.method == "ion_areas":
        return _ions(declared, name, grid, months, origin)
    if declared.method == "function_zones":
        target = load_places(asked.zone).by_key[place].details.get("target_class")
        if target is None:
            note = Text(zh="没有声明水质目标类别", en="no target class is declared for it")
            return Judged(None, months, Trace(name, None, "1", "", origin, notes=(note,)))
        items: dict[str, Any] = dict(grid)
        zone = surface_water.evaluate_function_zones(int(target), on=on, **items)
        found = zone.trace()
        return Judged(None if zone.value is None else bool(zone.value), months, _named(found, name, origin))
    first = {key: column for key, column in grid.items() if key not in _TABLE_2}
    second = {key: column for key, column in grid.items() if key in _TABLE_2}
    source = surface_water.evaluate_sources(first, supplementary=second or None, on=on)
    tested = np.asarray(source.tested) > 0
    complies = bool(np.asarray(source.value)[tested].all())
    failed = {
        month + 1: source.exceeding_items(month)
        for month in np.flatnonzero(tested).tolist()
        if source.exceeding_items(month)
    }
    notes = tuple(
        Text(
            zh=f"{month}月超标：{'、'.join(_item(key).zh for key in keys)}",
            en=f"month {month} exceeds in {', '.join(_item(key).en for key in keys)}",
        )
        for month, keys in failed.items()
    )
    trace = Trace(
        name,
        int(tested.sum()) - len(failed),
        "count",
        f"months that comply of {int(tested.sum())}",
        origin,
        source.rule.citation,
        notes=(*notes, *source.marks),
    )
    return Judged(complies, months, trace)


def _item(key: str) -> Text:
    return ITEM_NAMES.get(key, Text(zh=key, en=key))


def _ions(
    declared: StationShare, name: Text, grid: Grid, months: int, origin: tuple[TraceInput, ...]
) -> Judged:
    bound = float(declared.options["at_least"])
    values = next(iter(grid.values()))
    mean = float(np.nanmean(values))
    trace = Trace(
        name,
        to_decimal(mean),
        declared.reading_unit,
        f"mean of {months} months",
        origin,
        parameters=(
            TraceParameter(
                Text(zh="达标线", en="Bound"),
                to_decimal(bound),
                declared.reading_unit,
            ),
        ),
    )
    return Judged(mean >= bound, months, trace)


def _named(found: Trace, name: Text, origin: tuple[TraceInput, ...]) -> Trace:
    return replace(found, label=name, inputs=(*found.inputs, *origin))


def _origin(
    declared: StationShare, asked: Asked, place: str, seen: list[Observation]
) -> tuple[TraceInput, ...]:
    """One line for each property: how many months, the newest revision, when it was last recorded."""
    lines = []
    for name in declared.properties:
        items = [item for item in seen if item.series.endswith(f"/{place}/{name}")]
        if not items:
            continue
        usable = [item for item in items if item.usable is not None]
        lines.append(
            TraceInput(
                Text(zh=f"{_item(name).zh}有效月数", en=f"months with {_item(name).en}"),
                len(usable),
                "count",
                source_id=items[0].series,
                revision=max(item.revision for item in items),
                valid=str(asked.year),
                recorded=max(item.recorded_at for item in items),
                sample=items[0].sample,
            )
        )
    return tuple(lines)
