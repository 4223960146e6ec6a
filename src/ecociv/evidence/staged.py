"""What a staged batch must be before it is compared with what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecociv.core.missing import Missing
from ecociv.evidence.schema import STAGED, Quality
from ecociv.evidence.store import connection


class AppendRefused(ValueError):
    """A batch that cannot be taken: rows that are no observations, or of series that are not registered."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"The batch is refused: {text}. Nothing was written.")
        self.code = code


_FAULTS = {
    "value-not-finite": (
        "isnan(value) OR isinf(value) OR isnan(censor_limit) OR isinf(censor_limit)",
        "a value is a finite number, or missing with its kind",
    ),
    "period-empty": ("valid_from >= valid_to", "a period ends after it begins"),
    "one-statement": (
        "(value IS NOT NULL)::INT + (missing IS NOT NULL)::INT + (censored IS NOT NULL)::INT <> 1",
        "a row has exactly one of value, missing and censored",
    ),
    "limit": (
        "(censored IS NOT NULL) <> (censor_limit IS NOT NULL) OR censored NOT IN ('<', '>')",
        "censored is < or >, with its censor_limit",
    ),
    "missing": (
        f"missing NOT IN ({', '.join(repr(kind.value) for kind in Missing)})",
        "missing is one of the kinds of absence",
    ),
    "quality": (
        f"quality NOT IN ({', '.join(repr(kind.value) for kind in Quality)})",
        "quality is good or suspect",
    ),
}


def check_staged(staged: Path | pa.Table) -> None:
    """Refuse rows that are no observations.

    Raises
    ------
    AppendRefused
        Naming the rule, how many rows break it, and the first of them by ``source_row``.
    """
    names = staged.schema.names if isinstance(staged, pa.Table) else pq.read_schema(staged).names
    if missing := set(STAGED.names) - set(names):
        raise AppendRefused("columns", f"the columns {', '.join(sorted(missing))} are missing")
    any_fault = " OR ".join(f"coalesce({test}, false)" for test, _ in _FAULTS.values())
    if not _ask(staged, "SELECT count(*)", any_fault)[0][0]:
        return
    counts = ", ".join(
        f"count(*) FILTER ({test}), min(source_row) FILTER ({test})" for test, _ in _FAULTS.values()
    )
    (found,) = _ask(staged, f"SELECT {counts}")
    for position, (code, (_, rule)) in enumerate(_FAULTS.items()):
        count, first = found[2 * position : 2 * position + 2]
        if count:
            raise AppendRefused(code, f"{rule}; {count} rows are not so, the first is row {first}")


def series_of(staged: Path | pa.Table) -> list[int]:
    """Numbers of the series of a staged batch."""
    if isinstance(staged, pa.Table):
        return sorted(pc.unique(staged.column("series_id")).to_pylist())
    return [number for (number,) in _ask(staged, "SELECT DISTINCT series_id")]


def _ask(staged: Path | pa.Table, select: str, where: str = "true") -> list[Any]:
    with connection() as cursor:
        if isinstance(staged, pa.Table):
            cursor.register("staged_rows", staged)
            return cursor.execute(f"{select} FROM staged_rows WHERE {where}").fetchall()
        file = {"staged": str(staged)}
        return cursor.execute(f"{select} FROM read_parquet($staged) WHERE {where}", file).fetchall()
