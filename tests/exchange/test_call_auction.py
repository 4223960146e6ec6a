"""The call auction against trying every price, and its rules one by one."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.exchange.auctions import (
    AuctionError,
    Decided,
    Offer,
    Rationing,
    Tie,
    call_auction,
    owns_counterpart,
    uncross,
)
from ecociv.exchange.matching import Book, Side


class Tried(NamedTuple):
    price: int
    volume: int
    surplus: int


def every_price(bids: list[Offer], asks: list[Offer], reference: int, tick: int, tie: Tie) -> Tried | None:
    """Try each price of the tick from the lowest limit to the highest and strike out rule by rule."""
    limits = [each.price for each in (*bids, *asks)]
    tried = []
    for price in range(min(limits, default=1), max(limits, default=0) + 1, tick):
        wanted = sum(bid.quantity for bid in bids if bid.price >= price)
        offered = sum(ask.quantity for ask in asks if ask.price <= price)
        tried.append(Tried(price, min(wanted, offered), wanted - offered))
    most = max((each.volume for each in tried), default=0)
    if most == 0:
        return None
    tried = [each for each in tried if each.volume == most]
    least = min(abs(each.surplus) for each in tried)
    tried = [each for each in tried if abs(each.surplus) == least]
    if {each.surplus > 0 for each in tried} == {True}:
        return tried[-1]
    if {each.surplus < 0 for each in tried} == {True}:
        return tried[0]
    near = min(abs(each.price - reference) for each in tried)
    tried = [each for each in tried if abs(each.price - reference) == near]
    return tried[-1] if tie is Tie.HIGHER else tried[0]


TICK = st.sampled_from([1, 2, 5])
SIDE = st.lists(st.tuples(st.integers(1, 25), st.integers(1, 20), st.integers(0, 3)), max_size=12)


@settings(max_examples=500)
@given(SIDE, SIDE, TICK, st.integers(1, 130), st.sampled_from(list(Tie)), st.sampled_from(list(Rationing)))
def test_the_price_is_the_one_that_trying_every_price_finds(
    buys: list[tuple], sells: list[tuple], tick: int, reference: int, tie: Tie, rationing: Rationing
) -> None:
    bids = [Offer(place, price * tick, units, owner) for place, (price, units, owner) in enumerate(buys)]
    asks = [
        Offer(100 + place, price * tick, units, owner) for place, (price, units, owner) in enumerate(sells)
    ]
    found = call_auction(bids, asks, reference, tick=tick, tie=tie, rationing=rationing)
    expected = every_price(bids, asks, reference, tick, tie)
    if expected is None:
        assert (found.price, found.volume, found.fills) == (None, 0, ())
        return
    assert (found.price, found.volume, found.surplus) == expected

    price = expected.price
    for offers, fills, sign in ((bids, found.bids, 1), (asks, found.asks, -1)):
        got = {fill.order: fill.quantity for fill in fills}
        assert sum(got.values()) == expected.volume
        short = [each for each in offers if got.get(each.order, 0) < each.quantity]
        for fill in fills:
            offer = next(each for each in offers if each.order == fill.order)
            assert 0 < fill.quantity <= offer.quantity
            assert sign * offer.price >= sign * price  # nobody pays more, or gets less, than he said
            # Price priority: nobody gets units while a better offer goes short.
            assert all(sign * each.price <= sign * offer.price for each in short)
            if rationing is Rationing.TIME:
                assert not any(each.price == offer.price and each.order < offer.order for each in short)
    pairs = found.pairs()
    assert sum(pair.quantity for pair in pairs) == expected.volume
    for fills, name in ((found.bids, "buy"), (found.asks, "sell")):
        for fill in fills:
            assert fill.quantity == sum(pair.quantity for pair in pairs if getattr(pair, name) == fill.order)


@given(SIDE, SIDE, st.integers(1, 30))
def test_a_collected_book_is_uncrossed_and_goes_on(
    buys: list[tuple], sells: list[tuple], reference: int
) -> None:
    book = Book()
    for place, (price, units, owner) in enumerate(buys):
        book.collect(place, Side.BUY, price, units, owner=owner)
    for place, (price, units, owner) in enumerate(sells):
        book.collect(100 + place, Side.SELL, price, units, owner=owner)
    assert Book.load(book.dump()).dump() == book.dump()  # crossed as it may be
    before = sum(each.quantity for each in book.orders())
    clearing = uncross(book, reference)
    assert not book.crossed
    assert sum(each.quantity for each in book.orders()) == before - 2 * clearing.volume


def test_the_smallest_surplus_may_lie_between_the_limits() -> None:
    # At 100: wanted 15, offered 10. At 105: wanted 10, offered 15. Between them 10 and 10: nobody goes without.
    bids = [Offer(1, 105, 10), Offer(2, 100, 5)]
    asks = [Offer(3, 100, 10), Offer(4, 105, 5)]
    found = call_auction(bids, asks, reference=200)
    assert (found.price, found.volume, found.surplus) == (104, 10, 0)  # 104 is the nearest of 101 to 104


@pytest.mark.parametrize(
    ("reference", "tie", "price", "decided"),
    [
        (103, Tie.HIGHER, 103, Decided.REFERENCE),
        (90, Tie.HIGHER, 100, Decided.REFERENCE),
        (120, Tie.LOWER, 106, Decided.REFERENCE),
    ],
)
def test_without_a_surplus_the_reference_decides(
    reference: int, tie: Tie, price: int, decided: Decided
) -> None:
    found = call_auction([Offer(1, 106, 10)], [Offer(2, 100, 10)], reference, tie=tie)
    assert (found.price, found.decided) == (price, decided)


@pytest.mark.parametrize(("tie", "price"), [(Tie.HIGHER, 104), (Tie.LOWER, 102)])
def test_two_prices_equally_near_are_decided_as_declared(tie: Tie, price: int) -> None:
    # Prices in steps of 2: 100, 102, 104, 106 are alike, and 103 is as far from 102 as from 104.
    found = call_auction([Offer(1, 106, 10)], [Offer(2, 100, 10)], 103, tick=2, tie=tie)
    assert (found.price, found.decided) == (price, Decided.TIE)


@pytest.mark.parametrize(("bid", "ask", "price"), [(30, 10, 106), (10, 30, 100)])
def test_a_surplus_of_one_side_presses_the_price_its_way(bid: int, ask: int, price: int) -> None:
    found = call_auction([Offer(1, 106, bid)], [Offer(2, 100, ask)], 103)
    assert (found.price, found.volume, found.decided) == (price, 10, Decided.PRESSURE)


def test_units_that_do_not_suffice_go_in_proportion_or_by_time() -> None:
    bids = [Offer(1, 100, 50), Offer(2, 100, 30), Offer(3, 100, 20)]
    asks = [Offer(4, 100, 33)]
    shared = call_auction(bids, asks, 100, rationing=Rationing.PRO_RATA)
    # 33 x 50 / 100 = 16.5, 9.9, 6.6; the two left over go to .9 and .6.
    assert [fill.quantity for fill in shared.bids] == [16, 10, 7]
    assert [(fill.order, fill.quantity) for fill in call_auction(bids, asks, 100).bids] == [(1, 33)]


def test_an_own_order_on_the_other_side_is_seen_before_the_auction() -> None:
    book = Book()
    book.collect(1, "sell", 100, 10, owner=5)
    assert owns_counterpart(book, Side.BUY, 100, 5)
    assert not owns_counterpart(book, Side.BUY, 99, 5)
    assert not owns_counterpart(book, Side.BUY, 100, 6)


@pytest.mark.parametrize(
    ("bids", "reference", "tick", "code"),
    [
        ([Offer(1, 0, 5)], 100, 1, "bad-offer"),
        ([Offer(1, 100, 5), Offer(1, 100, 5)], 100, 1, "offer-twice"),
        ([Offer(1, 101, 5)], 100, 5, "off-tick"),
        ([Offer(1, 100, 5)], 0, 1, "bad-reference"),
    ],
)
def test_what_is_wrong_with_an_offer_is_said(bids: list[Offer], reference: int, tick: int, code: str) -> None:
    with pytest.raises(AuctionError) as refusal:
        call_auction(bids, [], reference, tick=tick)
    assert refusal.value.code == code
