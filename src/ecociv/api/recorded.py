"""Observations out of the table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from ecociv.api.reach import Key, Period, Reach, Seen, instant, microseconds
from ecociv.evidence.store import EvidenceStore, connection
from ecociv.evidence.store.stretches import portion

_COLUMNS = (
    "series_id",
    "valid_from",
    "valid_to",
    "revision",
    "recorded_at",
    "value",
    "missing",
    "censored",
    "censor_limit",
    "quality",
    "quality_reason",
    "supplier",
    "note",
)


def _where(reach: Reach, ids: list[int]) -> tuple[str, dict[str, Any]]:
    where = ["series_id IN (SELECT unnest($ids))"]
    parameters: dict[str, Any] = {"ids": ids}
    for name, moment, test in (
        ("start", reach.start, "valid_from >= make_timestamptz($start)"),
        ("end", reach.end, "valid_from < make_timestamptz($end)"),
        ("as_of", reach.as_of, "recorded_at <= make_timestamptz($as_of)"),
    ):
        if moment is not None:
            parameters[name] = microseconds(moment.astimezone(UTC))
            where.append(test)
    return " AND ".join(where), parameters


def table_rows(
    reach: Reach, ids: list[int], after: Key | None, limit: int, store: EvidenceStore
) -> list[Seen]:
    """The first ``limit`` rows of some series after a key, in the order asked for; no file is read before its turn."""
    start, end = reach.start, reach.end
    if after is not None:
        here = instant(after[0])
        if reach.descending:
            end = min(end, here + timedelta(microseconds=1)) if end else here + timedelta(microseconds=1)
        else:
            start = max(start, here) if start else here
    for again in (True, False):
        try:
            rows: list[Seen] = []
            left = store.stretches(ids, start, end)
            if reach.descending:
                left.reverse()
            spare = 1  # where few of the rows are of these series, ever more files are taken at once
            while left and len(rows) < limit:
                taken = portion(left, spare * (limit - len(rows)))
                files = [path for stretch in left[:taken] for path in stretch.paths]
                rows += _read(reach, ids, after, limit - len(rows), files, start, end)
                left, spare = left[taken:], spare * 2
            return rows
        except duckdb.IOException:  # a compaction took a file away between the list and the reading
            if not again:
                raise
    return []


def count_rows(reach: Reach, ids: list[int], store: EvidenceStore) -> int:
    """How many rows there are in the table: periods, or all revisions."""
    if not ids:
        return 0
    where, parameters = _where(reach, ids)
    columns = "*" if reach.all_revisions else "DISTINCT (series_id, valid_from, valid_to)"
    found = store.query(
        f"SELECT count({columns}) AS rows FROM read_parquet($files, hive_partitioning = false) WHERE {where}",
        parameters,
        start=reach.start,
        end=reach.end,
        series=(min(ids), max(ids)),
    )
    return 0 if found is None else int(found.column("rows")[0].as_py())


def _read(
    reach: Reach,
    ids: list[int],
    after: Key | None,
    limit: int,
    files: list[str],
    start: datetime | None,
    end: datetime | None,
) -> list[Seen]:
    where, parameters = _where(Reach(reach.series, start, end, reach.as_of), ids)
    far = _far_enough(where, parameters, reach.descending, after, limit, files)
    if far is not None:
        where += f" AND valid_from {'>=' if reach.descending else '<='} make_timestamptz($far)"
        parameters["far"] = far
    latest = (
        ""
        if reach.all_revisions
        else "QUALIFY row_number() OVER (PARTITION BY series_id, valid_from, valid_to "
        "ORDER BY revision DESC, recorded_at DESC) = 1"
    )
    direction = "DESC" if reach.descending else "ASC"
    beyond = ""
    if after is not None:
        parts = ["epoch_us(valid_from)", "series_id", "epoch_us(valid_to)"]
        marks = ["$k0", "$k1", "$k2"]
        parameters |= {"k0": after[0], "k1": after[1], "k2": after[2]}
        if reach.all_revisions:
            parts.append("revision")
            marks.append("$k3")
            parameters["k3"] = after[3]
        sign = "<" if reach.descending else ">"
        beyond = f"WHERE ({', '.join(parts)}) {sign} ({', '.join(marks)})"
    columns = ", ".join(_COLUMNS)
    sql = (
        f"SELECT {columns} FROM (SELECT {columns} FROM read_parquet($files, hive_partitioning = false) "
        f"WHERE {where} {latest}) {beyond} "
        f"ORDER BY valid_from {direction}, series_id {direction}, valid_to {direction}, revision {direction} "
        f"LIMIT {int(limit)}"
    )
    return _seen(sql, {**parameters, "files": files})


def _far_enough(
    where: str, parameters: dict[str, Any], descending: bool, after: Key | None, limit: int, files: list[str]
) -> int | None:
    """The moment up to which ``limit`` periods begin, in microseconds; none where the files hold fewer.

    Every period has one first revision. Looking for these reads three columns, so that the newest revisions are made
    out among the rows of a page and not among those of a month.
    """
    beyond = ""
    if after is not None:
        sign = "<" if descending else ">"
        beyond = f"AND (epoch_us(valid_from), series_id, epoch_us(valid_to)) {sign} ($k0, $k1, $k2)"
        parameters = {**parameters, "k0": after[0], "k1": after[1], "k2": after[2]}
    far, order = ("min", "DESC") if descending else ("max", "ASC")
    found = (
        connection()
        .sql(
            f"SELECT count(*), epoch_us({far}(valid_from)) FROM (SELECT valid_from FROM "
            f"read_parquet($files, hive_partitioning = false) WHERE {where} AND revision = 1 {beyond} "
            f"ORDER BY valid_from {order} LIMIT {int(limit)})",
            params={**parameters, "files": files},
        )
        .fetchall()
    )
    held, moment = found[0]
    return int(moment) if held == limit else None


def _seen(sql: str, parameters: dict[str, Any]) -> list[Seen]:
    table = connection().sql(sql, params=parameters).to_arrow_table()
    return [
        Seen(
            **{
                **row,
                "valid_from": _utc(row["valid_from"]),
                "valid_to": _utc(row["valid_to"]),
                "recorded_at": _utc(row["recorded_at"]),
            }
        )
        for row in table.to_pylist()
    ]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def known(periods: Iterable[Period], reach: Reach, store: EvidenceStore) -> dict[Period, list[Seen]]:
    """Revisions in the table of given periods, oldest first."""
    wanted = sorted(set(periods))
    if not wanted:
        return {}
    begins = sorted({begin for _, begin, _ in wanted})
    series = (wanted[0][0], wanted[-1][0])
    files: set[str] = set()
    for month in sorted({(begin.year, begin.month) for begin in begins}):
        inside = [begin for begin in begins if (begin.year, begin.month) == month]
        files.update(store.files(inside[0], inside[-1] + timedelta(microseconds=1), series=series))
    if not files:
        return {}
    parameters: dict[str, Any] = {
        "files": sorted(files),
        "s": [series for series, _, _ in wanted],
        "f": [microseconds(begin) for _, begin, _ in wanted],
        "t": [microseconds(end) for _, _, end in wanted],
    }
    known_by = ""
    if reach.as_of is not None:
        known_by = "AND recorded_at <= make_timestamptz($as_of)"
        parameters["as_of"] = microseconds(reach.as_of.astimezone(UTC))
    rows = _seen(
        f"SELECT {', '.join(_COLUMNS)} FROM read_parquet($files, hive_partitioning = false) "
        "WHERE (series_id, epoch_us(valid_from), epoch_us(valid_to)) IN (SELECT unnest($s), unnest($f), unnest($t)) "
        f"{known_by} ORDER BY revision",
        parameters,
    )
    found: dict[Period, list[Seen]] = {}
    for row in rows:
        found.setdefault((row.series_id, row.valid_from, row.valid_to), []).append(row)
    return found
