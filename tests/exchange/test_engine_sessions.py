"""Sessions, call auctions, halts, freezes, the end of the day, blocks and offers."""

from __future__ import annotations

from typing import Any

import pytest

from ecociv.exchange.engine.state import FEES
from ecociv.exchange.market.calendar import SECOND
from exchange.engine_situations import DAY, Desk, issue_to, prepared, rules

MILLIONS = 1_000_000_000


def collecting(**changed: Any) -> Desk:
    """The market of `prepared` while it collects orders for a call auction."""
    desk = prepared(**changed)
    desk.done("close-session", market="so2")
    desk.done("open-session", market="so2", day=DAY, auction=True)
    return desk


def test_a_call_auction_has_one_price_and_the_rest_goes_on_in_the_book() -> None:
    desk = collecting()
    desk.order("kiln", "buy", 400, 40_000)
    desk.order("mill", "buy", 300, 39_500)
    desk.order("plant", "sell", 600, 39_000)
    assert desk.engine.state.markets["so2"].book.best_bid is None
    told = desk.done("clear-auction", market="so2")
    # at 390 to 395: 700 are wanted, 600 offered; pressure of buyers, so the highest of these
    assert (told["price"], told["volume"], told["decided"]) == (39_500, 600, "pressure")
    assert desk.units("kiln") == 1_000_400 and desk.units("mill") == 1_000_200
    # the kiln bid 400 and pays 395 x 0.4 t x 5 = 790.00, fee 1.00 (the minimum)
    assert desk.cash("kiln") == (MILLIONS - 79_000 - 100, 0)
    assert desk.engine.state.markets["so2"].book.snapshot()["bids"] == [(39_500, 100, 1)]
    assert desk.engine.state.markets["so2"].phase == "continuous"


def test_an_auction_without_a_price_leaves_everything_in_the_book() -> None:
    desk = collecting()
    desk.order("kiln", "buy", 400, 38_000)
    desk.order("plant", "sell", 600, 39_000)
    told = desk.done("clear-auction", market="so2")
    assert (told["price"], told["volume"]) == (None, 0)
    book = desk.engine.state.markets["so2"].book
    assert (book.best_bid, book.best_ask) == (38_000, 39_000)
    assert desk.refused("clear-auction", market="so2") == "no-auction"


def test_collected_orders_can_be_withdrawn_and_do_not_meet_their_owner() -> None:
    desk = collecting()
    desk.order("kiln", "buy", 400, 39_000)
    said = {"account": "kiln", "market": "so2", "side": "sell", "quantity": 100}
    assert desk.refused("order", **said, price=39_000) == "self-trade"
    assert desk.refused("order", **said) == "auction-limit"
    assert desk.refused("order", **said, price=39_100, life="immediate") == "auction-life"
    desk.order("kiln", "sell", 100, 39_100)
    desk.done("cancel", account="kiln", order=1, quantity=100)
    desk.done("cancel", account="kiln", order=1)
    desk.done("clear-auction", market="so2")
    assert desk.cash("kiln") == (MILLIONS, 0)


def test_the_end_of_the_day_makes_the_reference_of_the_next() -> None:
    desk = prepared()
    desk.order("plant", "sell", 100, 39_000)
    desk.order("mill", "sell", 200, 39_300)
    desk.order("kiln", "buy", 300, 40_000)
    desk.order("kiln", "buy", 300, 39_000)
    told = desk.done("end-of-day", day=DAY)
    # (390 x 100 + 393 x 200) / 300 = 392
    assert told["closes"] == {"so2": 39_200}
    assert desk.cash("kiln")[1] == 0 and desk.engine.state.orders == {}
    assert desk.refused("end-of-day", day=DAY) == "no-session"
    assert desk.refused("open-session", market="so2", day=DAY) == "day-past"
    assert desk.refused("open-session", market="so2", day="2017-06-20") == "day-past"
    # 392 +- 10 %: 352.80 to 431.20, to the yuan 353 to 431
    assert desk.done("open-session", market="so2", day="2017-06-22")["band"] == [35_300, 43_100]


def test_a_day_without_trades_keeps_its_reference() -> None:
    desk = prepared()
    assert desk.done("end-of-day", day=DAY)["closes"] == {"so2": 38_900}


def test_a_session_is_closed_for_lunch_and_the_day_goes_on() -> None:
    desk = prepared()
    desk.order("plant", "sell", 100, 39_000)
    desk.order("kiln", "buy", 100, 39_000)
    desk.order("plant", "sell", 100, 39_000)
    assert desk.done("close-session", market="so2")["withdrawn"] == [3]
    assert desk.refused("order", account="kiln", market="so2", side="buy", quantity=100, price=39_000) == "closed"
    assert desk.refused("close-session", market="so2") == "closed"
    assert desk.refused("open-session", market="so2", day="2017-06-22") == "day-not-ended"
    desk.done("open-session", market="so2", day=DAY)
    assert desk.engine.state.markets["so2"].day.volume == 100
    assert desk.refused("open-session", market="so2", day=DAY) == "session-open"


def test_orders_are_taken_in_the_declared_hours_only() -> None:
    desk = prepared(hours=[["09:30", "11:30"]])
    said = {"account": "kiln", "market": "so2", "side": "buy", "quantity": 100, "price": 39_000}
    desk.done("order", **said)
    desk.at += 5400 * SECOND
    assert desk.refused("order", **said) == "hours"


def test_a_halt_withdraws_what_is_open_and_takes_nothing() -> None:
    desk = prepared()
    desk.order("kiln", "buy", 100, 39_000)
    desk.done("block-propose", account="kiln", counterparty="plant", market="so2", side="buy", price=39_000, quantity=50_000)
    ends = desk.at + 60 * SECOND
    listed = {"market": "so2", "side": "sell", "mode": "listed", "quantity": 100, "price": 39_000, "ends": ends}
    desk.done("offer", account="plant", document="list", **listed)
    assert desk.done("halt", market="so2", document="order 7")["withdrawn"] == [1]
    assert desk.cash("kiln") == (MILLIONS, 0)
    said = {"account": "kiln", "market": "so2", "side": "buy", "quantity": 100, "price": 39_000}
    assert desk.refused("order", **said) == "halted"
    assert desk.refused("bid", account="kiln", offer=1, quantity=100, price=39_000) == "halted"
    assert desk.refused("halt", market="so2", document="order 8") == "halted"
    desk.done("resume", market="so2", document="order 9")
    assert desk.refused("resume", market="so2", document="order 9") == "not-halted"
    desk.done("order", **said)


def test_freezing_an_account_withdraws_all_it_has_open() -> None:
    desk = prepared()
    ends = desk.at + 3600 * SECOND
    desk.order("kiln", "buy", 100, 39_000)
    desk.order("kiln", "sell", 100, 40_000)
    desk.done("block-propose", account="plant", counterparty="kiln", market="so2", side="buy", price=39_000, quantity=50_000)
    listed = {"market": "so2", "mode": "listed", "quantity": 1_000, "price": 39_000, "ends": ends, "document": "list"}
    desk.done("offer", account="kiln", side="sell", **listed)
    desk.done("offer", account="plant", side="sell", **listed)
    desk.done("bid", account="mill", offer=1, price=39_000, quantity=500)
    desk.done("bid", account="kiln", offer=2, price=39_000, quantity=500)
    assert desk.done("freeze-account", account="kiln", document="court order 3")["withdrawn"] == [1, 2]
    assert [desk.cash(each) for each in ("kiln", "plant", "mill")] == [(MILLIONS, 0)] * 3
    assert desk.engine.state.registry.holding("kiln", "so2", state=None) == 1_000_000
    said = {"account": "kiln", "market": "so2", "side": "buy", "quantity": 100, "price": 39_000}
    assert desk.refused("order", **said) == "account-frozen"
    assert desk.refused("withdraw", account="kiln", amount=1, document="slip") == "account-frozen"
    assert desk.refused("freeze-account", account="kiln", document="again") == "account-state"
    desk.done("unfreeze-account", account="kiln", document="court order 4")
    desk.done("order", **said)


def test_accounts_close_when_nothing_is_left() -> None:
    desk = prepared()
    assert desk.refused("close-account", account="kiln", document="request") == "account-not-empty"
    desk.done("open-account", account="guest", name="guest", document="agreement")
    desk.done("close-account", account="guest", document="request")
    assert desk.refused("deposit", account="guest", amount=1, document="slip") == "account-unknown"
    assert desk.refused("close-account", account=FEES, document="request") == "account-needed"
    assert desk.refused("freeze-account", account=FEES, document="request") == "account-needed"
    assert desk.refused("open-account", account="kiln", name="kiln", document="agreement") == "account-open"


def test_a_document_is_asked_for() -> None:
    desk = prepared()
    assert desk.refused("deposit", account="kiln", amount=1, document=" ") == "malformed"
    command = issue_to("kiln", 10, document="")
    assert desk.refused(command.pop("kind"), **command) == "document-missing"


def test_texts_and_numbers_that_no_table_holds_are_refused() -> None:
    desk = prepared()
    for command in (issue_to("kiln", 10**16), issue_to("kiln", 1, document="x" * 301)):
        assert desk.refused(command.pop("kind"), **command) == "malformed"
    command = issue_to("kiln", 1)
    command["movement"]["lines"][0]["series"][2] = "x" * 121
    assert desk.refused(command.pop("kind"), **command) == "malformed"
    assert desk.refused("open-market", rules=rules(market="y" * 121), document="notice") == "malformed"
    assert desk.refused("deposit", account="kiln", amount=1, document="x" * 301) == "malformed"


@pytest.mark.parametrize("kind", ["reserve", "deliver", "deposit", "block", "release-cash"])
def test_trading_and_money_have_commands_of_their_own(kind: str) -> None:
    desk = prepared()
    line = {"line": "cash", "amount": 1, "giver": "", "taker": "kiln"}
    assert desk.refused("movement", movement={"kind": kind, "document": "x", "lines": [line]}) == "another-command"


def test_a_block_is_settled_when_the_other_side_agrees() -> None:
    desk = prepared()
    said = {"counterparty": "plant", "market": "so2", "side": "buy", "price": 50_000, "quantity": 50_000}
    desk.done("block-propose", account="kiln", **said)
    # 500 yuan lies within 389 +- 30 %; 500 x 50 t x 5 = 125,000.00, fee 125.00
    assert desk.cash("kiln")[1] == 12_500_000 + 12_500
    assert desk.refused("block-confirm", account="mill", proposal=1) == "proposal-unknown"
    assert desk.refused("block-confirm", account="kiln", proposal=1) == "proposal-unknown"
    told = desk.done("block-confirm", account="plant", proposal=1)
    assert (told["amount"], told["fee"]) == (12_500_000, 12_500)
    assert desk.cash("kiln") == (MILLIONS - 12_512_500, 0)
    assert desk.cash("plant") == (MILLIONS + 12_487_500, 0)
    assert desk.units("kiln") == 1_050_000
    # blocks do not make the close
    assert desk.done("end-of-day", day=DAY)["closes"] == {"so2": 38_900}


def test_blocks_have_their_own_limits_and_end_with_the_day() -> None:
    desk = prepared()
    said = {"account": "kiln", "counterparty": "plant", "market": "so2", "side": "sell", "price": 38_900, "quantity": 50_000}
    assert desk.refused("block-propose", **{**said, "quantity": 49_900}) == "block-size"
    # 389 +- 30 %: 272.30 to 505.70, to the yuan 273 to 505
    assert desk.refused("block-propose", **{**said, "price": 50_600}) == "band"
    assert desk.refused("block-propose", **{**said, "price": 27_200}) == "band"
    assert desk.refused("block-propose", **{**said, "counterparty": "kiln"}) == "self-trade"
    assert desk.refused("block-propose", **{**said, "counterparty": "nobody"}) == "account-unknown"
    desk.done("block-propose", **said)
    desk.done("block-withdraw", account="plant", proposal=1)
    desk.done("block-propose", **said)
    desk.done("end-of-day", day=DAY)
    assert desk.engine.state.proposals == {}
    assert desk.refused("block-propose", **said) == "closed"


def offering(**changed: Any) -> tuple[Desk, dict[str, Any]]:
    """A desk, and what a listing of 1 t at 400 yuan or more says; bidding ends in an hour."""
    desk = prepared(fee={"rate": 0, "minimum": 0})
    said = {"account": "plant", "market": "so2", "side": "sell", "mode": "listed", "price": 40_000, "quantity": 1_000}
    return desk, {**said, "ends": desk.at + 3600 * SECOND, "document": "listing", **changed}


def test_a_listing_goes_to_the_best_bids() -> None:
    desk, said = offering()
    desk.done("offer", **said)
    desk.done("bid", account="kiln", offer=1, price=41_000, quantity=700)
    desk.done("bid", account="mill", offer=1, price=42_000, quantity=600)
    assert desk.refused("bid", account="mill", offer=1, price=41_000, quantity=600) == "no-better"
    assert desk.refused("bid", account="plant", offer=1, price=43_000, quantity=600) == "self-trade"
    assert desk.refused("bid", account="kiln", offer=1, price=39_900, quantity=600) == "reserve-price"
    assert desk.refused("bid", account="kiln", offer=1, price=41_000, quantity=1_100) == "too-large"
    assert desk.refused("close-offer", offer=1) == "bidding-open"
    desk.at += 3600 * SECOND
    assert desk.refused("bid", account="kiln", offer=1, price=45_000, quantity=600) == "bidding-over"
    told = desk.done("close-offer", offer=1)
    assert told["sold"] == 1_000
    assert [trade[1:] for trade in told["trades"]] == [[42_000, 600], [41_000, 400]]
    # 420 x 0.6 t x 5 = 1,260.00 and 410 x 0.4 t x 5 = 820.00
    assert desk.cash("mill") == (MILLIONS - 126_000, 0)
    assert desk.cash("kiln") == (MILLIONS - 82_000, 0)
    assert desk.cash("plant") == (MILLIONS + 208_000, 0)


def test_a_wish_to_buy_goes_to_the_lowest() -> None:
    desk, said = offering(account="kiln", side="buy", price=40_000)
    desk.done("offer", **said)
    assert desk.refused("bid", account="plant", offer=1, price=40_100, quantity=500) == "reserve-price"
    desk.done("bid", account="plant", offer=1, price=39_000, quantity=500)
    desk.done("bid", account="mill", offer=1, price=38_000, quantity=800)
    desk.at += 3600 * SECOND
    told = desk.done("close-offer", offer=1)
    assert [trade[1:] for trade in told["trades"]] == [[38_000, 800], [39_000, 200]]
    assert desk.cash("kiln") == (MILLIONS - 152_000 - 39_000, 0)


def test_a_late_bid_moves_the_end() -> None:
    desk, said = offering(extension=300 * SECOND)
    desk.done("offer", **said)
    early = desk.done("bid", account="kiln", offer=1, price=40_000, quantity=100)
    assert early["ends"] == said["ends"]
    desk.at = said["ends"] - 10 * SECOND
    late = desk.done("bid", account="mill", offer=1, price=41_000, quantity=100)
    assert late["ends"] == desk.at + 300 * SECOND


@pytest.mark.parametrize(("pricing", "paid"), [("uniform", [41_000, 41_000]), ("pay-as-bid", [43_000, 41_000])])
def test_a_sealed_auction_of_the_reserve(pricing: str, paid: list[int]) -> None:
    desk, said = offering(account="reserve", mode="sealed", pricing=pricing)
    assert desk.refused("offer", **{**said, "account": "plant"}) == "reserve-only"
    desk.done("open-account", account="reserve", name="reserve", sort="reserve", document="decree")
    command = issue_to("reserve", 1_000)
    desk.done(command.pop("kind"), **command)
    desk.done("offer", **said)
    desk.done("bid", account="kiln", offer=1, price=43_000, quantity=600)
    desk.done("bid", account="mill", offer=1, price=41_000, quantity=600)
    assert desk.refused("bid", account="kiln", offer=1, price=44_000, quantity=600) == "bid-once"
    desk.at += 3600 * SECOND
    told = desk.done("close-offer", offer=1)
    assert [trade[1] for trade in told["trades"]] == paid
    assert [trade[2] for trade in told["trades"]] == [600, 400]


def test_an_offer_without_bids_is_withdrawn_or_comes_back() -> None:
    desk, said = offering()
    desk.done("offer", **said)
    assert desk.refused("withdraw-offer", account="kiln", offer=1) == "not-yours"
    desk.done("withdraw-offer", account="plant", offer=1)
    desk.done("offer", **said)
    desk.done("bid", account="kiln", offer=2, price=40_000, quantity=100)
    assert desk.refused("withdraw-offer", account="plant", offer=2) == "bids-there"
    assert desk.refused("offer", **{**said, "ends": 1}) == "ends-past"
    assert desk.refused("bid", account="kiln", offer=9, price=40_000, quantity=100) == "offer-unknown"


def test_the_fee_of_a_buyer_who_lists_counts_over_the_whole_offer() -> None:
    desk = prepared(fee={"rate": 0, "minimum": 500})
    said = {"account": "kiln", "market": "so2", "side": "buy", "mode": "listed", "price": 40_000, "quantity": 1_000}
    desk.done("offer", **said, ends=desk.at + SECOND * 60, document="listing")
    for account in ("plant", "mill"):
        desk.done("bid", account=account, offer=1, price=40_000, quantity=500)
    desk.at += 60 * SECOND
    desk.done("close-offer", offer=1)
    # 400 x 1 t x 5 = 2,000.00 and one minimum fee of 5.00 for the kiln; one each for the sellers
    assert desk.cash("kiln") == (MILLIONS - 200_000 - 500, 0)
    assert desk.cash(FEES) == (1_500, 0)


def test_rules_change_after_the_end_of_a_day_and_never_what_is_traded() -> None:
    desk = prepared()
    assert desk.refused("change-rules", rules=rules(band=500), document="notice 2") == "session-open"
    desk.done("end-of-day", day=DAY)
    assert desk.refused("change-rules", rules=rules(region="elsewhere"), document="notice 2") == "another-series"
    desk.done("change-rules", rules=rules(band=500), document="notice 2")
    # 389 +- 5 %: 369.55 to 408.45
    assert desk.done("open-session", market="so2", day="2017-06-22")["band"] == [37_000, 40_800]
    assert desk.refused("open-market", rules=rules(), document="notice 3") == "market-known"
    assert desk.refused("open-market", rules=rules(market="x", tick=0), document="notice 3") == "rules"
