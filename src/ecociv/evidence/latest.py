"""The newest value of each of many series, and how many values are missing of late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
from django.core.cache import cache

from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.evidence.models import Series
from ecociv.evidence.schema import Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.moments import microseconds

GAP_DAYS = 30
_READ = "read_parquet($files, hive_partitioning = false)"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest statement about a series: a value, a limit (``censored``), or why there is none."""

    series_id: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    value: float | None
    missing: Missing | None
    censored: str | None
    censor_limit: float | None
    quality: Quality
    recorded_at: dt.datetime


def latest(
    series_ids: Iterable[int], *, as_of: dt.datetime | None = None, store: EvidenceStore | None = None
) -> dict[int, Latest]:
    """The newest period of each series, by its number; series without any are absent.

    The time of the newest period is looked for in two columns of the table alone; the whole rows are then read for
    these periods only. The answer is kept while the table does not change.
    """
    table = store or EvidenceStore()
    wanted = sorted(set(series_ids))
    if not wanted or not table.exists():
        return {}
    key = _cache_key("latest", table, wanted, as_of)
    if (known := cache.get(key)) is not None:
        return known  # type: ignore[no-any-return]
    parameters: dict[str, Any] = {"ids": wanted}
    condition = "series_id IN (SELECT unnest($ids))"
    if as_of is not None:
        parameters["as_of"] = microseconds(as_of)
        condition += " AND recorded_at <= make_timestamptz($as_of)"
    names = ", ".join(f"r.{name}" for name in Latest.__dataclass_fields__)
    rows = table.query(
        f"""
        WITH newest AS (SELECT series_id, max(valid_from) AS valid_from FROM {_READ} WHERE {condition} GROUP BY ALL)
        SELECT {names} FROM {_READ} r JOIN newest USING (series_id, valid_from) WHERE {condition}
        QUALIFY row_number() OVER (PARTITION BY series_id ORDER BY r.valid_to DESC, r.revision DESC) = 1
        """,
        parameters,
    )
    found = {} if rows is None else {row["series_id"]: _latest(row) for row in rows.to_pylist()}
    cache.set(key, found, _SECONDS)
    return found


def _latest(row: dict[str, Any]) -> Latest:
    missing = Missing(row["missing"]) if row["missing"] else None
    return Latest(**{**row, "missing": missing, "quality": Quality(row["quality"])})


def gap_shares(
    series: Iterable[Series],
    ends: Mapping[str, dt.datetime],
    *,
    as_of: dt.datetime | None = None,
    store: EvidenceStore | None = None,
) -> dict[int, float]:
    """Share of the periods without a usable value in the last 30 days of each network, by the series' number.

    Parameters
    ----------
    series
        The series; only those of hours and days have a number of periods to expect and are answered.
    ends
        Where the last 30 days of each network end: the end of its newest period, so that a station that fell silent
        before its neighbours shows it.
    """
    table = store or EvidenceStore()
    found: dict[int, float] = {}
    by_network: dict[str, list[Series]] = {}
    for each in series:
        if periods_a_day(each.averaging) is not None and network_of(each) in ends:
            by_network.setdefault(network_of(each), []).append(each)
    for network, members in by_network.items():
        end = ends[network]
        rows = table.observations(
            [each.pk for each in members], start=end - dt.timedelta(days=GAP_DAYS), end=end, as_of=as_of
        )
        usable = rows.filter(
            pc.and_(
                pc.or_(pc.is_valid(rows.column("value")), pc.is_valid(rows.column("censored"))),
                pc.equal(rows.column("quality"), Quality.GOOD.value),
            )
        )
        counted = usable.group_by("series_id").aggregate([("valid_from", "count")]).to_pylist()
        present = {row["series_id"]: row["valid_from_count"] for row in counted}
        for each in members:
            expected = GAP_DAYS * (periods_a_day(each.averaging) or 1)
            found[each.pk] = max(0.0, 1 - present.get(each.pk, 0) / expected)
    return found


def periods_a_day(averaging: str) -> int | None:
    """How many periods a day has: 24 for ``PT1H``, 1 for ``P1D``; none where there is no such number.

    >>> periods_a_day("PT1H"), periods_a_day("P1D"), periods_a_day("P1M"), periods_a_day("PT8H")
    (24, 1, None, None)
    """
    if averaging == "P1D":
        return 1
    return 24 if averaging == "PT1H" else None


def network_of(series: Series) -> str:
    """The network with its kind of data: sample and real readings of one network end on different days."""
    return f"{'sample/' if series.sample else ''}{series.network}"


def _cache_key(name: str, table: EvidenceStore, ids: list[int], as_of: dt.datetime | None) -> str:
    about = {"uri": table.uri, "version": table.version(), "ids": ids, "as_of": as_of}
    return f"ecociv:{name}:{digest_of_json(about)}"
