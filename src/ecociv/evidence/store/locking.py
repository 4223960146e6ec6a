"""The writers' lock: comparing with what is known and adding to it is one step, one writer at a time."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

_HELD = threading.local()
_ADVISORY = 7_204_312


@contextmanager
def writing(uri: str) -> Iterator[None]:
    """Hold the lock of the table at ``uri``; a thread that holds it may take it again.

    A table in a local folder is locked by a file beside it. A table on object storage is locked in the database that
    its writers share: by PostgreSQL, or by a file under ``ECOCIV_VAR`` where the database is SQLite on this machine.
    Readers never wait for it.
    """
    held: set[str] = _HELD.__dict__.setdefault("uris", set())
    if uri in held:
        yield
        return
    remote = "://" in uri and not uri.startswith("file://")
    lock = _advisory() if remote and connection.vendor == "postgresql" else _file(_lock_file(uri, remote))
    with lock:
        held.add(uri)
        try:
            yield
        finally:
            held.discard(uri)


def _lock_file(uri: str, remote: bool) -> Path:
    if remote:
        return Path(settings.ECOCIV_VAR) / "evidence" / "remote-table.lock"
    folder = Path(uri.removeprefix("file://"))
    return folder.parent / f"{folder.name}.lock"


@contextmanager
def _file(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def _advisory() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])
