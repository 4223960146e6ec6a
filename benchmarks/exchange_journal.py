"""Durable orders a second of the exchange by number of clients, against what the disk can synchronise; and recovery.

    python benchmarks/exchange_journal.py [--seconds 6] [--recover 1000000] [--postgresql postgresql://...]

Every order is on the disk, with its outcome and all projected rows, before its client is answered. Clients are threads of
one process that each send the next order when the last is answered. In the same run: how often a second a page appended to
a file of the same disk is synchronised (``fsync``), and the same clients with one order in each transaction. Recovery is
that of a journal without projections, from its first entry and from a snapshot near its end.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

CLIENTS = (1, 16, 200)
ACCOUNTS = 50
DAY = "2017-06-21"


def fsync_rate(folder: Path, seconds: float = 2.0) -> float:
    """Pages of 4 KB appended and synchronised in a second."""
    file = os.open(folder / "fsync.bin", os.O_WRONLY | os.O_CREAT)
    page, done, began = b"x" * 4096, 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        os.write(file, page)
        os.fsync(file)
        done += 1
    spent = time.perf_counter() - began
    os.close(file)
    return done / spent


def setting_up() -> list[dict[str, Any]]:
    """A market and its participants, with more money and units than they can use."""
    rules = {
        "market": "so2", "instrument": "so2", "label_zh": "SO2", "label_en": "SO2", "quote": 1000, "lot": 100,
        "tick": 100, "years": 5, "band": 1000, "reference": 38_900, "fee": {"rate": 1000, "minimum": 100},
    }  # fmt: skip
    made: list[dict[str, Any]] = [{"kind": "open-market", "rules": rules, "document": "benchmark"}]
    for number in range(ACCOUNTS):
        key = f"A{number}"
        line = {"line": "make", "series": ["so2", 0, ""], "quantity": 10**9, "account": key}
        made += [
            {"kind": "open-account", "account": key, "name": key, "document": "benchmark"},
            {"kind": "deposit", "account": key, "amount": 10**14, "document": "benchmark"},
            {"kind": "movement", "movement": {"kind": "issue", "document": "benchmark", "lines": [line]}},
        ]
    return [*made, {"kind": "open-session", "market": "so2", "day": DAY}]


def orders(seed: int) -> Iterator[dict[str, Any]]:
    """Orders without end: two in three meet another sooner or later."""
    chance = Random(seed)
    while True:
        yield {
            "kind": "order",
            "account": f"A{chance.randrange(ACCOUNTS)}",
            "market": "so2",
            "side": "buy" if chance.random() < 0.5 else "sell",
            "price": 38_900 + 100 * chance.randrange(-20, 21),
            "quantity": 100 * chance.randrange(1, 20),
        }


class NoTables:
    """Projects nothing."""

    def write(self, venue: str, changes: Any) -> None:
        """Nothing."""

    def clear(self, venue: str) -> None:
        """Nothing."""


def opened(venue: str, projector: Any, **more: Any) -> Any:
    """A journal with a market open."""
    from ecociv.exchange.engine.engine import Engine
    from ecociv.exchange.journal.commit import Journal
    from ecociv.exchange.journal.sending import Sending

    journal = Journal(venue, Engine, projector, **more)
    sent = [Sending(command, f"setup {number}") for number, command in enumerate(setting_up())]
    for receipt in journal.submit_all(sent):
        assert receipt.outcome["ok"], receipt
    return journal


def load(venue: str, clients: int, seconds: float, largest_batch: int = 1_000) -> dict[str, float]:
    """Let clients send for some seconds."""
    from django.db import connection

    from ecociv.exchange.journal import commit
    from ecociv.exchange.projections.projector import TableProjector

    journal = opened(venue, TableProjector())
    journal._largest_batch = largest_batch
    commits = [0]
    true = commit.write_rows

    def counted(*given: Any) -> None:
        commits[0] += 1
        true(*given)

    commit.write_rows = counted
    waited: list[float] = []
    ready = threading.Barrier(clients + 1)
    ends = float("inf")

    def client(number: int) -> None:
        mine, flow = [], orders(number)
        ready.wait()
        for step in count():
            begun = time.perf_counter()
            if begun > ends:
                break
            journal.submit(next(flow), key=f"{number}/{step}")
            mine.append(time.perf_counter() - begun)
        waited.extend(mine)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    begun, used = time.perf_counter(), time.process_time()
    ends = begun + seconds
    ready.wait()
    for thread in threads:
        thread.join()
    spent, used = time.perf_counter() - begun, time.process_time() - used
    commit.write_rows = true
    waited.sort()
    return {
        "orders": len(waited) / spent,
        "p50": waited[len(waited) // 2] * 1000,
        "p99": waited[len(waited) * 99 // 100] * 1000,
        "commits": commits[0] / spent,
        "processor": used / len(waited) * 1e6,
    }


def recovery(venue: str, wanted: int) -> None:
    """Write a long journal, then bring up a replica from nothing and from a snapshot."""
    from ecociv.exchange.engine.engine import Engine
    from ecociv.exchange.journal.replica import recover
    from ecociv.exchange.journal.sending import Sending

    journal = opened(venue, NoTables(), snapshot_every=10**12)
    flow, begun = orders(1), time.perf_counter()
    for first in range(0, wanted, 1_000):
        journal.submit_all([Sending(next(flow), f"r{first + place}") for place in range(1_000)])
    written = time.perf_counter() - begun
    expected = journal.look(lambda engine: engine.digest())
    begun, used = time.perf_counter(), time.process_time()
    replica = recover(venue, Engine)
    spent, used = time.perf_counter() - begun, time.process_time() - used
    assert replica.machine.digest() == expected
    print(
        f"  {replica.sequence:,} entries (written in {written:,.0f} s): from the first entry {spent:,.1f} s, "
        f"{replica.sequence / spent:,.0f} entries a second, {used:,.1f} s of processor time"
    )
    journal.snapshot()
    tail = wanted // 50
    for first in range(0, tail, 1_000):
        journal.submit_all([Sending(next(flow), f"t{first + place}") for place in range(min(1_000, tail - first))])
    expected = journal.look(lambda engine: engine.digest())
    begun = time.perf_counter()
    replica = recover(venue, Engine)
    spent = time.perf_counter() - begun
    assert replica.machine.digest() == expected
    print(f"  from a snapshot {tail:,} entries before the end: {spent:.2f} s", flush=True)


def run(options: argparse.Namespace, folder: Path, what: str) -> None:
    """All measures on one database."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    bound = fsync_rate(folder)
    print(f"{what}: {bound:,.0f} fsync a second on this disk", flush=True)
    mark = f"b{os.getpid()}"
    for clients in CLIENTS:
        for batch in (1_000, 1):
            if batch == 1 and clients == CLIENTS[0]:
                continue
            found = load(f"{mark}-{clients}-{batch}", clients, options.seconds, batch)
            how = "group commit" if batch > 1 else "one order each"
            print(
                f"  {clients:>4} clients, {how:<14} {found['orders']:>7,.0f} orders/s  p50 {found['p50']:>7.1f} ms  "
                f"p99 {found['p99']:>7.1f} ms  {found['commits']:>5,.0f} commits/s  "
                f"{found['orders'] / bound:>5.1f} x fsync  {found['processor']:>5,.0f} us processor",
                flush=True,
            )
    if options.recover:
        recovery(f"{mark}-recovery", options.recover)
    print(f"  largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB", flush=True)


def main() -> int:
    """Run on SQLite, then where one is named on PostgreSQL, each in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--recover", type=int, default=100_000, help="entries of the journal to recover; 0 leaves it out")
    parser.add_argument("--postgresql", default="", help="URL of an empty database")
    parser.add_argument("--only-postgresql", action="store_true")
    parser.add_argument("--folder", type=Path, default=None, help="where the SQLite database is made")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")
    databases = ([] if options.only_postgresql else [("SQLite", "")]) + ([("PostgreSQL", options.postgresql)] if options.postgresql else [])
    for what, url in databases:
        child = os.fork()
        if child == 0:
            with tempfile.TemporaryDirectory(prefix="exchange-", dir=options.folder) as folder:
                os.environ["ECOCIV_VAR"] = folder
                os.environ["ECOCIV_DATABASE_URL"] = url
                run(options, Path(folder), what)
                sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
