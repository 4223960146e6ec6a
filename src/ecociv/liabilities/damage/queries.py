"""Reading damage: what was valued, agreed and paid by a day, as known at a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecociv.ledger.money import shown
from ecociv.liabilities.damage.plan import InstalmentState, states
from ecociv.liabilities.models import Damage, Movement, Settlement, Valuation
from ecociv.liabilities.money import Sums, standing, sums
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action


@dataclass(frozen=True, slots=True)
class Position:
    """Where a damage stands on a day; amounts in fen."""

    damage: Damage
    valuation: Valuation | None
    settlement: Settlement | None
    instalments: tuple[InstalmentState, ...]
    sums: Sums
    movements: tuple[Movement, ...]
    closed: bool

    @property
    def agreed(self) -> int:
        """What is to be paid by agreement or judgment; 0 before there is one."""
        return self.settlement.fen if self.settlement else 0

    @property
    def outstanding(self) -> int:
        """What of it is still to be paid."""
        return sum(one.left for one in self.instalments)

    @property
    def overdue(self) -> int:
        """What of it is late."""
        return sum(one.left for one in self.instalments if one.state == "overdue")

    @property
    def agreed_shown(self) -> str:
        """What is to be paid, in yuan, thousands apart."""
        return shown(self.agreed)

    @property
    def paid_shown(self) -> str:
        """What is paid, in yuan, thousands apart."""
        return shown(self.sums.paid)

    @property
    def overdue_shown(self) -> str:
        """What is late, in yuan, thousands apart."""
        return shown(self.overdue)

    @property
    def late(self) -> int:
        """Days for which the earliest late instalment has been late."""
        return max((one.late for one in self.instalments), default=0)

    @property
    def to_restore(self) -> int:
        """What is still to be restored: what was agreed, less accepted works; 0 once the case is closed."""
        return 0 if self.closed else max(0, self.agreed - self.sums.works)


def damages(zone: str, as_of: dt.datetime | None = None) -> QuerySet[Damage]:
    """Damage on record in a zone, the latest first."""
    rows = Damage.objects.filter(zone=zone).select_related("case")
    return rows if as_of is None else rows.filter(recorded_at__lte=as_of)


def position(damage: Damage, on: dt.date | None = None, as_of: dt.datetime | None = None) -> Position:
    """Where one damage stands on a day (today), as known at a moment (now)."""
    return positions(damage.zone, on, as_of, only=damage)[0]


def positions(
    zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None, *, only: Damage | None = None
) -> list[Position]:
    """Where every damage stands; a fixed number of queries."""
    day = on or timezone.localdate()
    found = [only] if only is not None else list(damages(zone, as_of))
    keys = [one.pk for one in found]
    valuations: dict[int, Valuation] = {}
    for value in _known(Valuation.objects.filter(damage__in=keys).order_by("number"), as_of):
        valuations[value.damage_id] = value
    settled: dict[int, Settlement] = {}
    rows = Settlement.objects.filter(damage__in=keys, signed_on__lte=day).order_by("number")
    for settlement in _known(rows, as_of):
        settled[settlement.damage_id] = settlement
    moved: dict[str, list[Movement]] = {}
    key = only.case.number if only is not None else None
    for movement in standing(zone, Movement.About.DAMAGE, day, as_of, key):
        moved.setdefault(movement.key, []).append(movement)
    made = []
    for one in found:
        own = moved.get(one.case.number, [])
        added = sums(own)
        last = settled.get(one.pk)
        plan = states(last.instalments, added.paid, day) if last else ()
        made.append(
            Position(one, valuations.get(one.pk), last, plan, added, tuple(own), _closed(one, day, as_of))
        )
    return made


def may_read(user: Any, damage: Damage) -> bool:
    """Whether somebody reads a damage: people of the zone, and the enterprise that answers for it."""
    return allowed(user, Action.READ, zone=damage.zone, lead=[damage.enterprise])


def _closed(damage: Damage, day: dt.date, as_of: dt.datetime | None) -> bool:
    """Whether its case was closed by a day, as known at a moment."""
    at = damage.case.closed_at
    return at is not None and timezone.localdate(at) <= day and (as_of is None or at <= as_of)


def _known(rows: Any, as_of: dt.datetime | None) -> Any:
    return rows if as_of is None else rows.filter(recorded_at__lte=as_of)
