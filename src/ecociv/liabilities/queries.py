"""What is still to be restored in a zone, as the balance sheet reads it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.ledger.money import yuan
from ecociv.liabilities.damage.queries import positions
from ecociv.liabilities.deposits.queries import mine_positions

__all__ = ["Due", "due", "total_due"]


@dataclass(frozen=True, slots=True)
class Due:
    """A restoration that is still due.

    Attributes
    ----------
    kind : str
        ``damage`` or ``mine``.
    key, title, holder : str
        Number of the case or key of the mining right; what it is called; credit code of the enterprise.
    amount : Decimal or Missing
        Yuan; ``Missing.MISSING`` where the register does not say what the formula needs, never zero in its place.
    secured : Decimal
        Yuan that are paid in for it and not spent.
    trace : Trace
        The arithmetic.
    """

    kind: str
    key: str
    title: str
    holder: str
    amount: Decimal | Missing
    secured: Decimal
    trace: Trace
    sample: bool


def due(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> list[Due]:
    """Restoration still due on a day (today), as known at a moment (now): damage that was settled, and mines.

    What is restored already (accepted works) is taken off; what was paid in and not spent stays due and is shown as
    ``secured``. Damage without a settlement is no liability yet.
    """
    found = []
    for one in positions(zone, on, as_of):
        if one.settlement is None or one.to_restore == 0:
            continue
        key = one.damage.case.number
        agreed, works = yuan(one.agreed), yuan(one.sums.works)
        found.append(
            Due(
                "damage",
                key,
                one.damage.case.title,
                one.damage.enterprise,
                yuan(one.to_restore),
                yuan(one.sums.held),
                Trace(
                    Text(zh="尚待修复的损害", en="Damage still to be restored"),
                    yuan(one.to_restore),
                    "yuan",
                    "agreed - accepted works",
                    (
                        TraceInput(
                            Text(zh="赔偿数额", en="Agreed amount"),
                            agreed,
                            "yuan",
                            f"damage:{key}",
                            one.settlement.number,
                            one.settlement.signed_on.isoformat(),
                            one.settlement.recorded_at,
                            one.settlement.sample,
                        ),
                        TraceInput(
                            Text(zh="已验收工程", en="Accepted works"),
                            works,
                            "yuan",
                            f"damage:{key}",
                            sample=one.damage.sample,
                        ),
                    ),
                ),
                one.damage.sample,
            )
        )
    for mine in mine_positions(zone, on, as_of):
        if mine.to_restore == 0:
            continue
        amount: Decimal | Missing = Missing.MISSING if mine.to_restore is None else yuan(mine.to_restore)
        inputs = (*((mine.cost,) if mine.cost else ()),)
        works_done = TraceInput(
            Text(zh="已验收工程", en="Accepted works"),
            yuan(mine.sums.works),
            "yuan",
            f"mine:{mine.entry.key}",
            sample=mine.entry.sample,
        )
        found.append(
            Due(
                "mine",
                mine.entry.key,
                mine.entry.title,
                mine.entry.holder,
                amount,
                yuan(mine.sums.held),
                Trace(
                    Text(zh="尚待治理恢复的矿山", en="Mine still to be restored"),
                    amount,
                    "yuan",
                    "cost - accepted works",
                    (*inputs, works_done),
                ),
                mine.entry.sample,
            )
        )
    return found


def total_due(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> Trace:
    """The sum of what is due (yuan); parts that nobody knows are named in a note and left out of the sum."""
    parts = due(zone, on, as_of)
    known = [one for one in parts if isinstance(one.amount, Decimal)]
    unknown = [one for one in parts if not isinstance(one.amount, Decimal)]
    notes = tuple(
        Text(
            zh=f"{one.title}（{one.key}）缺少计算所需的登记内容，未计入。",
            en=f"{one.title} ({one.key}) is left out: the register does not say what the formula needs.",
        )
        for one in unknown
    )
    value = sum((one.amount for one in known), Decimal(0))
    return Trace(
        Text(zh="尚待修复的生态环境负债", en="Restoration still due"),
        value,
        "yuan",
        "sum",
        tuple(one.trace for one in known),
        notes=notes,
    )
