"""Random trades and transfers across basins, sectors and vintages against the law said once more, in plain tables."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.market.calendar import SECOND, moment
from ecociv.exchange.registry import Kind, Units
from ecociv.exchange.registry import State as Held
from exchange.engine_situations import Desk, rules

BAN = {"one": "power", "other": "*", "citation_zh": "38号", "citation_en": "No. 38"}
MARKETS: dict[str, dict[str, Any]] = {
    # market: basin, vintage, whether bound to the basin, whether power plants are banned, last day
    "upper-old": {"vintage": 2016, "region": "upper", "bound": True, "ban": False, "last": "2020-12-30"},
    "upper-new": {"vintage": 2017, "region": "upper", "bound": True, "ban": False, "last": "2021-12-31"},
    "lower-old": {"vintage": 2016, "region": "lower", "bound": True, "ban": True, "last": "2020-12-31"},
    "air": {"vintage": 2016, "region": "", "bound": False, "ban": True, "last": ""},
}
WHO: dict[str, tuple[str, tuple[str, ...]]] = {
    "kiln": ("ceramics", ("upper",)),
    "mill": ("paper", ("lower", "upper")),
    "plant": ("power", ("lower",)),
    "plant-2": ("power", ("upper",)),
    "stranger": ("", ()),
    "reserve": ("", ()),
}
CODES = {"expired", "sector", "sector-book", "sector-unknown", "region", "region-unknown", "counterparty"}
DAYS = ("2020-12-29", "2020-12-30", "2020-12-31", "2021-01-04")
Step = tuple[str, dict[str, Any]]


class Law:
    """The rule in the plainest words: who is told apart from whom, where each lies, and on what day."""

    def __init__(self) -> None:
        self.who = dict(WHO)

    def dead(self, market: str, day: str) -> bool:
        last = MARKETS[market]["last"]
        return bool(last) and day > last

    def may_have(self, market: str, taker: str) -> bool:
        said = MARKETS[market]
        return taker == "reserve" or not said["bound"] or said["region"] in self.who[taker][1]

    def may_meet(self, market: str, giver: str, taker: str) -> bool:
        if MARKETS[market]["ban"] and "reserve" not in (giver, taker):
            one, other = self.who[giver][0], self.who[taker][0]
            if not one or not other or (one == "power") != (other == "power"):
                return False
        return self.may_have(market, taker)

    def may_order(self, market: str, account: str, side: str) -> bool:
        if MARKETS[market]["ban"] and account != "reserve" and self.who[account][0] in ("", "power"):
            return False
        return side == "sell" or self.may_have(market, account)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A command that often fits."""
    account, other = draw(st.sampled_from(list(WHO))), draw(st.sampled_from(list(WHO)))
    market = draw(st.sampled_from(list(MARKETS)))
    side = draw(st.sampled_from(["buy", "sell"]))
    said = {
        "account": account,
        "market": market,
        "side": side,
        "quantity": 1_000 * draw(st.integers(1, 3)),
        "price": 38_900 + 100 * draw(st.integers(-2, 2)),
    }
    number = draw(st.integers(1, 5))
    kind = draw(st.sampled_from(["transfer", "pledge"]))
    described = draw(st.sampled_from(list(WHO.values())))
    line = {
        "line": "units",
        "series": ["so2", MARKETS[market]["vintage"], MARKETS[market]["region"]],
        "quantity": 1_000,
        "giver": account,
        "before": "free",
        "taker": other if kind == "transfer" else account,
        "after": "free" if kind == "transfer" else "pledged",
        **({"taker_claim": "loan"} if kind == "pledge" else {}),
    }
    choices: list[Step] = [
        ("order", said),
        ("block-propose", {**said, "counterparty": other}),
        ("block-confirm", {"account": account, "proposal": number}),
        ("offer", {**said, "mode": "listed", "ends": draw(st.integers(1, 40)), "document": "listing"}),
        (
            "offer",
            {
                **said,
                "account": "reserve",
                "side": "sell",
                "mode": "sealed",
                "ends": 20,
                "document": "auction",
            },
        ),
        ("bid", {"account": account, "offer": number, "price": said["price"], "quantity": said["quantity"]}),
        ("close-offer", {"offer": number}),
        ("movement", {"movement": {"kind": kind, "document": "paper", "lines": [line]}}),
        ("change-account", {"account": account, "document": "register", "described": described}),
        ("clear-auction", {"market": market}),
        ("next-day", {"auction": draw(st.booleans())}),
    ]
    place = draw(st.one_of(st.just(0), st.just(5), st.integers(0, len(choices) - 1)))
    return choices[place]


class Walk:
    """An engine that goes through days, and the law beside it."""

    def __init__(self) -> None:
        self.desk, self.law, self.day = Desk(), Law(), 0
        self.desk.at = moment(DAYS[0], "09:00")
        for key, said in MARKETS.items():
            receiving = {
                "reserve": "reserve",
                "bound": said["bound"],
                "bans": [BAN] if said["ban"] else [],
                "last_day": said["last"],
            }
            made = rules(
                market=key,
                vintage=said["vintage"],
                region=said["region"],
                receiving=receiving,
                block_minimum=1_000,
                same_day=True,
            )
            self.desk.done("open-market", rules=made, document="notice")
        for key, (sector, regions) in WHO.items():
            more = {"sort": "reserve"} if key == "reserve" else {}
            self.desk.done(
                "open-account", account=key, name=key, document="agreement", **more, **words(sector, regions)
            )
            self.desk.done("deposit", account=key, amount=1_000_000_000, document="slip")
            for said in MARKETS.values():
                series = ["so2", said["vintage"], said["region"]]
                line = {"line": "make", "series": series, "quantity": 20_000, "account": key}
                self.desk.done("movement", movement={"kind": "issue", "document": "permit", "lines": [line]})
        self.open(False)
        ends = {
            "mode": "listed",
            "ends": moment("2021-01-04", "10:00"),
            "document": "listing",
            "quantity": 9_000,
        }
        for account, market, side in (
            ("kiln", "upper-new", "sell"),
            ("plant", "lower-old", "sell"),
            ("mill", "air", "buy"),
        ):
            self.desk.done("offer", account=account, market=market, side=side, price=38_900, **ends)
        self.desk.engine.drain()

    def open(self, auction: bool) -> None:
        """A session of the day on every market that is still alive."""
        for market in MARKETS:
            outcome = self.desk.send("open-session", market=market, day=DAYS[self.day], auction=auction)
            assert outcome["ok"] != self.law.dead(market, DAYS[self.day]), outcome

    def next_day(self, auction: bool) -> None:
        """The end of the day; nothing of a series that does not outlast it is held for anything."""
        today = DAYS[self.day]
        self.desk.done("end-of-day", day=today)
        for market, said in MARKETS.items():
            if not said["last"] or said["last"] > today:
                continue
            ledger = self.desk.engine.state.registry.ledgers[self.desk.engine.state.markets[market].series]
            assert not any(ledger.totals.get((account, Held.RESERVED)) for account in WHO)
            assert not any(each.market == market for each in self.desk.engine.state.offers.values())
        if self.day + 1 < len(DAYS):
            self.day += 1
            self.desk.at = moment(DAYS[self.day], "09:00")
            self.open(auction)
        else:
            self.desk.at = moment("2021-01-04", "20:00")

    def allowed(self, kind: str, said: dict[str, Any]) -> bool | None:
        """What the law says of a command; ``None`` where it is not asked, or what is named is not there."""
        law, state = self.law, self.desk.engine.state
        day = DAYS[self.day]
        if kind in ("order", "offer"):
            if law.dead(said["market"], day):
                return False
            if kind == "order":
                return law.may_order(said["market"], said["account"], said["side"])
            unknown = (
                MARKETS[said["market"]]["ban"]
                and said["account"] != "reserve"
                and not law.who[said["account"]][0]
            )
            return not unknown and (said["side"] == "sell" or law.may_have(said["market"], said["account"]))
        if kind == "block-propose":
            sides = (said["account"], said["counterparty"])
            market, pair = said["market"], sides if said["side"] == "sell" else sides[::-1]
        elif kind == "block-confirm" and said["proposal"] in state.proposals:
            made = state.proposals[said["proposal"]]
            if made.counterparty != said["account"]:
                return None
            sides = (made.account, said["account"])
            market, pair = made.market, sides if made.side == -1 else sides[::-1]
        elif kind == "bid" and said["offer"] in state.offers:
            offer = state.offers[said["offer"]]
            sides = (offer.account, said["account"])
            market, pair = offer.market, sides if offer.side == -1 else sides[::-1]
        elif kind == "movement":
            (line,) = said["movement"]["lines"]
            market = next(
                key
                for key, each in MARKETS.items()
                if [each["vintage"], each["region"]] == line["series"][1:]
            )
            pair = (line["giver"], line["taker"])
            if said["movement"]["kind"] == "pledge":
                return not law.dead(market, day)
            if pair[0] == pair[1]:
                return None
        else:
            return None
        return not law.dead(market, day) and law.may_meet(market, *pair)

    def received(self, kind: str) -> None:
        """Everything that came to somebody else's account was his to receive, and worth something."""
        for movement in self.desk.engine.drain().touched.movements:
            for line in movement.lines:
                if not isinstance(line, Units) or line.giver == line.taker:
                    continue
                market = next(
                    key
                    for key, each in MARKETS.items()
                    if (each["vintage"], each["region"]) == line.series[1:]
                )
                assert not self.law.dead(market, DAYS[self.day]), (kind, line)
                assert self.law.may_meet(market, line.giver, line.taker), (kind, line)
                assert movement.kind in (Kind.TRANSFER, Kind.DELIVER)


def words(sector: str, regions: tuple[str, ...]) -> dict[str, Any]:
    return {**({"sector": sector} if sector else {}), **({"regions": list(regions)} if regions else {})}


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(steps(), min_size=10, max_size=60), st.integers(0, 59))
def test_nobody_receives_what_the_law_keeps_from_him(walk: list[Step], cut: int) -> None:
    made = Walk()
    begun = {series: ledger.issued for series, ledger in made.desk.engine.state.registry.ledgers.items()}
    for number, (kind, given_) in enumerate(walk):
        said = dict(given_)
        if number == cut:  # a loaded dump judges as the engine that was dumped
            loaded = Engine()
            loaded.load(json.loads(json.dumps(made.desk.engine.dump())))
            made.desk.engine = loaded
        if kind == "next-day":
            if made.desk.at < moment("2021-01-04", "19:00"):
                made.next_day(said["auction"])
                made.received(kind)
            continue
        if "ends" in said:
            said["ends"] = made.desk.at + said["ends"] * SECOND
        described = said.pop("described", None)
        if described is not None:
            said.update(words(*described))
        law = made.allowed(kind, said)
        outcome = made.desk.send(kind, **said)
        if law is False:
            assert not outcome["ok"]
            assert outcome["code"] in CODES | {"self-trade", "account-unknown"}, (kind, said, outcome)
        elif law is True:
            assert outcome.get("code") not in CODES, (kind, said, outcome)
        if described is not None and outcome["ok"]:
            made.law.who[said["account"]] = described
        made.received(kind)
        assert made.desk.engine.verify() == []
    registry = made.desk.engine.state.registry
    for series, issued in begun.items():
        ledger = registry.ledgers[series]
        assert ledger.issued == issued == sum(ledger.totals.values())


def test_the_walk_meets_what_it_is_about() -> None:
    """The steps above reach trades, refusals of each kind and expiry; otherwise the property would say little."""
    made = Walk()
    order = {"market": "lower-old", "quantity": 1_000, "price": 38_900}
    assert made.desk.send("order", account="mill", side="buy", **order)["ok"]
    assert made.desk.send("order", account="reserve", side="sell", **order)["trades"]
    made.received("order")
    for account, side, code in (
        ("kiln", "buy", "region"),
        ("plant", "sell", "sector-book"),
        ("stranger", "sell", "sector-unknown"),
    ):
        assert made.desk.send("order", account=account, side=side, **order)["code"] == code
        assert made.allowed("order", {"account": account, "side": side, **order}) is False
    made.next_day(False)
    made.next_day(False)
    assert dt.date.fromisoformat(DAYS[made.day]) > dt.date.fromisoformat(MARKETS["upper-old"]["last"])
    gone = made.desk.send("order", account="kiln", side="sell", **{**order, "market": "upper-old"})
    assert gone["code"] == "expired"
