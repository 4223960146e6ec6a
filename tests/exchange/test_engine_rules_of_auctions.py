"""The rules of `auctions` as the engine keeps them: extension, latest moment, limits, pricing, lots, blocks with a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.market.calendar import SECOND
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.replay import replay_lines
from exchange.engine_situations import DAY, Desk, issue_to, prepared, rules

MILLIONS = 1_000_000_000
FREE = {"rate": 0, "minimum": 0}
STRICT = {"late_bids": "awards", "better_bids": "either", "position_counts": "all"}


def listing(extension: int = 60, **changed: Any) -> tuple[Desk, int]:
    """1 t of the plant listed at 400 yuan for ten minutes; a late bid moves the end by ``extension`` seconds."""
    desk = prepared(fee=FREE, **{**STRICT, **changed})
    ends = desk.at + 600 * SECOND
    said = {"account": "plant", "market": "so2", "side": "sell", "mode": "listed", "price": 40_000, "quantity": 1_000}
    desk.done("offer", **said, ends=ends, extension=extension * SECOND, document="listing")
    return desk, ends


def bid(desk: Desk, account: str, price: int, quantity: int) -> int:
    """The end of bidding after a bid that is taken on the first offer."""
    return int(desk.done("bid", account=account, offer=1, price=price, quantity=quantity)["ends"])


def auction(sale: int = 1_000, limit: int | None = None, pricing: str = "", **changed: Any) -> Desk:
    """Units of the reserve under seal at 400 yuan or more, for ten minutes."""
    desk = prepared(fee=FREE, **changed)
    desk.done("open-account", account="reserve", name="reserve", sort="reserve", document="decree")
    command = issue_to("reserve", sale)
    desk.done(command.pop("kind"), **command)
    said = {"account": "reserve", "market": "so2", "side": "sell", "mode": "sealed", "price": 40_000, "quantity": sale}
    own = ({} if limit is None else {"limit": limit}) | ({"pricing": pricing} if pricing else {})
    desk.done("offer", **said, ends=desk.at + 600 * SECOND, document="auction", **own)
    return desk


def served(desk: Desk) -> list[list[int]]:
    """Price and units of each trade when the bids are served."""
    desk.at += 600 * SECOND
    return [trade[1:] for trade in desk.done("close-offer", offer=1)["trades"]]


def test_a_journal_of_the_plain_rules_replays_bit_for_bit() -> None:
    # Written before the rules of `auctions` were the engine's: every outcome, the refused ones too, and the state.
    lines = Path(__file__).with_name("journal_of_plain_rules.jsonl").read_text(encoding="utf-8").splitlines()
    made = replay_lines(lines)
    assert (made.sequence, len(made.trades)) == (276, 19)
    assert made.engine.digest() == "f3a631cf899289153d0598ece2be411ad78015f24e308b035503f17282ee789f"


def test_only_a_bid_that_changes_the_awards_moves_the_end() -> None:
    desk, ends = listing()
    assert bid(desk, "kiln", 41_000, 1_000) == ends
    desk.at = ends - 30 * SECOND
    # The mill goes without at 405 yuan as long as the kiln bids 410 for everything.
    assert bid(desk, "mill", 40_500, 500) == ends
    assert bid(desk, "mill", 42_000, 500) == desk.at + 60 * SECOND


def test_any_late_bid_moves_the_end_where_the_market_says_so() -> None:
    desk, ends = listing(late_bids="any")
    bid(desk, "kiln", 41_000, 1_000)
    desk.at = ends - 30 * SECOND
    assert bid(desk, "mill", 40_500, 500) == desk.at + 60 * SECOND


def test_the_end_moves_no_further_than_the_market_allows() -> None:
    desk, ends = listing(extension_most=90 * SECOND)
    for price in (40_000, 41_000, 42_000):
        desk.at = desk.engine.state.offers[1].ends - 2 * SECOND
        account = ("kiln", "mill")[price // 1_000 % 2]
        last = bid(desk, account, price, 1_000)
    # One second before the end each: + 59, then min(+ 118, + 90), then no further.
    assert last == ends + 90 * SECOND
    desk.at = last - SECOND
    assert desk.refused("bid", account="kiln", offer=1, price=45_000, quantity=100) == "bidding-over"


def test_the_offer_may_name_its_own_latest_moment_but_none_before_its_end() -> None:
    desk, ends = listing()
    said = {"account": "plant", "market": "so2", "side": "sell", "mode": "listed", "price": 40_000, "quantity": 100}
    said |= {"ends": ends, "extension": 60 * SECOND, "document": "listing"}
    assert desk.refused("offer", **said, latest=ends - 1) == "latest-early"
    desk.done("offer", **said, latest=ends + SECOND)
    desk.at = ends - 3 * SECOND
    told = desk.done("bid", account="kiln", offer=2, price=40_000, quantity=100)
    assert told["ends"] == ends + SECOND


def test_a_bid_gets_better_by_price_or_by_units_and_worse_by_neither() -> None:
    desk, _ = listing()
    bid(desk, "kiln", 41_000, 500)
    for price, quantity in ((41_000, 500), (42_000, 400), (40_900, 600)):
        assert desk.refused("bid", account="kiln", offer=1, price=price, quantity=quantity) == "no-better"
    bid(desk, "kiln", 41_000, 600)
    bid(desk, "kiln", 42_000, 600)
    # 420 x 0.6 t x 5 years = 1,260.00: what the bids before it held has come back
    assert desk.cash("kiln") == (MILLIONS - 126_000, 126_000)


@pytest.mark.parametrize(
    ("pricing", "paid"),
    [
        # 1,000 kg: 600 to the bid of 430, 400 of 600 to that of 410; 200 of it and the bid of 405 go without.
        ("pay-as-bid", [[43_000, 600], [41_000, 400]]),
        ("uniform", [[41_000, 600], [41_000, 400]]),
        ("uniform-rejected", [[41_000, 600], [41_000, 400]]),
    ],
)
def test_winners_under_seal_pay_as_declared(pricing: str, paid: list[list[int]]) -> None:
    desk = auction(pricing=pricing)
    bid(desk, "kiln", 43_000, 600)
    bid(desk, "mill", 41_000, 600)
    bid(desk, "plant", 40_500, 100)
    assert served(desk) == paid


def test_the_first_price_that_goes_without_may_lie_below_every_winner() -> None:
    desk = auction(sealed_pricing="uniform-rejected")
    bid(desk, "kiln", 43_000, 600)
    bid(desk, "mill", 41_000, 400)
    bid(desk, "plant", 40_500, 100)
    assert served(desk) == [[40_500, 600], [40_500, 400]]


def test_one_owner_wins_no_more_than_the_limit_over_all_accounts() -> None:
    desk = auction(bidder_limit=500)
    desk.done("open-account", account="kiln-2", name="kiln 2", owner="kiln", document="agreement")
    desk.done("deposit", account="kiln-2", amount=MILLIONS, document="slip")
    bid(desk, "kiln", 43_000, 400)
    bid(desk, "kiln-2", 42_000, 400)
    bid(desk, "mill", 40_000, 400)
    # The owner has 400 at 430 and 500 - 400 = 100 at 420; 300 are cut. The mill gets its 400, 100 stay.
    assert served(desk) == [[43_000, 400], [42_000, 100], [40_000, 400]]
    assert desk.cash("kiln-2")[1] == 0
    assert desk.units("reserve") == 100


def test_the_limit_of_an_auction_goes_before_that_of_the_market() -> None:
    desk = auction(limit=200, bidder_limit=500)
    bid(desk, "kiln", 43_000, 400)
    assert served(desk) == [[43_000, 200]]


def test_units_are_divided_in_proportion_and_in_whole_lots() -> None:
    desk = auction(rationing="pro-rata")
    for account, quantity in (("kiln", 800), ("mill", 700)):
        bid(desk, account, 41_000, quantity)
    # 10 lots of 100 kg for 8 and 7 wanted: 5.33 and 4.67; five and four, and the tenth to the larger fraction.
    assert sorted(served(desk)) == [[41_000, 500], [41_000, 500]]
    assert desk.units("kiln") == desk.units("mill") == 1_000_500


def proposed(lasts: int = 60) -> Desk:
    """The kiln offers the plant 50 t; the proposal stands for ``lasts`` seconds, 0 until the session ends."""
    desk = prepared(fee=FREE, block_lasts=lasts * SECOND)
    said = {"account": "kiln", "counterparty": "plant", "market": "so2", "side": "buy", "price": 38_900, "quantity": 50_000}
    desk.done("block-propose", **said)
    return desk


def test_a_proposal_is_confirmed_in_time_and_not_after() -> None:
    desk = proposed()
    desk.at += 58 * SECOND  # the command itself comes a second later: 59 s
    desk.done("block-confirm", account="plant", proposal=1)
    desk = proposed()
    desk.at += 59 * SECOND
    assert desk.refused("block-confirm", account="plant", proposal=1) == "lapsed"
    # 389 x 50 t x 5 = 97,250.00 come back to whoever asks for them
    assert desk.cash("kiln")[1] == 9_725_000
    desk.done("block-withdraw", account="kiln", proposal=1)
    assert desk.cash("kiln") == (MILLIONS, 0)
    assert [made.state for made in desk.engine.drain().touched.proposals.values()] == ["lapsed"]


def test_a_proposal_whose_time_is_over_is_ended_by_anybody() -> None:
    desk = proposed()
    assert desk.refused("block-lapse", proposal=1) == "not-lapsed"
    assert desk.refused("block-lapse", proposal=2) == "proposal-unknown"
    desk.at += 60 * SECOND
    desk.done("block-lapse", proposal=1)
    assert desk.cash("kiln") == (MILLIONS, 0)
    desk = proposed(lasts=0)
    desk.at += 3600 * SECOND
    assert desk.refused("block-lapse", proposal=1) == "not-lapsed"
    desk.done("block-confirm", account="plant", proposal=1)


def test_declining_is_for_the_other_side() -> None:
    desk = proposed()
    for account in ("kiln", "mill"):
        assert desk.refused("block-decline", account=account, proposal=1) == "proposal-unknown"
    desk.done("block-decline", account="plant", proposal=1)
    assert desk.cash("kiln") == (MILLIONS, 0)
    assert [made.state for made in desk.engine.drain().touched.proposals.values()] == ["declined"]
    assert desk.refused("block-confirm", account="plant", proposal=1) == "proposal-unknown"


def test_a_proposal_to_an_account_that_was_closed_is_taken_back() -> None:
    desk = prepared(fee=FREE)
    desk.done("open-account", account="guest", name="guest", document="agreement")
    said = {"counterparty": "guest", "market": "so2", "side": "sell", "price": 38_900, "quantity": 50_000}
    desk.done("block-propose", account="kiln", **said)
    desk.done("close-account", account="guest", document="request")
    desk.done("block-withdraw", account="kiln", proposal=1)


def test_bids_offers_and_proposals_count_against_the_position_limit() -> None:
    # 1,000 t held, 1,100 t allowed: room for 100 t.
    desk = prepared(fee=FREE, position=1_100_000, position_counts="all")
    ends = desk.at + 600 * SECOND
    block = {"account": "kiln", "counterparty": "plant", "market": "so2", "side": "buy", "price": 38_900}
    desk.done("block-propose", **block, quantity=50_000)
    wish = {"account": "kiln", "market": "so2", "side": "buy", "mode": "listed", "price": 38_900}
    desk.done("offer", **wish, quantity=20_000, ends=ends, document="wish")
    sale = {**wish, "account": "plant", "side": "sell"}
    desk.done("offer", **sale, quantity=40_000, ends=ends, document="sale")
    desk.done("bid", account="kiln", offer=2, price=38_900, quantity=20_000)
    # 50 + 20 + 20 = 90 t: a bid of 30 t takes the place of that of 20 t, one of 31 does not fit.
    assert desk.refused("bid", account="kiln", offer=2, price=39_000, quantity=31_000) == "position"
    desk.done("bid", account="kiln", offer=2, price=39_000, quantity=30_000)
    order = {"account": "kiln", "market": "so2", "side": "buy", "price": 38_900}
    assert desk.refused("order", **order, quantity=100) == "position"
    assert desk.refused("block-propose", **block, quantity=50_000) == "position"
    desk.done("block-decline", account="plant", proposal=1)
    desk.done("order", **order, quantity=50_000)


def test_where_orders_alone_count_a_bid_leaves_the_room_as_it_was() -> None:
    desk = prepared(fee=FREE, position=1_000_100)
    said = {"account": "kiln", "market": "so2", "side": "buy", "price": 38_900, "quantity": 100}
    desk.done("offer", **said, mode="listed", ends=desk.at + 600 * SECOND, document="wish")
    desk.done("order", **said)


def test_terms_stand_with_the_offer_and_survive_a_dump() -> None:
    desk, ends = listing(extension_most=90 * SECOND, block_lasts=3600 * SECOND)
    block = {"account": "kiln", "counterparty": "mill", "market": "so2", "side": "buy", "price": 38_900, "quantity": 50_000}
    desk.done("block-propose", **block)
    bid(desk, "kiln", 41_000, 1_000)
    loaded = Engine()
    loaded.load(json.loads(json.dumps(desk.engine.dump())))
    assert loaded.digest() == desk.engine.digest()
    assert loaded.state.offers[1].terms == desk.engine.state.offers[1].terms
    assert loaded.state.proposals[1].until == desk.engine.state.proposals[1].until > 0
    # The rules of the market change at night; the listing keeps its own.
    desk.done("end-of-day", day=DAY)
    desk.done("change-rules", rules=rules(fee=FREE), document="notice 2")
    desk.at = ends - 30 * SECOND
    assert bid(desk, "mill", 40_500, 500) == ends
    assert desk.refused("change-rules", rules=rules(lot=200, fee=FREE), document="notice 3") == "offers-open"


@pytest.mark.parametrize(
    "changed",
    [{"late_bids": "some"}, {"rationing": 1}, {"bidder_limit": 150}, {"block_lasts": -1}, {"position_counts": "none"}],
)
def test_rules_that_nobody_knows_are_refused(changed: dict[str, Any]) -> None:
    assert Desk().refused("open-market", rules=rules(**changed), document="notice") == "rules"


def test_rules_that_are_as_they_always_were_are_not_written() -> None:
    plain = rules_of(rules()).to_json()
    assert "late_bids" not in plain
    assert rules_of(plain) == rules_of(rules(late_bids="any", block_lasts=0))
    strict = rules_of(rules(**STRICT, block_lasts=5)).to_json()
    assert (strict["late_bids"], strict["block_lasts"]) == ("awards", 5)
    assert rules_of(strict).to_json() == strict
