"""Group commit: threads that submit at the same time share one transaction, and are answered when it is on the disk.

Every process holds a replica of the machine. Whoever leads takes the lock of the database, catches up on what other
processes journalled, applies what waits in its own process, writes commands, outcomes and projections in one transaction,
commits, and only then answers.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from ecociv.exchange.journal.durability import durable
from ecociv.exchange.journal.lines import Entry, digest, plain_text
from ecociv.exchange.journal.machine import Machine, Projector
from ecociv.exchange.journal.models import JournalEntry
from ecociv.exchange.journal.replica import Make, Replica, recover, write_snapshot
from ecociv.exchange.journal.sending import (
    LONGEST_ACTOR,
    LONGEST_KEY,
    Also,
    JournalUnavailable,
    KeyReused,
    Receipt,
    Sending,
)
from ecociv.exchange.journal.tables import Row, Table, entries_of, head, write_rows

_LOG = logging.getLogger(__name__)
T = TypeVar("T")


_plain = attrgetter(*(each.name for each in fields(Entry)))
_JOURNAL = Table(JournalEntry, (*(each.name for each in fields(Entry)), "kind", "digest"))


@dataclass(slots=True, eq=False)
class _Item:
    """One command, and what it came to."""

    sent: Sending
    text: str
    receipt: Receipt | None = None
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class _Request:
    """What one thread waits for: commands of one transaction, or without any its turn to read."""

    items: list[_Item]
    error: BaseException | None = None
    leads: bool = False
    connected: bool = field(default_factory=lambda: connection.connection is not None)
    """Whether its thread has a connection to the database already."""
    woken: threading.Event = field(default_factory=threading.Event)


class _Faulty(Exception):
    """The machine failed on one command; the others of the batch are tried again without it."""

    def __init__(self, item: _Item, error: Exception) -> None:
        self.item = item
        self.error = error


def _now() -> int:
    return time.time_ns() // 1000


class Journal:
    """The journal of a venue in the database.

    Parameters
    ----------
    venue : str
        Key of the exchange.
    make : callable
        Gives a machine that has done nothing.
    projector : Projector
        Writes what changed into tables for pages.
    clock : callable
        Microseconds since 1970 UTC.
    snapshot_every : int
        Entries between two snapshots.
    largest_batch : int
        Commands in one transaction at most.
    """

    def __init__(
        self,
        venue: str,
        make: Make,
        projector: Projector,
        *,
        clock: Callable[[], int] = _now,
        snapshot_every: int = 50_000,
        largest_batch: int = 1_000,
    ) -> None:
        self.venue = venue
        self._make = make
        self._projector = projector
        self._clock = clock
        self._snapshot_every = snapshot_every
        self._largest_batch = largest_batch
        self._mutex = threading.Lock()
        self._queue: deque[_Request] = deque()
        self._led = False
        self._replica: Replica | None = None

    def submit(
        self,
        command: Mapping[str, Any],
        *,
        key: str,
        actor: str = "",
        at: int | None = None,
        also: Also | None = None,
    ) -> Receipt:
        """Take a command; returns when it is on the disk. The parameters are those of `Sending`.

        Raises
        ------
        KeyReused
            When the key stands for another command.
        NotPlain
            When the command holds something that cannot be journalled.
        JournalUnavailable
            When the database could not write; nothing was acknowledged.
        """
        return self.submit_all([Sending(command, key, actor, at, also)])[0]

    def submit_all(self, sent: Sequence[Sending]) -> list[Receipt]:
        """Take several commands, one after the other and in as few transactions as can be; raises as `submit`."""
        if connection.in_atomic_block:
            with transaction.atomic(durable=True):  # refused by Django within a transaction of somebody else
                pass
        receipts: list[Receipt] = []
        for begin in range(0, len(sent), self._largest_batch):
            part = sent[begin : begin + self._largest_batch]
            request = _Request([_Item(each, plain_text(each.command)) for each in part if _good(each)])
            if self._wait(request):
                self._lead()
            receipts += _receipts(request)
        return receipts

    def look(self, read: Callable[[Machine], T]) -> T:
        """Read from the machine at the head of the journal; ``read`` must not change it."""
        self._wait(_Request([]))
        with self._mutex:
            self._queue.popleft()
        try:
            return read(self._current().machine)
        finally:
            self._pass_on()

    def snapshot(self) -> int:
        """Write a snapshot of the head; its sequence."""

        def write(_: Machine) -> int:
            replica = self._replica
            if replica is None or not replica.sequence:
                return 0
            write_snapshot(self.venue, replica)
            return replica.sequence

        return self.look(write)

    def forget(self) -> None:
        """Drop the replica; the next command rebuilds it from the database."""
        self._wait(_Request([]))
        with self._mutex:
            self._queue.popleft()
        self._replica = None
        self._pass_on()

    def _wait(self, request: _Request) -> bool:
        """Queue up until the request was answered by another thread, or leads (then it is the first in the queue)."""
        with self._mutex:
            self._queue.append(request)
            if not self._led:
                self._led = request.leads = True
        if not request.leads:
            try:
                request.woken.wait()
            except BaseException:  # a thread that is told to stop must not be waited for as a leader
                self._leave(request)
                raise
        return request.leads

    def _leave(self, request: _Request) -> None:
        with self._mutex:
            if request in self._queue:
                self._queue.remove(request)
            leads = request.leads
        if leads:
            self._pass_on()

    def _lead(self) -> None:
        """Write one batch, answer it, and hand over."""
        batch: list[_Request] = []
        size = 0
        with self._mutex:
            while self._queue and self._queue[0].items:
                size += len(self._queue[0].items)
                if batch and size > self._largest_batch:
                    break
                batch.append(self._queue.popleft())
        try:
            self._write_apart(batch)
        except BaseException as error:  # noqa: BLE001 - every thread that waits has to hear of it, the leader among them
            self._replica = None
            stopped = not isinstance(error, Exception)
            for place, each in enumerate(batch):  # the first is the leader's own: only its thread was told to stop
                each.error = JournalUnavailable("The thread that wrote was stopped.") if stopped and place else error
        finally:
            for each in batch:
                each.woken.set()
            try:
                self._snapshot_when_due()
            finally:
                self._pass_on()

    def _pass_on(self) -> None:
        """Wake one that still waits, or leave the place free.

        The first whose thread has a connection goes before others: two hundred threads then share a few connections.
        """
        with self._mutex:
            if not self._queue:
                self._led = False
                return
            following = next((each for each in self._queue if each.connected), self._queue[0])
            if following is not self._queue[0]:
                self._queue.remove(following)
                self._queue.appendleft(following)
            following.leads = True
            following.woken.set()

    def _write_apart(self, batch: list[_Request]) -> None:
        """Write a batch; when the database refuses a row of it, each request alone, so that one cannot fail the others."""
        try:
            self._write(batch)
        except (DataError, IntegrityError):
            self._replica = None
            if len(batch) == 1:
                raise
            for each in batch:
                try:
                    self._write([each])
                except (DataError, IntegrityError) as error:
                    self._replica = None
                    each.error = error

    def _write(self, batch: list[_Request]) -> None:
        if self._replica is None:
            self._current()  # from a long journal it takes a while, in which others should be able to write
        faulty: set[int] = set()
        while True:
            try:
                with durable(self.venue):
                    made = self._in_transaction(batch, faulty)
                break
            except _Faulty as failure:
                _LOG.error("the machine failed on %s", failure.item.text[:300], exc_info=failure.error)
                self._replica = None
                failure.item.error = failure.error
                faulty.add(id(failure.item))
        for item, result in made:
            if isinstance(result, Receipt):
                item.receipt = result
            else:
                item.error = result

    def _in_transaction(
        self, batch: list[_Request], faulty: set[int]
    ) -> list[tuple[_Item, Receipt | KeyReused]]:
        replica = self._current()
        items = [item for request in batch for item in request.items if id(item) not in faulty]
        if not items:
            return []
        known = entries_of(self.venue, [item.sent.key for item in items])
        made: list[tuple[_Item, Receipt | KeyReused]] = []
        rows: list[Row] = []
        also: list[tuple[Also, Receipt]] = []
        for item in items:
            before = known.get(item.sent.key)
            if before is not None:
                made.append((item, _again(item, before)))
                continue
            entry, kind, outcome = self._take(replica, item)
            rows.append((*_plain(entry), kind, replica.digest))
            known[item.sent.key] = entry
            receipt = Receipt(entry.sequence, entry.at, outcome)
            made.append((item, receipt))
            if item.sent.also is not None:
                also.append((item.sent.also, receipt))
        if rows:
            write_rows(self.venue, _JOURNAL, rows)
            self._projector.write(self.venue, replica.machine.drain())
        for run, receipt in also:
            run(receipt)
        return made

    def _take(self, replica: Replica, item: _Item) -> tuple[Entry, str, Mapping[str, Any]]:
        """Apply one command to the replica; its entry, its kind and the outcome."""
        at = max(self._clock() if item.sent.at is None else item.sent.at, replica.at)
        command = json.loads(item.text)
        try:
            outcome = replica.machine.apply(command, at)
            written = plain_text(outcome)
        except Exception as error:  # noqa: BLE001 - whatever fails in one command must not fail its neighbours
            raise _Faulty(item, error) from error
        entry = Entry(
            replica.sequence + 1, at, item.sent.actor, item.sent.key, item.text, written, replica.digest
        )
        replica.sequence, replica.digest, replica.at = entry.sequence, digest(entry.line), at
        return entry, str(command.get("kind", ""))[:40], outcome

    def _current(self) -> Replica:
        """The replica at the head of the journal, within the transaction of the caller."""
        sequence, own = head(self.venue)
        replica = self._replica
        if replica is not None and (
            sequence < replica.sequence or (sequence == replica.sequence and own != replica.digest)
        ):
            replica = None  # the database is another than the one it was built from
        if replica is None:
            self._replica = None
            replica = recover(self.venue, self._make)
        elif sequence > replica.sequence:
            self._replica = None  # what fails half-way is not used again
            replica.follow(self.venue, sequence)
        self._replica = replica
        return replica

    def _snapshot_when_due(self) -> None:
        replica = self._replica
        if replica is None or replica.sequence - replica.kept_at < self._snapshot_every:
            return
        try:
            with transaction.atomic():
                write_snapshot(self.venue, replica)
        except Exception:  # noqa: BLE001 - what was taken is on the disk: whoever sent it must not be told otherwise
            _LOG.warning("no snapshot of %s could be written", self.venue, exc_info=True)
            replica.kept_at = replica.sequence  # tried again after as many entries


def _again(item: _Item, before: Entry) -> Receipt | KeyReused:
    if before.command != item.text or before.actor != item.sent.actor:
        return KeyReused(item.sent.key)
    return Receipt(before.sequence, before.at, json.loads(before.outcome), repeated=True)


def _receipts(request: _Request) -> list[Receipt]:
    """What a request came to; the first error of it where there is one."""
    failed = request.error or next((item.error for item in request.items if item.error is not None), None)
    if isinstance(failed, DatabaseError):
        raise JournalUnavailable(f"The journal could not be written ({failed}).") from failed
    if failed is not None:
        raise failed
    return [item.receipt for item in request.items if item.receipt is not None]


def _good(sent: Sending) -> bool:
    for what, text, least, most in (
        ("An idempotency key", sent.key, 1, LONGEST_KEY),
        ("The name of a sender", sent.actor, 0, LONGEST_ACTOR),
    ):
        if not least <= len(text) <= most or not text.isprintable():
            raise ValueError(f"{what} has {least} to {most} printable characters; {text[:200]!r} has not.")
    return True
