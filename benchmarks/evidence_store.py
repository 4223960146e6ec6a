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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evidence_contenders import BATCHES, CONTENDERS, WRITERS, batches, generate

ROUNDS = 3


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
        if name == "ecociv":
            found["latest_again"] = several(lambda _: contender.latest_again())
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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--series", type=int, default=2_000)
    parser.add_argument("--postgres", default="", help="address of a server on which a database may be made")
    parser.add_argument("--postgres-rows", type=int, default=0)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="how often the questions are asked in turns"
    )
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
    for turn in range(options.rounds):
        for name in names if turn % 2 == 0 else names[::-1]:
            found = in_process(name, "read", options)
            for key in ("means", "latest", "latest_again", "chart", "verify"):
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
    again = results["ecociv"]["latest_again"] * 1000
    print(f"\nNewest values asked again while the files are the same: {again:.3g} ms")
    print(f"Proof of the chain (`ecociv evidence verify`): {results['ecociv']['verify']:.1f} s")


def _database(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as base:
        base.execute(statement)


if __name__ == "__main__":
    main()
