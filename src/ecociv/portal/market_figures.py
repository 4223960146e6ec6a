"""Figures of markets as pages show them: prices in yuan, quantities with their unit, names of states."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.exchange.actions.base import require_operator
from ecociv.exchange.auctions import Clearing, Offer, call_auction
from ecociv.exchange.instruments.declaration import national
from ecociv.exchange.market.prices import half_even
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.models import AccountRow, OrderRow
from ecociv.exchange.queries import Level, MarketNow, accounts, depth, when
from ecociv.exchange.zone import operator
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.queries import ZoneNotLoaded
from ecociv.portal.as_of import LOCAL
from ecociv.portal.exchange_figures import instrument_name, region_name
from ecociv.portal.zone import zone_key

DEPTH = 5
"""Levels of the book that are published."""

SIDES: dict[str, str | Promise] = {"buy": gettext_lazy("Buy"), "sell": gettext_lazy("Sell")}
PHASES: dict[str, str | Promise] = {
    "closed": gettext_lazy("Session closed"),
    "auction": gettext_lazy("Call auction: orders are collected"),
    "continuous": gettext_lazy("Continuous trading"),
}
LIVES: dict[str, str | Promise] = {
    "day": gettext_lazy("Rests until the close"),
    "immediate": gettext_lazy("At once, the rest is withdrawn"),
    "fill-or-kill": gettext_lazy("At once and in full, or not at all"),
}
STATES: dict[str, str | Promise] = {
    "open": gettext_lazy("In the book"),
    "filled": gettext_lazy("Traded in full"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
CAUSES: dict[str, str | Promise] = {
    "cancelled": gettext_lazy("by the participant"),
    "unfilled": gettext_lazy("found no more counterpart"),
    "not-in-full": gettext_lazy("could not trade in full at once"),
    "self-trade": gettext_lazy("would have traded with an order of the same owner"),
    "session-closed": gettext_lazy("the session closed"),
    "end-of-day": gettext_lazy("the day ended"),
    "halted": gettext_lazy("the market was halted"),
    "account-frozen": gettext_lazy("the account was frozen by order"),
    "expired": gettext_lazy("the validity of the units ended"),
}
WAYS: dict[str, str | Promise] = {
    "continuous": gettext_lazy("Continuous"),
    "call-auction": gettext_lazy("Call auction"),
    "block": gettext_lazy("Block trade"),
    "offer": gettext_lazy("Listing or auction"),
}
OFFER_SIDES: dict[int, str | Promise] = {
    -1: gettext_lazy("For sale: bids go up"),
    1: gettext_lazy("Wanted: bids go down"),
}
MODES: dict[str, str | Promise] = {
    "listed": gettext_lazy("Listing"),
    "sealed": gettext_lazy("Sealed auction"),
}
PRICINGS: dict[str, str | Promise] = {
    "pay-as-bid": gettext_lazy("each pays his bid"),
    "uniform": gettext_lazy("all pay the lowest bid that is served"),
    "uniform-rejected": gettext_lazy("all pay the highest bid that goes without units"),
}
OFFER_STATES: dict[str, str | Promise] = {
    "open": gettext_lazy("Open for bids"),
    "done": gettext_lazy("Served"),
    "unsold": gettext_lazy("Without a bid"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "account-frozen": gettext_lazy("Ended: the account was frozen"),
    "expired": gettext_lazy("Ended: the validity of the units is over"),
}
HOLDING_STATES: dict[str, str | Promise] = {
    "free": gettext_lazy("free"),
    "frozen": gettext_lazy("frozen by order"),
    "reserved": gettext_lazy("reserved for orders"),
    "pledged": gettext_lazy("pledged"),
    "surrendered": gettext_lazy("surrendered"),
    "cancelled": gettext_lazy("cancelled"),
    "expired": gettext_lazy("expired"),
}
PROPOSAL_STATES: dict[str, str | Promise] = {
    "open": gettext_lazy("Waits for the other side"),
    "done": gettext_lazy("Traded"),
    "withdrawn": gettext_lazy("Ended"),
    "declined": gettext_lazy("Turned down"),
    "lapsed": gettext_lazy("Lapsed: its time was over"),
    "expired": gettext_lazy("Lapsed at the close"),
}


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals and groups of three digits; "" where there is no figure.

    >>> yuan(6235), yuan(123456789), yuan(-5), yuan(None)
    ('62.35', '1,234,567.89', '-0.05', '')
    """
    return "" if fen is None else f"{Decimal(fen) / 100:,.2f}"


def fen_of(written: str) -> int | None:
    """Yuan as somebody writes them, in fen; ``None`` if it is no amount of whole fen above zero.

    >>> fen_of(" 62.35 "), fen_of("1,200"), fen_of("62.355"), fen_of("-1"), fen_of("1e3"), fen_of("")
    (6235, 120000, None, None, None, None)
    """
    plain = written.strip().replace(",", "").replace("，", "").replace("¥", "")
    if not plain or len(plain) > 16 or not set(plain) <= set("0123456789."):
        return None
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() and fen > 0 else None


def units_of(written: str) -> int | None:
    """A quantity as somebody writes it; ``None`` if it is no whole number above zero.

    >>> units_of("1,200"), units_of("0"), units_of("1.5"), units_of("一百")
    (1200, None, None, None)
    """
    plain = written.strip().replace(",", "").replace("，", "")
    if not plain.isascii() or not plain.isdigit() or len(plain) > 15:
        return None
    return int(plain) or None


def unit_of(instrument: str) -> str:
    """Unit of an instrument, for instance ``kg``; "" for one that is not declared."""
    return next((each.unit for each in national().instruments if each.key == instrument), "")


def quoted(rules: MarketRules) -> str:
    """What a price is for, in words: "yuan per 1,000 kg and year, for 5 years"."""
    unit = unit_of(rules.instrument) or _("units")
    per = unit if rules.quote == 1 else f"{rules.quote:,} {unit}"
    if rules.years == 1:
        return _("yuan per %(per)s") % {"per": per}
    return _("yuan per %(per)s and year, paid for %(years)d years") % {"per": per, "years": rules.years}


def clock(at: int) -> dt.datetime:
    """A moment of the journal by the clock of China."""
    return when(at).astimezone(LOCAL)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A market as the pages show it, with its book."""

    now: MarketNow
    bids: list[Level]
    asks: list[Level]
    indicative: Clearing | None

    @property
    def rules(self) -> MarketRules:
        """Its rules."""
        return self.now.rules

    @property
    def traded(self) -> str:
        """The right that is traded, in words: name, year and region."""
        rules = self.rules
        parts = [instrument_name(rules.instrument), str(rules.vintage or ""), region_name(rules.region)]
        return " · ".join(part for part in parts if part)

    @property
    def key(self) -> str:
        """Key of the market."""
        return self.now.row.market

    @property
    def change(self) -> int | None:
        """Fen from the reference to the last price."""
        return None if self.now.last is None else self.now.last - self.now.row.reference

    @property
    def change_percent(self) -> Decimal | None:
        """The same in per cent of the reference, to two decimals."""
        if self.change is None or not self.now.row.reference:
            return None
        return (Decimal(self.change) * 100 / self.now.row.reference).quantize(Decimal("0.01"))

    @property
    def mean(self) -> int | None:
        """Volume-weighted mean price of the day so far, fen."""
        day = self.now.day
        return half_even(day.value, day.volume) if day and day.volume else None

    @property
    def phase(self) -> str | Promise:
        """The phase in words."""
        return PHASES.get(self.now.row.phase, self.now.row.phase)

    @property
    def unit(self) -> str:
        """Unit of quantities."""
        return unit_of(self.rules.instrument)

    @property
    def quoted(self) -> str:
        """What a price is for."""
        return quoted(self.rules)


def quotation(now: MarketNow, levels: int = DEPTH) -> Quotation:
    """A market with its book; while orders are collected for a call auction no book is shown, but the price it would make."""
    if now.row.phase != "auction":
        book = depth(now.row.venue, now.row.market, levels)
        return Quotation(now, book["bids"], book["asks"], None)
    sides: dict[int, list[Offer]] = {1: [], -1: []}
    rows = OrderRow.objects.filter(venue=now.row.venue, market=now.row.market, state="open").order_by(
        "number"
    )
    for row in rows.values_list("number", "side", "price", "open"):
        sides[row[1]].append(Offer(row[0], row[2], row[3]))
    found = call_auction(sides[1], sides[-1], now.row.reference or now.rules.tick, tick=now.rules.tick)
    return Quotation(now, [], [], found)


def own_accounts(user: object) -> list[AccountRow]:
    """Accounts with which somebody may trade."""
    if not getattr(user, "is_authenticated", False):
        return []
    zone = zone_key()
    key = getattr(user, "organisation", "")
    rows = accounts(zone).filter(account=key, closed=False) if key else []
    return [row for row in rows if allowed(user, Action.TRADE, zone=zone, lead=[row.account])]


def is_operator(user: object) -> bool:
    """Whether somebody acts for the body that operates the exchange."""
    if not getattr(user, "is_authenticated", False):
        return False
    zone = zone_key()
    try:
        lead = operator(zone, timezone.localdate())
    except ZoneNotLoaded:  # then nobody is known to operate anything
        return False
    return allowed(user, Action.KEEP_REGISTER, zone=zone, lead=[lead])


def require_operator_of(user: object) -> None:
    """Refuse whoever does not act for the operator, with the sentence of the policy.

    Raises
    ------
    PermissionDenied
    """
    require_operator(user, zone_key())
