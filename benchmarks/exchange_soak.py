"""Soak of the exchange's engine: millions of random operations, with every invariant looked at on the way.

    python benchmarks/exchange_soak.py --operations 10000000 --state soak.json --seconds 3000

Stops when its time is over and goes on from its state when it is started again. Every ``--every`` operations the
invariants of engine and registry are looked at, the state is dumped, loaded and compared, and the trading day ends.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from ecociv.exchange.engine.engine import Engine

MARKETS = {
    "so2": {"quote": 1000, "lot": 100, "tick": 100, "years": 5, "reference": 38_900},
    "cea": {"tick": 1, "reference": 6_235},
}
RECEIVING = {
    "reserve": "reserve",
    "bound": False,
    "bans": [{"one": "power", "other": "*", "citation_zh": "样例", "citation_en": "sample"}],
    "last_day": "2999-12-31",
}
ACCOUNTS = 60
POWER = range(56, 60)
"""Numbers of the accounts that keep out of the books and trade among themselves alone."""
UNITS, MONEY = 300_000, 10_000_000_000
"""Of units and fen for each account: few enough that orders are refused for want of them, and that serial numbers, which
every trade splits further, end in blocks of a lot (with 50 million each, a million operations made 240,000 blocks)."""
SECOND = 1_000_000
KEPT = 4_000
"""Orders that may be withdrawn are drawn from the last so many."""


class Soak:
    """An engine, a source of chance and a clock."""

    def __init__(self, seed: int) -> None:
        self.engine = Engine()
        self.chance = Random(seed)
        self.at = 1_483_228_800 * SECOND
        self.day = 0
        self.done = 0
        self.tally: Counter[str] = Counter()
        self.orders: list[tuple[str, int]] = []
        self.seconds = 0.0
        self.checks = 0
        self._start()

    def must(self, kind: str, **said: Any) -> None:
        """A command that the soak itself needs."""
        outcome = self.engine.apply({"kind": kind, **said}, self.at)
        if not outcome["ok"]:
            raise SystemExit(f"{kind} {said} was refused: {outcome}")

    def _start(self) -> None:
        for key, steps in MARKETS.items():
            rules = {
                "market": key,
                "instrument": key,
                "vintage": 2016,
                "region": "",
                "label_zh": key,
                "label_en": key,
                "band": 1000,
                "block_band": 3000,
                "block_minimum": 50_000,
                "largest": 40_000,
                "position": UNITS * 2,
                "same_day": key == "so2",
                "fee": {"rate": 500, "minimum": 100},
                "receiving": RECEIVING,
                **steps,
            }
            self.must("open-market", rules=rules, document="soak")
        for number in range(ACCOUNTS):
            account = f"A{number}"
            owner = f"A{number // 2 * 2}" if number < 10 else account
            sector = "power" if number in POWER else "industry"
            self.must("open-account", account=account, name=account, owner=owner, sector=sector, document="soak")
            self.must("deposit", account=account, amount=MONEY, document="soak")
            for key in MARKETS:
                self.must("movement", movement=self._issue(key, account, UNITS))
        self.open()

    @staticmethod
    def _issue(market: str, account: str, quantity: int) -> dict[str, Any]:
        line = {"line": "make", "series": [market, 2016, ""], "quantity": quantity, "account": account}
        return {"kind": "issue", "document": "soak", "lines": [line]}

    def _units(self, market: str, kind: str, before: str, after: str) -> dict[str, Any]:
        giver = self.account()
        taker = self.account() if kind == "transfer" else giver
        claim = "soak pledge"
        line = {
            "line": "units",
            "series": [market, 2016, ""],
            "quantity": 100 * self.chance.randrange(1, 6),
            "giver": giver,
            "before": before,
            "taker": taker,
            "after": after,
            "giver_claim": claim if before == "pledged" else "",
            "taker_claim": claim if after == "pledged" else "",
        }
        return {"kind": kind, "document": "soak", "lines": [line]}

    def open(self) -> None:
        """Begin the next trading day with a call auction on one market."""
        self.day += 1
        name = f"{2017 + self.day // 336}-{self.day % 336 // 28 + 1:02d}-{self.day % 28 + 1:02d}"
        self.name = name
        for key in MARKETS:
            self.must("open-session", market=key, day=name, auction=key == "cea")
        self.auction = self.done + 200

    def account(self) -> str:
        """Any account."""
        return f"A{self.chance.randrange(ACCOUNTS)}"

    def step(self) -> None:
        """One operation."""
        chance, self.at = self.chance, self.at + 1_000
        if self.auction and self.done >= self.auction:
            self.auction = 0
            self.must("clear-auction", market="cea")
        kind, said = self._operation(chance.random())
        outcome = self.engine.apply({"kind": kind, **said}, self.at)
        self.done += 1
        self.tally[f"{kind} {'done' if outcome['ok'] else outcome['code']}"] += 1
        if kind == "order" and outcome["ok"] and outcome["open"]:
            self.orders.append((said["account"], outcome["order"]))
            if len(self.orders) > KEPT:
                del self.orders[: KEPT // 2]

    def _operation(self, draw: float) -> tuple[str, dict[str, Any]]:
        chance = self.chance
        market = "so2" if chance.random() < 0.5 else "cea"
        if draw < 0.62:
            steps = MARKETS[market]
            price = steps["reference"] + steps["tick"] * chance.randrange(-25, 26)
            said = {
                "account": self.account(),
                "market": market,
                "side": "buy" if chance.random() < 0.5 else "sell",
                "quantity": 100 * chance.randrange(1, 60),
                "price": price,
            }
            if draw < 0.04:
                said["life"] = "immediate" if draw < 0.02 else "fill-or-kill"
            elif draw < 0.05:
                del said["price"]
            return "order", said
        if draw < 0.92 and self.orders:
            place = chance.randrange(len(self.orders))
            account, number = self.orders[place]
            self.orders[place] = self.orders[-1]
            self.orders.pop()
            if draw < 0.67:
                return "cancel", {"account": account, "order": number, "quantity": 100}
            return "cancel", {"account": account, "order": number}
        if draw < 0.93:
            return "deposit", {"account": self.account(), "amount": 10_000, "document": "soak"}
        if draw < 0.94:
            return "withdraw", {"account": self.account(), "amount": 10_000, "document": "soak"}
        if draw < 0.955:
            return "movement", {"movement": self._units(market, "transfer", "free", "free")}
        if draw < 0.965:
            return "movement", {"movement": self._units(market, "pledge", "free", "pledged")}
        if draw < 0.975:
            return "movement", {"movement": self._units(market, "unpledge", "pledged", "free")}
        if draw < 0.978:
            return "movement", {"movement": self._units(market, "surrender", "free", "surrendered")}
        if draw < 0.98:
            return "movement", {"movement": self._issue(market, self.account(), 300)}
        if draw < 0.985:
            price = MARKETS[market]["reference"]
            said = {"account": self.account(), "counterparty": self.account(), "market": market}
            return "block-propose", {**said, "side": "buy", "price": price, "quantity": 50_000}
        if draw < 0.99:
            number = self.engine.state.numbers["block"]
            made = self.engine.state.proposals.get(number)
            return "block-confirm", {"account": made.counterparty if made else "A0", "proposal": max(1, number)}
        if draw < 0.993:
            price = MARKETS[market]["reference"]
            said = {"account": self.account(), "market": market, "side": "sell", "mode": "listed"}
            return "offer", {**said, "price": price, "quantity": 1_000, "ends": self.at + SECOND // 5, "document": "soak"}
        if draw < 0.997:
            offer = self.engine.state.numbers["offer"] or 1
            price = MARKETS[market]["reference"] + 100
            return "bid", {"account": self.account(), "offer": offer, "price": price, "quantity": 500}
        if draw < 0.999:
            return "close-offer", {"offer": min(self.engine.state.offers, default=1)}
        kind = "freeze-account" if chance.random() < 0.5 else "unfreeze-account"
        return kind, {"account": f"A{ACCOUNTS - 1}", "document": "soak"}

    def check(self) -> None:
        """End the day and look at everything."""
        self.must("end-of-day", day=self.name)
        self.orders.clear()
        broken = self.engine.verify()
        if broken:
            raise SystemExit(f"after {self.done:,} operations: {broken[0]}")
        loaded = Engine()
        loaded.load(json.loads(json.dumps(self.engine.dump())))
        if loaded.digest() != self.engine.digest():
            raise SystemExit(f"after {self.done:,} operations: a dump does not give the same state")
        self.engine.drain()
        self.checks += 1
        self.open()

    def keep(self, file: Path) -> None:
        """Write down where the soak is."""
        plain = {name: getattr(self, name) for name in ("at", "day", "done", "seconds", "name", "auction", "checks")}
        state = {**plain, "tally": self.tally, "chance": self.chance.getstate(), "engine": self.engine.dump()}
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(state))
        beside.replace(file)

    def resume(self, file: Path) -> None:
        """Go on from there."""
        state = json.loads(file.read_text())
        version, numbers, gauss = state.pop("chance")
        self.chance.setstate((version, tuple(numbers), gauss))
        self.engine = Engine()
        self.engine.load(state.pop("engine"))
        self.tally = Counter(state.pop("tally"))
        for name, value in state.items():
            setattr(self, name, value)


def main() -> int:
    """Run until the operations are done or the time is over."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000_000)
    parser.add_argument("--every", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=0, help="stop after so long; 0 never")
    parser.add_argument("--state", type=Path, help="file to go on from")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    soak = Soak(options.seed)
    if options.state and options.state.exists():
        soak.resume(options.state)
    ends = time.monotonic() + options.seconds if options.seconds else float("inf")
    while soak.done < options.operations and time.monotonic() < ends:
        started = time.process_time()
        until = min(soak.done + options.every, options.operations)
        while soak.done < until:
            soak.step()
            if not soak.done % 2_000:
                soak.engine.drain()
        soak.seconds += time.process_time() - started
        soak.check()
        if options.state:
            soak.keep(options.state)
        print(f"{soak.done:,} operations, {soak.done / soak.seconds:,.0f} a second of processor time, all holds", flush=True)
    numbers = soak.engine.state.numbers
    print(f"{soak.checks} looks at every invariant; {numbers['order']:,} orders, {numbers['trade']:,} trades")
    for name, count in soak.tally.most_common():
        print(f"  {count:>10,} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
