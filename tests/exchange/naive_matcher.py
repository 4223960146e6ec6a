"""A matcher that is slow and plain: one list of resting orders, scanned for each order that comes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Resting:
    """An order in the list; ``sign`` is 1 for a buyer and -1 for a seller."""

    order: int
    sign: int
    price: int
    quantity: int
    owner: int


class NaiveBook:
    """What price-time priority says, word for word, without any thought of speed.

    The rule for orders of one owner is a word of `SelfTrade`; lives are those of `Life`.
    """

    def __init__(self, self_trade: str) -> None:
        self.rule = self_trade
        self.rests: list[Resting] = []  # in the order in which they came

    def submit(
        self, order: int, sign: int, price: int | None, quantity: int, owner: int, life: int
    ) -> tuple[list[tuple[int, ...]], list[tuple[int, int, str]]]:
        """Trades and withdrawals, as plain tuples."""
        if life == 2:
            trial = NaiveBook(self.rule)
            trial.rests = [Resting(**vars(each)) for each in self.rests]
            trades, _ = trial.submit(order, sign, price, quantity, owner, 1)
            if sum(trade[1] for trade in trades) < quantity:
                return [], [(order, quantity, "not-in-full")]
        done: list[tuple[int, ...]] = []
        withdrawn: list[tuple[int, int, str]] = []
        while quantity:
            maker = self._best(-sign, price)
            if maker is None:
                break
            if owner and maker.owner == owner and self.rule != "allow":
                if self.rule in ("cancel-oldest", "cancel-both"):
                    self.rests.remove(maker)
                    withdrawn.append((maker.order, maker.quantity, "self-trade"))
                if self.rule in ("cancel-newest", "cancel-both"):
                    withdrawn.append((order, quantity, "self-trade"))
                    quantity = 0
                continue
            units = min(quantity, maker.quantity)
            done.append((maker.price, units, maker.order, order, maker.owner, owner))
            quantity -= units
            maker.quantity -= units
            if not maker.quantity:
                self.rests.remove(maker)
        if quantity and (price is None or life):
            withdrawn.append((order, quantity, "unfilled"))
        elif quantity:
            assert price is not None
            self.rests.append(Resting(order, sign, price, quantity, owner))
        return done, withdrawn

    def cancel(self, order: int, quantity: int | None) -> int | None:
        """Units withdrawn, ``None`` if there is no such order."""
        for each in self.rests:
            if each.order == order:
                units = each.quantity if quantity is None else min(quantity, each.quantity)
                each.quantity -= units
                if not each.quantity:
                    self.rests.remove(each)
                return units
        return None

    def priority(self, sign: int) -> list[tuple[int, int, int, int, int]]:
        """One side in priority: a stable sort by price keeps the order of coming."""
        side = sorted((each for each in self.rests if each.sign == sign), key=lambda each: -sign * each.price)
        return [(each.order, each.sign, each.price, each.quantity, each.owner) for each in side]

    def _best(self, sign: int, limit: int | None) -> Resting | None:
        best: Resting | None = None
        for each in self.rests:
            if each.sign != sign or (limit is not None and sign * each.price < sign * limit):
                continue
            if best is None or sign * each.price > sign * best.price:
                best = each
        return best
