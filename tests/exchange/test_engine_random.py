"""Random commands: what must hold holds after each, a dump goes on as the original, and a replay is the same bit for bit."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.market.calendar import SECOND
from exchange.engine_situations import DAY, Desk, issue_to, prepared

ACCOUNTS = ("kiln", "plant", "mill", "kiln-2")
Step = tuple[str, dict[str, Any], int]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """A command that often fits, and the microseconds before it."""
    account = draw(st.sampled_from(ACCOUNTS))
    side = draw(st.sampled_from(["buy", "sell"]))
    price = 38_900 + 100 * draw(st.integers(-6, 6))
    quantity = 100 * draw(st.integers(1, 40))
    number = draw(st.integers(1, 12))
    day = f"2017-06-{draw(st.integers(21, 24))}"
    order = {"account": account, "market": "so2", "side": side, "quantity": quantity, "price": price}
    choices: list[tuple[str, dict[str, Any]]] = [
        ("order", order),
        ("order", {**order, "life": draw(st.sampled_from(["immediate", "fill-or-kill"]))}),
        ("order", {key: value for key, value in order.items() if key != "price"}),
        ("cancel", {"account": account, "order": number}),
        ("cancel", {"account": account, "order": number, "quantity": quantity}),
        ("block-propose", {**order, "counterparty": draw(st.sampled_from(ACCOUNTS)), "quantity": 50_000}),
        ("block-confirm", {"account": account, "proposal": draw(st.integers(1, 3))}),
        ("block-withdraw", {"account": account, "proposal": draw(st.integers(1, 3))}),
        ("block-decline", {"account": account, "proposal": draw(st.integers(1, 3))}),
        ("block-lapse", {"proposal": draw(st.integers(1, 3))}),
        (
            "offer",
            {
                "account": "reserve",
                "market": "so2",
                "side": "sell",
                "mode": "sealed",
                "price": price,
                "quantity": quantity,
                "ends": 1_498_010_400 * SECOND + draw(st.integers(0, 60)) * SECOND,
                "limit": 100 * draw(st.integers(0, 20)),
                "document": "auction",
            },
        ),
        (
            "offer",
            {
                **order,
                "mode": "listed",
                "pricing": draw(st.sampled_from(["uniform", "pay-as-bid"])),
                "ends": 1_498_010_400 * SECOND + draw(st.integers(0, 60)) * SECOND,
                "extension": draw(st.integers(0, 3)) * SECOND,
                "document": "listing",
            },
        ),
        ("bid", {"account": account, "offer": draw(st.integers(1, 3)), "price": price, "quantity": quantity}),
        ("close-offer", {"offer": draw(st.integers(1, 3))}),
        ("withdraw-offer", {"account": account, "offer": draw(st.integers(1, 3))}),
        ("deposit", {"account": account, "amount": 1_000_000, "document": "slip"}),
        ("withdraw", {"account": account, "amount": 900_000, "document": "slip"}),
        ("freeze-account", {"account": account, "document": "court"}),
        ("unfreeze-account", {"account": account, "document": "court"}),
        ("halt", {"market": "so2", "document": "order"}),
        ("resume", {"market": "so2", "document": "order"}),
        ("close-session", {"market": "so2"}),
        ("open-session", {"market": "so2", "day": day, "auction": draw(st.booleans())}),
        ("clear-auction", {"market": "so2"}),
        ("end-of-day", {"day": day}),
    ]
    # orders weigh more: the rest disturbs them
    place = draw(st.one_of(st.just(0), st.just(0), st.just(0), st.just(3), st.integers(0, len(choices) - 1)))
    kind, said = choices[place]
    return kind, said, draw(st.integers(0, 10)) * SECOND


STRICT = {
    "late_bids": "awards",
    "better_bids": "either",
    "extension_most": 5 * SECOND,
    "sealed_pricing": "uniform-rejected",
    "rationing": "pro-rata",
    "block_lasts": 20 * SECOND,
    "position_counts": "all",
}


def started(auction: bool, strict: bool) -> Desk:
    """A market in which minimum fees bite and what is bought stays for the day; two accounts have one owner."""
    more = STRICT if strict else {}
    desk = prepared(same_day=False, fee={"rate": 1000, "minimum": 7_000}, position=1_100_000, **more)
    desk.done("open-account", account="reserve", name="reserve", sort="reserve", document="decree")
    command = issue_to("reserve", 20_000)
    desk.done(command.pop("kind"), **command)
    desk.done("open-account", account="kiln-2", name="kiln 2", owner="kiln", document="agreement")
    desk.done("deposit", account="kiln-2", amount=3_000_000, document="slip")
    if auction:
        desk.done("close-session", market="so2")
        desk.done("open-session", market="so2", day=DAY, auction=True)
    desk.at = 1_498_010_400 * SECOND
    return desk


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(steps(), min_size=5, max_size=60), st.booleans(), st.booleans(), st.integers(0, 59))
def test_random_commands_keep_everything_that_must_hold(
    walk: list[Step], auction: bool, strict: bool, cut: int
) -> None:
    desk = started(auction, strict)
    beside: Desk | None = None
    again = started(auction, strict)
    for number, (kind, said, later) in enumerate(walk):
        before = desk.engine.digest()
        if number == cut:
            # what is dumped and loaded goes on as the original does
            loaded = Engine()
            loaded.load(json.loads(json.dumps(desk.engine.dump())))
            assert loaded.digest() == before
            beside = Desk(loaded)
            beside.at = desk.at
        for each in (desk, beside, again):
            if each is not None:
                each.at += later
        outcome = desk.send(kind, **said)
        assert again.send(kind, **said) == outcome
        if beside is not None:
            assert beside.send(kind, **said) == outcome
        if not outcome["ok"]:
            assert desk.engine.digest() == before
        assert desk.engine.verify() == []
        for trade in desk.engine.drain().touched.trades:
            assert trade.amount == trade.price * trade.quantity * 5 // 1000
            assert trade.buyer != trade.seller
    assert again.engine.digest() == desk.engine.digest()
    if beside is not None:
        assert beside.engine.digest() == desk.engine.digest()
