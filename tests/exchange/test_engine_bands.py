"""The engine against a list-scanning exchange: bands, market orders, lives, self-trade, parts, cancels of what is gone."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.engine_situations import Desk, prepared
from exchange.naive_matcher import NaiveBook

REFERENCE, TICK = 38_900, 100
# 10 % of 38,900 is 3,890: 35,010 to 42,790, cut inwards to the tick: 35,100 to 42,700
LOW, HIGH = 35_100, 42_700
OWNERS = {"kiln": 1, "plant": 2, "mill": 3, "kiln-2": 1}
LIVES = {"day": 0, "immediate": 1, "fill-or-kill": 2}

PRICES = st.one_of(
    st.none(),
    st.sampled_from([LOW - TICK, LOW, LOW + TICK, HIGH - TICK, HIGH, HIGH + TICK, REFERENCE + 50]),
    st.integers(-6, 6).map(lambda step: REFERENCE + TICK * step),
)
ORDERS = st.tuples(
    st.just("order"),
    st.sampled_from(list(OWNERS)),
    st.sampled_from(["buy", "sell"]),
    PRICES,
    st.integers(1, 40).map(lambda lots: lots * 100),
    st.sampled_from(["day", "day", "day", "immediate", "fill-or-kill"]),
)
CANCELS = st.tuples(
    st.just("cancel"),
    st.sampled_from(list(OWNERS)),
    st.integers(1, 25),
    st.one_of(st.none(), st.integers(1, 50).map(lambda lots: lots * 100)),
)


def desk() -> Desk:
    """Four accounts of three owners with units and money enough."""
    made = prepared()
    made.done("open-account", account="kiln-2", name="kiln 2", owner="kiln", document="agreement")
    made.done("deposit", account="kiln-2", amount=1_000_000_000, document="bank slip")
    lines = [
        {"line": "make", "series": ["so2", 2016, "jingdezhen"], "quantity": 1_000_000, "account": "kiln-2"}
    ]
    made.done("movement", movement={"kind": "issue", "document": "permit", "lines": lines})
    return made


def allowed(price: int | None) -> bool:
    return price is None or (LOW <= price <= HIGH and price % TICK == 0)


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.one_of(ORDERS, ORDERS, CANCELS), max_size=25))
def test_the_engine_trades_as_the_plain_exchange_does(walk: list[tuple[Any, ...]]) -> None:
    engine, plain = desk(), NaiveBook("cancel-newest")
    of_account: dict[int, str] = {}
    seen: list[tuple[int, int, int, int]] = []
    expected: list[tuple[int, int, int, int]] = []
    for step in walk:
        if step[0] == "cancel":
            _, account, number, units = step
            said = {"account": account, "order": number} | ({} if units is None else {"quantity": units})
            outcome = engine.send("cancel", **said)
            resting = {each.order for each in plain.rests}
            own = number in resting and of_account[number] == account
            # somebody else's, one that has gone and one that never was are refused
            assert outcome["ok"] is own
            if own:
                assert outcome["withdrawn"] == plain.cancel(number, units)
            continue
        _, account, side, price, quantity, life = step
        said = {"account": account, "market": "so2", "side": side, "quantity": quantity, "life": life}
        outcome = engine.send("order", **said, **({} if price is None else {"price": price}))
        if not allowed(price):
            assert outcome["code"] in ("band", "tick")
            continue
        assert outcome["ok"], outcome
        number = outcome["order"]
        of_account[number] = account
        sign = 1 if side == "buy" else -1
        # an order without a price reaches to the end of the band and never rests
        limit = price if price is not None else HIGH if sign == 1 else LOW
        how = LIVES[life] if price is not None else max(1, LIVES[life])
        trades, withdrawn = plain.submit(number, sign, limit, quantity, OWNERS[account], how)
        expected += [(trade[0], trade[1], trade[2], trade[3]) for trade in trades]
        assert outcome["traded"] == sum(trade[1] for trade in trades)
        assert outcome["open"] == quantity - outcome["traded"] - sum(units for _, units, _ in withdrawn)
        if withdrawn:
            assert outcome["cause"] == withdrawn[-1][2]
        assert all(LOW <= trade[0] <= HIGH for trade in trades)
    for trade in engine.engine.drain().touched.trades:
        buyer, seller = trade.buy_order, trade.sell_order
        maker, taker = (seller, buyer) if trade.taker == 1 else (buyer, seller)
        seen.append((trade.price, trade.quantity, maker, taker))
        assert OWNERS[trade.buyer] != OWNERS[trade.seller]
    assert seen == expected
    book = engine.engine.state.markets["so2"].book
    for sign in (1, -1):
        assert [(each.order, each.price, each.quantity) for each in book.orders(sign)] == [
            (order, price, units) for order, _, price, units, _ in plain.priority(sign)
        ]
    assert engine.engine.verify() == []
