"""Negotiated block trades (大宗协议交易): one side proposes, the other confirms, or the proposal lapses.

The national carbon market takes block trades of 100,000 t and more within 30 % of the previous close (not verified); each
market declares its own figures. A proposal binds its maker until it lapses, so that what it reserves can be released at a
known moment. Times are whole microseconds, handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from ecociv.core.text import Text
from ecociv.exchange.auctions.offers import AuctionError
from ecociv.exchange.market.prices import band
from ecociv.exchange.matching import Side


@dataclass(frozen=True, slots=True)
class BlockRules:
    """What a block trade may be.

    Attributes
    ----------
    minimum : int
        Units at least.
    share : int
        Ten-thousandths of the reference that a price may differ from it, both ways; 0 is no band.
    lasts : int
        Microseconds that a proposal stands; 0 until its market closes.
    floor : int
        Fen; the lowest price whatever the reference, as the benchmark of discharge rights. 0 is none.
    lot : int
        Units of which a block is a multiple.
    tick : int
        Fen of which a price is a multiple; the band is cut inwards to it.
    """

    minimum: int
    share: int
    lasts: int = 0
    floor: int = 0
    lot: int = 1
    tick: int = 1

    def band(self, reference: int) -> tuple[int, int] | None:
        """The lowest and the highest price in fen; ``None`` without a share, or without a reference (0).

        Examples
        --------
        >>> BlockRules(minimum=100_000, share=3000).band(6235)  # 4364.5 and 8105.5: inside the band
        (4365, 8105)
        """
        if not self.share or not reference:
            return None
        low, high = band(reference, self.share, self.tick)
        return max(low, self.floor), high


class BlockState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Block:
    """A negotiated trade: ``side`` is the maker's, ``other`` is who may confirm.

    Attributes
    ----------
    price : int
        Fen for one unit.
    until : int or None
        The moment from which it can no longer be confirmed; ``None`` while its market is open.
    ended : int or None
        When it left the state of a proposal; ``None`` while it has not.
    """

    number: int
    side: Side
    maker: int
    other: int
    price: int
    quantity: int
    proposed: int
    until: int | None
    state: BlockState = BlockState.PROPOSED
    ended: int | None = None

    @property
    def buyer(self) -> int:
        """Who gets the units."""
        return self.maker if self.side is Side.BUY else self.other

    @property
    def seller(self) -> int:
        """Who delivers the units."""
        return self.other if self.side is Side.BUY else self.maker

    def confirm(self, by: int, at: int) -> Block:
        """The trade is made; only the other side may, and only in time.

        Raises
        ------
        AuctionError
            ``not-proposed``, ``not-yours``, ``lapsed``.
        """
        return self._end(BlockState.CONFIRMED, by, self.other, at)

    def decline(self, by: int, at: int) -> Block:
        """The other side does not want it. Errors as of `confirm`."""
        return self._end(BlockState.DECLINED, by, self.other, at)

    def withdraw(self, by: int, at: int) -> Block:
        """The maker takes it back before it is confirmed. Errors as of `confirm`."""
        return self._end(BlockState.WITHDRAWN, by, self.maker, at)

    def lapse(self, at: int) -> Block:
        """The proposal as it is at a moment: lapsed if its time is over, else unchanged."""
        if self.state is BlockState.PROPOSED and self.until is not None and at >= self.until:
            return replace(self, state=BlockState.LAPSED, ended=self.until)
        return self

    def dump(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "side": int(self.side), "state": self.state.value}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Block:
        """Read what `dump` returned."""
        return cls(**{**state, "side": Side(state["side"]), "state": BlockState(state["state"])})

    def _end(self, state: BlockState, by: int, who: int, at: int) -> Block:
        if self.state is not BlockState.PROPOSED:
            raise AuctionError(
                "not-proposed",
                Text(
                    zh=f"大宗协议 {self.number} 已{_STATES[self.state].zh}，不能再办。",
                    en=f"Block trade {self.number} is {_STATES[self.state].en}: nothing more can be done with it.",
                ),
            )
        if by != who:
            raise AuctionError(
                "not-yours",
                Text(
                    zh=f"大宗协议 {self.number} 的这一步只能由{'提出方' if who == self.maker else '对手方'}办理。",
                    en=f"This is for the {'maker' if who == self.maker else 'other side'} of block trade {self.number}.",
                ),
            )
        if self.until is not None and at >= self.until:
            raise AuctionError(
                "lapsed",
                Text(
                    zh=f"大宗协议 {self.number} 已于 {self.until} 失效，请重新提出。",
                    en=f"Block trade {self.number} lapsed at {self.until}: propose it again.",
                ),
            )
        return replace(self, state=state, ended=at)


def propose(
    rules: BlockRules,
    number: int,
    *,
    side: Side,
    maker: int,
    other: int,
    price: int,
    quantity: int,
    reference: int,
    at: int,
) -> Block:
    """Propose a block trade to one other party.

    Raises
    ------
    AuctionError
        ``own-block`` (both sides the same), ``too-few``, ``off-lot``, ``off-tick``, ``outside-band``.
    """
    if maker == other:
        raise AuctionError(
            "own-block",
            Text(zh="大宗协议的买卖双方不得为同一户。", en="A block trade needs two different parties."),
        )
    if quantity < rules.minimum:
        raise AuctionError(
            "too-few",
            Text(
                zh=f"大宗协议至少 {rules.minimum} 单位，实为 {quantity}；数量较小的请用挂牌交易。",
                en=f"A block trade is of {rules.minimum} units at least, not {quantity}: use the market for less.",
            ),
        )
    if quantity % rules.lot:
        raise AuctionError(
            "off-lot",
            Text(
                zh=f"数量 {quantity} 应为 {rules.lot} 的整数倍。",
                en=f"{quantity} units: a block is a multiple of {rules.lot}.",
            ),
        )
    if price % rules.tick:
        raise AuctionError(
            "off-tick",
            Text(
                zh=f"价格 {price} 分应为 {rules.tick} 分的整数倍。",
                en=f"A price of {price} fen: prices are multiples of {rules.tick} fen.",
            ),
        )
    limits = rules.band(reference)
    low, high = limits or (rules.floor, price)
    if not low <= price <= high:
        raise AuctionError(
            "outside-band",
            Text(
                zh=f"价格 {price} 分超出 {low} 至 {high} 分（参考价 {reference} 分的 ±{rules.share / 100:g}%"
                + (f"，且不低于 {rules.floor} 分" if rules.floor else "")
                + "）。",
                en=f"A price of {price} fen is outside {low} to {high} fen (reference {reference} fen, "
                f"{rules.share / 100:g} % both ways"
                + (f", at least {rules.floor} fen" if rules.floor else "")
                + ").",
            ),
        )
    return Block(number, side, maker, other, price, quantity, proposed=at, until=at + rules.lasts if rules.lasts else None)


_STATES = {
    BlockState.PROPOSED: Text(zh="提出", en="proposed"),
    BlockState.CONFIRMED: Text(zh="成交", en="confirmed"),
    BlockState.DECLINED: Text(zh="谢绝", en="declined"),
    BlockState.WITHDRAWN: Text(zh="撤回", en="withdrawn"),
    BlockState.LAPSED: Text(zh="失效", en="lapsed"),
}
