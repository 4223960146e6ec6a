"""What pages, commands and documents read of the exchange; all of it from the projections, none of it changes anything.

Prices and money are fen, quantities units of the instrument, times aware datetimes. The venue is the key of the zone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum

from ecociv.exchange.engine.state import BUY, FEES, SELL, SIDES
from ecociv.exchange.market.receiving import over
from ecociv.exchange.market.rules import MarketRules, rules_of
from ecociv.exchange.models import (
    AccountRow,
    DayRow,
    HoldingRow,
    JournalEntry,
    MarketRow,
    MoneyRow,
    MovementRow,
    OfferRow,
    OrderRow,
    ProposalRow,
    TradeRow,
)
from ecociv.exchange.registry import MONEY
from ecociv.exchange.sealed import giving_away

SECOND = 1_000_000


def when(at: int) -> dt.datetime:
    """A moment of the journal as an aware time.

    >>> when(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=at)


def micros(moment: dt.datetime) -> int:
    """An aware time as the journal writes it."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MarketNow:
    """A market as everybody may see it: rules, phase, and the day so far (``day`` is none before the first session)."""

    row: MarketRow
    rules: MarketRules
    day: DayRow | None

    @property
    def limits(self) -> tuple[int, int] | None:
        """Lowest and highest price of the day."""
        return self.rules.limits(self.row.reference)

    @property
    def last(self) -> int | None:
        """Price of the last trade of the day, or ``None``."""
        return self.day.last or None if self.day else None

    @property
    def taking_orders(self) -> bool:
        """Whether the session is open and not halted (the declared hours may still say no)."""
        return self.row.phase != "closed" and not self.row.halted

    def valid_on(self, day: dt.date) -> bool:
        """Whether the units traded are worth something on a day."""
        receiving = self.rules.receiving
        return receiving is None or over(receiving.last_day, self.row.market, day) is None


def markets(venue: str) -> list[MarketNow]:
    """All markets, by their key."""
    rows = list(MarketRow.objects.filter(venue=venue).order_by("market"))
    days = {
        (day.market, day.day): day
        for day in DayRow.objects.filter(venue=venue, day__in={row.day for row in rows if row.day})
    }
    return [MarketNow(row, rules_of(json.loads(row.rules)), days.get((row.market, row.day))) for row in rows]


def market(venue: str, key: str) -> MarketNow | None:
    """One market, or ``None``."""
    return next((each for each in markets(venue) if each.row.market == key), None)


class Level(NamedTuple):
    """A price of the book: units, and how many orders."""

    price: int
    quantity: int
    orders: int


def depth(venue: str, market_key: str, levels: int | None = 5) -> dict[str, list[Level]]:
    """The book by price, best first: ``bids`` and ``asks``; five levels are published, ``None`` gives all."""
    found = {}
    for name, side in (("bids", BUY), ("asks", SELL)):
        rows = (
            OrderRow.objects.filter(venue=venue, market=market_key, state="open", side=side)
            .values("price")
            .annotate(units=Sum("open"), orders=Count("pk"))
            .order_by("-price" if side == BUY else "price")
        )
        found[name] = [Level(row["price"], row["units"], row["orders"]) for row in rows[:levels]]
    return found


def trades(venue: str, market_key: str = "", *, day: str = "", account: str = "") -> QuerySet[TradeRow]:
    """Trades, the latest first."""
    rows = TradeRow.objects.filter(venue=venue).order_by("-number")
    if market_key:
        rows = rows.filter(market=market_key)
    if day:
        rows = rows.filter(day=day)
    if account:
        rows = rows.filter(Q(buyer=account) | Q(seller=account))
    return rows


def daily(venue: str, market_key: str) -> QuerySet[DayRow]:
    """Open, high, low, close and volume by trading day, the latest first."""
    return DayRow.objects.filter(venue=venue, market=market_key).order_by("-day")


def accounts(venue: str) -> QuerySet[AccountRow]:
    """Participants, by name; closed ones among them."""
    return AccountRow.objects.filter(venue=venue).order_by("name", "account")


def account(venue: str, key: str) -> AccountRow | None:
    """One participant, or ``None``."""
    return AccountRow.objects.filter(venue=venue, account=key).first()


def orders_of(
    venue: str, account_key: str = "", *, market_key: str = "", open_only: bool = False
) -> QuerySet[OrderRow]:
    """Orders, the latest first."""
    rows = OrderRow.objects.filter(venue=venue).order_by("-number")
    if account_key:
        rows = rows.filter(account=account_key)
    if market_key:
        rows = rows.filter(market=market_key)
    return rows.filter(state="open") if open_only else rows


class Held(NamedTuple):
    """Units of an account in one state."""

    account: str
    instrument: str
    vintage: int
    region: str
    state: str
    quantity: int


def holdings_of(
    venue: str, account_key: str = "", *, instrument: str = "", as_of: dt.datetime | None = None
) -> list[Held]:
    """What accounts hold by instrument, vintage, region and state; what is nought is left out.

    With ``as_of`` the figures are added up from the movements recorded by then.
    """
    if as_of is not None:
        return _holdings_as_of(venue, account_key, instrument, micros(as_of))
    rows = HoldingRow.objects.filter(venue=venue, quantity__gt=0)
    if account_key:
        rows = rows.filter(account=account_key)
    if instrument:
        rows = rows.filter(instrument=instrument)
    return [
        Held(row.account, row.instrument, row.vintage, row.region, row.state, row.quantity)
        for row in rows.order_by("account", "instrument", "vintage", "region", "state")
    ]


def _holdings_as_of(venue: str, account_key: str, instrument: str, at: int) -> list[Held]:
    lines = MovementRow.objects.filter(venue=venue, at__lte=at).exclude(unit__in=["", MONEY]).exclude(after="owed")
    if instrument:
        lines = lines.filter(unit=instrument)
    sums: dict[tuple[str, str, int, str, str], int] = {}
    for side, state, sign in (("taker", "after", 1), ("giver", "before", -1)):
        rows = lines.exclude(**{side: ""})
        if account_key:
            rows = rows.filter(**{side: account_key})
        for row in rows.values(side, "unit", "vintage", "region", state).annotate(units=Sum("quantity")):
            key = (row[side], row["unit"], row["vintage"], row["region"], row[state])
            sums[key] = sums.get(key, 0) + sign * row["units"]
    return [Held(*key, quantity) for key, quantity in sorted(sums.items()) if quantity]


class Money(NamedTuple):
    """Money of an account, fen."""

    free: int
    reserved: int


def money_of(venue: str, account_key: str, as_of: dt.datetime | None = None) -> Money:
    """Money of an account, nothing where there is none."""
    if as_of is not None:
        lines = MovementRow.objects.filter(venue=venue, unit=MONEY, at__lte=micros(as_of))
        sums = {"free": 0, "reserved": 0}
        for side, state, sign in (("taker", "after", 1), ("giver", "before", -1)):
            for row in lines.filter(**{side: account_key}).values(state).annotate(fen=Sum("quantity")):
                sums[row[state]] += sign * row["fen"]
        return Money(sums["free"], sums["reserved"])
    row = MoneyRow.objects.filter(venue=venue, account=account_key).first()
    return Money(row.free, row.reserved) if row else Money(0, 0)


def movements(
    venue: str,
    account_key: str = "",
    *,
    kinds: Iterable[str] = (),
    instrument: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    sealed: bool = False,
) -> QuerySet[MovementRow]:
    """Lines of movements with their documents, the latest first.

    Those that would tell what was bid in an auction whose bids are not opened yet are left out, but for their bidder
    (``sealed``).
    """
    rows = MovementRow.objects.filter(venue=venue).order_by("-movement", "place")
    if account_key:
        rows = rows.filter(Q(giver=account_key) | Q(taker=account_key))
    if instrument:
        rows = rows.filter(unit=instrument)
    if not sealed:
        rows = rows.exclude(giving_away(venue))
    wanted = list(kinds)
    if wanted:
        rows = rows.filter(kind__in=wanted)
    if since is not None:
        rows = rows.filter(at__gte=micros(since))
    if until is not None:
        rows = rows.filter(at__lt=micros(until))
    return rows


class Statement(NamedTuple):
    """What an account had, what happened, and what it has then (对账单)."""

    opening_money: Money
    opening_holdings: list[Held]
    movements: QuerySet[MovementRow]
    trades: QuerySet[TradeRow]
    closing_money: Money
    closing_holdings: list[Held]


def statement(venue: str, account_key: str, since: dt.datetime, until: dt.datetime) -> Statement:
    """The statement of an account from ``since`` up to but without ``until``, in the order of time.

    Opening and closing are added up from the movements recorded before each, so that opening and movements give closing.
    """
    before, last = since - dt.timedelta(microseconds=1), until - dt.timedelta(microseconds=1)
    return Statement(
        money_of(venue, account_key, before),
        holdings_of(venue, account_key, as_of=before),
        movements(venue, account_key, since=since, until=until, sealed=True).order_by("movement", "place"),
        trades(venue, account=account_key).filter(at__gte=micros(since), at__lt=micros(until)).order_by("number"),
        money_of(venue, account_key, last),
        holdings_of(venue, account_key, as_of=last),
    )


def proposals(venue: str, account_key: str = "", *, open_only: bool = True) -> QuerySet[ProposalRow]:
    """Block proposals of which an account is a side."""
    rows = ProposalRow.objects.filter(venue=venue).order_by("-number")
    if account_key:
        rows = rows.filter(Q(account=account_key) | Q(counterparty=account_key))
    return rows.filter(state="open") if open_only else rows


def proposal_state(row: ProposalRow, at: int) -> str:
    """The state of a proposal at a moment in microseconds: one whose time is over has lapsed, whenever that is written down.

    >>> row = ProposalRow(state="open", until=100)
    >>> proposal_state(row, 99), proposal_state(row, 100), proposal_state(ProposalRow(state="done", until=100), 100)
    ('open', 'lapsed', 'done')
    """
    return "lapsed" if row.state == "open" and row.until and at >= row.until else row.state


def over_time(venue: str, at: int) -> QuerySet[ProposalRow]:
    """Proposals whose time is over and that still hold what they hold, in the order in which it ended."""
    rows = ProposalRow.objects.filter(venue=venue, state="open", until__gt=0, until__lte=at)
    return rows.order_by("until", "number")


def offers(venue: str, *, open_only: bool = True) -> QuerySet[OfferRow]:
    """Listings and sealed auctions; of sealed ones the bids are nobody's business before they end."""
    rows = OfferRow.objects.filter(venue=venue).order_by("-number")
    return rows.filter(state="open") if open_only else rows


def bids_of(offer: OfferRow) -> list[dict[str, Any]]:
    """The bids on an offer, in the order in which they came."""
    found: list[dict[str, Any]] = json.loads(offer.bids)
    return found


class Quote(NamedTuple):
    """What an order would hold and cost, before it is sent."""

    amount: int
    fee: int
    reserved_cash: int
    reserved_units: int


def quote(rules: MarketRules, side: str, price: int, quantity: int) -> Quote:
    """What is held for an order at a price: a buyer's money with the fee, a seller's units."""
    amount = rules.amount(price, quantity)
    fee = rules.fee.on(amount)
    if SIDES[side] == BUY:
        return Quote(amount, fee, amount + fee, 0)
    return Quote(amount, min(fee, amount), 0, quantity)


def journal(venue: str, *, kinds: Sequence[str] = ()) -> QuerySet[JournalEntry]:
    """Entries of the journal, the latest first: who sent what and what came of it."""
    rows = JournalEntry.objects.filter(venue=venue).order_by("-sequence")
    return rows.filter(kind__in=kinds) if kinds else rows


def is_participant(key: str) -> bool:
    """Whether an account belongs to a participant and not to the exchange itself."""
    return key != FEES
