"""Which values people took back to good: a run of quality control leaves these alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from ecociv.evidence.models import ImportRun
from ecociv.evidence.store import EvidenceStore


def decided_good(
    store: EvidenceStore, table: pa.Table, rows: Sequence[int], as_of: datetime | None
) -> list[int]:
    """Rows whose value was in doubt before and that a person took back to good unchanged: a decision that stands.

    The same value coming in again from a file or a station decides nothing.
    """
    revised = [row for row in rows if table.column("revision")[row].as_py() > 1]
    batches = {table.column("batch")[row].as_py() for row in revised}
    decided = ImportRun.objects.filter(pk__in=batches, kind=ImportRun.Kind.CORRECTION)
    by_people = {str(run) for run in decided.values_list("pk", flat=True)}
    revised = [row for row in revised if table.column("batch")[row].as_py() in by_people]
    if not revised:
        return []
    chosen = table.take(revised)
    begin = chosen.column("valid_from").to_pylist()
    history = store.observations(
        set(chosen.column("series_id").to_pylist()),
        start=min(begin),
        end=max(begin) + timedelta(seconds=1),
        as_of=as_of,
        all_revisions=True,
    )
    doubted = {
        (number, moment, value)
        for number, moment, value, quality in zip(
            *(history.column(name).to_pylist() for name in ("series_id", "valid_from", "value", "quality")),
            strict=True,
        )
        if quality == "suspect"
    }
    keys = zip(
        *(chosen.column(name).to_pylist() for name in ("series_id", "valid_from", "value")), strict=True
    )
    return [row for row, key in zip(revised, keys, strict=True) if key in doubted]
