"""Offers on which others bid: listings up and down (单向竞价), and sealed auctions of the government's reserve.

Which bids are taken, what moves the end and who gets how much at which price is said by `ecociv.exchange.auctions`; here
are the reservations, the settlement, and what the rules of the market say of all that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecociv.exchange.auctions import Bidding, Fill, Listing, Pricing, Rationing, sealed_auction
from ecociv.exchange.auctions import Offer as Standing
from ecociv.exchange.engine.blocks import expire_proposals
from ecociv.exchange.engine.changes import TradeDone
from ecociv.exchange.engine.fields import COUNT, DOCUMENT, MOMENT, POSITIVE, SIDE, WORD, one_of, read
from ecociv.exchange.engine.orders import allowed_quantity, may_hold, may_sell
from ecociv.exchange.engine.receiving import dead, may_answer, may_order, meets
from ecociv.exchange.engine.refusals import refuse
from ecociv.exchange.engine.settlement import deliver, release, reserve
from ecociv.exchange.engine.state import BUY, SELL, SIDES, Bid, Market, Offer, State, Terms
from ecociv.exchange.engine.worded import in_our_words, of_bid, off_tick
from ecociv.exchange.market.calendar import local_day
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.matching import Side

MODES = ("listed", "sealed")
PRICINGS = ("pay-as-bid", "uniform", "uniform-rejected")


def open_offer(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``offer``: a listing or a sealed auction; what the lister gives is held until it ends.

    Government auctions (``sealed``) are for accounts of the reserve, which sell.
    """
    read(
        command,
        {
            "account": WORD,
            "market": WORD,
            "side": SIDE,
            "mode": WORD,
            "price": POSITIVE,
            "quantity": POSITIVE,
            "ends": MOMENT,
            "document": DOCUMENT,
        },
        {"pricing": WORD, "extension": COUNT, "latest": MOMENT, "limit": COUNT},
    )
    mode = one_of(command, "mode", MODES)
    pricing = one_of(command, "pricing", PRICINGS) if "pricing" in command else ""
    account, market = state.acting(command["account"]), state.market(command["market"])
    side, price, quantity = SIDES[command["side"]], command["price"], command["quantity"]
    if mode == "sealed" and (account.kind != "reserve" or side != SELL):
        refuse("reserve-only", "密封竞价只用于政府储备的出让。", "Sealed auctions are for the government's reserve, which sells.")
    may_order(market, account, side, at, book=False)
    _not_halted(market)
    if command["ends"] <= at:
        refuse("ends-past", "竞价截止时间已过。", "The end of bidding lies in the past.")
    allowed_quantity(market.rules, quantity)
    if price % market.rules.tick:
        off_tick(market)
    terms = _terms(command, market.rules)
    (may_hold if side == BUY else may_sell)(state, market, account.key, quantity)
    number = state.numbers["offer"] + 1
    held = reserve(state, market, account.key, side, price, quantity, f"offer {number}", at)
    state.next("offer")
    made = Offer(
        number,
        market.key,
        account.key,
        side,
        mode,
        pricing or (market.rules.sealed_pricing if mode == "sealed" else PRICINGS[0]),
        price,
        quantity,
        at,
        command["ends"],
        command.get("extension", market.rules.extension if mode == "listed" else 0),
        held,
        command["document"],
        terms=terms,
    )
    state.offers[number] = made
    state.touched.offers[number] = made
    return {"offer": number}


def _terms(command: Mapping[str, Any], rules: MarketRules) -> Terms:
    """What the rules of the market say, as far as the offer says nothing of its own."""
    latest = command.get("latest", command["ends"] + rules.extension_most if rules.extension_most else 0)
    if latest and latest < command["ends"]:
        refuse(
            "latest-early",
            "最晚截止时间不得早于截止时间。",
            "The latest moment of the end cannot lie before the end.",
        )
    limit = command.get("limit", rules.bidder_limit)
    if limit % rules.lot:
        allowed_quantity(rules, limit)
    return Terms(rules.late_bids, rules.better_bids, rules.rationing, latest, limit)


def bid(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``bid``: on a listing a better bid of an account takes the place of its own; a sealed bid is its only one."""
    read(command, {"account": WORD, "offer": POSITIVE, "price": POSITIVE, "quantity": POSITIVE})
    account, made = state.acting(command["account"]), _offer(state, command["offer"])
    market, price, quantity = state.markets[made.market], command["price"], command["quantity"]
    side = -made.side
    may_answer(market, account, side, state.accounts[made.account], at)
    _not_halted(market)
    mine = next((each for each in made.bids.values() if each.account == account.key), None)
    number = state.numbers["bid"] + 1
    bidding = Bidding.of(_listing(state, market, made), _standing(state, made))
    with in_our_words(of_bid(market, made, quantity)):
        bidding.bid(mine.number if mine else number, owner=account.number, price=price, quantity=quantity, at=at)
    if side == BUY:
        may_hold(state, market, account.key, quantity, instead=mine.quantity if mine else 0)
    else:
        may_sell(state, market, account.key, quantity)
    held = reserve(state, market, account.key, side, price, quantity, f"bid {number}", at)
    state.next("bid")
    if mine is not None:
        _give_back(state, market, made, mine, mine.quantity, at)
        del made.bids[mine.number]
    made.bids[number] = Bid(number, account.key, price, quantity, at, held)
    made.ends = bidding.closes
    state.touched.offers[made.number] = made
    return {"offer": made.number, "bid": number, "ends": made.ends}


def close_offer(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``close-offer``: bids are served as declared; what is left goes back."""
    read(command, {"offer": POSITIVE})
    made = _offer(state, command["offer"])
    if at < made.ends:
        refuse("bidding-open", "竞价尚未截止。", "Bidding on this offer is still open.")
    market = state.markets[made.market]
    _not_halted(market)
    if dead(market, at):
        _end(state, made, "expired", at)
        return {"offer": made.number, "sold": 0, "trades": []}
    fills = _awards(state, market, made, at)
    got = {fill.order: fill.quantity for fill in fills}
    left = made.quantity - sum(got.values())
    trades = [
        _serve(state, market, made, made.bids[fill.order], fill.price, fill.quantity, at) for fill in fills
    ]
    for each in made.bids.values():
        _give_back(state, market, made, each, each.quantity - got.get(each.number, 0), at)
    release(state, market, made.account, made.side, left, made.reserved, made.claim, at)
    made.reserved, made.state = 0, "done" if fills else "unsold"
    del state.offers[made.number]
    state.touched.offers[made.number] = made
    return {
        "offer": made.number,
        "sold": made.quantity - left,
        "trades": [[trade.number, trade.price, trade.quantity] for trade in trades],
    }


def _awards(state: State, market: Market, made: Offer, at: int) -> tuple[Fill, ...]:
    """Which bids get how many units at which price, in the order in which they are served.

    The rules may have changed since a bid was taken: one whose bidder may no longer have the units goes without.
    """
    lister = state.accounts[made.account]
    standing = [
        one
        for one in _standing(state, made)
        if meets(market, state.accounts[made.bids[one.order].account], -made.side, lister)
    ]
    if made.mode == "listed":
        return Bidding.of(_listing(state, market, made), standing).close(at)
    return sealed_auction(
        standing,
        made.quantity,
        reserve_price=made.price,
        pricing=Pricing(made.pricing),
        rationing=Rationing(made.terms.rationing),
        limit_each=made.terms.limit or None,
        lot=market.rules.lot,
    ).fills


def _listing(state: State, market: Market, made: Offer) -> Listing:
    """The offer as the rules of bidding know it; who bids is known by the beneficial owner."""
    sealed = made.mode == "sealed"
    extension = 0 if sealed else made.extension
    return Listing(
        made.number,
        Side(made.side),
        state.accounts[made.account].number,
        made.quantity,
        made.price,
        made.at,
        made.ends,
        step=market.rules.tick,
        lot=market.rules.lot,
        window=extension,
        extension=extension,
        latest=made.terms.latest or None,
        every=made.terms.late_bids == "any",
        smaller=made.terms.better_bids == "price",
        once=sealed,
        largest=market.rules.largest,
        pricing=Pricing(made.pricing),
    )


def _standing(state: State, made: Offer) -> list[Standing]:
    """The bids of accounts that may act, in the order in which they came."""
    return [
        Standing(each.number, each.price, each.quantity, state.accounts[each.account].number)
        for each in made.bids.values()
        if not state.registry.accounts.get(each.account)
    ]


def withdraw_offer(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``withdraw-offer``: only while nobody has bid."""
    read(command, {"account": WORD, "offer": POSITIVE})
    made = _offer(state, command["offer"])
    if made.account != command["account"]:
        refuse("not-yours", "不是本账户的挂牌。", "This offer is not of this account.")
    if made.bids:
        refuse("bids-there", "已有出价，不能撤回。", "There are bids: it can no longer be withdrawn.")
    _end(state, made, "withdrawn", at)
    return {"offer": made.number}


def withdraw_of(state: State, account: str, at: int) -> None:
    """End what an account that is about to be frozen has open: offers, bids, proposals."""
    for number in sorted(state.offers):
        made = state.offers[number]
        if made.account == account:
            _end(state, made, "account-frozen", at)
            continue
        for each in [one for one in made.bids.values() if one.account == account]:
            _give_back(state, state.markets[made.market], made, each, each.quantity, at)
            del made.bids[each.number]
            state.touched.offers[number] = made
    expire_proposals(state, at, account=account)


def end_expired(state: State, market: str, at: int) -> list[int]:
    """End the offers of a market whose units are worth nothing any more; their numbers."""
    ended = [number for number in sorted(state.offers) if state.offers[number].market == market]
    for number in ended:
        _end(state, state.offers[number], "expired", at)
    return ended


def _end(state: State, made: Offer, how: str, at: int) -> None:
    market = state.markets[made.market]
    for each in made.bids.values():
        _give_back(state, market, made, each, each.quantity, at)
    release(state, market, made.account, made.side, made.quantity, made.reserved, made.claim, at)
    made.reserved, made.state = 0, how
    del state.offers[made.number]
    state.touched.offers[made.number] = made


def _serve(state: State, market: Market, made: Offer, each: Bid, price: int, quantity: int, at: int) -> TradeDone:
    """Settle what a bid gets; the buyer's money that is no longer needed is given back with the rest."""
    rules = market.rules
    amount = rules.amount(price, quantity)
    theirs = rules.fee.on(amount)
    own = rules.fee.on(made.amount + amount) - made.fee  # the lister's counts over the whole offer, as for an order
    selling = made.side == SELL
    buyer, seller = (each.account, made.account) if selling else (made.account, each.account)
    buy_fee, sell_fee = (theirs, min(own, amount)) if selling else (own, min(theirs, amount))
    number = state.next("trade")
    deliver(
        state,
        market,
        number=number,
        price=price,
        quantity=quantity,
        buyer=buyer,
        seller=seller,
        cash_claim=each.claim if selling else made.claim,
        unit_claim=made.claim if selling else each.claim,
        buy_fee=buy_fee,
        sell_fee=sell_fee,
        back=0,
        at=at,
    )
    holder = each if selling else made
    holder.reserved -= amount + buy_fee
    made.amount += amount
    made.fee += sell_fee if selling else buy_fee
    done = TradeDone(
        number,
        market.key,
        local_day(at),
        at,
        price,
        quantity,
        amount,
        buyer,
        seller,
        each.number,
        made.number,
        buy_fee,
        sell_fee,
        0,
        "offer",
    )
    state.touched.trades.append(done)
    return done


def _give_back(state: State, market: Market, made: Offer, each: Bid, quantity: int, at: int) -> None:
    release(state, market, each.account, -made.side, quantity, each.reserved, each.claim, at)
    each.reserved = 0


def _not_halted(market: Market) -> None:
    if market.halted:
        refuse("halted", f"已停牌：{market.halted}。", f"The market {market.key!r} is halted: {market.halted}.")


def _offer(state: State, number: int) -> Offer:
    found = state.offers.get(number)
    if found is None:
        refuse("offer-unknown", f"没有{number}号挂牌，或已结束。", f"There is no open offer {number}.")
    return found
