"""The sample market of a zone: participants, allotments and a few trading days from a seed, sent as real commands are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from django.utils import timezone
from pydantic import Field

from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, read_declaration
from ecociv.exchange.actions import (
    ClearAuction,
    CommandRefused,
    Deposit,
    EndDay,
    ExchangeAction,
    OpenAccount,
    OpenMarket,
    OpenSession,
    RecordMovement,
    SendCommand,
    SubmitOrder,
    send_all,
)
from ecociv.exchange.market.calendar import SECOND, moment
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.models import JournalEntry
from ecociv.exchange.queries import micros
from ecociv.exchange.registry import issue
from ecociv.exchange.rights.parties import placed
from ecociv.exchange.zone import market_rules, receiving_on
from ecociv.plan.package import zone_directory

FILE = "exchange_sample.yaml"
AUTHOR = "sample"


class SampleParticipant(Declared):
    """An account to open; industry and county as the register of enterprises has them, by which rights are passed on."""

    account: str
    name: str
    industry: str = ""
    division: str = ""


class SampleToday(Declared):
    """A market that is open today, modelled on one of the sample's past: the same units, of a vintage that is valid."""

    market: str
    like: str
    years_ago: int = Field(default=0, ge=0)
    """How many years its vintage lies before the year in which the sample is loaded."""


class SampleMarket(Declared):
    """What a zone declares of its sample market."""

    seed: int
    document: LocalText
    days: tuple[dt.date, ...] = Field(min_length=1)
    orders_a_day: int = Field(ge=1, le=1000)
    markets: tuple[str, ...] = Field(min_length=1)
    cash_fen: int = Field(gt=0)
    reserves: tuple[SampleParticipant, ...] = ()
    participants: tuple[SampleParticipant, ...] = Field(min_length=2)
    allotted: dict[str, dict[str, int]]
    """Units by market and participant; who is given none takes no part in that market."""
    keeps: dict[str, tuple[str, ...]] = {}
    """By market: participants who hold units and do not trade them."""
    today: tuple[SampleToday, ...] = ()

    def traders(self, market: str) -> list[str]:
        """Who sends orders to a market, in the order of the participants."""
        kept = self.keeps.get(market, ())
        return [
            each.account
            for each in self.participants
            if each.account in self.allotted[market] and each.account not in kept
        ]


@dataclass(slots=True)
class _Clock:
    """A moment that goes on by a second with each command."""

    at: int

    def tick(self) -> int:
        self.at += SECOND
        return self.at


def load_sample_market(zone: str) -> int:
    """Load the sample market, unless the exchange of the zone has a journal already; how many commands were sent.

    The days of the sample lie in 2017 and their markets stay closed; beside them markets of a vintage that is valid today
    are left open, so that orders can be tried.

    Raises
    ------
    CommandRefused
        When the declaration of the sample does not fit that of the markets.
    """
    path = zone_directory(zone) / FILE
    if not path.is_file() or JournalEntry.objects.filter(venue=zone).exists():
        return 0
    said = read_declaration(path, SampleMarket)
    actions = list(_actions(zone, said))
    for number, (action, receipt) in enumerate(zip(actions, send_all(actions), strict=True)):
        outcome = receipt.outcome
        if not outcome["ok"] and not isinstance(action, SubmitOrder):
            raise CommandRefused(outcome["code"], _said(number, outcome))
    return len(actions)


def _said(number: int, outcome: Mapping[str, Any]) -> Text:
    return Text(zh=f"样例第{number}条：{outcome['zh']}", en=f"sample command {number}: {outcome['en']}")


def _actions(zone: str, said: SampleMarket) -> Iterator[ExchangeAction]:
    rules = {each.market: each for each in market_rules(zone, said.days[0]) if each.market in said.markets}
    clock = _Clock(moment(said.days[0].isoformat(), "08:00"))
    for number, action in enumerate(_steps(zone, said, rules, clock)):
        action.key = f"sample:{number}"
        yield action


def _steps(
    zone: str, said: SampleMarket, rules: dict[str, MarketRules], clock: _Clock
) -> Iterator[ExchangeAction]:
    who = {"zone": zone, "author": AUTHOR}
    document = said.document.zh
    for market in rules.values():
        yield OpenMarket(
            rules=replace(market, sample=True), document=f"{document}：开设市场", at=clock.tick(), **who
        )
    for sort, accounts in (("reserve", said.reserves), ("trader", said.participants)):
        for each in accounts:
            sector, regions = placed(zone, each.industry, each.division)
            yield OpenAccount(
                account=each.account,
                name=each.name,
                sort=sort,
                sector=sector,
                regions=regions,
                document=f"{document}：开户",
                at=clock.tick(),
                **who,
            )
    for each in said.participants:
        yield Deposit(
            account=each.account,
            amount=said.cash_fen,
            document=f"{document}：银行回单",
            at=clock.tick(),
            **who,
        )
    like = {key: key for key in rules}
    yield from _allotments(zone, said, rules, like, clock)
    chance = Random(said.seed)
    for day in said.days:
        clock.at = moment(day.isoformat(), "09:15")
        for key in rules:
            yield OpenSession(market=key, day=day, auction=True, at=clock.tick(), **who)
        yield from _orders(zone, said, rules, like, clock, chance, said.orders_a_day // 3)
        for key in rules:
            yield ClearAuction(market=key, at=clock.tick(), **who)
        clock.at = moment(day.isoformat(), "09:30")
        yield from _orders(zone, said, rules, like, clock, chance, said.orders_a_day)
        clock.at = moment(day.isoformat(), "15:00")
        yield EndDay(day=day, at=clock.tick(), **who)
    yield from _today(zone, said, clock, chance)


def _today(zone: str, said: SampleMarket, clock: _Clock, chance: Random) -> Iterator[ExchangeAction]:
    """Markets of rights that are valid today, with a session of today whatever day it is: it is there to be tried."""
    who = {"zone": zone, "author": AUTHOR}
    today = timezone.localdate()
    declared = {each.market: each for each in market_rules(zone, today)}
    rules, like = {}, {each.market: each.like for each in said.today}
    for each in said.today:
        before, vintage = declared[each.like], today.year - each.years_ago
        series = before.series._replace(vintage=vintage)
        rules[each.market] = replace(
            before,
            market=each.market,
            vintage=vintage,
            label_zh=f"{before.label_zh} {vintage}",
            label_en=f"{before.label_en} {vintage}",
            receiving=receiving_on(zone, series, today),
            sample=True,
        )
    clock.at = micros(timezone.now()) - 3600 * SECOND
    for market in rules.values():
        yield OpenMarket(rules=market, document=f"{said.document.zh}：开设市场", at=clock.tick(), **who)
    yield from _allotments(zone, said, rules, like, clock)
    for key in rules:
        opened = {"kind": "open-session", "market": key, "day": today.isoformat()}
        yield SendCommand(said=opened, at=clock.tick(), **who)
    yield from _orders(zone, said, rules, like, clock, chance, said.orders_a_day // 2)


def _allotments(
    zone: str, said: SampleMarket, rules: dict[str, MarketRules], like: dict[str, str], clock: _Clock
) -> Iterator[ExchangeAction]:
    for key, market in rules.items():
        series, allotted = market.series, said.allotted[like[key]]
        parts = list(allotted.items())
        reserve = "reserve-carbon" if market.instrument == "cea" else "reserve-discharge"
        if any(each.account == reserve for each in said.reserves):
            whole = sum(allotted.values())
            parts.append((reserve, whole // 10 // market.lot * market.lot))
        for account, quantity in parts:
            made = issue(1, series, account, quantity, document=f"{said.document.zh}：初始分配", at=0)
            yield RecordMovement(movement=made, zone=zone, author=AUTHOR, at=clock.tick())


def _orders(
    zone: str,
    said: SampleMarket,
    rules: dict[str, MarketRules],
    like: dict[str, str],
    clock: _Clock,
    chance: Random,
    count: int,
) -> Iterator[ExchangeAction]:
    """Orders round the first reference price: some meet, some rest; what the rules refuse is refused."""
    for key, market in rules.items():
        traders = said.traders(like[key])
        for _ in range(count):
            ticks = market.reference // market.tick
            away = chance.randrange(-ticks // 50, ticks // 50 + 1)
            lots = chance.randrange(1, 30) * max(1, 1000 // market.lot)
            account = traders[chance.randrange(len(traders))]
            # A hundredth of what one was given at most, so that holdings stay near the amounts of the permits.
            most = said.allotted[like[key]][account] // 100 // market.lot * market.lot
            quantity = min(lots * market.lot, market.largest or lots * market.lot, max(market.lot, most))
            yield SubmitOrder(
                account=account,
                market=key,
                side=("buy", "sell")[chance.randrange(2)],
                price=market.reference + away * market.tick,
                quantity=quantity,
                zone=zone,
                author=AUTHOR,
                at=clock.tick(),
            )
