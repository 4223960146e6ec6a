"""Looking at everything that has to hold of the exchange in the database: the first break is named.

In this order: the chain of the journal; every outcome as it was written down; every snapshot; the invariants of engine and
registry; every projected row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecociv.core.text import Text
from ecociv.exchange.engine.engine import Changes, Engine
from ecociv.exchange.engine.state import State
from ecociv.exchange.journal.durability import reading
from ecociv.exchange.journal.lines import JournalBroken
from ecociv.exchange.journal.models import Snapshot
from ecociv.exchange.journal.replica import entries_after, genesis
from ecociv.exchange.journal.tables import Row, Table
from ecociv.exchange.projections.rows import (
    ACCOUNTS,
    DAYS,
    HOLDINGS,
    MARKETS,
    MONEY,
    MOVEMENTS,
    OFFERS,
    ORDERS,
    PROPOSALS,
    TABLES,
    TRADES,
    rows_of,
)

_CHUNK = 2_000
_KEYS: dict[str, tuple[str, ...]] = {
    TRADES.model.__name__: ("number",),
    MOVEMENTS.model.__name__: ("movement", "place"),
}


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that does not hold."""

    check: str
    place: str
    text: Text

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return {"check": self.check, "place": self.place, "zh": self.text.zh, "en": self.text.en}


@dataclass(slots=True)
class Verified:
    """What was looked at, and the first break where there is one."""

    venue: str
    entries: int = 0
    movements: int = 0
    trades: int = 0
    snapshots: int = 0
    rows: int = 0
    digest: str = ""
    broken: Broken | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "venue": self.venue,
            "ok": self.broken is None,
            "entries": self.entries,
            "movements": self.movements,
            "trades": self.trades,
            "snapshots": self.snapshots,
            "rows": self.rows,
            "digest": self.digest,
            "broken": self.broken.to_json() if self.broken else None,
        }


def verify(venue: str, *, every: int = 50_000) -> Verified:
    """Replay the journal of a venue from its first entry and compare it with all that is stored.

    Parameters
    ----------
    every : int
        Entries between two looks at the invariants; they are looked at in the end in any case.
    """
    done = Verified(venue)
    with reading():
        try:
            done.broken = _walk(venue, every, done)
        except JournalBroken as broken:
            done.broken = Broken("journal", f"line {broken.line}", broken.text)
    return done


def _walk(venue: str, every: int, done: Verified) -> Broken | None:
    replica = genesis(venue, Engine)
    engine = replica.machine
    assert isinstance(engine, Engine)
    snapshots = {kept.sequence: kept for kept in Snapshot.objects.filter(venue=venue).defer("state")}
    final = _Final()
    broken = None
    for entry, own in entries_after(venue, 0):
        replica.take(entry, own)
        done.entries += 1
        kept = snapshots.pop(replica.sequence, None)
        if kept is not None:
            done.snapshots += 1
            if kept.state_digest != engine.digest() or kept.entry_digest != replica.digest:
                return Broken(
                    "snapshot",
                    f"sequence {kept.sequence}",
                    Text(zh=f"第{kept.sequence}条后的快照与重放不符。", en=f"The snapshot after entry {kept.sequence} is not what a replay gives."),
                )
        if replica.sequence % _CHUNK == 0:
            broken = final.take(engine.drain(), venue, done)
            if broken is not None:
                return broken
        if replica.sequence % every == 0:
            broken = _invariants(engine, replica.sequence)
            if broken is not None:
                return broken
    if done.entries:  # what is there from the beginning is written with the first entry
        broken = final.take(engine.drain(), venue, done)
    broken = broken or _invariants(engine, replica.sequence)
    if broken is not None:
        return broken
    if snapshots:
        first = min(snapshots)
        return Broken(
            "snapshot",
            f"sequence {first}",
            Text(zh=f"快照指向不存在的第{first}条。", en=f"A snapshot stands after entry {first}, which is not there."),
        )
    done.digest = engine.digest()
    return final.end(engine.state, venue, done)


def _invariants(engine: Engine, sequence: int) -> Broken | None:
    found = engine.verify()
    if not found:
        return None
    first = found[0]
    return Broken(first.code, f"{first.place} (after entry {sequence})", first.text)


class _Final:
    """Projected rows as a replay gives them: those that can change no more are compared and forgotten."""

    def __init__(self) -> None:
        self.changing: dict[str, dict[Row, Row]] = {}
        self.tables: dict[str, Table] = {table.model.__name__: table for table in TABLES}
        self.counts: dict[str, int] = {}

    def take(self, changes: Changes, venue: str, done: Verified) -> Broken | None:
        """Take what a stretch of the journal changed."""
        for name, (table, rows) in rows_of(changes).items():
            if not table.key:
                done.movements += len(rows) if table is MOVEMENTS else 0
                done.trades += len(rows) if table is TRADES else 0
                broken = self._settled(table, rows, venue, done)
            elif table in (ORDERS, PROPOSALS, OFFERS):
                place = table.columns.index("state")
                over = [row for row in rows if row[place] != "open"]
                kept = self.changing.setdefault(name, {})
                for row in rows:
                    kept.pop(row[:1], None)
                    if row[place] == "open":
                        kept[row[:1]] = row
                broken = self._settled(table, over, venue, done)
            else:
                kept = self.changing.setdefault(name, {})
                wide = len(table.key)
                for row in rows:
                    kept[row[:wide]] = row
                broken = None
            if broken is not None:
                return broken
        return None

    def end(self, state: State, venue: str, done: Verified) -> Broken | None:
        """Compare what is left, and see that there are no rows beside these."""
        for table in (ACCOUNTS, MARKETS, DAYS, ORDERS, HOLDINGS, MONEY, PROPOSALS, OFFERS):
            broken = self._settled(table, list(self.changing.get(table.model.__name__, {}).values()), venue, done)
            if broken is not None:
                return broken
        for table in TABLES:
            name = table.model.__name__
            there = table.model._default_manager.filter(venue=venue).count()
            if there != self.counts.get(name, 0):
                return Broken(
                    "projection",
                    name,
                    Text(
                        zh=f"{name}有{there}行，重放得到{self.counts.get(name, 0)}行。",
                        en=f"{name} has {there} rows, a replay gives {self.counts.get(name, 0)}.",
                    ),
                )
        return None

    def _settled(self, table: Table, rows: Sequence[Row], venue: str, done: Verified) -> Broken | None:
        name = table.model.__name__
        self.counts[name] = self.counts.get(name, 0) + len(rows)
        done.rows += len(rows)
        for begin in range(0, len(rows), _CHUNK):
            part = rows[begin : begin + _CHUNK]
            stored = _stored(table, part, venue)
            wide = len(table.key or _KEYS[name])
            for row in part:
                found = stored.get(row[:wide])
                if found != tuple(row):
                    return Broken(
                        "projection",
                        f"{name} {' '.join(map(str, row[:wide]))}",
                        Text(
                            zh=f"{name}的{row[:wide]}为{found}，重放得到{tuple(row)}。",
                            en=f"{name} has {found} where a replay gives {tuple(row)}.",
                        ),
                    )
        return None


def _stored(table: Table, rows: Sequence[Row], venue: str) -> dict[Row, Row]:
    """The rows of the database that have the keys of these, by key."""
    first = table.columns[0]
    wide = len(table.key or _KEYS[table.model.__name__])
    wanted: Iterable[Any] = {row[0] for row in rows}
    query = table.model._default_manager.filter(venue=venue, **{f"{first}__in": list(wanted)})
    return {row[:wide]: row for row in query.values_list(*table.columns)}
