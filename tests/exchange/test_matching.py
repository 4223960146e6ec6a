"""The book against a plain matcher on random flows, and its rules one by one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.exchange.matching import Book, BookError, Cause, Life, SelfTrade, Side, Withdrawal
from exchange.naive_matcher import NaiveBook

SIGNS = st.sampled_from([1, -1])
# Numbers from a small range come again after an order has gone, and do not rise.
NUMBERS = st.integers(1, 60)
SUBMITS = st.tuples(
    st.just("submit"),
    NUMBERS,
    SIGNS,
    st.one_of(st.integers(95, 105), st.none()),
    st.integers(1, 30),
    st.integers(0, 3),
    st.sampled_from([0, 0, 0, 1, 2]),
)
CANCELS = st.tuples(st.just("cancel"), NUMBERS, st.one_of(st.none(), st.integers(1, 30)))
FLOWS = st.lists(st.one_of(SUBMITS, SUBMITS, CANCELS), max_size=120)


def _play(book: Book, step: tuple) -> tuple[object, list[tuple]]:
    if step[0] == "cancel":
        return (book.cancel(step[1], step[2]) if step[1] in book else None), []
    _, order, sign, price, quantity, owner, life = step
    if order in book:
        return None, []
    trades = book.submit(order, sign, price, quantity, owner=owner, life=life)
    return [tuple(trade) for trade in trades], [(w.order, w.quantity, w.cause.value) for w in book.withdrawn]


@settings(max_examples=300)
@given(FLOWS, st.sampled_from(list(SelfTrade)))
def test_a_random_flow_does_what_the_plain_matcher_does(flow: list[tuple], rule: SelfTrade) -> None:
    book, plain = Book(self_trade=rule), NaiveBook(rule.value)
    came = traded = withdrawn = 0
    for step in flow:
        known = step[1] in book
        answer, gone = _play(book, step)
        if step[0] == "cancel":
            assert answer == plain.cancel(step[1], step[2])
            withdrawn += answer or 0
        elif not known:
            _, order, sign, price, quantity, owner, life = step
            assert (answer, gone) == plain.submit(order, sign, price, quantity, owner, life)
            came += quantity
            traded += sum(trade[1] for trade in answer)
            withdrawn += sum(units for _, units, _ in gone)
        for sign in (1, -1):
            assert [tuple(each) for each in book.orders(sign)] == plain.priority(sign)
        bid, ask = book.best_bid, book.best_ask
        assert bid is None or ask is None or bid < ask  # never crossed
        resting = sum(each.quantity for each in book.orders())
        assert came == 2 * traded + withdrawn + resting  # a trade takes its units from both sides
        assert len(book) == sum(rows[2] for side in book.snapshot().values() for rows in side)
        assert resting == sum(rows[1] for side in book.snapshot().values() for rows in side)


@settings(max_examples=100)
@given(FLOWS, FLOWS, st.sampled_from(list(SelfTrade)))
def test_a_book_read_back_goes_on_as_the_one_that_was_written(
    before: list[tuple], after: list[tuple], rule: SelfTrade
) -> None:
    book = Book(self_trade=rule)
    for step in before:
        _play(book, step)
    state = book.dump()
    other = Book.load(json.loads(json.dumps(state)))
    assert other.dump() == state
    for step in after:
        assert _play(book, step) == _play(other, step)
    assert book.dump() == other.dump()


@pytest.fixture
def three_sellers() -> Book:
    """Two at 100 (orders 1 and 2, owners 1 and 2), one at 101 (order 3, owner 3), 10 units each."""
    book = Book()
    for order, price in ((1, 100), (2, 100), (3, 101)):
        book.submit(order, Side.SELL, price, 10, owner=order)
    return book


def test_better_prices_first_then_who_came_first_at_the_price_of_the_resting_order(
    three_sellers: Book,
) -> None:
    trades = three_sellers.submit(4, "buy", 105, 25, owner=9)
    # 10 of order 1 and 10 of order 2 at 100, then 5 of order 3 at 101; the limit of 105 is paid by nobody.
    assert [(t.price, t.quantity, t.maker) for t in trades] == [(100, 10, 1), (100, 10, 2), (101, 5, 3)]
    assert three_sellers.snapshot() == {"bids": [], "asks": [(101, 5, 1)]}


def test_a_part_withdrawn_keeps_its_place(three_sellers: Book) -> None:
    assert three_sellers.cancel(1, 4) == 4
    trades = three_sellers.submit(4, 1, 100, 7, owner=9)
    assert [(t.maker, t.quantity) for t in trades] == [(1, 6), (2, 1)]  # 10 - 4 = 6 are still first


def test_more_than_is_open_withdraws_what_is_open(three_sellers: Book) -> None:
    assert three_sellers.cancel(3, 99) == 10
    assert three_sellers.remaining(3) == 0
    assert three_sellers.find(3) is None


def test_a_market_order_never_rests(three_sellers: Book) -> None:
    trades = three_sellers.submit(4, Side.BUY, None, 35, owner=9)
    assert sum(trade.quantity for trade in trades) == 30
    assert three_sellers.withdrawn == (Withdrawal(4, 5, Cause.UNFILLED),)
    assert len(three_sellers) == 0


def test_immediate_or_cancel_stops_at_its_limit(three_sellers: Book) -> None:
    trades = three_sellers.submit(4, Side.BUY, 100, 25, owner=9, life=Life.IMMEDIATE)
    assert [trade.quantity for trade in trades] == [10, 10]
    assert three_sellers.withdrawn == (Withdrawal(4, 5, Cause.UNFILLED),)
    assert three_sellers.best_bid is None


@pytest.mark.parametrize(("quantity", "filled"), [(20, True), (21, False)])
def test_fill_or_kill_needs_every_unit_within_its_limit(
    three_sellers: Book, quantity: int, filled: bool
) -> None:
    trades = three_sellers.submit(4, Side.BUY, 100, quantity, owner=9, life=Life.FILL_OR_KILL)
    assert bool(trades) is filled
    if not filled:
        assert three_sellers.withdrawn == (Withdrawal(4, 21, Cause.NOT_IN_FULL),)
        assert three_sellers.snapshot()["asks"] == [(100, 20, 2), (101, 10, 1)]


def test_the_newest_of_one_owner_gives_way_after_what_it_has_traded(three_sellers: Book) -> None:
    trades = three_sellers.submit(4, Side.BUY, 101, 30, owner=2)
    assert [trade.maker for trade in trades] == [1]
    assert three_sellers.withdrawn == (Withdrawal(4, 20, Cause.SELF_TRADE),)
    assert three_sellers.remaining(2) == 10


def test_the_oldest_of_one_owner_gives_way() -> None:
    book = Book(self_trade=SelfTrade.CANCEL_OLDEST)
    book.submit(1, Side.SELL, 100, 10, owner=5)
    book.submit(2, Side.SELL, 100, 10, owner=6)
    assert [trade.maker for trade in book.submit(3, Side.BUY, 100, 15, owner=5)] == [2]
    assert book.withdrawn == (Withdrawal(1, 10, Cause.SELF_TRADE),)
    assert book.remaining(3) == 5  # 15 wanted, 10 traded, and the own sale of 10 is gone


def test_a_number_that_has_gone_may_come_again_at_the_end_of_the_queue() -> None:
    book = Book()
    for order in (1, 2, 3):
        book.submit(order, Side.BUY, 100, 10)
    book.cancel(2)  # neither first nor last: its number stays in the queue as a ghost
    book.submit(2, Side.BUY, 100, 10)
    assert [each.order for each in book.orders("buy")] == [1, 3, 2]
    assert [trade.maker for trade in book.submit(4, Side.SELL, 100, 30)] == [1, 3, 2]


def test_withdrawing_from_the_middle_of_a_long_queue_leaves_no_ghosts_behind() -> None:
    book = Book()
    for order in range(1000):
        book.submit(order, Side.BUY, 100, 1)
    for order in range(1, 999):
        book.cancel(order)
    (level,) = book._levels.at.values()
    assert len(level.queue) <= 3 * 2 + 16  # two live orders
    book.cancel(0)
    book.cancel(999)
    assert not book._levels.ghosts
    assert book.snapshot() == {"bids": [], "asks": []}


def test_everything_of_one_owner_is_withdrawn_in_priority(three_sellers: Book) -> None:
    three_sellers.submit(4, Side.BUY, 90, 5, owner=3)
    assert [each.order for each in three_sellers.cancel_all(owner=3)] == [4, 3]
    assert [each.order for each in three_sellers.cancel_all()] == [1, 2]
    assert len(three_sellers) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        ((1, "buy", 100, 5), "order-known", "1"),
        ((9, "hold", 100, 5), "bad-side", "hold"),
        ((9, "buy", 0, 5), "bad-price", "0"),
        ((9, "buy", 100.5, 5), "bad-price", "100.5"),
        ((9, "buy", 100, 0), "bad-quantity", "0"),
        ((9, "buy", 100, True), "bad-quantity", "True"),
        (("9", "buy", 100, 5), "bad-order", "9"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    three_sellers: Book, arguments: tuple, code: str, word: str
) -> None:
    before = three_sellers.dump()
    with pytest.raises(BookError) as refusal:
        three_sellers.submit(*arguments)
    assert refusal.value.code == code
    assert word in refusal.value.text.zh
    assert word in refusal.value.text.en
    assert three_sellers.dump() == before


def test_withdrawing_what_is_not_there_is_refused(three_sellers: Book) -> None:
    with pytest.raises(BookError, match="traded in full, was withdrawn, or never came") as refusal:
        three_sellers.cancel(77)
    assert refusal.value.code == "order-unknown"
    with pytest.raises(BookError):
        three_sellers.cancel(1, 0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state.update(format=2),
        lambda state: state.pop("asks"),
        lambda state: state["asks"].reverse(),
        lambda state: state["asks"].append([1, 100, 10, 1]),
        lambda state: state["bids"].append([8, 120, 10, 8]),
        lambda state: state["asks"].append([8, 120]),
    ],
)
def test_a_damaged_state_is_refused(three_sellers: Book, damage: Callable[[dict], object]) -> None:
    state = three_sellers.dump()
    damage(state)
    with pytest.raises(BookError) as refusal:
        Book.load(state)
    assert refusal.value.code in ("bad-state", "order-known")


def test_the_book_is_usable_without_django() -> None:
    code = "import sys; from ecociv.exchange.matching import Book; Book(); print('django' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("arguments", "more", "code"),
    [
        ((9, True, 100, 5), {}, "bad-side"),
        ((9, 1.0, 100, 5), {}, "bad-side"),
        ((9, None, 100, 5), {}, "bad-side"),
        ((9, [], 100, 5), {}, "bad-side"),
        ((9, "buy", True, 5), {}, "bad-price"),
        ((9, "buy", -100, 5), {}, "bad-price"),
        ((9, "buy", "100", 5), {}, "bad-price"),
        ((9, "buy", 100, -5), {}, "bad-quantity"),
        ((9, "buy", 100, 5.0), {}, "bad-quantity"),
        ((9, "buy", 100, None), {}, "bad-quantity"),
        ((9.0, "buy", 100, 5), {}, "bad-order"),
        ((True, "buy", 100, 5), {}, "bad-order"),
        ((None, "buy", 100, 5), {}, "bad-order"),
        ((9, "buy", 100, 5), {"owner": "kiln"}, "bad-owner"),
        ((9, "buy", 100, 5), {"owner": 1.0}, "bad-owner"),
        ((9, "buy", 100, 5), {"life": 3}, "bad-life"),
        ((9, "buy", 100, 5), {"life": True}, "bad-life"),
        ((9, "buy", 100, 5), {"life": [1]}, "bad-life"),
    ],
)
def test_whatever_is_no_whole_number_is_refused_with_its_code(
    three_sellers: Book, arguments: tuple, more: dict[str, object], code: str
) -> None:
    before = three_sellers.dump()
    with pytest.raises(BookError) as refusal:
        three_sellers.submit(*arguments, **more)
    assert refusal.value.code == code and refusal.value.text.zh
    assert three_sellers.dump() == before


@pytest.mark.parametrize("order", [True, 1.0, "1", None, -1, 10**30])
def test_only_the_number_itself_withdraws_an_order(three_sellers: Book, order: object) -> None:
    with pytest.raises(BookError):
        three_sellers.cancel(order)  # type: ignore[arg-type]
    assert three_sellers.remaining(1) == 10


def test_an_order_that_has_traded_in_full_cannot_be_withdrawn(three_sellers: Book) -> None:
    three_sellers.submit(4, "buy", 100, 10, owner=9)
    with pytest.raises(BookError, match="No order numbered 1 rests"):
        three_sellers.cancel(1)
    with pytest.raises(BookError, match="No order numbered 4 rests"):
        three_sellers.cancel(4)


def test_a_snapshot_is_of_its_moment_and_json_holds_it(three_sellers: Book) -> None:
    before = three_sellers.snapshot()
    written = json.dumps(before)
    three_sellers.submit(4, "buy", 105, 25, owner=9)
    three_sellers.cancel(3)
    assert json.dumps(before) == written == '{"bids": [], "asks": [[100, 20, 2], [101, 10, 1]]}'
    assert three_sellers.snapshot() == {"bids": [], "asks": []}
    assert Book().snapshot(0) == {"bids": [], "asks": []}
    for levels in (-1, 1.5, True, "5"):
        with pytest.raises(BookError) as refusal:
            three_sellers.snapshot(levels)  # type: ignore[arg-type]
        assert refusal.value.code == "bad-levels"


def test_numbers_as_large_as_anybody_likes_stay_exact() -> None:
    book = Book()
    huge = 10**40
    book.submit(huge, "sell", huge, huge)
    assert book.submit(1, "buy", huge + 1, huge - 1)[0].quantity == huge - 1
    assert book.snapshot() == {"bids": [], "asks": [(huge, 1, 1)]}
