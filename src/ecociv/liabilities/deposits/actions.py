"""Money of the restoration of a mine: paid in, drawn for accepted works, given back."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.liabilities.deposits.due import regime_on
from ecociv.liabilities.deposits.queries import KIND
from ecociv.liabilities.models import Movement
from ecociv.liabilities.money import LiabilityRefused, MoveMoney, MoveMoneyOf, Owner
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entry


def owner_of(one: Entry) -> Owner:
    """Whose money the deposit of a mine is."""
    return Owner(
        Movement.About.MINE,
        one.key,
        Text(zh=f"矿山治理 {one.title}"[:200], en=f"Restoration {one.title}"[:200]),
        one.holder,
    )


@dataclass(kw_only=True, slots=True)
class MoveDepositMoney(MoveMoneyOf):
    """Record that a mine paid in, that accepted works were paid from it, or that money was given back.

    Parameters
    ----------
    right
        Key of the mining right.
    document
        For works the paper by which they were accepted; for what is given back the decision.
    """

    zone: str
    right: str

    def check(self) -> MoveMoney:
        """The movement, when nothing is against it.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        LiabilityRefused
            For a mine that was not on the register, or a deposit given back before the mine is closed.
        """
        found = entry(self.zone, KIND, self.right, self.day)
        if found is None:
            raise LiabilityRefused(
                (
                    "right",
                    Text(
                        zh=f"{self.day} 采矿权登记中没有“{self.right}”。",
                        en=f"There was no mining right {self.right!r} on the register on {self.day}.",
                    ),
                )
            )
        move = self.movement(self.zone, owner_of(found), sample=found.sample)
        if self.kind == Movement.Kind.REFUND and found.state != "closed":
            regime = regime_on(self.day)
            if regime.key == "deposit":
                raise LiabilityRefused(
                    (
                        "day",
                        Text(
                            zh=f"{regime.name.zh}在闭坑验收后退还；该矿尚未闭坑。",
                            en=f"A {regime.name.en.lower()} is given back when the closing of the mine is accepted; it is not closed.",
                        ),
                    )
                )
            if not self.reason.strip():
                raise LiabilityRefused(
                    (
                        "reason",
                        Text(
                            zh="矿山未闭坑，退还须说明原因（如保证金转为基金）。",
                            en="The mine is not closed: say why it is given back (a deposit that becomes a fund, say).",
                        ),
                    )
                )
        return move
