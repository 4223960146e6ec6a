"""The book after every message of a real exchange."""

from __future__ import annotations

import pytest

from ecociv.exchange.matching import Side
from exchange.exchange_sample import Play, messages, rows
from shared_data import shared_file


@pytest.fixture(scope="module")
def played() -> Play:
    """All 999 messages played, each row judged."""
    told = messages(shared_file("market/AAPL_2012-06-21_message_10_first998.csv"))
    published = rows(shared_file("market/AAPL_2012-06-21_orderbook_10_first998.csv"))
    play = Play()
    play.begin(published[0], told[0])
    for message, row in zip(told, published, strict=True):
        play.follow(message)
        play.judge(row)
        seen = play.book.snapshot(10)
        assert [level[:2] for level in seen["bids"]] == row[Side.BUY]
        assert [level[:2] for level in seen["asks"]] == row[Side.SELL]
    return play


@pytest.mark.oracle
def test_the_published_book_is_reproduced_after_every_message(played: Play) -> None:
    assert not played.wrong
    tally = played.tally
    assert tally["messages"] == tally["rows reproduced"] == 999
    # 999 rows of 20 levels are 19,980. What a row shows from beyond the tenth level of the row before is not determined
    # by the sample: 318 levels. The book remembered 306 of them rightly from when they were last in view, 2 had changed
    # unseen and 10 had never been in view.
    assert tally["levels reproduced"] == tally["levels determined"] == 19_980 - 318
    assert tally["levels revealed, as remembered"] == 306
    assert tally["levels revealed, changed unseen"] == 2
    assert tally["levels revealed, never seen"] == 10


@pytest.mark.oracle
def test_each_execution_meets_the_order_that_the_exchange_names(played: Play) -> None:
    # 98 executions of visible orders; 4 are of orders from before the sample, which have no number in the book.
    assert (played.tally["executions"], played.tally["executions of a numbered order"]) == (98, 94)
