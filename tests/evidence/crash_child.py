"""Does things with the evidence, one after the other, in processes that die by SIGKILL where they are told to.

Run as a program it loads everything once, reads requests from its input, and forks a process for each: what is killed is a
true process with files, locks and database connections of its own, without waiting for Python to start each time.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

KEY = "two-cities/jingdezhen/pm2_5"
START = datetime(2015, 1, 1, tzinfo=UTC) - timedelta(hours=8)


def die(*_: Any, **__: Any) -> None:
    """As the machine's power fails: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    """Die when something is called."""
    setattr(owner, name, die)


def after(owner: Any, name: str) -> None:
    """Die when something has been done."""
    true = getattr(owner, name)

    def run(*args: Any, **named: Any) -> None:
        true(*args, **named)
        die()

    setattr(owner, name, run)


def places() -> dict[str, Callable[[], None]]:
    """Where a process can die."""
    from deltalake import DeltaTable

    from ecociv.evidence import parsing
    from ecociv.evidence.actions import append, flush, receive
    from ecociv.evidence.seals import chain
    from ecociv.evidence.store import EvidenceStore, compaction

    return {
        "nowhere": lambda: None,
        "while reading the file": lambda: after(parsing.RecordReader, "read"),
        "before comparing": lambda: before(EvidenceStore, "compare"),
        "when the batch is announced": lambda: before(chain, "intent_of"),
        "before the commit": lambda: before(EvidenceStore, "append"),
        "after the commit": lambda: after(EvidenceStore, "append"),
        "within the sealing": lambda: before(chain, "finish"),
        "after the sealing": lambda: after(append.AppendObservations, "_write"),
        "while claiming": lambda: after(flush._Claim, "describe"),
        "while marking": lambda: before(flush._Claim, "finish"),
        "within the marking": lambda: after(flush._Claim, "finish"),
        "within the acknowledgement": lambda: after(receive, "insert_new"),
        "before the merged file": lambda: before(compaction, "_write"),
        "after the merged file": lambda: after(compaction, "_write"),
        "before the merging commit": lambda: before(DeltaTable, "create_write_transaction"),
        "after the merging commit": lambda: after(DeltaTable, "create_write_transaction"),
    }


def works(folder: Path) -> dict[str, Callable[[], Any]]:
    """What a process can do."""
    from django.core.management import call_command

    from ecociv.evidence import queries
    from ecociv.evidence.actions import (
        CompactEvidence,
        CorrectObservation,
        FlushInbox,
        LoadFile,
        ReceiveReadings,
    )
    from ecociv.evidence.mapping import Mapping
    from ecociv.evidence.models import EvidenceSeal, ImportRun, InboxReading
    from ecociv.evidence.readings import Reading
    from ecociv.evidence.seals.observations import verify_observations
    from ecociv.evidence.store import EvidenceStore

    def mapping() -> Mapping:
        return Mapping.model_validate_json((folder / "mapping.json").read_text())

    def reading(day: int, value: float, number: int) -> Reading:
        start = START + timedelta(days=day)
        return Reading(KEY, start, start + timedelta(days=1), value, f"m{number}")

    def receive() -> None:
        messages = [reading(0, 31.0, 1), reading(5, 50.0, 2), reading(5, 55.0, 3)]
        ReceiveReadings(messages, "rest", "tester").execute()

    def state() -> None:
        broken = verify_observations()
        found = queries.observations([KEY], all_revisions=True).get(KEY, [])
        told = {
            "history": [[(item.valid_from - START).days, item.value, item.revision] for item in found],
            "rows": EvidenceStore().count(),
            "break": broken.to_json() if broken else None,
            "seals": EvidenceSeal.objects.count(),
            "open": ImportRun.objects.filter(state="started").count(),
            "waiting": InboxReading.objects.filter(flushed_at=None).count(),
            "inbox": InboxReading.objects.count(),
        }
        sys.stdout.write(json.dumps(told) + "\n")

    return {
        "migrate": lambda: call_command("migrate", verbosity=0, skip_checks=True),
        "load": lambda: LoadFile(folder / "air.csv", mapping(), "tester").execute(),
        "restate": lambda: LoadFile(
            folder / "restated.csv", mapping(), "tester", reason="calibration"
        ).execute(),
        "receive": receive,
        "flush": lambda: FlushInbox().execute(),
        "compact": lambda: CompactEvidence().execute(),
        "correct": lambda: CorrectObservation(KEY, START, 99.0, "tester", "read wrongly").execute(),
        "state": state,
    }


def use(folder: Path) -> None:
    """Let the settings name the run-time folder of a request, as if Python had been started with it."""
    from django.conf import settings
    from django.db import connections

    settings.ECOCIV_VAR = folder
    settings.MEDIA_ROOT = folder / "documents"
    connections.settings["default"]["NAME"] = str(folder / "db.sqlite3")


def do(folder: Path, wanted: str, place: str) -> None:
    """One process from its beginning to its end, natural or not."""
    use(folder)
    places()[place]()
    doable = works(folder)
    for work in wanted.split(","):
        doable[work]()


def main() -> None:
    """Answer each request ``[folder, works, place]`` with ``[exit code, output, errors]``."""
    import django

    django.setup()
    places()  # what it imports, and what is imported here, no process has to import again
    from ecociv.evidence import queries  # noqa: F401
    from ecociv.evidence.seals import observations  # noqa: F401

    for line in sys.stdin:
        folder, wanted, place = json.loads(line)
        out, errors = Path(folder) / "out.txt", Path(folder) / "errors.txt"
        child = os.fork()
        if child == 0:
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            code = 1
            try:
                do(Path(folder), wanted, place)
                code = 0
            except BaseException:  # noqa: BLE001 - told to the test, which then fails
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps([code, out.read_text(), errors.read_text()]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
