"""Grouping messages into one transaction, and telling each sender afterwards.

One worker takes what waits in a bounded queue, stores it in one commit, and only then reports the messages as done:
an intake acknowledges what is reported, never before. While the database does not answer the worker tries again and
holds what it has; the queue fills, and who feeds it has to wait. Nothing is dropped.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction
from django.utils import timezone

from ecociv.evidence.actions.receive import Receipt, ReceiveReadings
from ecociv.evidence.models import RejectedMessage
from ecociv.evidence.readings import Reading

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 10.0
_CONTENT_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that came in and cannot be used."""

    source: str
    code: str
    detail: str
    content: str = ""
    count: int = 1


@dataclass(slots=True)
class Parcel:
    """One message: its readings, what was wrong with it, and whatever the intake needs to acknowledge it."""

    readings: Sequence[Reading]
    rejects: list[Reject] = field(default_factory=list)
    source: str = ""
    token: Any = None


@dataclass(slots=True)
class Counts:
    """What has gone through a batcher since it was started."""

    messages: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    rejected: int = 0
    commits: int = 0
    retries: int = 0
    deepest: int = 0


class Batcher:
    """A worker that stores parcels in batches.

    Parameters
    ----------
    channel, author
        As for `ReceiveReadings`.
    done
        Called from the worker with the parcels of a batch after its commit.
    size
        Messages of one batch at most.
    wait
        Seconds that the first message of a batch waits for company at most.
    depth
        Messages that the queue holds at most; `put` waits while it is full.
    """

    def __init__(
        self,
        channel: str,
        author: str,
        done: Callable[[list[Parcel]], None],
        *,
        size: int = 500,
        wait: float = 0.05,
        depth: int = 2000,
    ) -> None:
        self.channel, self.author, self.done = channel, author, done
        self.size, self.wait = size, wait
        self.counts = Counts()
        self.known: dict[str, int] = {}
        self._queue: queue.Queue[Parcel | None] = queue.Queue(depth)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"intake-{channel}", daemon=True)

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def put(self, parcel: Parcel) -> None:
        """Hand over a message; waits while the queue is full."""
        self._queue.put(parcel)
        self.counts.deepest = max(self.counts.deepest, self._queue.qsize())

    @property
    def waiting(self) -> int:
        """Messages in the queue."""
        return self._queue.qsize()

    def close(self, timeout: float = 30.0) -> None:
        """Store what waits, then stop. What cannot be stored in time stays unacknowledged and will come again."""
        self._stop.set()
        try:
            self._queue.put(None, timeout=timeout)
        except queue.Full:
            return
        self._thread.join(timeout)

    # -- the worker --------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (batch := self._next()) is not None:
                if batch and self._store(batch):
                    self.counts.messages += len(batch)
                    self.done(batch)
        finally:
            connection.close()

    def _next(self) -> list[Parcel] | None:
        first = self._queue.get()
        if first is None:
            return None
        batch, until = [first], time.monotonic() + self.wait
        while len(batch) < self.size:
            left = until - time.monotonic()
            try:
                parcel = self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if parcel is None:
                self._queue.put(None)
                break
            batch.append(parcel)
        return batch

    def _store(self, batch: list[Parcel]) -> bool:
        """Commit a batch, trying again while the database does not answer; false when stopped meanwhile."""
        pause = 0.05
        while True:
            try:
                _make_durable()
                with transaction.atomic():
                    receipt = self._receive(batch)
                self._count(receipt)
                return True
            except (DatabaseError, InterfaceError) as error:
                self.counts.retries += 1
                log.warning(
                    "intake %s: the database does not take a batch of %d (%s)",
                    self.channel,
                    len(batch),
                    error,
                )
                close_old_connections()
                self.known.clear()
                if self._stop.wait(pause):
                    return False
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _receive(self, batch: list[Parcel]) -> Receipt:
        readings = [reading for parcel in batch for reading in parcel.readings]
        rejects = [reject for parcel in batch for reject in parcel.rejects]
        receipt = ReceiveReadings(readings, self.channel, self.author, known=self.known).execute()
        if receipt.refused:
            owners = [parcel.source for parcel in batch for _ in parcel.readings]
            rejects.extend(
                Reject(owners[one.position], one.code, f"{one.key}: {one.text.en}") for one in receipt.refused
            )
        record_rejects(self.channel, rejects)
        self.counts.rejected += len(rejects)
        return receipt

    def _count(self, receipt: Receipt) -> None:
        self.counts.commits += 1
        self.counts.accepted += receipt.accepted
        self.counts.repeated += receipt.repeated
        self.counts.refused += len(receipt.refused)


def _make_durable() -> None:
    """Have SQLite write a commit through to the disk: what is acknowledged outlives a power cut, too.

    The house's setting (synchronous=NORMAL) may lose the last commits then; PostgreSQL writes through by default.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def record_rejects(channel: str, rejects: Sequence[Reject]) -> None:
    """Put rejected messages on record; those of one source and reason that came together become one record."""
    grouped: dict[tuple[str, str, str], list[Reject]] = {}
    for reject in rejects:
        grouped.setdefault((reject.source, reject.code, reject.detail), []).append(reject)
    now = timezone.now()
    RejectedMessage.objects.bulk_create(
        [
            RejectedMessage(
                channel=channel,
                source=_printable(source, 200),
                code=code[:40],
                detail=_printable(detail, 400),
                content=_printable(same[0].content, _CONTENT_KEPT),
                count=sum(one.count for one in same),
                received_at=now,
            )
            for (source, code, detail), same in grouped.items()
        ],
        batch_size=500,
    )


def _printable(text: str, longest: int) -> str:
    """Text that any database can keep: no zero byte, which PostgreSQL refuses."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")[:longest]
