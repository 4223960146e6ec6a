"""What is one enterprise's own: orders, blocks, bids, holdings and statements are nobody else's to see or to touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.exchange.actions import (
    CancelOrder,
    ConfirmBlock,
    DeclineBlock,
    OpenAccount,
    PlaceBid,
    PlaceOffer,
    ProposeBlock,
    SubmitOrder,
    WithdrawBlock,
    WithdrawOffer,
)
from ecociv.exchange.models import JournalEntry, OfferRow, OrderRow, ProposalRow
from ecociv.exchange.queries import micros
from ecociv.exchange.registry import Series
from ecociv.exchange.rights.holding import BankUnits, CancelUnits
from ecociv.people.models import User
from ecociv.portal.views.market_stream import Events, places
from portal.market_day import DOCUMENT, KILN, POWER, WHO, ZONE, order

pytestmark = pytest.mark.usefixtures("own_exchange")
Member = Callable[..., Client]
OTHER = "91360202MA0000010U"
SECRETS = (KILN, POWER, "样例陶瓷厂", "样例电厂", "4,321", "4321")
"""Names and the size of what is traded; the price and the units of a level are public."""


@pytest.fixture
def busy(plan_in_database: None, open_day: None) -> None:
    """KILN has an order, a proposal to POWER and a listing on which POWER has bid; OTHER has an account and nothing."""
    OpenAccount(account=OTHER, name="样例水泥厂", document=DOCUMENT, **WHO).execute()
    order(KILN, "sell", 6100, 30)
    block = {"market": "cea", "counterparty": POWER, "side": "sell", "price": 6000, "quantity": 4321}
    ProposeBlock(account=KILN, **block, **WHO).execute()
    ends = micros(timezone.now()) + 3_600_000_000
    listed = {"market": "cea", "side": "sell", "price": 6000, "quantity": 100, "ends": ends}
    PlaceOffer(account=KILN, document=DOCUMENT, **listed, **WHO).execute()
    PlaceBid(account=POWER, offer=1, price=6010, quantity=100, **WHO).execute()


@pytest.fixture
def other(busy: None, member: Member) -> Client:
    """The browser of an enterprise that is a side of none of this."""
    return member(OTHER)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/market/cea/", 200),
        ("/market/cea/live/", 200),
        ("/market/cea/mine/", 200),
        ("/market/cea/trades/", 200),
        ("/market/cea/days/?format=csv", 200),
        ("/market/orders/", 200),
        ("/market/orders/?format=csv", 200),
        ("/market/orders/1/cancel/", 404),
        ("/market/blocks/", 200),
        ("/market/blocks/1/confirm/", 404),
        ("/market/blocks/1/withdraw/", 404),
        ("/market/offers/", 200),
        ("/market/offers/?format=csv", 200),
        ("/market/offers/1/", 200),
        (f"/registry/accounts/{KILN}/", 404),
        (f"/registry/accounts/{KILN}/?as_of=2020-01-01", 404),
        (f"/registry/accounts/{KILN}/statement/?format=csv", 404),
        (f"/registry/accounts/{KILN}/statement/?format=xlsx&what=movements", 404),
        (f"/registry/surrender/{KILN}/cea/2016/", 404),
        ("/registry/holdings/?format=csv", 403),
        ("/registry/movements/?format=csv", 403),
        ("/registry/series/?format=csv", 403),
        ("/registry/emissions/", 403),
        ("/supervision/", 403),
        ("/supervision/extract/?since=2017-01-01&until=2999-01-01&form=csv", 403),
    ],
)
def test_a_third_enterprise_reads_nothing_of_the_two(other: Client, address: str, status: int) -> None:
    found = other.get(_placed(address))
    assert found.status_code == status, address
    text = b"".join(found.streaming_content) if found.streaming else found.content
    for secret in SECRETS:
        assert secret not in _without_address(text.decode("utf-8-sig"), address), (address, secret)


def _placed(address: str) -> str:
    """The address as the site has it: pages of the registry lie under the exchange."""
    if address.startswith("/market/"):
        return address
    root = reverse("portal:exchange-registry").removesuffix("registry/")
    return root + address.removeprefix("/")


def _without_address(text: str, address: str) -> str:
    """What was asked for stands in the page that says there is none, and tells nothing."""
    return text.replace(KILN, "") if KILN in address else text


def test_the_stream_names_nobody(busy: None) -> None:
    place = places.take(8)
    assert place is not None
    events = Events(ZONE, "cea", place, "zh-hans")
    try:
        text = next(events).decode() + next(events).decode()
    finally:
        events.close()
    assert "61.00" in text
    for secret in SECRETS:
        assert secret not in text and secret.encode("unicode_escape").decode() not in text


@pytest.mark.parametrize(
    "address",
    [
        "/market/orders/1/cancel/",
        "/market/blocks/1/confirm/",
        "/market/blocks/1/withdraw/",
        "/market/offers/1/withdraw/",
        "/market/offers/1/award/",
        "/market/blocks/lapse/",
        "/market/cea/session/close/",
        "/market/end-of-day/",
    ],
)
def test_a_third_enterprise_touches_nothing_of_the_two(other: Client, address: str) -> None:
    answer = other.post(address, {"day": "2017-06-21", "key": "k"})
    assert answer.status_code in (302, 403, 404)
    assert OrderRow.objects.get(number=1).state == "open"
    assert ProposalRow.objects.get(number=1).state == "open"
    assert OfferRow.objects.get(number=1).state == "open"
    assert not JournalEntry.objects.filter(outcome__contains='"ok":true', actor__contains=OTHER).exists()


def actions(author: User) -> Iterator[Any]:
    """Everything that somebody could try with the account of another."""
    who = {"zone": ZONE, "author": author, "account": KILN}
    listed = {"market": "cea", "side": "sell", "price": 6000, "quantity": 100, "ends": 1, "document": "x"}
    yield SubmitOrder(market="cea", side="sell", quantity=1, price=6000, **who)
    yield CancelOrder(order=1, **who)
    yield ProposeBlock(market="cea", counterparty=OTHER, side="sell", price=1, quantity=5000, **who)
    yield WithdrawBlock(proposal=1, **who)
    yield ConfirmBlock(proposal=1, zone=ZONE, author=author, account=POWER)
    yield DeclineBlock(proposal=1, zone=ZONE, author=author, account=POWER)
    yield PlaceOffer(**listed, **who)
    yield PlaceOffer(mode="sealed", **listed, **who)
    yield PlaceBid(offer=1, price=6020, quantity=1, **who)
    yield WithdrawOffer(offer=1, **who)


def test_no_action_works_with_the_account_of_another(busy: None, member: Member) -> None:
    member(OTHER)
    author = User.objects.get(organisation=OTHER)
    before = JournalEntry.objects.count()
    for action in actions(author):
        with pytest.raises(PermissionDenied):
            action.execute()
    series = Series("cea", 2016)
    for rights in (
        CancelUnits(zone=ZONE, author=author, account=KILN, series=series, quantity=1, document="x"),
        BankUnits(
            zone=ZONE, author=author, account=KILN, source=series, vintage=2026, quantity=1, document="x"
        ),
    ):
        with pytest.raises(PermissionDenied):
            rights.execute()
    assert JournalEntry.objects.count() == before
