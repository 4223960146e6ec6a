"""Engines in stated situations: a market of sulphur dioxide with two plants and a kiln, money and units in hand."""

from __future__ import annotations

from typing import Any

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.market.calendar import SECOND, moment

DAY = "2017-06-21"
NOON = moment(DAY, "10:00")


def rules(**changed: Any) -> dict[str, Any]:
    """Priced by the tonne and year for five years, traded in lots of 100 kg; 1 fee in 1000, at least a yuan."""
    return {
        "market": "so2",
        "instrument": "so2",
        "vintage": 2016,
        "region": "jingdezhen",
        "label_zh": "二氧化硫",
        "label_en": "SO2",
        "quote": 1000,
        "lot": 100,
        "tick": 100,
        "years": 5,
        "band": 1000,
        "block_band": 3000,
        "block_minimum": 50_000,
        "fee": {"rate": 1000, "minimum": 100},
        "reference": 38_900,
        **changed,
    }


class Desk:
    """An engine with a clock; each command takes a second."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self.at = NOON

    def send(self, kind: str, **said: Any) -> dict[str, Any]:
        """The outcome of a command, whatever it is."""
        self.at += SECOND
        return self.engine.apply({"kind": kind, **said}, self.at)

    def done(self, kind: str, **said: Any) -> dict[str, Any]:
        """The outcome of a command that is expected to be done."""
        outcome = self.send(kind, **said)
        assert outcome["ok"], outcome
        assert self.engine.verify() == []
        return outcome

    def refused(self, kind: str, **said: Any) -> str:
        """The code of a command that is expected to be refused, and to change nothing."""
        before = self.engine.digest()
        outcome = self.send(kind, **said)
        assert not outcome["ok"], outcome
        assert outcome["zh"] and outcome["en"]
        assert self.engine.digest() == before
        return str(outcome["code"])

    def order(self, account: str, side: str, quantity: int, price: int | None, **more: Any) -> dict[str, Any]:
        """An order that is expected to be taken."""
        said = {"account": account, "market": "so2", "side": side, "quantity": quantity, **more}
        return self.done("order", **said, **({} if price is None else {"price": price}))

    def cash(self, account: str) -> tuple[int, int]:
        """Free and reserved fen."""
        registry = self.engine.state.registry
        return registry.cash(account), registry.reserved_cash(account)

    def units(self, account: str) -> int:
        """Units in all live states."""
        return self.engine.state.registry.holding(account, "so2")


def issue_to(account: str, quantity: int, document: str = "permit") -> dict[str, Any]:
    """The command that issues units."""
    line = {"line": "make", "series": ["so2", 2016, "jingdezhen"], "quantity": quantity, "account": account}
    return {"kind": "movement", "movement": {"kind": "issue", "document": document, "lines": [line]}}


def prepared(**changed: Any) -> Desk:
    """Three traders with 10 million yuan and 1000 t each, the market open; ``changed`` rules."""
    desk = Desk()
    desk.done("open-market", rules=rules(**changed), document="notice 1")
    for account in ("kiln", "plant", "mill"):
        desk.done("open-account", account=account, name=account, document="agreement")
        desk.done("deposit", account=account, amount=1_000_000_000, document="bank slip")
        command = issue_to(account, 1_000_000)
        desk.done(command.pop("kind"), **command)
    desk.done("open-session", market="so2", day=DAY)
    return desk
