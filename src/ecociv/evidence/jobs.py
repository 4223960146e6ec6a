"""What runs by itself: the inbox to the table every few seconds, small files merged, flushed readings purged.

The queue is huey, on a SQLite file under ``ECOCIV_VAR``, or on Redis where ``ECOCIV_REDIS_URL`` names one. Jobs can
run in several consumers at once: each takes a lock of its own, and the store's actions are safe side by side anyway.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from huey import SqliteHuey, crontab

from ecociv.evidence.actions import CompactEvidence, FlushInbox, PurgeInbox

_LOG = logging.getLogger(__name__)

FLUSH_SECONDS = 5
"""How long an acknowledged reading waits at most before it goes to the table."""

SMALL = 8 * 1024**2
"""Bytes below which a file is merged during the day."""


def make_queue(var: Path, redis_url: str = "") -> Any:
    """The queue of jobs: on Redis by its address, else in a SQLite file.

    Raises
    ------
    RuntimeError
        When an address of Redis is given and its client is not installed.
    """
    if redis_url:
        try:
            from huey import RedisHuey

            return RedisHuey("ecociv", url=redis_url)
        except (ImportError, AttributeError) as error:
            raise RuntimeError(
                "ECOCIV_REDIS_URL is set and the Redis client is not installed: pip install redis, or unset it."
            ) from error
    folder = var / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("ecociv", filename=str(folder / "queue.sqlite3"))


queue = make_queue(Path(settings.ECOCIV_VAR), os.environ.get("ECOCIV_REDIS_URL", ""))


@queue.periodic_task(crontab(minute="10", hour="*"))  # type: ignore[untyped-decorator]
@queue.lock_task("evidence-merge")  # type: ignore[untyped-decorator]
def merge_small_files() -> None:
    """Every hour: merge what the flushes of the hour left, where it is many files."""
    _with_database(lambda: CompactEvidence(at_least=8, large=SMALL, retention=None).execute())


@queue.periodic_task(crontab(minute="20", hour="2"))  # type: ignore[untyped-decorator]
@queue.lock_task("evidence-compact")  # type: ignore[untyped-decorator]
def compact_evidence() -> None:
    """Every night: merge all small files, remove those that left the table a week ago."""
    _with_database(lambda: CompactEvidence().execute())


@queue.periodic_task(crontab(minute="40", hour="*"))  # type: ignore[untyped-decorator]
@queue.lock_task("evidence-purge")  # type: ignore[untyped-decorator]
def purge_inbox() -> None:
    """Every hour: remove readings that have long been in the table."""
    _with_database(lambda: PurgeInbox().execute())


def flush_forever(stop: threading.Event, seconds: float = FLUSH_SECONDS) -> None:
    """Flush every few seconds until told to stop; huey's clock counts minutes, which is too long for a reading.

    A failure (a database that restarts, a full disk) is logged and tried again: what waits in the inbox stays there.
    """
    while not stop.wait(seconds):
        _with_database(lambda: FlushInbox().execute())


def _with_database(work: Callable[[], Any]) -> None:
    """Run with database connections that are fresh, and log what fails instead of ending the consumer."""
    close_old_connections()
    try:
        work()
    except Exception:  # noqa: BLE001 - the next turn tries again; ending the consumer would end all jobs
        _LOG.exception("An evidence job failed and will be tried again.")
    finally:
        close_old_connections()


def run(workers: int = 1, *, with_parent: bool = False) -> None:
    """Run the jobs until Ctrl-C or a signal to end; ``with_parent`` also ends them when the process that started them
    has ended, however it did."""
    stop = threading.Event()
    threads = [threading.Thread(target=flush_forever, args=(stop,), name="flush", daemon=True)]
    if with_parent:
        threads.append(threading.Thread(target=_end_with_parent, args=(stop, os.getppid()), daemon=True))
    for thread in threads:
        thread.start()
    try:
        queue.create_consumer(workers=workers, periodic=True, check_worker_health=True).run()
    finally:
        stop.set()
        threads[0].join(timeout=30)


def _end_with_parent(stop: threading.Event, parent: int) -> None:
    while not stop.wait(1):
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
