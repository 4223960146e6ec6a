"""The book against a plain matcher on random flows, and its rules one by one."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from exchange.naive_matcher import NaiveBook
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.exchange.matching import Book, BookError, Cause, Life, SelfTrade, Side, Withdrawal

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
