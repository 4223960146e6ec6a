"""Sends commands to the exchange in processes that die by SIGKILL where they are told to.

Run as a program it loads everything once, reads requests from its input, and forks a process for each, so that what is
killed is a true process with files, locks and database connections of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

VENUE = "crash"
START = 1_498_010_400_000_000


def die(*_: Any, **__: Any) -> None:
    """As the machine's power fails: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(owner: Any, name: str, count: int, *, after: bool) -> None:
    """Die before or after something is called for the ``count``-th time."""
    true = getattr(owner, name)
    calls = [0]

    def run(*args: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == count and not after:
            die()
        result = true(*args, **named)
        if calls[0] == count and after:
            die()
        return result

    setattr(owner, name, run)


def places() -> dict[str, Callable[[], None]]:
    """Where a process can die."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    from ecociv.exchange.journal import commit, replica
    from ecociv.exchange.journal.commit import Journal
    from ecociv.exchange.projections.projector import TableProjector

    return {
        "nowhere": lambda: None,
        "before the machine applies": lambda: at_call(Journal, "_take", 5, after=False),
        "after the machine applied": lambda: at_call(Journal, "_take", 5, after=True),
        "before the journal is written": lambda: at_call(commit, "write_rows", 2, after=False),
        "after the journal is written": lambda: at_call(commit, "write_rows", 2, after=True),
        "after the projections": lambda: at_call(TableProjector, "write", 2, after=True),
        "before the commit": lambda: at_call(BaseDatabaseWrapper, "_commit", 2, after=False),
        "after the commit": lambda: at_call(BaseDatabaseWrapper, "_commit", 2, after=True),
        "before the acknowledgement": lambda: at_call(Journal, "_write", 2, after=True),
        "before a snapshot": lambda: at_call(commit, "write_snapshot", 1, after=False),
        "within a snapshot": lambda: at_call(replica.Snapshot, "save", 1, after=True),
        "after a snapshot": lambda: at_call(commit, "write_snapshot", 1, after=True),
        "while catching up": lambda: at_call(replica.Replica, "take", 10, after=True),
    }


def commands() -> list[tuple[str, dict[str, Any]]]:
    """A market and a hundred orders, each with its key; always the same."""
    from exchange.engine_situations import issue_to, rules

    made: list[dict[str, Any]] = [{"kind": "open-market", "rules": rules(), "document": "notice"}]
    traders = ("kiln", "plant", "mill")
    for account in traders:
        made += [
            {"kind": "open-account", "account": account, "name": account, "document": "agreement"},
            {"kind": "deposit", "account": account, "amount": 1_000_000_000, "document": "slip"},
            issue_to(account, 1_000_000),
        ]
    made.append({"kind": "open-session", "market": "so2", "day": "2017-06-21"})
    chance = Random(7)
    for number in range(100):
        if number % 9 == 8:
            made.append({"kind": "cancel", "account": chance.choice(traders), "order": chance.randrange(1, number)})
            continue
        made.append(
            {
                "kind": "order",
                "account": chance.choice(traders),
                "market": "so2",
                "side": chance.choice(("buy", "sell")),
                "price": 38_900 + 100 * chance.randrange(-5, 6),
                "quantity": 100 * chance.randrange(1, 20),
            }
        )
    return [(f"k{number}", command) for number, command in enumerate(made)]


def send(folder: Path, *, first: int = 0, last: int = 10_000, size: int = 4, threads: int = 1) -> None:
    """Send the commands from a place on, and write down each that was acknowledged."""
    from ecociv.exchange.engine.engine import Engine
    from ecociv.exchange.journal.commit import Journal
    from ecociv.exchange.journal.sending import Sending
    from ecociv.exchange.projections.projector import TableProjector

    journal = Journal(VENUE, Engine, TableProjector(), snapshot_every=30)
    acknowledged = os.open(folder / "acknowledged.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    wanted = [(number, *each) for number, each in enumerate(commands())][first:last]
    parts = [wanted[begin : begin + size] for begin in range(0, len(wanted), size)]
    turn = iter(parts)
    taking = threading.Lock()

    def work() -> None:
        from django.db import connection

        while True:
            with taking:
                part = next(turn, None)
            if part is None:
                break
            sent = [Sending(command, key, "tester", START + number * 1_000_000) for number, key, command in part]
            for (_, key, _), receipt in zip(part, journal.submit_all(sent), strict=True):
                line = json.dumps([key, receipt.sequence, dict(receipt.outcome)]) + "\n"
                os.write(acknowledged, line.encode())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def state() -> None:
    """Say what the database holds and whether everything holds."""
    from ecociv.exchange.journal.models import JournalEntry
    from ecociv.exchange.verify import verify

    found = verify(VENUE)
    rows = JournalEntry.objects.filter(venue=VENUE).order_by("sequence")
    told = {
        "broken": found.broken.to_json() if found.broken else None,
        "digest": found.digest,
        "snapshots": found.snapshots,
        "journal": {row.key: [row.sequence, json.loads(row.outcome)] for row in rows},
        "count": rows.count(),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def works(folder: Path) -> dict[str, Callable[[], Any]]:
    """What a process can do."""
    from django.core.management import call_command

    return {
        "migrate": lambda: call_command("migrate", verbosity=0, skip_checks=True),
        "send": lambda: send(folder),
        "send from 60": lambda: send(folder, first=60),
        "send to 60": lambda: send(folder, last=60),
        "send by threads": lambda: send(folder, size=1, threads=6),
        "state": state,
    }


def do(folder: Path, database: str, wanted: str, place: str) -> None:
    """One process from its beginning to its end, natural or not."""
    from django.db import connections

    connections.settings["default"]["NAME"] = database
    places()[place]()
    doable = works(folder)
    for work in wanted.split(","):
        doable[work]()


def main() -> None:
    """Answer each request ``[folder, database, works, place, seconds]`` with ``[exit code, output, errors]``.

    With seconds the process is killed from outside after so long, if it still runs. Several requests in one line run at
    the same time.
    """
    import django

    django.setup()
    places()
    from ecociv.exchange import verify  # noqa: F401 - imported here so that no process has to

    for line in sys.stdin:
        running = []
        for folder, database, wanted, place, seconds in json.loads(line):
            out, errors = Path(folder) / "out.txt", Path(folder) / "errors.txt"
            child = os.fork()
            if child == 0:
                os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
                os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
                code = 1
                try:
                    do(Path(folder), database, wanted, place)
                    code = 0
                except BaseException:  # noqa: BLE001 - told to the test, which then fails
                    traceback.print_exc()
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
            if seconds:
                timer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
                timer.start()
            running.append((child, out, errors, timer if seconds else None))
        told = []
        for child, out, errors, timer in running:
            _, status = os.waitpid(child, 0)
            if timer is not None:
                timer.cancel()
            told.append([os.waitstatus_to_exitcode(status), out.read_text(), errors.read_text()])
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
