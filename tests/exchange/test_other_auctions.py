"""Bidding on listings, sealed auctions of the reserve, negotiated blocks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.exchange.auctions import (
    AuctionError,
    Bidding,
    Block,
    BlockRules,
    BlockState,
    Listing,
    Offer,
    Pricing,
    Rationing,
    propose,
    sealed_auction,
)
from ecociv.exchange.matching import Side

SECOND = 1_000_000
SALE = Listing(
    1,
    Side.SELL,
    owner=7,
    quantity=100,
    price=38_900,
    opens=0,
    closes=600 * SECOND,
    step=100,
    lot=10,
    window=60 * SECOND,
    extension=60 * SECOND,
    latest=900 * SECOND,
)


@pytest.fixture
def sale() -> Bidding:
    """100 units from 389.00 yuan up by yuan, ten minutes; the last minute may be stretched to a quarter of an hour."""
    return Bidding(SALE)


def test_a_sale_goes_up_and_each_pays_his_own_bid(sale: Bidding) -> None:
    sale.bid(11, owner=8, price=39_000, quantity=60, at=1)
    sale.bid(12, owner=9, price=39_500, quantity=60, at=2)
    sale.bid(13, owner=10, price=39_000, quantity=30, at=3)
    # 60 to the best; of 100 - 60 = 40 left, all go to order 11, which came before 13 at the same price.
    assert [(f.order, f.quantity, f.price) for f in sale.close(600 * SECOND)] == [
        (12, 60, 39_500),
        (11, 40, 39_000),
    ]


def test_a_purchase_goes_down() -> None:
    purchase = Bidding(replace(SALE, side=Side.BUY))
    purchase.bid(11, owner=8, price=38_900, quantity=100, at=1)
    purchase.bid(12, owner=9, price=38_500, quantity=30, at=2)
    assert [(f.order, f.quantity, f.price) for f in purchase.leading()] == [
        (12, 30, 38_500),
        (11, 70, 38_900),
    ]
    with pytest.raises(AuctionError, match="bid no more"):
        purchase.bid(13, owner=10, price=39_000, quantity=10, at=3)


def test_a_bid_that_changes_the_award_in_the_last_minute_moves_the_close(sale: Bidding) -> None:
    sale.bid(11, owner=8, price=39_000, quantity=100, at=1)
    assert sale.bid(12, owner=9, price=39_100, quantity=100, at=550 * SECOND)
    assert sale.closes == 610 * SECOND  # 550 + 60
    # This one changes nothing: 100 units go to order 12 all the same.
    assert not sale.bid(13, owner=10, price=39_000, quantity=100, at=600 * SECOND)
    with pytest.raises(AuctionError) as early:
        sale.close(600 * SECOND)
    assert early.value.code == "not-over"


def test_the_close_moves_no_further_than_the_latest_moment(sale: Bidding) -> None:
    price, at = 39_000, 595 * SECOND
    while at < sale.closes:
        price += 100
        sale.bid(11 + price % 2, owner=8, price=price, quantity=100, at=at)
        at += 30 * SECOND
    assert sale.closes == 900 * SECOND


@pytest.mark.parametrize("at", [540 * SECOND - 1, 540 * SECOND])
def test_the_window_from_both_sides(sale: Bidding, at: int) -> None:
    assert sale.bid(11, owner=8, price=39_000, quantity=100, at=at) is False
    # 540 s is 60 s before the close: inside the window, but 540 + 60 = 600 moves nothing.
    assert sale.closes == 600 * SECOND
    assert sale.bid(12, owner=9, price=39_100, quantity=100, at=540 * SECOND + 1) is True


def test_a_bid_gets_better_and_goes_behind_those_who_were_there(sale: Bidding) -> None:
    sale.bid(11, owner=8, price=39_000, quantity=100, at=1)
    sale.bid(12, owner=9, price=39_100, quantity=100, at=2)
    sale.bid(11, owner=8, price=39_100, quantity=100, at=3)
    assert [each.order for each in sale.standing()] == [12, 11]
    for price, quantity in ((39_000, 100), (39_100, 90), (39_100, 100)):
        with pytest.raises(AuctionError) as refusal:
            sale.bid(11, owner=8, price=price, quantity=quantity, at=4)
        assert refusal.value.code == "not-better"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"owner": 7}, "own-listing"),
        ({"price": 38_800}, "price-worse"),
        ({"price": 38_950}, "off-step"),
        ({"quantity": 15}, "off-lot"),
        ({"quantity": 110}, "too-many"),
        ({"at": 600 * SECOND}, "not-open"),
        ({"at": -1}, "not-open"),
    ],
)
def test_a_bid_that_breaks_a_rule_is_refused(sale: Bidding, change: dict[str, int], code: str) -> None:
    bid = {"owner": 8, "price": 38_900, "quantity": 10, "at": 0, **change}
    with pytest.raises(AuctionError) as refusal:
        sale.bid(11, **bid)
    assert refusal.value.code == code
    assert sale.standing() == []


def test_a_whole_goes_to_one() -> None:
    whole = Bidding(replace(SALE, whole=True))
    with pytest.raises(AuctionError, match="as a whole"):
        whole.bid(11, owner=8, price=39_000, quantity=90, at=1)
    whole.bid(11, owner=8, price=39_000, quantity=100, at=1)
    whole.bid(12, owner=9, price=39_000, quantity=100, at=2)
    assert [fill.order for fill in whole.leading()] == [11]


def test_a_listing_that_is_called_off_awards_nothing(sale: Bidding) -> None:
    sale.bid(11, owner=8, price=39_000, quantity=100, at=1)
    assert [each.order for each in sale.call_off()] == [11]
    assert sale.close(600 * SECOND) == ()
    assert sale.call_off() == []
    with pytest.raises(AuctionError):
        sale.bid(12, owner=9, price=39_000, quantity=100, at=2)


@pytest.mark.parametrize(
    "change",
    [{"quantity": 0}, {"quantity": 105}, {"closes": 0}, {"latest": 1}, {"extension": 0}, {"step": 0}],
)
def test_a_listing_that_cannot_be_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(AuctionError) as refusal:
        replace(SALE, **change)
    assert refusal.value.code == "bad-listing"


BIDS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(0, 20), st.integers(1, 10)), max_size=25
)


@given(BIDS, BIDS, st.sampled_from([Side.BUY, Side.SELL]))
def test_awards_follow_price_then_time_and_a_state_read_back_goes_on(
    first: list[tuple], then: list[tuple], side: Side
) -> None:
    listing = replace(SALE, side=side, lot=1)
    bidding = Bidding(listing)

    def play(target: Bidding, bids: list[tuple], start: int) -> list[object]:
        answers: list[object] = []
        for place, (order, owner, steps, quantity) in enumerate(bids):
            price = listing.price - side * 100 * steps
            try:
                answers.append(
                    target.bid(
                        order, owner=owner, price=price, quantity=quantity, at=start + place * 20 * SECOND
                    )
                )
            except AuctionError as refusal:
                answers.append(refusal.code)
        return answers

    play(bidding, first, 0)
    other = Bidding.load(json.loads(json.dumps(bidding.dump())))
    assert play(bidding, then, 500 * SECOND) == play(other, then, 500 * SECOND)
    assert bidding.dump() == other.dump()

    left = listing.quantity
    expected = []
    for each in sorted(bidding.standing(), key=lambda bid: (side * bid.price, bid.place)):
        if left:
            expected.append((each.order, min(left, each.quantity), each.price))
            left -= expected[-1][1]
    assert [fill[:3] for fill in bidding.close(bidding.closes)] == expected


# Sealed auctions ----------------------------------------------------------------------------------------------------

SEALED = [
    Offer(1, 500, 60, owner=1),
    Offer(2, 450, 30, owner=2),
    Offer(3, 450, 30, owner=3),
    Offer(4, 380, 10, owner=4),
]


@pytest.mark.parametrize(
    ("pricing", "paid"),
    [
        (Pricing.UNIFORM, [(1, 60, 450), (2, 20, 450), (3, 20, 450)]),
        (Pricing.PAY_AS_BID, [(1, 60, 500), (2, 20, 450), (3, 20, 450)]),
        (
            Pricing.UNIFORM_REJECTED,
            [(1, 60, 450), (2, 20, 450), (3, 20, 450)],
        ),  # the rest of 2 and 3 goes without
    ],
)
def test_the_reserve_is_awarded_by_price_and_paid_as_declared(pricing: Pricing, paid: list[tuple]) -> None:
    # 100 units: 60 to the best; 40 left for two who want 30 each at one price: 20 each.
    award = sealed_auction(SEALED, 100, reserve_price=389, pricing=pricing)
    assert [fill[:3] for fill in award.fills] == paid
    assert (award.sold, award.unsold, award.below_reserve) == (100, 0, (4,))


def test_what_nobody_wants_at_the_reserve_price_stays() -> None:
    award = sealed_auction(SEALED, 200, reserve_price=389, pricing=Pricing.UNIFORM_REJECTED)
    assert (award.sold, award.unsold, award.price) == (
        120,
        80,
        389,
    )  # nobody goes without: the reserve price is paid


def test_a_bidder_wins_no_more_than_his_limit_and_his_best_bids_count_first() -> None:
    bids = [Offer(1, 450, 40, owner=1), Offer(2, 500, 40, owner=1), Offer(3, 420, 40, owner=2)]
    award = sealed_auction(bids, 100, reserve_price=400, pricing=Pricing.PAY_AS_BID, limit_each=50)
    # Owner 1 has 40 at 500 and 50 - 40 = 10 at 450; 30 are cut.
    assert [fill[:3] for fill in award.fills] == [(2, 40, 500), (1, 10, 450), (3, 40, 420)]
    assert [fill[:2] for fill in award.cut] == [(1, 30)]


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(1, 20), st.integers(1, 4)), max_size=15),
    st.integers(1, 80),
    st.integers(1, 12),
    st.sampled_from(list(Rationing)),
    st.one_of(st.none(), st.integers(1, 30)),
)
def test_sealed_awards_against_unit_by_unit(
    told: list[tuple], quantity: int, reserve: int, rationing: Rationing, limit: int | None
) -> None:
    bids = [Offer(place, price, units, owner) for place, (price, units, owner) in enumerate(told)]
    # One unit at a time to the best bid that still wants one and whose bidder is below his limit.
    won: dict[int, int] = {}
    wanted = {bid.order: bid.quantity for bid in bids}
    prices: list[int] = []
    while len(prices) < quantity:
        open_bids = [
            bid
            for bid in bids
            if wanted[bid.order] and bid.price >= reserve and (limit is None or won.get(bid.owner, 0) < limit)
        ]
        if not open_bids:
            break
        best = max(open_bids, key=lambda bid: (bid.price, -bid.order))
        wanted[best.order] -= 1
        won[best.owner] = won.get(best.owner, 0) + 1
        prices.append(best.price)

    award = sealed_auction(
        bids,
        quantity,
        reserve_price=reserve,
        pricing=Pricing.PAY_AS_BID,
        rationing=rationing,
        limit_each=limit,
    )
    assert sorted((p for fill in award.fills for p in [fill.price] * fill.quantity), reverse=True) == prices
    if rationing is Rationing.TIME:
        assert {fill.order: fill.quantity for fill in award.fills} == {
            bid.order: bid.quantity - wanted[bid.order] for bid in bids if wanted[bid.order] < bid.quantity
        }
    uniform = sealed_auction(
        bids, quantity, reserve_price=reserve, pricing=Pricing.UNIFORM, rationing=rationing, limit_each=limit
    )
    assert uniform.price == (min(prices) if prices else None)
    assert uniform.sold + uniform.unsold == quantity


def test_a_sale_of_nothing_is_refused() -> None:
    with pytest.raises(AuctionError) as refusal:
        sealed_auction(SEALED, 0, reserve_price=389, pricing=Pricing.UNIFORM)
    assert refusal.value.code == "bad-sale"


# Negotiated blocks --------------------------------------------------------------------------------------------------

RULES = BlockRules(minimum=100_000, share=3000, lasts=3600 * SECOND)


def _block(**change: int) -> Block:
    told = {"maker": 1, "other": 2, "price": 6235, "quantity": 100_000, "reference": 6235, "at": 0, **change}
    return propose(RULES, 5, side=Side.SELL, **told)


def test_the_other_side_confirms_in_time() -> None:
    block = _block().confirm(by=2, at=3600 * SECOND - 1)
    assert block.state is BlockState.CONFIRMED
    assert (block.seller, block.buyer) == (1, 2)
    assert block.lapse(3600 * SECOND) == block
    assert Block.load(json.loads(json.dumps(block.dump()))) == block


def test_a_proposal_lapses_by_itself() -> None:
    block = _block()
    assert block.lapse(3600 * SECOND - 1) == block
    lapsed = block.lapse(3600 * SECOND + 5)
    assert (lapsed.state, lapsed.ended) == (BlockState.LAPSED, 3600 * SECOND)
    with pytest.raises(AuctionError) as refusal:
        block.confirm(by=2, at=3600 * SECOND)
    assert refusal.value.code == "lapsed"


def test_each_step_is_for_one_side_and_only_once() -> None:
    block = _block()
    for step in (block.confirm, block.decline):
        with pytest.raises(AuctionError, match="other side"):
            step(by=1, at=1)
    with pytest.raises(AuctionError, match="maker"):
        block.withdraw(by=2, at=1)
    assert block.withdraw(by=1, at=1).state is BlockState.WITHDRAWN
    with pytest.raises(AuctionError) as refusal:
        block.decline(by=2, at=1).confirm(by=2, at=2)
    assert refusal.value.code == "not-proposed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": 99_999}, "too-few"),
        ({"other": 1}, "own-block"),
        # 62.35 x 0.7 = 43.645 and 62.35 x 1.3 = 81.055: 43.64 and 81.06 would be outside by half a fen.
        ({"price": 4364}, "outside-band"),
        ({"price": 8106}, "outside-band"),
    ],
)
def test_a_proposal_outside_the_rules_is_refused(change: dict[str, int], code: str) -> None:
    with pytest.raises(AuctionError) as refusal:
        _block(**change)
    assert refusal.value.code == code


@pytest.mark.parametrize("price", [4365, 8105])
def test_the_band_includes_its_ends(price: int) -> None:
    assert _block(price=price).price == price


def test_a_floor_holds_whatever_the_reference() -> None:
    rules = replace(RULES, floor=6000)
    assert rules.band(6235) == (6000, 8105)
    with pytest.raises(AuctionError, match="at least 6000 fen"):
        propose(rules, 5, side=Side.BUY, maker=1, other=2, price=5999, quantity=100_000, reference=6235, at=0)
