"""Proving settlements: each is computed again from the evidence as it was known, and has to come out bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ecociv.compensation.agreements.computing import compute
from ecociv.compensation.agreements.gather import readings_of
from ecociv.compensation.models import Settlement
from ecociv.compensation.settlements.actions import agreement_of
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Differs:
    """A settlement that does not come out as recorded."""

    settlement: Settlement
    text: Text


def verify_settlements(zone: str, agreement: str) -> Differs | None:
    """Compute every final settlement of an agreement again; the first that differs, none where all hold."""
    declared = agreement_of(zone, agreement)
    finals = Settlement.objects.filter(zone=zone, agreement=agreement, stage=Settlement.Stage.FINAL)
    for settlement in finals.order_by("first_day"):
        version, span = settlement.terms, settlement.span
        given = readings_of(declared, [version], span, span, settlement.known_at)
        paid = (Decimal(settlement.paid_before[0]), Decimal(settlement.paid_before[1]))
        found = compute(version, span, given, paid=paid)
        if found.digest() != settlement.digest:
            return Differs(
                settlement,
                Text(
                    zh=f"{settlement.period} 重新计算为 {found.amount}，与记录不符。",
                    en=f"{settlement.period} comes to {found.amount} when computed again, not to what is recorded.",
                ),
            )
        carried = sum(row.difference for row in settlement.corrections.all())
        if carried != settlement.corrections_sum or (settlement.own or 0) + carried != settlement.total:
            return Differs(
                settlement,
                Text(
                    zh=f"{settlement.period} 的更正与合计不符。",
                    en=f"The corrections of {settlement.period} do not add up to its total.",
                ),
            )
    return None
