"""What supervision has to look at: an alert with its reason and the trades that are its evidence. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason

MINUTE = 60_000_000
"""Microseconds."""

KINDS: dict[str, Text] = {
    "large-position": Text(zh="大额持有", en="Large position"),
    "position-limit": Text(zh="超过持仓上限", en="Position limit exceeded"),
    "wash-own": Text(zh="自买自卖", en="Trade with oneself"),
    "wash-ring": Text(zh="对敲循环交易", en="Ring of trades"),
    "ramping": Text(zh="临近收盘拉抬打压", en="Ramping near the close"),
}


@dataclass(frozen=True, slots=True)
class TradeSeen:
    """A trade as supervision sees it.

    Attributes
    ----------
    number : int
        Unique; rises with time.
    at : int
        Microseconds since 1970-01-01 UTC.
    price, quantity : int
        Fen per unit, units.
    """

    number: int
    at: int
    market: str
    price: int
    quantity: int
    buyer: str
    seller: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a person has to look at.

    Attributes
    ----------
    owner : str
        The beneficial owner whom it is about; for a ring the one with whom it starts.
    accounts : tuple of str
        The accounts that took part, in order of their keys.
    trades : tuple of TradeSeen
        The evidence; empty where the holding itself is the evidence.
    """

    kind: str
    market: str
    owner: str
    accounts: tuple[str, ...]
    reason: Reason
    trades: tuple[TradeSeen, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same finding, however often it is looked for."""
        return digest_of_json(
            [self.kind, self.market, self.owner, list(self.accounts), [trade.number for trade in self.trades]]
            + ([] if self.trades else [self.reason.to_json()["data"]])
        )[:24]

    @property
    def label(self) -> Text:
        """The kind in both languages."""
        return KINDS[self.kind]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "key": self.key,
            "kind": self.kind,
            "market": self.market,
            "owner": self.owner,
            "accounts": list(self.accounts),
            "reason": self.reason.to_json(),
            "trades": [{name: getattr(trade, name) for name in TradeSeen.__slots__} for trade in self.trades],
        }


def owner_of(account: str, owners: Mapping[str, str]) -> str:
    """The beneficial owner of an account: itself where nothing else is declared."""
    return owners.get(account, account)
