"""Who may receive what is asked of orders, bids, offers and blocks as it is of transfers, and nobody trades dead rights."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.market.calendar import SECOND, moment
from ecociv.exchange.market.receiving import receiving_of
from ecociv.exchange.market.rules import RulesRefused, rules_of
from exchange.engine_situations import DAY, Desk, issue_to, prepared, rules

LAST = "2020-12-31"
RECEIVING: dict[str, Any] = {
    "reserve": "reserve",
    "bound": True,
    "bans": [
        {
            "one": "power",
            "other": "*",
            "citation_zh": "国办发〔2014〕38号",
            "citation_en": "Guobanfa [2014] 38",
        }
    ],
    "last_day": LAST,
}
WHO: dict[str, dict[str, Any]] = {
    "kiln": {"sector": "ceramics", "regions": ["jingdezhen", "changjiang-river"]},
    "mill": {"sector": "paper", "regions": ["jingdezhen"]},
    "plant": {"sector": "power", "regions": ["jingdezhen"]},
    "plant-2": {"sector": "power", "regions": ["jingdezhen"]},
    "far": {"sector": "paper", "regions": ["nanchang"]},
    "nobody": {},
    "reserve": {"sort": "reserve"},
}


def judged(day: str = DAY, session: bool = True, **changed: Any) -> Desk:
    """A market of rights bound to jingdezhen, from which power plants keep out; everybody has money and 1000 t."""
    desk = Desk()
    desk.at = moment(day, "10:00")
    said = {"receiving": RECEIVING, "block_minimum": 1_000, **changed}
    desk.done("open-market", rules=rules(**said), document="notice 1")
    for account, what in WHO.items():
        desk.done("open-account", account=account, name=account, document="agreement", **what)
        desk.done("deposit", account=account, amount=1_000_000_000, document="bank slip")
        command = issue_to(account, 1_000_000)
        desk.done(command.pop("kind"), **command)
    if session:
        desk.done("open-session", market="so2", day=day)
    return desk


def order_of(account: str, side: str) -> dict[str, Any]:
    return {"account": account, "market": "so2", "side": side, "quantity": 1_000, "price": 38_900}


def listing_of(account: str, side: str, desk: Desk) -> dict[str, Any]:
    ends = desk.at + 600 * SECOND
    return {**order_of(account, side), "mode": "listed", "ends": ends, "document": "listing"}


def transfer_of(giver: str, taker: str, kind: str = "transfer") -> dict[str, Any]:
    line = {
        "line": "units",
        "series": ["so2", 2016, "jingdezhen"],
        "quantity": 1_000,
        "giver": giver,
        "taker": taker,
    }
    states = {"before": "free", "after": "pledged" if kind == "pledge" else "free"}
    claim = {"taker_claim": "loan 1"} if kind == "pledge" else {}
    return {"movement": {"kind": kind, "document": "paper", "lines": [{**line, **states, **claim}]}}


@pytest.mark.parametrize(
    ("account", "buys", "sells"),
    [
        ("kiln", "", ""),
        ("reserve", "", ""),
        ("far", "region", ""),  # what it holds it may sell into the basin
        ("plant", "sector-book", "sector-book"),  # in a book nobody knows whom he meets
        ("nobody", "sector-unknown", "sector-unknown"),
    ],
)
def test_the_book_is_open_to_those_who_may_meet_everybody_in_it(account: str, buys: str, sells: str) -> None:
    desk = judged()
    for side, code in (("buy", buys), ("sell", sells)):
        if code:
            assert desk.refused("order", **order_of(account, side)) == code
        else:
            desk.done("order", **order_of(account, side))


def test_a_call_auction_asks_as_the_book_does() -> None:
    desk = judged(session=False)
    desk.done("open-session", market="so2", day=DAY, auction=True)
    assert desk.refused("order", **order_of("far", "buy")) == "region"
    assert desk.refused("order", **order_of("plant", "sell")) == "sector-book"
    desk.done("order", **order_of("far", "sell"))
    desk.done("order", **order_of("kiln", "buy"))
    assert desk.done("clear-auction", market="so2")["trades"] == [[1, 38_900, 1_000]]


@pytest.mark.parametrize(
    ("seller", "buyer", "code"),
    [
        ("kiln", "mill", ""),
        ("plant", "plant-2", ""),  # power plants trade among themselves
        ("plant", "kiln", "sector"),
        ("kiln", "plant", "sector"),
        ("reserve", "plant", ""),
        ("kiln", "far", "region"),
        ("far", "kiln", ""),
        ("kiln", "nobody", "sector-unknown"),
        ("reserve", "nobody", "region-unknown"),
    ],
)
def test_blocks_bids_and_transfers_ask_the_same_of_the_two_sides(seller: str, buyer: str, code: str) -> None:
    desk = judged()
    block = {key: value for key, value in order_of(seller, "sell").items() if key != "life"} | {
        "counterparty": buyer
    }
    if code:
        assert desk.refused("block-propose", **block) == code
        turned = {**order_of(buyer, "buy"), "counterparty": seller}
        assert desk.refused("block-propose", **turned) == code
        assert desk.refused("movement", **transfer_of(seller, buyer)) == code
    else:
        number = desk.done("block-propose", **block)["proposal"]
        desk.done("block-confirm", account=buyer, proposal=number)
        desk.done("movement", **transfer_of(seller, buyer))
    offer = desk.done("offer", **listing_of(seller, "sell", desk))["offer"]
    bid = {"account": buyer, "offer": offer, "price": 38_900, "quantity": 1_000}
    if code:
        # A bidder is told of himself alone: neither who lists nor in which sector.
        told = "counterparty" if code == "sector" else code
        assert desk.refused("bid", **bid) == told
    else:
        desk.done("bid", **bid)


def test_a_bidder_is_not_told_who_lists() -> None:
    desk = judged()
    offer = desk.done("offer", **listing_of("plant", "sell", desk))["offer"]
    told = desk.send("bid", account="kiln", offer=offer, price=38_900, quantity=1_000)
    assert told["code"] == "counterparty" and "power" not in told["zh"] + told["en"]
    wanted = desk.done("offer", **listing_of("kiln", "buy", desk))["offer"]
    told = desk.send("bid", account="plant", offer=wanted, price=38_900, quantity=1_000)
    assert told["code"] == "counterparty" and "ceramics" not in told["zh"] + told["en"]


def test_a_wish_to_buy_is_listed_only_where_one_may_buy() -> None:
    desk = judged()
    assert desk.refused("offer", **listing_of("far", "buy", desk)) == "region"
    desk.done("offer", **listing_of("far", "sell", desk))
    desk.done("offer", **listing_of("plant", "buy", desk))  # other plants may answer


def test_a_sealed_auction_of_the_reserve_stays_in_the_basin() -> None:
    desk = judged()
    said = {**listing_of("reserve", "sell", desk), "mode": "sealed"}
    offer = desk.done("offer", **said)["offer"]
    assert desk.refused("bid", account="far", offer=offer, price=38_900, quantity=1_000) == "region"
    desk.done("bid", account="plant", offer=offer, price=38_900, quantity=1_000)
    desk.at = said["ends"]
    assert desk.done("close-offer", offer=offer)["sold"] == 1_000


def test_an_account_changes_while_nothing_of_it_is_open() -> None:
    desk = judged()
    moved = {"account": "kiln", "sector": "ceramics", "regions": ["nanchang"], "document": "register"}
    number = desk.done("order", **order_of("kiln", "buy"))["order"]
    assert desk.refused("change-account", **moved) == "orders-open"
    desk.done("cancel", account="kiln", order=number)
    desk.done("change-account", **moved)
    assert desk.refused("change-account", **moved) == "account-same"
    assert desk.refused("order", **order_of("kiln", "buy")) == "region"
    desk.done("order", **order_of("kiln", "sell"))
    assert desk.refused("change-account", account="EXCHANGE-FEES", document="x") == "account-needed"
    assert desk.refused("change-account", account="mill", regions=["a", "a"], document="x") == "malformed"
    assert desk.refused("change-account", account="mill", regions="nanchang", document="x") == "malformed"
    desk.done("change-account", account="mill", document="x")  # nothing is known of it any more
    assert desk.refused("order", **order_of("mill", "buy")) == "sector-unknown"


def test_bids_are_looked_at_again_when_they_are_served() -> None:
    # The rules change between bid and service: what may not be passed any more is not, and the money comes back.
    free = {**RECEIVING, "bans": [], "bound": False}
    desk = judged(receiving=free)
    said = listing_of("kiln", "sell", desk)
    offer = desk.done("offer", **said)["offer"]
    for account, quantity in (("plant", 400), ("far", 300), ("mill", 300)):
        desk.done("bid", account=account, offer=offer, price=38_900, quantity=quantity)
    desk.done("end-of-day", day=DAY)
    desk.done("change-rules", rules=rules(receiving=RECEIVING, block_minimum=1_000), document="notice 2")
    desk.at = said["ends"]
    assert desk.done("close-offer", offer=offer)["sold"] == 300
    assert (desk.units("plant"), desk.units("far"), desk.units("mill")) == (1_000_000, 1_000_000, 1_000_300)
    assert desk.cash("plant") == desk.cash("far") == (1_000_000_000, 0)


def test_the_last_day_of_validity_is_the_last_to_trade_on() -> None:
    desk = judged(LAST)
    desk.done("order", **order_of("kiln", "buy"))
    desk.done("movement", **transfer_of("kiln", "mill"))
    desk.done("movement", **transfer_of("kiln", "kiln", "pledge"))
    proposal = desk.done("block-propose", **order_of("kiln", "sell"), counterparty="mill")["proposal"]
    said = {**listing_of("mill", "sell", desk), "ends": moment("2021-01-08", "10:00")}
    offer = desk.done("offer", **said)["offer"]
    # The session of the last day goes on after midnight: the clock decides.
    desk.at = moment("2021-01-01", "00:00") - SECOND
    for kind, more in (
        ("order", order_of("kiln", "sell")),
        ("block-propose", {**order_of("kiln", "sell"), "counterparty": "mill"}),
        ("block-confirm", {"account": "mill", "proposal": proposal}),
        ("offer", listing_of("kiln", "sell", desk)),
        ("bid", {"account": "kiln", "offer": offer, "price": 38_900, "quantity": 1_000}),
        ("movement", transfer_of("kiln", "mill")),
        ("movement", transfer_of("kiln", "kiln", "pledge")),
    ):
        assert desk.refused(kind, **more) == "expired", kind


def test_the_end_of_the_last_day_frees_everything_that_is_open() -> None:
    desk = judged(LAST)
    number = desk.done("order", **order_of("kiln", "sell"))["order"]
    desk.done("block-propose", **order_of("mill", "sell"), counterparty="kiln")
    ends = moment("2021-01-08", "10:00")
    offer = desk.done("offer", **{**listing_of("mill", "sell", desk), "ends": ends})["offer"]
    desk.done("bid", account="kiln", offer=offer, price=38_900, quantity=1_000)
    desk.engine.drain()
    told = desk.done("end-of-day", day=LAST)
    assert told["expired"] == {"so2": {"orders": [number], "offers": [offer]}}
    touched = desk.engine.drain().touched
    assert (touched.orders[number].cause, touched.offers[offer].state) == ("expired", "expired")
    registry = desk.engine.state.registry
    assert registry.claimed("mill", next(iter(registry.ledgers)), "free", "") == 1_000_000
    assert desk.cash("kiln") == (1_000_000_000, 0)
    assert desk.refused("open-session", market="so2", day="2021-01-04") == "expired"


def test_a_day_before_the_last_leaves_listings_open() -> None:
    desk = judged("2020-12-30")
    ends = moment("2021-01-08", "10:00")
    offer = desk.done("offer", **{**listing_of("mill", "sell", desk), "ends": ends})["offer"]
    assert "expired" not in desk.done("end-of-day", day="2020-12-30")
    # Nobody trades on the last day: the end of any later day, of no session even, ends what is left.
    assert desk.refused("end-of-day", day="2020-12-30") == "no-session"
    assert desk.done("end-of-day", day=LAST)["expired"]["so2"]["offers"] == [offer]


def test_an_offer_that_outlived_its_units_serves_nobody() -> None:
    desk = judged("2020-12-30")
    ends = moment("2021-01-08", "10:00")
    offer = desk.done("offer", **{**listing_of("mill", "sell", desk), "ends": ends})["offer"]
    desk.done("bid", account="kiln", offer=offer, price=38_900, quantity=1_000)
    desk.at = ends
    assert desk.done("close-offer", offer=offer) == {"ok": True, "offer": offer, "sold": 0, "trades": []}
    assert desk.cash("kiln") == (1_000_000_000, 0)


def test_a_call_auction_after_the_last_day_trades_nothing() -> None:
    desk = judged(LAST, session=False)
    desk.done("open-session", market="so2", day=LAST, auction=True)
    desk.done("order", **order_of("mill", "sell"))
    desk.done("order", **order_of("kiln", "buy"))
    desk.at = moment("2021-01-01", "08:00")
    assert desk.done("clear-auction", market="so2")["trades"] == []
    assert desk.cash("kiln") == (1_000_000_000, 0)


def test_a_market_without_the_rule_does_not_ask() -> None:
    desk = prepared()
    desk.done(
        "open-account", account="far", name="far", regions=["nanchang"], sector="power", document="agreement"
    )
    desk.done("deposit", account="far", amount=1_000_000_000, document="bank slip")
    desk.at = moment("2031-01-01", "10:00")
    desk.order("far", "buy", 1_000, 38_900)


def test_what_was_known_of_an_account_goes_on_in_a_dump() -> None:
    desk = judged()
    again = Engine()
    again.load(json.loads(json.dumps(desk.engine.dump())))
    assert again.digest() == desk.engine.digest()
    assert {key: (each.sector, each.regions) for key, each in again.state.accounts.items()} == {
        key: (each.sector, each.regions) for key, each in desk.engine.state.accounts.items()
    }
    rest = Desk(again)
    assert rest.refused("order", **order_of("far", "buy")) == "region"


@pytest.mark.parametrize(
    "damaged",
    [
        {"bound": 1},
        {"last_day": "2020"},
        {"last_day": 2020},
        {"reserve": None},
        {"bans": "power"},
        {"bans": [{"one": "power"}]},
        {"more": 1},
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(damaged: dict[str, Any]) -> None:
    with pytest.raises(RulesRefused, match="receiving"):
        rules_of(rules(receiving={**RECEIVING, **damaged}))


def test_the_rule_is_written_as_it_is_read() -> None:
    assert receiving_of(RECEIVING).to_json() == RECEIVING
    read = rules_of(rules(receiving=RECEIVING))
    assert rules_of(json.loads(json.dumps(read.to_json()))) == read
    assert "receiving" not in rules_of(rules()).to_json()
