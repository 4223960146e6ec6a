"""What the two databases need so that a commit that was answered is on the disk, and one writer comes after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection, transaction

_SPACE = 7_204_312  # any number: the first half of the locks of this room on PostgreSQL


@contextmanager
def durable(venue: str) -> Iterator[None]:
    """A transaction of its own that alone writes the journal of a venue, and is on the disk when it ends.

    SQLite writes in WAL mode and elsewhere leaves the last commits to the next checkpoint (``synchronous=NORMAL``): they
    survive the death of a process, not of the machine. Here the log is synchronised at the commit. PostgreSQL is told
    the same, whatever its default. Within another transaction the commit would not be ours: Django refuses that.
    """
    if connection.vendor == "sqlite":
        if not connection.in_atomic_block:
            _pragma("FULL")
        try:
            with transaction.atomic(durable=True):
                yield
        finally:
            if not connection.in_atomic_block:
                _pragma("NORMAL")
        return
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            lock = crc32(venue.encode()) - 2**31
            cursor.execute(f"SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({_SPACE}, {lock})")
        yield


@contextmanager
def reading() -> Iterator[None]:
    """One state of the database for as long as it is read, while others go on writing.

    Within a transaction of the caller it is that transaction.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django begins each transaction as a writer here; a long look at the journal must not keep orders waiting.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _pragma(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")
