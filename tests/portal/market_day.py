"""A market for tests of pages: two enterprises with money and units, the session open, nothing traded yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from ecociv.exchange.actions import (
    CancelOrder,
    Deposit,
    OpenAccount,
    OpenMarket,
    RecordMovement,
    SendCommand,
    SubmitOrder,
)
from ecociv.exchange.journal.sending import Receipt
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.registry import Series, issue
from ecociv.exchange.venue import journal_of

ZONE = "jingdezhen"
KILN, POWER = "91360222MA0000001W", "91360202MA00000021"
DAY = dt.date(2017, 6, 21)
DOCUMENT = "测试文件1号"
RULES = rules_of(
    {
        "market": "cea",
        "instrument": "cea",
        "vintage": 2016,
        "label_zh": "碳排放配额",
        "label_en": "Carbon allowance",
        "band": 1000,
        "block_band": 3000,
        "block_minimum": 1000,
        "largest": 999,
        "fee": {"rate": 500, "minimum": 0},
        "reference": 6000,
        "sample": True,
        "source": "样例规则",
    }
)
WHO = {"zone": ZONE, "author": "test"}


@contextmanager
def fresh_journal() -> Iterator[None]:
    """Forget the replicas of this process before and after: what a test wrote is gone with its transaction."""
    journal_of.cache_clear()
    yield
    journal_of.cache_clear()


def open_market(*, auction: bool = False, session: bool = True) -> None:
    """Each enterprise has 100,000 yuan and 5,000 t; reference 60.00, so the band is 54.00 to 66.00."""
    OpenMarket(rules=RULES, document=DOCUMENT, **WHO).execute()
    for account, name in ((KILN, "样例陶瓷厂"), (POWER, "样例电厂")):
        OpenAccount(account=account, name=name, document=DOCUMENT, **WHO).execute()
        Deposit(account=account, amount=10_000_000, document=DOCUMENT, **WHO).execute()
        units = issue(1, Series("cea", 2016, ""), account, 5000, document=DOCUMENT, at=0)
        RecordMovement(movement=units, **WHO).execute()
    if session:
        said = {"kind": "open-session", "market": "cea", "day": DAY.isoformat(), "auction": auction}
        SendCommand(said=said, **WHO).execute()


def order(account: str, side: str, price: int, quantity: int) -> Receipt:
    """An order that is taken."""
    return SubmitOrder(
        account=account, market="cea", side=side, price=price, quantity=quantity, **WHO
    ).execute()


def cancel(account: str, number: int) -> Receipt:
    """A withdrawal."""
    return CancelOrder(account=account, order=number, **WHO).execute()
