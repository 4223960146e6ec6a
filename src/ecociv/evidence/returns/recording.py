"""Writing the figures of accepted revisions to the observation table, through the one door of all observations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

import pyarrow as pa

from ecociv.core.missing import Missing
from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.models import DepartmentalReturn, ObservedProperty, ReturnRevision, Series
from ecociv.evidence.registry import SeriesConflict, ensure_place
from ecociv.evidence.returns.cells import entries_from_json
from ecociv.evidence.returns.forms import Form
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.schema import STAGED, Quality, series_id
from ecociv.evidence.store import EvidenceStore


@dataclass(frozen=True, slots=True)
class Accepted:
    """A revision whose figures go to the table."""

    form: Form
    of: DepartmentalReturn
    revision: ReturnRevision


def record(
    accepted: Sequence[Accepted],
    *,
    author: Any,
    reason: str,
    source: str,
    store: EvidenceStore | None = None,
) -> UUID:
    """Write the figures in one batch; what is already on record with the same figure makes no new revision.

    Writing the same revisions again writes nothing, so a step that was cut off can be taken again.

    Parameters
    ----------
    accepted
        Revisions of one zone, all sample or none.
    source
        Digest of what was accepted; it names the batch.

    Raises
    ------
    SeriesConflict
        When a cell would feed an existing series in another unit or over another period.
    """
    first = accepted[0]
    ensure_return_series(accepted)
    appended = AppendObservations(
        staged(accepted),
        author=author,
        kind="return",
        source=source,
        sample=first.of.sample,
        reason=reason,
        zone=first.of.zone,
        load_key=source,
        label=str(first.of),
        mapping=first.form.key if len({each.form.key for each in accepted}) == 1 else "",
        mapping_digest=first.form.digest,
        store=store,
    ).execute()
    return appended.run.pk


def staged(accepted: Iterable[Accepted]) -> pa.Table:
    """The figures of revisions as rows of ``schema.STAGED``; the row number counts the cells through the batch."""
    columns: list[list[Any]] = [[] for _ in STAGED]
    row = 0
    for each in accepted:
        period = ReturnPeriod.parse(each.of.period)
        bounds = (period.valid_from.astimezone(UTC), period.valid_to.astimezone(UTC))
        for key, entry in entries_from_json(each.revision.cells).items():
            row += 1
            absent = entry.value if isinstance(entry.value, Missing) else None
            content = (
                None if absent else float(entry.value),
                absent.value if absent else None,
                None,
                None,
                Quality.GOOD.value,
                None,
                each.revision.body_name,
                entry.remark or None,
            )
            number = series_id(each.form.series_key(each.of.place, key, sample=each.of.sample))
            for column, value in zip(columns, (number, *bounds, *content, row), strict=True):
                column.append(value)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, STAGED, strict=True)]
    return pa.table(arrays, schema=STAGED)


def ensure_return_series(accepted: Iterable[Accepted]) -> None:
    """Make the series that the cells feed, where they are new.

    Raises
    ------
    SeriesConflict
        When one is there with another unit or another period.
    """
    wanted: dict[str, tuple[Accepted, str]] = {}
    for each in accepted:
        for key in each.revision.cells:
            wanted.setdefault(each.form.series_key(each.of.place, key, sample=each.of.sample), (each, key))
    known = {series.key: series for series in Series.objects.filter(key__in=list(wanted))}
    properties = dict(ObservedProperty.objects.values_list("key", "pk"))
    places: dict[str, int] = {}
    fresh = []
    for name, (each, key) in wanted.items():
        cell, averaging = each.form.cell(key), ReturnPeriod.parse(each.of.period).averaging
        if (series := known.get(name)) is not None:
            if (series.unit, series.averaging) != (cell.unit, averaging):
                raise SeriesConflict(
                    f"Series {name} holds figures in {series.unit} over {series.averaging}; form {each.form.key} gives "
                    f"{cell.unit} over {averaging}. Give the cell another key, so that it becomes a series of its own."
                )
            continue
        if key not in properties:
            made, _ = ObservedProperty.objects.get_or_create(
                key=key, defaults={"name_zh": cell.name.zh, "name_en": cell.name.en}
            )
            properties[key] = made.pk
        if each.of.place not in places:
            places[each.of.place] = ensure_place(each.of.zone, each.of.place).pk
        fresh.append(
            Series(
                id=series_id(name),
                key=name,
                property_id=properties[key],
                place_id=places[each.of.place],
                network=each.form.key,
                unit=cell.unit,
                statistic="figure",
                averaging=averaging,
                organisation=each.revision.body_name[:128],
                note_zh=cell.note.zh if cell.note else "",
                note_en=cell.note.en if cell.note else "",
                sample=each.of.sample,
            )
        )
    Series.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
