"""A machine brought up to the head of the journal, and how it gets there."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256

from ecociv.core.text import Text
from ecociv.exchange.journal.lines import Entry, JournalBroken, digest, header_line, plain_text
from ecociv.exchange.journal.machine import Machine
from ecociv.exchange.journal.models import JournalEntry, Snapshot

_LOG = logging.getLogger(__name__)
_CHUNK = 5_000
_KEPT = 3
_COLUMNS = tuple(each.name for each in fields(Entry))

Make = Callable[[], Machine]


class ReplicaDiverged(JournalBroken):
    """The machine no longer answers a command of the journal as it once did."""


@dataclass(slots=True)
class Replica:
    """A machine and the place in the journal up to which it went."""

    machine: Machine
    sequence: int
    digest: str
    at: int = 0
    kept_at: int = 0
    """The last snapshot that stands behind it."""

    def follow(self, venue: str, up_to: int | None = None) -> int:
        """Take the entries after this place; how many there were.

        Raises
        ------
        JournalBroken
            Where the chain does not hold.
        ReplicaDiverged
            Where an outcome is another than the one written down.
        """
        done = 0
        for entry, own in entries_after(venue, self.sequence, up_to):
            self.take(entry, own)
            done += 1
            if done % _CHUNK == 0:
                self.machine.drain()  # what others have projected; of a million entries it would fill the memory
        if done:
            self.machine.drain()
        return done

    def take(self, entry: Entry, own: str) -> None:
        """Take one entry with the digest that is stored beside it."""
        if entry.sequence != self.sequence + 1 or entry.previous != self.digest or digest(entry.line) != own:
            raise JournalBroken(
                entry.sequence + 1,
                Text(
                    zh=f"日志第{entry.sequence}条与前一条不衔接：有记录被改动、抽去或插入。",
                    en=f"Entry {entry.sequence} does not follow the one before it: one was altered, taken out or put in.",
                ),
            )
        outcome = plain_text(self.machine.apply(json.loads(entry.command), entry.at))
        if outcome != entry.outcome:
            raise ReplicaDiverged(
                entry.sequence + 1,
                Text(
                    zh=f"重放第{entry.sequence}条的结果与当时记录不同。",
                    en=f"Entry {entry.sequence} gives {outcome[:200]} where {entry.outcome[:200]} was written down.",
                ),
            )
        self.sequence, self.digest, self.at = entry.sequence, own, entry.at


def entries_after(venue: str, sequence: int, up_to: int | None = None) -> Iterator[tuple[Entry, str]]:
    """The entries after a place with the digests stored beside them, in their order, a few thousand at a time."""
    of_venue = JournalEntry.objects.filter(venue=venue).order_by("sequence")
    last = of_venue.values_list("sequence", flat=True).last() or 0
    end = last if up_to is None else min(up_to, last)
    while sequence < end:
        # Bounded on both sides: without statistics PostgreSQL would sort all that follows for each few thousand.
        until = min(sequence + _CHUNK, end)
        rows = of_venue.filter(sequence__gt=sequence, sequence__lte=until).values_list(*_COLUMNS, "digest")
        for row in rows:
            yield Entry(*row[:-1]), row[-1]
        sequence = until


def genesis(venue: str, make: Make) -> Replica:
    """A machine that has done nothing."""
    return Replica(make(), 0, digest(header_line(venue)))


def recover(venue: str, make: Make) -> Replica:
    """The latest snapshot that holds, or the beginning, and every entry after it."""
    for kept in Snapshot.objects.filter(venue=venue).order_by("-sequence"):
        replica = _restored(kept, make)
        if replica is not None:
            break
        _LOG.warning("the snapshot of %s at %s does not hold; an older one is used", venue, kept.sequence)
    else:
        replica = genesis(venue, make)
    replica.follow(venue)
    return replica


def _restored(kept: Snapshot, make: Make) -> Replica | None:
    row = (
        JournalEntry.objects.filter(venue=kept.venue, sequence=kept.sequence, digest=kept.entry_digest)
        .values_list("at", flat=True)
        .first()
    )
    if row is None:
        return None
    machine = make()
    try:
        machine.load(json.loads(zlib.decompress(bytes(kept.state))))
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
    if machine.digest() != kept.state_digest:
        return None
    return Replica(machine, kept.sequence, kept.entry_digest, row, kept.sequence)


def write_snapshot(venue: str, replica: Replica) -> Snapshot:
    """Keep the whole state; of older snapshots the last two stay."""
    state = plain_text(replica.machine.dump()).encode()
    kept, _ = Snapshot.objects.get_or_create(
        venue=venue,
        sequence=replica.sequence,
        defaults={
            "entry_digest": replica.digest,
            "state_digest": sha256(state).hexdigest(),  # which is the machine's digest, without dumping it again
            "state": zlib.compress(state, 1),
        },
    )
    replica.kept_at = replica.sequence
    old = Snapshot.objects.filter(venue=venue).order_by("-sequence").values_list("pk", flat=True)[_KEPT:]
    Snapshot.objects.filter(pk__in=list(old)).delete()
    return kept
