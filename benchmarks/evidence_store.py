"""The observation store against plain DuckDB over Parquet and against PostgreSQL with monthly partitions, in one run.

    python benchmarks/evidence_store.py [--rows 2000000] [--series 2000] [--postgres URL] [--postgres-rows N] [--folder DIR]

Five measures: bulk ingest; batches of 10,000 rows from several writers while readers read; a year of daily means with
validity rules; the newest value of every series; a chart of 24 hours of one series. What is compared is each at its own
strength: DuckDB keeps no revisions, locks nothing and proves nothing; PostgreSQL has monthly partitions, filled by COPY
before its index is made, with an index that fits the questions. Each contender runs in a process of its own, whose peak
memory is told (of PostgreSQL only the client's). Everything is made in a folder and a database that are thrown away.

``--postgres-rows`` gives PostgreSQL only the last so many rows (at least a year of hours is needed for the same
answers); times of ingest are then told per row.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

HOUR = 3_600_000_000
END = datetime(2017, 12, 31, 16, tzinfo=UTC)  # the end of 2017 by the clock of China
BATCH, BATCHES, WRITERS, ROUNDS = 10_000, 8, 2, 3
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


# -- contenders --------------------------------------------------------------------------------------------


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


# -- measures ----------------------------------------------------------------------------------------------


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def several(work: Callable[[int], Any], times: int = 15) -> float:
    """The best of several calls after a first one, in seconds: others work on the machine too."""
    work(0)
    return min(timed(lambda n=n: work(n))[0] for n in range(1, times + 1))


def measure(name: str, part: str, options: argparse.Namespace, answers: Any) -> None:
    """Run one part of one contender in this process and put the figures into the queue."""
    contender = CONTENDERS[name](options)
    data = Path(options.folder) / "data.parquet"
    found: dict[str, Any] = {}
    if part == "ingest":
        contender.prepare()
        source = contender.csv(data) if name == "PostgreSQL" else data
        if name == "PostgreSQL":
            copied = Path(source)
        found["ingest"], _ = timed(lambda: contender.ingest(source))
        if name == "PostgreSQL":
            copied.unlink()
        found["tidy"], _ = timed(contender.tidy)
    elif part == "writer":
        found["begin"] = time.time()
        for number in range(BATCHES):
            contender.append(Path(options.folder) / f"batch-{options.writer}-{number}{_ending(name)}")
        found["end"] = time.time()
    elif part == "reader":
        took: list[float] = []
        stop = time.monotonic() + options.seconds
        while time.monotonic() < stop or not took:
            took.append(timed(lambda: contender.chart(7))[0])
        found["read"] = statistics.median(took)
        found["reads"] = len(took)
    else:
        found["means"], found["answer"] = timed(contender.means)
        again, _ = timed(contender.means)
        found["means"] = min(found["means"], again)
        found["latest"] = several(lambda _: contender.latest())
        found["latest_rows"] = contender.latest()
        found["chart"] = several(lambda n: contender.chart(n * 13 % options.series), 50)
        found["chart_rows"] = contender.chart(5)
        if name == "ecociv":
            found["verify"], broken = timed(contender.verify)
            assert broken is None, broken
    found["part"] = part
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers.put(found)


def _ending(name: str) -> str:
    return ".csv" if name == "PostgreSQL" else ".parquet"


def in_process(name: str, part: str, options: argparse.Namespace) -> dict[str, Any]:
    answers: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=measure, args=(name, part, options, answers))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{name} could not {part}; the reason stands above.")
    found: dict[str, Any] = answers.get()
    return found


def side_by_side(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Writers of 10,000-row batches, while a reader draws charts; rows a second and the reader's median."""
    answers: Any = multiprocessing.Queue()
    running = []
    for writer in range(WRITERS):
        mine = argparse.Namespace(**vars(options), writer=writer)
        running.append(multiprocessing.Process(target=measure, args=(name, "writer", mine, answers)))
    mine = argparse.Namespace(**vars(options), seconds=3)
    running.append(multiprocessing.Process(target=measure, args=(name, "reader", mine, answers)))
    for process in running:
        process.start()
    found = [answers.get() for _ in running]
    for process in running[:WRITERS]:
        process.join()
    reader = next(item for item in found if "read" in item)
    running[-1].join()
    writers = [item for item in found if "begin" in item]
    writing = max(item["end"] for item in writers) - min(item["begin"] for item in writers)
    return {"writing": writing, "read": reader["read"], "reads": reader["reads"]}


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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--series", type=int, default=2_000)
    parser.add_argument("--postgres", default="", help="address of a server on which a database may be made")
    parser.add_argument("--postgres-rows", type=int, default=0)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    options.folder = tempfile.mkdtemp(prefix="evidence-benchmark-", dir=options.folder)
    server, database = options.postgres, f"evidence_benchmark_{os.getpid()}"
    try:
        if server:
            _database(server, f"CREATE DATABASE {database}")
            options.postgres = f"{server.rstrip('/')}/{database}"
        generate(Path(options.folder) / "data.parquet", options.rows, options.series)
        batches(Path(options.folder), options.series)
        results = _run([name for name in CONTENDERS if name != "PostgreSQL" or server], options)
        _tell(results, options)
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)
        if server:
            _database(server, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _run(names: list[str], options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """All contenders: filled one after the other, then read in turns, the best of the rounds counting."""
    results: dict[str, dict[str, Any]] = {}
    for name in names:
        results[name] = in_process(name, "ingest", options)
        results[name]["ingest_memory"] = results[name]["memory"]
    for _ in range(ROUNDS):
        for name in names:
            found = in_process(name, "read", options)
            for key in ("means", "latest", "chart", "verify"):
                if key in found:
                    found[key] = min(found[key], results[name].get(key, found[key]))
            results[name] |= found
    for name in names:
        results[name] |= side_by_side(name, options)
        print(name, results[name], flush=True)
    return results


def _tell(results: dict[str, dict[str, Any]], options: argparse.Namespace) -> None:
    rows = dict.fromkeys(results, options.rows)
    if options.postgres_rows:
        rows["PostgreSQL"] = options.postgres_rows
    lines = {
        "bulk ingest, s per million rows": lambda n, r: r["ingest"] / rows[n] * 1e6,
        f"{WRITERS} writers of 10,000-row batches beside a reader, s": lambda n, r: r["writing"],
        "... and the reader's chart meanwhile, ms": lambda n, r: r["read"] * 1000,
        "a year of daily means, s": lambda n, r: r["means"],
        f"newest value of {options.series} series, ms": lambda n, r: r["latest"] * 1000,
        "24 hours of one series, ms": lambda n, r: r["chart"] * 1000,
        "peak memory of ingest, MB": lambda n, r: r["ingest_memory"],
        "peak memory of reading, MB": lambda n, r: r["memory"],
    }
    print(
        f"\n{options.rows} rows of {options.series} series, PostgreSQL with {rows.get('PostgreSQL', 0)} rows\n"
    )
    print("| | " + " | ".join(results) + " | ecociv / best |\n|---|" + "---:|" * (len(results) + 1))
    for title, figure in lines.items():
        figures = {name: figure(name, result) for name, result in results.items()}
        best = min(value for name, value in figures.items() if name != "ecociv")
        ratio = f"{figures['ecociv'] / best:.2f}"
        print(f"| {title} | " + " | ".join(f"{value:.3g}" for value in figures.values()) + f" | {ratio} |")
    print(f"\nProof of the chain (`ecociv evidence verify`): {results['ecociv']['verify']:.1f} s")


def _database(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as base:
        base.execute(statement)


if __name__ == "__main__":
    main()
