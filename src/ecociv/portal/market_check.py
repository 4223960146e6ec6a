"""What can be said of an order before it is sent: the rules it breaks, what it would hold and cost.

The engine decides when the order comes, and the market may have moved by then; the sentences are the engine's own where
they are the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.exchange.admission import may_trade
from ecociv.exchange.engine.orders import allowed_price, allowed_quantity, sellable, within_position
from ecociv.exchange.engine.refusals import Refused
from ecociv.exchange.exposure import exposure
from ecociv.exchange.market.rules import clock
from ecociv.exchange.models import AccountRow
from ecociv.exchange.queries import MarketNow, Quote, micros, money_of, quote
from ecociv.portal.market_figures import LIVES, SIDES, fen_of, units_of, yuan
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class OrderWish:
    """An order as the form has it, read as far as it can be."""

    account: str
    side: str
    price: int | None
    quantity: int | None
    life: str
    written: Mapping[str, str]
    key: str

    @classmethod
    def read(cls, given: Mapping[str, str], account: str) -> OrderWish:
        """Read a form; what cannot be read is ``None`` and kept as it was written."""
        written = {
            name: str(given.get(name, "")).strip()[:40] for name in ("side", "price", "quantity", "life")
        }
        side = written["side"] if written["side"] in SIDES else "buy"
        life = written["life"] if written["life"] in LIVES else "day"
        return cls(
            account,
            side,
            fen_of(written["price"]),
            units_of(written["quantity"]),
            life,
            written,
            str(given.get("key", ""))[:64] or uuid4().hex,
        )


@dataclass(slots=True)
class Check:
    """What was found: faults by field, and the sums if there are none that hide them."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    sums: Quote | None = None
    free_cash: int = 0
    free_units: int = 0
    crosses: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against sending it."""
        return not self.faults and self.sums is not None

    @property
    def all_faults(self) -> list[str]:
        """Every fault in the order of the form."""
        return [fault for faults in self.faults.values() for fault in faults]

    def add(self, name: str, fault: str) -> None:
        """Note a fault of a field."""
        self.faults.setdefault(name, []).append(fault)


def barred(verdict: Verdict) -> str:
    """Why an account may not trade, or "" where it may."""
    return "" if verdict.ok else " ".join(each.text.in_language(language()) for each in verdict.reasons)


def admissions(now: MarketNow, account: AccountRow) -> list[tuple[str, str]]:
    """What an account may do on a market, for the order form: each side with why it may not, or "" where it may.

    Empty where the rules of the market ask nothing of those who trade.
    """
    if now.rules.receiving is None:
        return []
    return [(str(name), barred(may_trade(now.rules, account, side))) for side, name in SIDES.items()]


def check_order(now: MarketNow, wish: OrderWish, account: AccountRow) -> Check:
    """Look at an order as the engine would, as far as the projections tell."""
    found = Check()
    rules, row = now.rules, now.row
    if row.halted:
        found.add("market", _("The market is halted: %(why)s.") % {"why": row.halted})
    elif row.phase == "closed":
        found.add("market", _("The session is closed: orders are taken when it opens again."))
    elif not rules.open_at(micros(timezone.now())):
        spans = ", ".join(f"{clock(begin)}–{clock(end)}" for begin, end in rules.hours)
        found.add("market", _("Orders are taken in the trading hours only: %(spans)s.") % {"spans": spans})
    if account.frozen:
        found.add("market", _("The account is frozen by order and cannot trade."))
    if why := barred(may_trade(rules, account, wish.side)):
        found.add("market", why)
    if wish.price is None:
        found.add("price", _("Write a price in yuan with at most two decimals, above zero."))
    else:
        _take(found, "price", lambda: allowed_price(rules, row.reference, wish.price or 0))
    if wish.quantity is None:
        found.add("quantity", _("Write a whole number of units, above zero."))
    else:
        _take(found, "quantity", lambda: allowed_quantity(rules, wish.quantity or 0))
    if row.phase == "auction" and wish.life != "day":
        found.add("life", _("A call auction takes orders that rest until the close only."))
    found.free_cash = money_of(row.venue, wish.account).free
    has = exposure(now, wish.account)
    found.free_units = has.free
    if wish.quantity is not None:
        units = wish.quantity
        if wish.side == "buy":
            _take(found, "quantity", lambda: within_position(rules, has.held, has.buying, units))
        else:
            _take(found, "quantity", lambda: sellable(has.free, has.bought, units))
    if wish.price is None or wish.quantity is None:
        return found
    found.sums = quote(rules, wish.side, wish.price, wish.quantity)
    if found.sums.reserved_cash > found.free_cash:
        found.add(
            "quantity",
            _("%(needed)s yuan would be reserved, but only %(free)s yuan are free.")
            % {"needed": yuan(found.sums.reserved_cash), "free": yuan(found.free_cash)},
        )
    if found.sums.reserved_units > found.free_units:
        found.add(
            "quantity",
            _("%(needed)s units would be reserved, but only %(free)s are free.")
            % {"needed": f"{found.sums.reserved_units:,}", "free": f"{found.free_units:,}"},
        )
    return found


def _take(found: Check, name: str, rule: Callable[[], None]) -> None:
    try:
        rule()
    except Refused as refused:
        text: Text = refused.text
        found.add(name, text.in_language(language()))
