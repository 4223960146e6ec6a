"""What a staged batch must be before it is compared with what is known."""

from __future__ import annotations

from pathlib import Path

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


def check_staged(staged: Path) -> None:
    """Refuse rows that are no observations.

    Raises
    ------
    AppendRefused
        Naming the rule, how many rows break it, and the first of them by ``source_row``.
    """
    if missing := set(STAGED.names) - set(pq.read_schema(staged).names):
        raise AppendRefused("columns", f"the columns {', '.join(sorted(missing))} are missing")
    counts = ", ".join(
        f"count(*) FILTER ({test}), min(source_row) FILTER ({test})" for test, _ in _FAULTS.values()
    )
    with connection() as cursor:
        (found,) = cursor.execute(
            f"SELECT {counts} FROM read_parquet($staged)", {"staged": str(staged)}
        ).fetchall()
    for position, (code, (_, rule)) in enumerate(_FAULTS.items()):
        count, first = found[2 * position : 2 * position + 2]
        if count:
            raise AppendRefused(code, f"{rule}; {count} rows are not so, the first is row {first}")


def series_of(staged: Path) -> list[int]:
    """Numbers of the series of a staged batch."""
    with connection() as cursor:
        return [
            number
            for (number,) in cursor.execute(
                "SELECT DISTINCT series_id FROM read_parquet($staged) ORDER BY 1", {"staged": str(staged)}
            ).fetchall()
        ]
