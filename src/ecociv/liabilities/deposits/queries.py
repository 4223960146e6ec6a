"""Reading the restoration of mines: what is to be restored, called, paid in and spent by a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecociv.core.periods import OutsideValidity
from ecociv.core.trace import Trace
from ecociv.ledger.money import fen as fen_of
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.deposits.due import Mine, Regime, called, regime_on, restoration
from ecociv.liabilities.models import Movement
from ecociv.liabilities.money import Sums, standing, sums
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entries

KIND = "mining-right"


@dataclass(frozen=True, slots=True)
class MinePosition:
    """Where the restoration of a mine stands on a day; amounts in fen.

    ``cost`` and ``called`` are none where the register does not say what the formula needs, or no rule was in force.
    """

    entry: Entry
    regime: Regime | None
    cost: Trace | None
    called: Trace | None
    sums: Sums
    movements: tuple[Movement, ...]

    @property
    def cost_fen(self) -> int | None:
        """What restoring the whole mine costs."""
        return _fen(self.cost)

    @property
    def called_fen(self) -> int | None:
        """What has to have been paid in or set aside by now."""
        return _fen(self.called)

    @property
    def short(self) -> int | None:
        """What of that is not there."""
        if self.called_fen is None:
            return None
        return max(0, self.called_fen - self.sums.paid + self.sums.refunded)

    @property
    def to_restore(self) -> int | None:
        """What is still to be restored: the cost less accepted works; 0 once the mine is closed."""
        if self.entry.state == "closed":
            return 0
        return None if self.cost_fen is None else max(0, self.cost_fen - self.sums.works)


def mine_positions(
    zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None, *, key: str | None = None
) -> list[MinePosition]:
    """Where every mine on the register stands on a day (today), as known at a moment (now); by key of its right."""
    day = on or timezone.localdate()
    costs = declared(zone).restoration
    moved: dict[str, list[Movement]] = {}
    for movement in standing(zone, Movement.About.MINE, day, as_of, key):
        moved.setdefault(movement.key, []).append(movement)
    found = []
    for one in entries(zone, KIND, day, as_of):
        if key is not None and one.key != key:
            continue
        own = moved.get(one.key, [])
        mine, regime, cost, due_now = mine_of(one), None, None, None
        try:
            regime = regime_on(day)
            if mine is not None:
                cost = restoration(mine, costs, day)
                due_now = called(mine, costs, day)
        except OutsideValidity:
            # Before the first rule nothing was called; the page says that no rule was in force.
            cost = due_now = None
        found.append(MinePosition(one, regime, cost, due_now, sums(own), tuple(own)))
    return found


def mine_of(one: Entry) -> Mine | None:
    """What the formula needs of an entry; ``None`` where the register does not say it."""
    area, method, mineral = (one.values.get(name) for name in ("area", "method", "mineral"))
    first, last = one.term
    if (
        not isinstance(area, Decimal)
        or method not in ("open-pit", "underground")
        or not isinstance(mineral, str)
        or first is None
        or last is None
    ):
        return None
    return Mine(one.key, area, str(method), mineral, first, last, one.revision, one.sample)


def may_read(user: Any, one: Entry) -> bool:
    """Whether somebody reads the money of a mine: people of the zone, and the enterprise that holds the right."""
    return allowed(user, Action.READ, zone=one.zone, lead=[one.holder] if one.holder else [])


def readable(user: Any, found: Iterable[MinePosition]) -> list[MinePosition]:
    """The positions that somebody may read."""
    return [one for one in found if may_read(user, one.entry)]


def _fen(trace: Trace | None) -> int | None:
    return None if trace is None else fen_of(trace.value)  # type: ignore[arg-type]
