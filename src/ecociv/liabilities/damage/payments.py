"""Money of a damage: payments by its plan, works of restoration, what is given back."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.ledger.money import shown
from ecociv.liabilities.damage.queries import position
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.money import LiabilityRefused, MoveMoney, MoveMoneyOf, Owner


def owner_of(damage: Damage) -> Owner:
    """Whose money the payments for a damage are."""
    return Owner(
        Movement.About.DAMAGE,
        damage.case.number,
        Text(zh=f"损害赔偿 {damage.case.title}"[:200], en=f"Damage {damage.case.title}"[:200]),
        damage.enterprise,
    )


@dataclass(kw_only=True, slots=True)
class MoveDamageMoney(MoveMoneyOf):
    """Record a payment for a damage, works of restoration paid from it, or what is given back."""

    damage: Damage

    def check(self) -> MoveMoney:
        """The movement, when nothing is against it.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        LiabilityRefused
            For more than is outstanding, before there is a settlement, or what is given back before the case is closed.
        """
        move = self.movement(self.damage.zone, owner_of(self.damage), sample=self.damage.sample)
        if self.request and Movement.objects.filter(zone=self.damage.zone, entry__key=self.request).exists():
            return move
        here = position(self.damage)
        if self.kind == Movement.Kind.PAID:
            if here.settlement is None or self.day < min(
                one.signed_on for one in self.damage.settlements.all()
            ):
                raise LiabilityRefused(
                    (
                        "day",
                        Text(
                            zh="签订协议或判决之前不收款。",
                            en="Nothing is paid before there is a settlement.",
                        ),
                    )
                )
            if self.fen > here.outstanding:
                raise LiabilityRefused(
                    (
                        "amount",
                        Text(
                            zh=f"只剩 {shown(here.outstanding)} 元未缴。",
                            en=f"Only {shown(here.outstanding)} yuan are still to be paid.",
                        ),
                    )
                )
        if self.kind == Movement.Kind.REFUND and self.damage.case.closed_at is None:
            raise LiabilityRefused(
                (
                    "",
                    Text(zh="结案后才能退还余款。", en="What is left is given back once the case is closed."),
                )
            )
        return move
