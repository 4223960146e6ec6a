"""The state of the engine as plain values, and back: bit for bit, so that a snapshot goes on as the original would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ecociv.exchange.engine.state import BUY, Account, Bid, Day, Market, Offer, Order, Proposal, State, Terms
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.matching import Book
from ecociv.exchange.registry import Registry

FORM = 1


def dumped(state: State) -> dict[str, Any]:
    """The whole state; what can be made anew from the rest is left out."""
    return {
        "form": FORM,
        "registry": state.registry.dump(),
        "accounts": [_account(each) for each in state.accounts.values()],
        "owners": list(state.owners),
        "markets": [_market(each) for each in state.markets.values()],
        "orders": [_row(state.orders[number]) for number in sorted(state.orders)],
        "proposals": [_proposal(state.proposals[number]) for number in sorted(state.proposals)],
        "offers": [_offer(state.offers[number]) for number in sorted(state.offers)],
        "numbers": dict(state.numbers),
    }


def loaded(state: State, given: Mapping[str, Any]) -> None:
    """Fill a state that has done nothing.

    Raises
    ------
    ValueError, KeyError, TypeError
        When it is no dump.
    """
    if given["form"] != FORM:
        raise ValueError(f"The form {given['form']!r} of a dump is not known.")
    state.registry = Registry.load(given["registry"])
    state.accounts = {row[0]: _loaded_account(row) for row in given["accounts"]}
    state.owners = {key: number for number, key in enumerate(given["owners"], start=1)}
    state.markets = {each["rules"]["market"]: _loaded_market(each) for each in given["markets"]}
    state.orders = {row[0]: Order(*row) for row in given["orders"]}
    state.proposals = {row[0]: Proposal(*row) for row in given["proposals"]}
    state.offers = {each["offer"][0]: _loaded_offer(each) for each in given["offers"]}
    state.numbers = {what: given["numbers"][what] for what in state.numbers}
    state.buying = {}
    for order in state.orders.values():
        if order.side == BUY:
            key = (order.account, order.market)
            state.buying[key] = state.buying.get(key, 0) + order.open
    state.touched.clear()


def _account(account: Account) -> list[Any]:
    """Without sector and regions where neither is known, as before there were any, so that digests of then hold."""
    row = _row(account)
    return [*row[:-1], list(account.regions)] if account.sector or account.regions else row[:-2]


def _loaded_account(row: list[Any]) -> Account:
    said = dict(zip(_NAMES[Account], row, strict=False))
    return Account(**{**said, "regions": tuple(said.get("regions", ()))})


def _proposal(made: Proposal) -> list[Any]:
    """Without a moment of its own as before there was one, so that dumps written then keep their digest."""
    row = _row(made)
    return row if made.until else row[:-1]


def _row(each: Account | Order | Proposal) -> list[Any]:
    return [getattr(each, name) for name in _NAMES[type(each)]]


_NAMES: dict[type, list[str]] = {
    made: [each.name for each in fields(made)] for made in (Account, Order, Proposal)
}


def _market(market: Market) -> dict[str, Any]:
    return {
        "rules": market.rules.to_json(),
        "reference": market.reference,
        "phase": market.phase,
        "halted": market.halted,
        "day": asdict(market.day),
        "book": market.book.dump(),
        "collected": list(market.collected),
        "bought": sorted(market.bought.items()),
    }


def _loaded_market(given: Mapping[str, Any]) -> Market:
    rules = rules_of(given["rules"])
    return Market(
        rules,
        rules.series,
        given["reference"],
        given["phase"],
        given["halted"],
        Day(**given["day"]),
        Book.load(given["book"]),
        dict.fromkeys(given["collected"]),
        dict(given["bought"]),
    )


_PLAIN = [each.name for each in fields(Offer) if each.name not in ("bids", "terms")]


def _offer(offer: Offer) -> dict[str, Any]:
    said = offer.terms.said()
    return {
        "offer": [getattr(offer, name) for name in _PLAIN],
        "bids": [[getattr(one, each.name) for each in fields(Bid)] for one in offer.bids.values()],
        **({"terms": said} if said else {}),
    }


def _loaded_offer(given: Mapping[str, Any]) -> Offer:
    offer = Offer(**dict(zip(_PLAIN, given["offer"], strict=True)))
    offer.terms = Terms(**given.get("terms", {}))
    offer.bids = {row[0]: Bid(*row) for row in given["bids"]}
    return offer
