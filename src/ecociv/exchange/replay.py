"""Playing a journal again, from a file or the database, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ecociv.core.text import Text
from ecociv.exchange.engine.changes import TradeDone
from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.journal.lines import Entry, JournalBroken, digest, header_line, plain_text, read_lines


@dataclass(slots=True)
class Replay:
    """What a journal came to.

    Attributes
    ----------
    venue : str
        From its header.
    sequence : int
        Commands that were played.
    refused : int
        Those that the engine refused.
    head : str
        Digest of the last line.
    trades : list of TradeDone
        All of them, in their order.
    """

    venue: str
    engine: Engine
    sequence: int = 0
    refused: int = 0
    head: str = ""
    trades: list[TradeDone] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Books, trades, balances and digest, plain."""
        state = self.engine.state
        return {
            "venue": self.venue,
            "sequence": self.sequence,
            "refused": self.refused,
            "head": self.head,
            "digest": self.engine.digest(),
            "books": {
                key: {
                    "phase": market.phase,
                    "halted": market.halted,
                    "day": market.day.day,
                    "reference": market.reference,
                    **{
                        side: [list(level) for level in levels]
                        for side, levels in market.book.snapshot().items()
                    },
                    "orders": [
                        [each.order, int(each.side), each.price, each.quantity, state.orders[each.order].account]
                        for each in market.book.orders()
                    ],
                }
                for key, market in state.markets.items()
            },
            "trades": [trade._asdict() for trade in self.trades],
            "balances": {
                "cash": [
                    {
                        "account": key,
                        "free": state.registry.cash(key),
                        "reserved": state.registry.reserved_cash(key),
                    }
                    for key in sorted(state.registry.accounts)
                    if state.registry.cash(key) or state.registry.reserved_cash(key)
                ],
                "holdings": [
                    {
                        "account": account,
                        "instrument": series.instrument,
                        "vintage": series.vintage,
                        "region": series.region,
                        "state": held.value,
                        "quantity": quantity,
                    }
                    for series in sorted(state.registry.ledgers)
                    for (account, held), quantity in sorted(state.registry.ledgers[series].totals.items())
                ],
                "issued": [
                    [*series, state.registry.ledgers[series].issued] for series in sorted(state.registry.ledgers)
                ],
            },
        }


def replay_lines(lines: Iterable[str]) -> Replay:
    """Play the lines of a journal file.

    Raises
    ------
    JournalBroken
        At the first line that breaks the chain, is no entry, or gives another outcome than it holds.
    """
    return _play(read_lines(lines))


def replay_entries(venue: str, entries: Iterable[Entry]) -> Replay:
    """Play entries from elsewhere as if they were lines of a file.

    Raises
    ------
    JournalBroken
        As `replay_lines`.
    """

    def lines() -> Iterator[str]:
        yield header_line(venue)
        for entry in entries:
            yield entry.line

    return replay_lines(lines())


def _play(read: Iterable[tuple[Entry, str]]) -> Replay:
    made: Replay | None = None
    for number, (entry, own) in enumerate(read, start=1):
        if made is None:
            made = Replay(entry.key, Engine(), head=own)
            continue
        try:
            outcome = made.engine.apply(json.loads(entry.command), entry.at)
            told = plain_text(outcome)
        except Exception as error:  # noqa: BLE001 - a file from elsewhere may hold what no exchange ever took
            raise JournalBroken(number, _beyond_the_engine(error)) from error
        if entry.outcome and told != entry.outcome:
            raise JournalBroken(
                number,
                Text(
                    zh=f"重放结果与该行所记的不同：{told[:200]}。",
                    en=f"It holds another outcome than the engine gives: {told[:200]}.",
                ),
            )
        made.sequence, made.head = entry.sequence, own
        made.refused += not outcome["ok"]
        made.trades += made.engine.drain().touched.trades
    assert made is not None  # an empty journal is refused by its reader
    return made


def _beyond_the_engine(error: Exception) -> Text:
    said = " ".join(str(error).split())[:200]
    return Text(
        zh=f"引擎不能执行该行的指令（{type(error).__name__}：{said}）。",
        en=f"The engine cannot carry out the command of this line ({type(error).__name__}: {said}).",
    )


def database_lines(venue: str) -> Iterator[str]:
    """The journal of a venue in the database as lines of a file, header first."""
    from ecociv.exchange.journal.replica import entries_after

    yield header_line(venue)
    for entry, _ in entries_after(venue, 0):
        yield entry.line


__all__ = ["Replay", "database_lines", "digest", "replay_entries", "replay_lines"]
