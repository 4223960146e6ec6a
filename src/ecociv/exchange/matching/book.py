"""The order book: price priority, then time priority (价格优先、时间优先)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ecociv.exchange.matching.dumping import dumped, loaded
from ecociv.exchange.matching.levels import SPARE, Entry, Levels, Rows, resting
from ecociv.exchange.matching.orders import (
    Cause,
    Life,
    RestingOrder,
    SelfTrade,
    Side,
    Trade,
    Withdrawal,
)
from ecociv.exchange.matching.refusals import (
    refuse_number,
    refuse_numbers,
    refuse_order,
    refuse_unknown,
    sign_of,
)

_DAY, _FILL_OR_KILL = int(Life.DAY), int(Life.FILL_OR_KILL)
_LIVES = frozenset(int(life) for life in Life)

_WHOLE = frozenset({int, Side, Life})
"""What may stand for a side or a life: ``True`` and ``1.0`` equal 1, and mean something else."""

_GHOST: Entry = (0, 0, 0)
_trade = partial(tuple.__new__, Trade)


class Book:
    """Resting orders of one market, and the rule by which an incoming order meets them.

    The best price trades first and at one price the order that came first; a trade is at the price of the order that
    rested. Whoever calls says what an order may be (bands, lots, who may trade): the book knows prices and units only.

    Parameters
    ----------
    self_trade : SelfTrade
        What happens when two orders of one owner meet; an owner of 0 is nobody, and nobody never meets himself.

    Attributes
    ----------
    withdrawn : tuple of Withdrawal
        What the book itself withdrew in the last `submit`: rests of orders that do not stay, and self-trade prevention.

    Examples
    --------
    >>> book = Book()
    >>> _ = book.submit(1, Side.BUY, 6200, 100, owner=7), book.submit(2, Side.BUY, 6200, 50, owner=8)
    >>> book.submit(3, Side.SELL, 6150, 120, owner=8)[0]
    Trade(price=6200, quantity=100, maker=1, taker=3, maker_owner=7, taker_owner=8)
    >>> book.withdrawn
    (Withdrawal(order=3, quantity=20, cause=<Cause.SELF_TRADE: 'self-trade'>),)
    """

    __slots__ = ("_asks", "_at", "_bids", "_entries", "_highest", "_levels", "_self_trade", "withdrawn")

    def __init__(self, *, self_trade: SelfTrade = SelfTrade.CANCEL_NEWEST) -> None:
        self._self_trade = SelfTrade(self_trade)
        self._levels = Levels()
        self._entries = self._levels.entries
        self._at = self._levels.at
        self._bids, self._asks = self._levels.bids, self._levels.asks
        self._highest = -1
        self.withdrawn: tuple[Withdrawal, ...] = ()

    @property
    def self_trade(self) -> SelfTrade:
        """The rule for two orders of one owner."""
        return self._self_trade

    def submit(
        self,
        order: int,
        side: Side | int | str,
        price: int | None,
        quantity: int,
        *,
        owner: int = 0,
        life: Life | int = Life.DAY,
    ) -> list[Trade]:
        """Take an order: trade what can be traded, then let the rest stay or withdraw it.

        Parameters
        ----------
        order : int
            A number that no resting order has.
        side : Side, 1, -1, "buy" or "sell"
        price : int or None
            Limit in fen for one unit, above zero; ``None`` is a market order, which never rests.
        quantity : int
            Units, above zero.
        owner : int
            Who is behind it, for self-trade prevention.
        life : Life
            What becomes of units that find no counterpart.

        Returns
        -------
        list of Trade
            In the order in which they came about. What was withdrawn is in `withdrawn`.

        Raises
        ------
        BookError
            If an argument is not as described; nothing has happened then.
        """
        if side == 1 and side.__class__ in _WHOLE:
            facing, sign = self._asks, 1
        elif side == -1 and side.__class__ in _WHOLE:
            facing, sign = self._bids, -1
        else:
            sign = sign_of(side)
            facing = self._asks if sign == 1 else self._bids
        if not quantity.__class__ is order.__class__ is owner.__class__ is int or quantity <= 0:
            refuse_numbers(order, quantity, owner)
        if price is None:
            key, reach = 0, None
        elif price.__class__ is not int or price <= 0:
            refuse_number("bad-price", price)
        else:
            key = price * sign
            reach = -key
        if life and (life.__class__ not in _WHOLE or life not in _LIVES):
            refuse_number("bad-life", life)
        if order > self._highest:
            self._highest = order
        else:
            self._readmit(order)

        self.withdrawn = ()
        trades: list[Trade] = []
        if facing and (reach is None or facing[-1] >= reach):
            if life == _FILL_OR_KILL and not self._fills(facing, reach, quantity, owner):
                self.withdrawn = (Withdrawal(order, quantity, Cause.NOT_IN_FULL),)
                return trades
            quantity = self._take(order, quantity, owner, facing, reach, trades)
            if not quantity:
                return trades
        if life or reach is None:
            cause = Cause.NOT_IN_FULL if life == _FILL_OR_KILL else Cause.UNFILLED
            self.withdrawn = (*self.withdrawn, Withdrawal(order, quantity, cause))
            return trades
        level = self._at.get(key)
        if level is None:
            level = self._levels.open(key)
        self._entries[order] = (quantity, owner, level.key)
        level.queue.append(order)
        level.live += 1
        level.quantity += quantity
        return trades

    def collect(
        self, order: int, side: Side | int | str, price: int, quantity: int, *, owner: int = 0
    ) -> None:
        """Let an order rest without trading, as before a call auction; the book may be crossed until it is called.

        Parameters and errors are those of `submit`; a market order is refused. `ecociv.exchange.auctions.uncross` ends
        the collection.
        """
        key = sign_of(side) * price if price.__class__ is int else 0
        if not key or price <= 0:
            refuse_number("bad-price", price)
        if not quantity.__class__ is order.__class__ is owner.__class__ is int or quantity <= 0:
            refuse_numbers(order, quantity, owner)
        self._readmit(order)
        self._highest = max(self._highest, order)
        self.withdrawn = ()
        level = self._at.get(key) or self._levels.open(key)
        self._entries[order] = (quantity, owner, level.key)
        level.queue.append(order)
        level.live += 1
        level.quantity += quantity

    def cancel(self, order: int, quantity: int | None = None) -> int:
        """Withdraw an order, or some of its units: what stays keeps its place in the queue.

        Parameters
        ----------
        order : int
        quantity : int, optional
            Units to withdraw, above zero; all that are open when absent or when fewer are open.

        Returns
        -------
        int
            Units withdrawn.

        Raises
        ------
        BookError
            ``order-unknown`` if no such order rests (never came, traded in full, or withdrawn), ``bad-order``,
            ``bad-quantity``.
        """
        if order.__class__ is not int:  # True and 1.0 would be found under 1
            refuse_order(order)
        entry = self._entries.get(order)
        if entry is None:
            refuse_unknown(order)
        units, owner, key = entry
        level = self._at[key]
        if quantity is not None:
            if quantity.__class__ is not int or quantity <= 0:
                refuse_number("bad-quantity", quantity)
            if quantity < units:
                self._entries[order] = (units - quantity, owner, key)
                level.quantity -= quantity
                return quantity
        del self._entries[order]
        level.quantity -= units
        level.live -= 1
        queue = level.queue
        if queue[-1] == order:
            queue.pop()
        elif queue[0] == order:
            queue.popleft()
        else:
            self._levels.ghosts[order] = key
            if len(queue) > 3 * level.live + SPARE:
                self._levels.tidy(level)
        if not level.live:
            self._levels.close(key)
        return units

    def cancel_all(self, owner: int | None = None) -> list[RestingOrder]:
        """Withdraw every order, or every order of an owner (halt, freeze, end of day); returns them in priority."""
        gone = [each for each in self.orders() if owner is None or each.owner == owner]
        for each in gone:
            self.cancel(each.order)
        return gone

    def remaining(self, order: int) -> int:
        """Units of an order that are open; 0 if no such order rests."""
        entry = self._entries.get(order)
        return 0 if entry is None else entry[0]

    def find(self, order: int) -> RestingOrder | None:
        """A resting order by its number."""
        entry = self._entries.get(order)
        return None if entry is None else resting(order, entry)

    def __len__(self) -> int:
        """How many orders rest."""
        return len(self._entries)

    def __contains__(self, order: object) -> bool:
        """Whether an order of this number rests."""
        return order in self._entries

    @property
    def best_bid(self) -> int | None:
        """The highest price that someone pays, ``None`` without bids."""
        return self._bids[-1] if self._bids else None

    @property
    def best_ask(self) -> int | None:
        """The lowest price at which someone sells, ``None`` without asks."""
        return -self._asks[-1] if self._asks else None

    @property
    def crossed(self) -> bool:
        """Whether someone pays what someone asks: only while orders are collected for a call auction."""
        bids, asks = self._bids, self._asks
        return bool(bids and asks and bids[-1] >= -asks[-1])

    def snapshot(self, levels: int | None = None) -> dict[str, Rows]:
        """Price, units and number of orders of each level, best first.

        Parameters
        ----------
        levels : int, optional
            At most so many on each side; all when absent.

        Returns
        -------
        dict
            ``{"bids": [(price, units, orders), ...], "asks": [...]}``, made anew: what happens later does not change it,
            and ``json.dumps`` writes it.

        Raises
        ------
        BookError
            ``bad-levels``.
        """
        if levels is not None and (levels.__class__ is not int or levels < 0):
            refuse_number("bad-levels", levels)
        return {"bids": self._levels.rows(self._bids, levels), "asks": self._levels.rows(self._asks, levels)}

    def orders(self, side: Side | int | str | None = None) -> Iterator[RestingOrder]:
        """Resting orders in priority; all bids, then all asks, or one side."""
        sign = 0 if side is None else sign_of(side)
        entries = self._entries
        for keys, their_sign in ((self._bids, 1), (self._asks, -1)):
            if sign in (0, their_sign):
                for key in reversed(keys):
                    for order in self._at[key].queue:
                        entry = entries.get(order)
                        if entry is not None:
                            yield resting(order, entry)

    def dump(self) -> dict[str, Any]:
        """Return the state as plain JSON values; two books that go on alike have equal dumps, and the reverse."""
        return dumped(self)

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Book:
        """Read what `dump` returned.

        Raises
        ------
        BookError
            ``bad-state`` if the state is of another format, out of priority, or crossed without saying so; or the code of what
            is wrong with an order in it.
        """
        return loaded(cls, state)

    def _readmit(self, order: int) -> None:
        """Refuse a number that rests; let one that has gone come again, as a new order."""
        if order in self._entries:
            refuse_order(order)
        key = self._levels.ghosts.get(order)
        if key is not None:
            self._levels.tidy(self._at[key])

    def _take(
        self, order: int, quantity: int, owner: int, facing: list[int], reach: int | None, trades: list[Trade]
    ) -> int:
        """Trade against the other side down to ``reach``; return the units left (0 if the order was withdrawn)."""
        entries, levels, ghosts = self._entries, self._at, self._levels.ghosts
        rule = self._self_trade if owner else SelfTrade.ALLOW
        guarded = rule is not SelfTrade.ALLOW
        while quantity and facing:
            key = facing[-1]
            if reach is not None and key < reach:
                break
            level = levels[key]
            price, queue = abs(key), level.queue
            while quantity and level.live:
                maker = queue[0]
                entry = entries.get(maker)
                if entry is None:
                    queue.popleft()
                    del ghosts[maker]
                    continue
                units, maker_owner, _ = entry
                if guarded and maker_owner == owner:
                    if rule is not SelfTrade.CANCEL_NEWEST:
                        self.withdrawn = (*self.withdrawn, Withdrawal(maker, units, Cause.SELF_TRADE))
                        queue.popleft()
                        del entries[maker]
                        level.live -= 1
                        level.quantity -= units
                    if rule is not SelfTrade.CANCEL_OLDEST:
                        self.withdrawn = (*self.withdrawn, Withdrawal(order, quantity, Cause.SELF_TRADE))
                        quantity = 0
                    continue
                if quantity < units:
                    entries[maker] = (units - quantity, maker_owner, key)
                    level.quantity -= quantity
                    trades.append(_trade((price, quantity, maker, order, maker_owner, owner)))
                    return 0
                quantity -= units
                queue.popleft()
                del entries[maker]
                level.live -= 1
                level.quantity -= units
                trades.append(_trade((price, units, maker, order, maker_owner, owner)))
            if not level.live:
                self._levels.close(key)
        return quantity

    def _fills(self, facing: list[int], reach: int | None, quantity: int, owner: int) -> bool:
        """Whether an order would trade in full, were it to come now."""
        guarded = owner and self._self_trade is not SelfTrade.ALLOW
        for key in reversed(facing):
            if reach is not None and key < reach:
                return False
            level = self._at[key]
            if not guarded:
                quantity -= level.quantity
            else:
                for maker in level.queue:
                    units, maker_owner, _ = self._entries.get(maker, _GHOST)
                    if maker_owner != owner:
                        quantity -= units
                        if quantity <= 0:
                            return True
                    elif self._self_trade is not SelfTrade.CANCEL_OLDEST:
                        return False
            if quantity <= 0:
                return True
        return False
