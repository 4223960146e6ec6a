"""What the registry keeps: the holdings of one series, and the money of all accounts. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecociv.exchange.registry.blocks import Block, Blocks
from ecociv.exchange.registry.movements import Cash, State

Holding = tuple[str, State, str]
"""Account, state and claim."""


class Ledger:
    """Everything about one series: how many units there are, and which serial numbers lie where.

    Attributes
    ----------
    issued : int
        Units ever made; the serial numbers are 1 to ``issued``.
    origins : dict
        The same by the kind of movement that made them.
    pools : dict
        Serial numbers by account, state and claim.
    totals : dict
        Units by account and state: kept so that a holding is read in one step, and so that there is something to check
        the serial numbers against.
    """

    __slots__ = ("issued", "origins", "pools", "totals")

    def __init__(self) -> None:
        self.issued = 0
        self.origins: dict[str, int] = {}
        self.pools: dict[Holding, Blocks] = {}
        self.totals: dict[tuple[str, State], int] = {}

    def make(self, holding: Holding, quantity: int, origin: str) -> Block:
        """Make units with the next serial numbers."""
        block = (self.issued + 1, self.issued + quantity)
        self.issued += quantity
        self.origins[origin] = self.origins.get(origin, 0) + quantity
        self._into(holding, (block,), quantity)
        return block

    def unmake(self, holding: Holding, block: Block, origin: str) -> None:
        """Take back the making of the last serial numbers."""
        quantity = block[1] - block[0] + 1
        pool = self.pools[holding]
        pool.take_out((block,))
        self._out_of(pool, holding, quantity)
        self.issued -= quantity
        self.origins[origin] -= quantity
        if not self.origins[origin]:
            del self.origins[origin]

    def moved(
        self, pool: Blocks, before: Holding, after: Holding, blocks: Sequence[Block], quantity: int
    ) -> None:
        """Bring blocks that were taken out of a pool to where they belong now."""
        self._out_of(pool, before, quantity)
        self._into(after, blocks, quantity)

    def _out_of(self, pool: Blocks, holding: Holding, quantity: int) -> None:
        if not pool.size:
            del self.pools[holding]
        key = holding[:2]
        left = self.totals[key] - quantity
        if left:
            self.totals[key] = left
        else:
            del self.totals[key]

    def _into(self, holding: Holding, blocks: Sequence[Block], quantity: int) -> None:
        pool = self.pools.get(holding)
        if pool is None:
            self.pools[holding] = Blocks(blocks)
        else:
            pool.put(blocks)
        key = holding[:2]
        self.totals[key] = self.totals.get(key, 0) + quantity


class Purse:
    """Money in whole fen by account: free, and reserved under claims; with what came in and went out in all."""

    __slots__ = ("free", "paid_in", "paid_out", "reserved", "reserved_totals")

    def __init__(self) -> None:
        self.free: dict[str, int] = {}
        self.reserved: dict[tuple[str, str], int] = {}
        self.reserved_totals: dict[str, int] = {}
        self.paid_in = 0
        self.paid_out = 0

    def of(self, account: str, reserved: bool, claim: str) -> int:
        """Money of an account, free or reserved under one claim."""
        return self.reserved.get((account, claim), 0) if reserved else self.free.get(account, 0)

    def pay(self, line: Cash, amount: int) -> None:
        """Move money; the caller knows that there is enough."""
        if line.giver:
            self._change(line.giver, line.giver_reserved, line.giver_claim, -amount)
        else:
            self.paid_in += amount
        if line.taker:
            self._change(line.taker, line.taker_reserved, line.taker_claim, amount)
        else:
            self.paid_out += amount

    def unpay(self, line: Cash) -> None:
        """Take a payment back."""
        self.pay(line, -line.amount)

    def total(self) -> int:
        """All money that is here."""
        return sum(self.free.values()) + sum(self.reserved.values())

    def _change(self, account: str, reserved: bool, claim: str, change: int) -> None:
        if not reserved:
            _add(self.free, account, change)
        else:
            _add(self.reserved, (account, claim), change)
            _add(self.reserved_totals, account, change)


def _add(kept: dict[Any, int], key: Any, change: int) -> None:
    amount = kept.get(key, 0) + change
    if amount:
        kept[key] = amount
    else:
        kept.pop(key, None)
