"""The engine: one command after the other, each with one outcome (交易引擎)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from ecociv.core.text import Text
from ecociv.exchange.engine import blocks, offers, orders, registrar, sessions
from ecociv.exchange.engine.changes import Touched
from ecociv.exchange.engine.dumping import dumped, loaded
from ecociv.exchange.engine.invariants import breaks
from ecociv.exchange.engine.refusals import Refused
from ecociv.exchange.engine.state import State
from ecociv.exchange.journal.lines import plain_text
from ecociv.exchange.market.rules import RulesRefused
from ecociv.exchange.registry import Break, MovementRefused

Handler = Callable[[State, Mapping[str, Any], int], dict[str, Any]]

COMMANDS: dict[str, Handler] = {
    "open-account": registrar.open_account,
    "close-account": registrar.close_account,
    "change-owner": registrar.change_owner,
    "change-account": registrar.change_account,
    "deposit": registrar.deposit,
    "withdraw": registrar.withdraw,
    "movement": registrar.movement,
    "freeze-account": registrar.freeze_account,
    "unfreeze-account": registrar.unfreeze_account,
    "open-market": sessions.open_market,
    "change-rules": sessions.change_rules,
    "open-session": sessions.open_session,
    "clear-auction": sessions.clear_auction,
    "close-session": sessions.close_session,
    "halt": sessions.halt,
    "resume": sessions.resume,
    "end-of-day": sessions.end_of_day,
    "order": orders.place,
    "cancel": orders.cancel,
    "block-propose": blocks.propose,
    "block-confirm": blocks.confirm,
    "block-withdraw": blocks.withdraw,
    "block-decline": blocks.decline,
    "block-lapse": blocks.lapse,
    "offer": offers.open_offer,
    "bid": offers.bid,
    "close-offer": offers.close_offer,
    "withdraw-offer": offers.withdraw_offer,
}


class Changes(NamedTuple):
    """What was touched, with the state from which its present figures are read."""

    state: State
    touched: Touched


class Engine:
    """Registry, books and sessions of one exchange.

    The same commands at the same times give the same outcomes and the same state, on every machine.

    Examples
    --------
    >>> engine = Engine()
    >>> for number, key in enumerate(("kiln", "plant"), start=1):
    ...     _ = engine.apply({"kind": "open-account", "account": key, "name": key, "document": "agreement"}, number)
    >>> engine.apply({"kind": "deposit", "account": "kiln", "amount": 100_000, "document": "bank slip 1"}, 3)
    {'ok': True, 'account': 'kiln', 'free': 100000}
    >>> engine.apply({"kind": "withdraw", "account": "kiln", "amount": 100_001, "document": "order 1"}, 4)["code"]
    'cash-short'
    """

    def __init__(self) -> None:
        self.state = State()

    def apply(self, command: Mapping[str, Any], at: int) -> dict[str, Any]:
        """Take one command.

        Parameters
        ----------
        command : Mapping
            Plain values with a ``kind``.
        at : int
            When it was taken, microseconds since 1970 UTC.

        Returns
        -------
        dict
            ``{"ok": True, ...}`` or ``{"ok": False, "code": ..., "zh": ..., "en": ...}``; a refused command changed nothing.
        """
        kind = command.get("kind")
        handler = COMMANDS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            return _refused(
                "unknown-command",
                Text(
                    zh=f"没有指令“{kind}”；有：{'、'.join(COMMANDS)}。",
                    en=f"There is no command {kind!r}; there are: {', '.join(COMMANDS)}.",
                ),
            )
        try:
            told = handler(self.state, command, at)
        except (Refused, MovementRefused) as refused:
            return _refused(refused.code, refused.text)
        except RulesRefused as refused:
            return _refused("rules", refused.text)
        return {"ok": True, **told}

    def drain(self) -> Changes:
        """What changed since the last call."""
        changes = Changes(self.state, self.state.touched)
        self.state.touched = Touched()
        return changes

    def digest(self) -> str:
        """SHA-256 of the whole state in its canonical form."""
        return sha256(plain_text(self.dump()).encode()).hexdigest()

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        return dumped(self.state)

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over the state of a dump."""
        loaded(self.state, state)

    def verify(self) -> list[Break]:
        """Every invariant that does not hold, in the order in which they are looked at."""
        return list(breaks(self.state))


def _refused(code: str, text: Text) -> dict[str, Any]:
    return {"ok": False, "code": code, "zh": text.zh, "en": text.en}
