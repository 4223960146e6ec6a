"""Primary records for tests of the indicators: cells of returns and readings of stations, appended like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa

from ecociv.core.missing import Missing
from ecociv.evidence.actions import AppendObservations
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import ObservedProperty, Series
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.registry import ensure_place
from ecociv.evidence.schema import STAGED, series_id
from ecociv.indicators.forms import form_cells

Cells = Mapping[str, float | int | Missing | None]
"""Values by ``<form>/<place>/<cell>``."""


def group(name: str) -> tuple[str, ...]:
    """Places of a group."""
    return load_places("jingdezhen").groups[name]


def file_cells(
    year: int, cells: Cells, *, sample: bool = False, reason: str = "更正", source: str = ""
) -> Any:
    """Append yearly figures in the units of their forms; the period is the calendar year."""
    start, end = datetime(year, 1, 1, tzinfo=LOCAL), datetime(year + 1, 1, 1, tzinfo=LOCAL)
    rows = [(key, start, end, value) for key, value in cells.items() if value is not None]
    return append(rows, sample=sample, reason=reason, source=source)


def file_months(year: int, readings: Mapping[str, Iterable[float | Missing | None]], **given: Any) -> Any:
    """Append monthly readings by ``<network>/<place>/<property>``, in mg/L (ions 1/cm3)."""
    rows = []
    for key, values in readings.items():
        for month, value in enumerate(values, start=1):
            start = datetime(year, month, 1, tzinfo=LOCAL)
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=LOCAL)
            if value is not None:
                rows.append((key, start, end, value))
    return append(rows, **given)


def file_hours(first: datetime, readings: Mapping[str, Iterable[float | None]], **given: Any) -> Any:
    """Append hourly readings from ``first`` on."""
    rows = []
    for key, values in readings.items():
        for number, value in enumerate(values):
            start = first + timedelta(hours=number)
            if value is not None:
                rows.append((key, start, start + timedelta(hours=1), value))
    return append(rows, **given)


def append(rows: list[Any], *, sample: bool = False, reason: str = "更正", source: str = "") -> Any:
    """Append rows (key, from, to, value or kind of absence)."""
    prefix = "sample/" if sample else ""
    ids = {key: series_id(prefix + key) for key, *_ in rows}
    there = set(Series.objects.filter(pk__in=ids.values()).values_list("pk", flat=True))
    for key, number in ids.items():
        if number not in there:
            _register(key, sample)
    columns: dict[str, list[Any]] = {name: [] for name in STAGED.names}
    for number, (key, start, end, value) in enumerate(rows, start=1):
        absent = isinstance(value, Missing)
        columns["series_id"].append(ids[key])
        columns["valid_from"].append(start.astimezone(UTC))
        columns["valid_to"].append(end.astimezone(UTC))
        columns["value"].append(None if absent else float(value))
        columns["missing"].append(value.value if absent else None)
        columns["quality"].append("good")
        columns["supplier"].append("市统计局")
        columns["source_row"].append(number)
        for name in ("censored", "censor_limit", "quality_reason", "note"):
            columns[name].append(None)
    return AppendObservations(
        pa.table(columns, schema=STAGED),
        author="tester",
        reason=reason,
        kind="return",
        source=source or "0" * 64,
        sample=sample,
        zone="jingdezhen",
    ).execute()


@cache
def _unit(form: str, cell: str) -> str:
    if form == "jingdezhen-stations-hourly":
        return "mg / m3" if cell == "co" else "ug / m3"
    if form == "negative-ions-monthly":
        return "count / cm3"
    if form.endswith("-monthly"):
        return "1" if cell == "ph" else "mg / litre"
    return form_cells("jingdezhen")[form][cell]


def _register(key: str, sample: bool) -> None:
    form, place, cell = key.split("/")
    observed, _ = ObservedProperty.objects.get_or_create(
        key=cell, defaults={"name_zh": cell, "name_en": cell}
    )
    Series(
        key=f"sample/{key}" if sample else key,
        property=observed,
        place=ensure_place("jingdezhen", place),
        network=form,
        unit=_unit(form, cell),
        statistic="figure",
        averaging="P1Y",
        sample=sample,
    ).save(force_insert=True)
