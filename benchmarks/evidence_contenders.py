"""The contenders of ``evidence_store.py``: the store, plain DuckDB over Parquet, PostgreSQL with monthly partitions; and
the rows that all of them are given."""

from __future__ import annotations

import argparse
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

HOUR = 3_600_000_000
END = datetime(2017, 12, 31, 16, tzinfo=UTC)  # the end of 2017 by the clock of China
BATCH, BATCHES, WRITERS = 10_000, 8, 2
YEAR = (datetime(2016, 12, 31, 16, tzinfo=UTC), END)
SPACING = 4_611_686_018_427_387

# A day's mean is valid from 20 valid hours on (GB 3095-2012, table 4).
MEANS = """SELECT series_id, CAST((epoch_us(valid_from) + 28800000000) // 86400000000 AS INTEGER) AS day,
    avg(value) AS mean FROM ({rows}) WHERE quality = 'good' AND value IS NOT NULL
    GROUP BY ALL HAVING count(*) >= 20"""


def generate(path: Path, rows: int, series: int) -> None:
    """Hourly values of ``series`` series that end with 2017, hour after hour; 1 % missing, 1 % suspect."""
    hours = rows // series
    start = int(END.timestamp() * 1_000_000) - hours * HOUR
    duckdb.sql(
        f"""COPY (SELECT (i % {series})::BIGINT * {SPACING} AS series_id,
            make_timestamptz({start} + (i // {series}) * {HOUR}) AS valid_from,
            make_timestamptz({start} + (i // {series} + 1) * {HOUR}) AS valid_to,
            CASE WHEN hash(i) % 100 = 0 THEN NULL
                ELSE round(40 + 30 * sin(i * 0.00037) + (hash(i) % 1000) / 50.0, 1) END AS value,
            CASE WHEN hash(i) % 100 = 0 THEN 'missing' END AS missing, NULL::VARCHAR AS censored,
            NULL::DOUBLE AS censor_limit,
            CASE WHEN hash(i) % 100 = 1 THEN 'suspect' ELSE 'good' END AS quality,
            CASE WHEN hash(i) % 100 = 1 THEN 'flat-line' END AS quality_reason,
            '市环保局' AS supplier, NULL::VARCHAR AS note, (i % 2000000000)::INTEGER AS source_row
        FROM range({hours * series}) t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
    )


def batches(folder: Path, series: int) -> None:
    """What the writers add: hours after 2017, each writer its own, as Parquet and as text."""
    for writer in range(WRITERS):
        for number in range(BATCHES):
            first = (writer * BATCHES + number) * (BATCH // series)
            start = int(END.timestamp() * 1_000_000) + first * HOUR
            path = folder / f"batch-{writer}-{number}.parquet"
            duckdb.sql(
                f"""COPY (SELECT (i % {series})::BIGINT * {SPACING} AS series_id,
                make_timestamptz({start} + (i // {series}) * {HOUR}) AS valid_from,
                make_timestamptz({start} + (i // {series} + 1) * {HOUR}) AS valid_to, i * 0.5 AS value,
                NULL::VARCHAR AS missing, NULL::VARCHAR AS censored, NULL::DOUBLE AS censor_limit, 'good' AS quality,
                NULL::VARCHAR AS quality_reason, '市环保局' AS supplier, NULL::VARCHAR AS note, i::INTEGER AS source_row
                FROM range({BATCH}) t(i)) TO '{path}' (FORMAT parquet)"""
            )
            duckdb.sql(
                f"""COPY (SELECT series_id, valid_from, valid_to, value, missing, quality, quality_reason, supplier,
                1, now() FROM '{path}') TO '{path.with_suffix(".csv")}' (FORMAT csv, HEADER false)"""
            )


class Ours:
    """The store, through its actions, with SQLite for the records."""

    name = "ecociv"

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder = Path(options.folder)
        os.environ["ECOCIV_VAR"] = str(self.folder / "var")
        os.environ["DJANGO_SETTINGS_MODULE"] = "ecociv.server.settings"
        os.environ.pop("ECOCIV_DATABASE_URL", None)
        import django

        django.setup()
        import ecociv.evidence.actions as actions
        from ecociv.evidence.store import EvidenceStore

        self.series = options.series
        self.actions = actions  # imported before anything is measured
        self.store = EvidenceStore()

    def prepare(self) -> None:
        from unittest.mock import patch

        from django.core.management import call_command

        from ecociv.evidence.models import ObservedProperty, Place, Series

        call_command("migrate", verbosity=0)
        place = Place.objects.create(key="bench", kind="station", name_zh="测", name_en="Bench")
        observed = ObservedProperty.objects.create(key="bench", name_zh="测", name_en="Bench")
        for number in range(self.series):
            row = Series(key=f"bench/{number}", property=observed, place=place, network="bench", unit="1",
                         statistic="mean", averaging="PT1H")  # fmt: skip
            with patch("ecociv.evidence.models.series.series_id", return_value=number * SPACING):
                row.save(force_insert=True)

    def ingest(self, data: Path) -> None:
        self.append(data)

    def append(self, data: Path) -> None:
        self.actions.AppendObservations(
            data, author="benchmark", kind="bulk", source="0" * 64, sample=False, reason="benchmark"
        ).execute()

    def tidy(self) -> None:
        self.actions.CompactEvidence(retention=None).execute()

    def means(self) -> list[tuple[Any, ...]]:
        from ecociv.evidence.store.standing import standing

        where = "valid_from >= make_timestamptz($from) AND valid_from < make_timestamptz($to)"

        def statement(revised: bool) -> str:
            return f"SELECT count(*), sum(mean) FROM ({MEANS.format(rows=standing(where, revised=revised))})"

        bounds = {"from": int(YEAR[0].timestamp()) * 10**6, "to": int(YEAR[1].timestamp()) * 10**6}
        found = self.store.query(
            statement,
            bounds,
            start=YEAR[0],
            end=YEAR[1],
        )
        assert found is not None
        return [tuple(row.values()) for row in found.to_pylist()]

    def latest(self) -> int:
        from ecociv.evidence import latest

        latest.forget()
        return len(latest.latest([n * SPACING for n in range(self.series)], valid=True, store=self.store))

    def latest_again(self) -> int:
        from ecociv.evidence.latest import latest

        return len(latest([n * SPACING for n in range(self.series)], valid=True, store=self.store))

    def chart(self, number: int) -> int:
        start = END - timedelta(days=1)
        columns = ("valid_from", "valid_to", "value", "missing", "quality", "revision")
        return self.store.observations([number * SPACING], start=start, end=END, columns=columns).num_rows

    def verify(self) -> Any:
        from ecociv.evidence.seals.observations import verify_observations

        return verify_observations()


class PlainDuck:
    """Parquet files by month, sorted by series and time, written and read by DuckDB."""

    name = "DuckDB"

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder = Path(options.folder) / "duck"
        self.series = options.series
        self.base = duckdb.connect()
        self.base.execute("SET enable_progress_bar = false")
        self.base.execute("SET TimeZone = 'UTC'")
        self.base.execute(f"SET temp_directory = '{options.folder}/duck-tmp'")
        self.base.execute("SET memory_limit = '4GB'")

    def prepare(self) -> None:
        self.folder.mkdir(parents=True)

    def ingest(self, data: Path) -> None:
        months = self.base.sql(
            f"""SELECT DISTINCT strftime(d, '%Y-%m') FROM (SELECT DISTINCT
            date_trunc('day', valid_from::TIMESTAMP + INTERVAL 8 HOUR) AS d FROM '{data}') ORDER BY 1"""
        ).fetchall()
        for (month,) in months:
            after = f"{int(month[:4]) + int(month[5:]) // 12}-{int(month[5:]) % 12 + 1:02d}"
            (self.folder / f"month={month}").mkdir(exist_ok=True)
            self.base.execute(
                f"""COPY (SELECT *, now() AS recorded_at, 1 AS revision FROM '{data}'
                WHERE valid_from >= TIMESTAMPTZ '{month}-01 00:00:00+08'
                    AND valid_from < TIMESTAMPTZ '{after}-01 00:00:00+08'
                ORDER BY series_id, valid_from)
                TO '{self.folder}/month={month}/{uuid.uuid4()}.parquet' (FORMAT parquet, COMPRESSION zstd)"""
            )

    append = ingest

    def tidy(self) -> None:
        """Nothing: the benchmark's months have one file, as after compaction."""

    def _files(self, first: str, last: str) -> list[str]:
        return sorted(
            str(path)
            for path in self.folder.glob("month=*/*.parquet")
            if first <= path.parent.name[6:] <= last
        )

    def means(self) -> list[tuple[Any, ...]]:
        rows = f"SELECT * FROM read_parquet({self._files('2017-01', '2017-12')}, hive_partitioning = false)"
        return self.base.sql(f"SELECT count(*), sum(mean) FROM ({MEANS.format(rows=rows)})").fetchall()

    def latest(self) -> int:
        return len(
            self.base.sql(
                f"""SELECT series_id, max(epoch_us(valid_from)), arg_max(value, valid_from)
                FROM read_parquet({self._files("2017-12", "2017-12")}, hive_partitioning = false)
                WHERE valid_from >= TIMESTAMPTZ '2017-12-30 00:00:00+08' AND quality = 'good' AND value IS NOT NULL
                GROUP BY series_id"""
            ).fetchall()
        )

    def chart(self, number: int) -> int:
        return len(
            self.base.sql(
                f"""SELECT epoch_us(valid_from), value FROM read_parquet({self._files("2017-12", "2017-12")}, hive_partitioning = false)
                WHERE series_id = {number * SPACING} AND valid_from >= TIMESTAMPTZ '2017-12-31 00:00:00+08'
                ORDER BY valid_from"""
            ).fetchall()
        )


class Postgres:
    """Monthly partitions with an index by series, time and revision."""

    name = "PostgreSQL"

    def __init__(self, options: argparse.Namespace) -> None:
        import psycopg

        self.rows = options.postgres_rows or options.rows
        self.series = options.series
        self.folder = Path(options.folder)
        self.base = psycopg.connect(options.postgres, autocommit=True)
        self.base.execute("SET TimeZone = 'UTC'")

    def prepare(self) -> None:
        self.base.execute(
            """CREATE TABLE observation (series_id bigint NOT NULL, valid_from timestamptz NOT NULL,
            valid_to timestamptz NOT NULL, value double precision, missing text, quality text NOT NULL,
            quality_reason text, supplier text, revision integer NOT NULL, recorded_at timestamptz NOT NULL)
            PARTITION BY RANGE (valid_from)"""
        )

    def csv(self, data: Path) -> Path:
        """The rows as text for COPY; not measured."""
        target = self.folder / f"{data.stem}.csv"
        count = duckdb.sql(f"SELECT count(*) FROM '{data}'").fetchall()[0][0]
        duckdb.sql(
            f"""COPY (SELECT series_id, valid_from, valid_to, value, missing, quality, quality_reason, supplier,
            1 AS revision, now() AS recorded_at FROM '{data}' OFFSET {max(0, count - self.rows)})
            TO '{target}' (FORMAT csv, HEADER false)"""
        )
        return target

    def ingest(self, data: Path) -> None:
        hours = self.rows // self.series
        month = (END - timedelta(hours=hours) + timedelta(hours=8)).replace(day=1, hour=0, tzinfo=None)
        while month < datetime(2018, 3, 1):  # noqa: DTZ001 - the clock of China
            after = (month + timedelta(days=32)).replace(day=1)
            name = f"observation_{month:%Y_%m}"
            self.base.execute(
                f"CREATE TABLE {name} PARTITION OF observation FOR VALUES FROM ('{month}+08') TO ('{after}+08')"
            )
            month = after
        self.copy(data)
        self.base.execute("CREATE INDEX ON observation (series_id, valid_from DESC, revision DESC)")
        self.base.execute("ANALYZE observation")

    def copy(self, file: Path) -> None:
        statement = "COPY observation FROM STDIN (FORMAT csv)"
        with self.base.cursor() as cursor, cursor.copy(statement) as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)

    append = copy

    def tidy(self) -> None:
        self.base.execute("VACUUM ANALYZE observation")

    def means(self) -> list[tuple[Any, ...]]:
        return self.base.execute(
            """SELECT count(*), sum(mean) FROM (SELECT series_id, (valid_from AT TIME ZONE 'Asia/Shanghai')::date AS day,
            avg(value) AS mean FROM observation
            WHERE valid_from >= %s AND valid_from < %s AND quality = 'good' AND value IS NOT NULL
            GROUP BY 1, 2 HAVING count(*) >= 20) AS days""",
            YEAR,
        ).fetchall()

    def latest(self) -> int:
        return len(
            self.base.execute(
                """SELECT s.id, o.* FROM unnest(%s::bigint[]) AS s(id) CROSS JOIN LATERAL (
                SELECT valid_from, value FROM observation WHERE series_id = s.id AND valid_from >= %s
                AND quality = 'good' AND value IS NOT NULL ORDER BY valid_from DESC LIMIT 1) AS o""",
                ([n * SPACING for n in range(self.series)], END - timedelta(days=2)),
            ).fetchall()
        )

    def chart(self, number: int) -> int:
        return len(
            self.base.execute(
                """SELECT valid_from, value FROM observation WHERE series_id = %s AND valid_from >= %s
                AND valid_from < %s ORDER BY valid_from""",
                (number * SPACING, END - timedelta(days=1), END),
            ).fetchall()
        )


CONTENDERS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "ecociv": Ours, "DuckDB": PlainDuck, "PostgreSQL": Postgres,
}  # fmt: skip
