"""Pages of the markets: what everybody sees, what a participant does, what is refused and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone

from ecociv.exchange.actions import OpenAccount, RecordMovement, SendCommand
from ecociv.exchange.actions.base import OperatorAction
from ecociv.exchange.models import OrderRow, TradeRow
from ecociv.exchange.queries import holdings_of, money_of, proposals
from ecociv.exchange.registry import Series, issue
from ecociv.exchange.venue import journal_of
from ecociv.exchange.zone import operator as operator_of
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.actions import LoadZonePackage
from ecociv.portal.views import market_operator, market_stream
from portal import market_day
from portal.market_day import DAY, KILN, POWER, WHO, ZONE, cancel, fresh_journal, open_market, order

LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def journal() -> Iterator[None]:
    with fresh_journal():
        yield


@pytest.fixture
def open_day(db: None) -> None:
    open_market()


@pytest.fixture
def logged_in(db: None) -> LogIn:
    def make(organisation: str, role: str = "enterprise") -> Client:
        name = f"{role}-{organisation}"
        user, _ = User.objects.get_or_create(
            username=name, role=Role(role).value, organisation=organisation, zone=ZONE
        )
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def kiln(logged_in: LogIn) -> Client:
    return logged_in(KILN)


@pytest.fixture
def power(logged_in: LogIn) -> Client:
    return logged_in(POWER)


def form(side: str, price: str, quantity: str, **more: str) -> dict[str, str]:
    return {"side": side, "price": price, "quantity": quantity, "life": "day", "key": "k-1", **more}


def test_without_a_market_the_list_says_what_comes_next(db: None, client: Client) -> None:
    page = client.get("/market/").content.decode()
    assert "尚未开设市场" in page or "No market is open yet" in page
    assert client.get("/market/cea/").status_code == 404
    assert client.get("/market/cea/stream/").status_code == 404


def test_visitors_see_public_data_and_nobody_by_name(open_day: None, client: Client) -> None:
    order(KILN, "sell", 6100, 300)
    order(POWER, "buy", 6100, 100)
    order(POWER, "buy", 6050, 40)
    page = client.get("/market/cea/").content.decode()
    for figure in ("61.00", "60.50", "▲ +1.67", "54.00", "66.00"):  # (61 - 60) / 60 = 1.67 %
        assert figure in page
    for address in ("", "live/", "trades/", "days/", "trades/?format=csv", "days/?format=csv"):
        told = client.get(f"/market/cea/{address}")
        assert told.status_code == 200, address
        for name in (KILN, POWER, "样例陶瓷厂", "样例电厂"):
            assert name not in told.content.decode("utf-8-sig"), address
    for address in ("/market/cea/mine/", "/market/orders/", "/market/blocks/", "/market/orders/1/cancel/"):
        assert client.get(address).status_code == 302, address


def test_the_book_shows_five_levels_and_the_depth_adds_them_up(open_day: None, client: Client) -> None:
    for step in range(7):
        order(KILN, "sell", 6100 + step, 10 * (step + 1))
    page = client.get("/market/cea/live/").content.decode()
    assert "61.04" in page
    assert "61.05" not in page
    data = json.loads(page.split('id="market-depth-data" type="application/json">')[1].split("</script>")[0])
    # 10, 10 + 20, 30 + 30, 60 + 40, 100 + 50
    assert [total for _, total in data["asks"]] == [10, 30, 60, 100, 150]
    assert data["bids"] == []


def test_a_call_auction_shows_its_price_and_no_book(db: None, client: Client) -> None:
    open_market(auction=True)
    order(KILN, "sell", 5900, 100)
    order(POWER, "buy", 6100, 60)
    page = client.get("/market/cea/live/").content.decode()
    # 60 of 100 would trade; the sellers' surplus presses the price to the lowest, 59.00.
    assert "<strong>59.00</strong>" in page
    assert "<strong>60</strong>" in page
    assert "level-ask" not in page


def test_an_order_is_shown_with_what_it_reserves_before_it_is_sent(open_day: None, power: Client) -> None:
    looked = power.post("/market/cea/check/", form("buy", "61.00", "200")).content.decode()
    # 61.00 x 200 = 12,200.00; 0.05 % of it 6.10; together 12,206.10 of 100,000.00
    for figure in ("12,200.00", "6.10", "12,206.10", "100,000.00"):
        assert figure in looked
    page = power.post("/market/cea/order/", form("buy", "61.00", "200"))
    assert page.status_code == 200
    assert 'name="confirm"' in page.content.decode()
    assert not OrderRow.objects.exists()


def test_two_orders_meet_and_a_second_click_changes_nothing(
    open_day: None, kiln: Client, power: Client
) -> None:
    sent = kiln.post("/market/cea/order/", form("sell", "61.00", "300", confirm="1", key="a"), follow=True)
    assert "1" in sent.content.decode()
    for _ in range(2):
        done = power.post("/market/cea/order/", form("buy", "62", "100", confirm="1", key="b"))
        assert done.status_code == 302
    trade = TradeRow.objects.get()
    assert (trade.price, trade.quantity, trade.buyer, trade.seller) == (6100, 100, POWER, KILN)
    # 61.00 x 100 = 6,100.00 and 3.05 of fee: 100,000.00 - 6,103.05 = 93,896.95; nothing stays reserved.
    assert money_of(ZONE, POWER) == (9_389_695, 0)
    mine = kiln.get("/market/cea/mine/").content.decode()
    assert "200" in mine
    assert "样例陶瓷厂" in mine


def test_what_was_refused_once_is_tried_again_when_its_form_is_sent_again(
    open_day: None, power: Client
) -> None:
    SendCommand(said={"kind": "halt", "market": "cea", "document": "停牌通知7号"}, **WHO).execute()
    wish = form("buy", "61", "10", confirm="1", key="same")
    power.post("/market/cea/order/", wish)
    assert not OrderRow.objects.exists()
    SendCommand(said={"kind": "resume", "market": "cea", "document": "复牌通知8号"}, **WHO).execute()
    power.post("/market/cea/order/", wish)
    assert OrderRow.objects.get().quantity == 10


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (form("buy", "66.01", "10"), "66.00"),  # above the band
        (form("buy", "61.00", "1000"), "999"),  # above the largest order
        (form("buy", "abc", "10"), ""),
        (form("buy", "61.005", "10"), ""),
        (form("buy", "61.00", "-5"), ""),
        (form("buy", "", ""), ""),
        (form("sell", "61.00", "99999999999999999999"), ""),
    ],
)
def test_an_order_that_breaks_a_rule_is_not_offered_for_sending(
    open_day: None, power: Client, wish: dict[str, str], said: str
) -> None:
    page = power.post("/market/cea/order/", wish)
    assert page.status_code == 422
    assert 'name="confirm"' not in page.content.decode()
    assert said in page.content.decode()
    # Sent all the same, past the page: the engine refuses it, or it never gets there.
    assert power.post("/market/cea/order/", {**wish, "confirm": "1"}).status_code in (302, 422)
    assert not OrderRow.objects.exists()


def test_more_than_is_free_is_refused_before_it_is_sent(open_day: None, power: Client) -> None:
    for _ in range(5):
        order(POWER, "sell", 6500, 999)
    page = power.post("/market/cea/order/", form("sell", "65.00", "6")).content.decode()
    assert "5" in page  # 5000 - 5 x 999 = 5 are free
    assert 'name="confirm"' not in page


def test_an_order_is_withdrawn_in_part_and_in_full(open_day: None, kiln: Client, power: Client) -> None:
    number = order(KILN, "sell", 6100, 300).outcome["order"]
    assert power.get(f"/market/orders/{number}/cancel/").status_code == 404  # not his
    assert kiln.post(f"/market/orders/{number}/cancel/", {"quantity": "x"}).status_code == 422
    assert kiln.post(f"/market/orders/{number}/cancel/", {"quantity": "100"}).status_code == 302
    assert OrderRow.objects.get(number=number).open == 200
    assert kiln.post(f"/market/orders/{number}/cancel/", {}).status_code == 302
    assert OrderRow.objects.get(number=number).state == "withdrawn"
    again = kiln.post(f"/market/orders/{number}/cancel/", {})
    assert again.status_code == 422
    free = [held.quantity for held in holdings_of(ZONE, KILN) if held.state == "free"]
    assert free == [5000]


def test_my_orders_are_listed_filtered_and_handed_out(open_day: None, kiln: Client, power: Client) -> None:
    order(KILN, "sell", 6100, 300)
    cancel(KILN, order(KILN, "sell", 6200, 50).outcome["order"])
    assert kiln.get("/market/orders/").content.decode().count("<tr>") == 3  # heading and two orders
    assert kiln.get("/market/orders/?state=open").content.decode().count("<tr>") == 2
    assert "62.00" in kiln.get("/market/orders/?format=csv").content.decode("utf-8-sig")
    assert "61.00" not in power.get("/market/orders/").content.decode()


def test_without_an_account_nothing_can_be_sent(open_day: None, logged_in: LogIn) -> None:
    officer = logged_in("environmental-protection-bureau", "department_officer")
    page = officer.get("/market/cea/")
    assert page.status_code == 200
    assert 'id="order-form"' not in page.content.decode()
    assert officer.post("/market/cea/order/", form("buy", "61", "1", confirm="1")).status_code == 404
    assert officer.get("/market/orders/").status_code == 200
    assert not OrderRow.objects.exists()


def test_a_halted_market_says_why_and_takes_nothing(open_day: None, client: Client, power: Client) -> None:
    SendCommand(said={"kind": "halt", "market": "cea", "document": "停牌通知7号"}, **WHO).execute()
    assert "停牌通知7号" in client.get("/market/cea/").content.decode()
    page = power.post("/market/cea/order/", form("buy", "61", "1"))
    assert page.status_code == 422
    assert "停牌通知7号" in page.content.decode()


def test_outside_the_hours_the_order_is_not_offered_for_sending(
    db: None, power: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = replace(market_day.RULES, hours=((34_200, 41_400),))  # 9:30 to 11:30 in China
    monkeypatch.setattr(market_day, "RULES", morning)
    open_market()
    noon, ten = (dt.datetime(2017, 6, 21, hour, tzinfo=dt.UTC) for hour in (4, 2))  # UTC
    monkeypatch.setattr("ecociv.portal.market_check.timezone.now", lambda: noon)
    page = power.post("/market/cea/order/", form("buy", "61", "1"))
    assert page.status_code == 422
    assert "09:30–11:30" in page.content.decode()
    monkeypatch.setattr("ecociv.portal.market_check.timezone.now", lambda: ten)
    assert power.post("/market/cea/order/", form("buy", "61", "1")).status_code == 200


def test_a_day_ends_with_its_volume_weighted_close(open_day: None, client: Client) -> None:
    order(KILN, "sell", 6000, 100)
    order(KILN, "sell", 6300, 50)
    order(POWER, "buy", 6300, 150)
    SendCommand(said={"kind": "end-of-day", "day": DAY.isoformat()}, **WHO).execute()
    # (60.00 x 100 + 63.00 x 50) / 150 = 61.00
    assert "61.00" in client.get("/market/cea/days/").content.decode()
    assert "2017-06-21,60.00,60.00,63.00,60.00,63.00,61.00,150" in client.get(
        "/market/cea/days/?format=csv"
    ).content.decode("utf-8-sig").replace('"', "")


# The stream ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_stream, "POLL", 0.01)
    monkeypatch.setattr(market_stream, "HEARTBEAT", 0.05)


def close(response: Any) -> None:
    """Close a response as a server does, keeping the connection that the test needs."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def test_the_stream_sends_what_changed_and_a_heartbeat_in_between(
    open_day: None, client: Client, quick: None
) -> None:
    response = client.get("/market/cea/stream/")
    assert response["Content-Type"].startswith("text/event-stream")
    events = iter(response.streaming_content)
    assert next(events).startswith(b"retry:")
    first = next(events).decode()
    assert "event: market" in first
    assert next(events) == b": still here\n\n"
    order(KILN, "sell", 6123, 10)
    told = json.loads(next(events).decode().split("data: ")[1])
    assert "61.23" in told["html"]
    assert KILN not in told["html"]
    close(response)


def test_streams_are_bounded_and_a_closed_one_gives_its_place_back(
    open_day: None, client: Client, settings: Any
) -> None:
    settings.ECOCIV_MARKET_STREAMS = 2
    assert len(market_stream.places) == 0
    open_ones = [client.get("/market/cea/stream/") for _ in range(2)]
    refused = client.get("/market/cea/stream/")
    assert refused.status_code == 503
    assert refused["Retry-After"]
    close(open_ones[0])  # nothing was read from it
    third = client.get("/market/cea/stream/")
    assert third.status_code == 200
    for response in (open_ones[1], third):
        close(response)
    assert len(market_stream.places) == 0


def test_a_stream_ends_by_itself(
    open_day: None, client: Client, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(market_stream, "LASTS", 0.1)
    events = list(client.get("/market/cea/stream/").streaming_content)
    assert len(events) >= 2
    assert len(market_stream.places) == 0


def test_a_place_that_was_never_given_back_is_free_after_its_time() -> None:
    places = market_stream.Places(lasts=-1)
    assert places.take(1) is not None
    assert places.take(1) is not None
    held = market_stream.Places(lasts=100)
    assert held.take(1) is not None
    assert held.take(1) is None


# Listings and blocks ------------------------------------------------------------------------------------------------


def test_a_listing_is_bid_up_and_names_stay_hidden(
    open_day: None, kiln: Client, power: Client, client: Client
) -> None:
    listed = {
        "market": "cea",
        "side": "sell",
        "price": "60",
        "quantity": "500",
        "ends": "2999-01-01T10:00",
        "document": "厂务会决定3号",
        "key": "listing",
    }
    assert kiln.post("/market/offers/new/", {**listed, "ends": "soon"}).status_code == 422
    assert kiln.post("/market/offers/new/", listed).status_code == 302
    assert power.post("/market/offers/1/", {"price": "59.99", "quantity": "500"}).status_code == 422
    assert power.post("/market/offers/1/", {"price": "60.50", "quantity": "400"}).status_code == 302
    assert kiln.post("/market/offers/1/", {"price": "61", "quantity": "400"}).status_code == 422  # his own
    for reader in (client, kiln):
        page = reader.get("/market/offers/1/").content.decode()
        assert "60.50" in page
        assert POWER not in page
        assert "样例电厂" not in page
    assert kiln.post("/market/offers/1/withdraw/", follow=True).status_code == 200
    assert "60.00" in client.get("/market/offers/?state=open").content.decode()  # there are bids: it stays
    assert client.get("/market/offers/new/").status_code == 302
    assert client.post("/market/offers/1/", {"price": "61", "quantity": "400"}).status_code in (302, 404)


def test_sealed_bids_are_seen_by_their_bidder_alone(
    open_day: None, kiln: Client, power: Client, client: Client
) -> None:
    opened = {
        "kind": "offer",
        "account": "reserve",
        "market": "cea",
        "side": "sell",
        "mode": "sealed",
        "price": 6000,
        "quantity": 100,
        "ends": 32_000_000_000_000_000,
        "document": "拍卖公告1号",
    }
    OpenAccount(account="reserve", name="政府储备", sort="reserve", document="文件", **WHO).execute()
    RecordMovement(
        movement=issue(1, Series("cea", 2016, ""), "reserve", 100, document="文件", at=0), **WHO
    ).execute()
    SendCommand(said=opened, **WHO).execute()
    assert power.post("/market/offers/1/", {"price": "63.21", "quantity": "100"}).status_code == 302
    assert "63.21" in power.get("/market/offers/1/").content.decode()
    for reader in (client, kiln):
        assert "63.21" not in reader.get("/market/offers/1/").content.decode()


def test_a_block_is_proposed_and_confirmed_by_the_other_side(
    open_day: None, kiln: Client, power: Client, logged_in: LogIn
) -> None:
    wish = {
        "market": "cea",
        "side": "sell",
        "counterparty": POWER,
        "price": "50",
        "quantity": "1200",
        "key": "b",
    }
    assert (
        kiln.post("/market/blocks/new/", {**wish, "price": "41.99"}).status_code == 422
    )  # 60 less 30 % is 42
    assert kiln.post("/market/blocks/new/", {**wish, "key": "c"}).status_code == 302
    number = proposals(ZONE).get().number
    assert kiln.get(f"/market/blocks/{number}/confirm/").status_code == 404
    look = power.get(f"/market/blocks/{number}/confirm/").content.decode()
    # 50.00 x 1,200 = 60,000.00; fee 30.00
    assert "60,000.00" in look
    assert "30.00" in look
    assert (
        logged_in("environmental-protection-bureau", "department_officer")
        .get(f"/market/blocks/{number}/confirm/")
        .status_code
        == 404
    )
    assert power.post(f"/market/blocks/{number}/confirm/").status_code == 302
    trade = TradeRow.objects.get()
    assert (trade.way, trade.price, trade.quantity, trade.buyer) == ("block", 5000, 1200, POWER)
    assert power.get("/market/blocks/").status_code == 200


def test_the_pages_are_complete_in_english(open_day: None, kiln: Client, client: Client) -> None:
    order(KILN, "sell", 6100, 300)
    for reader, address in (
        (client, "/market/"),
        (client, "/market/cea/"),
        (kiln, "/market/cea/"),
        (kiln, "/market/orders/"),
        (kiln, "/market/blocks/new/"),
        (kiln, "/market/offers/new/"),
    ):
        page = reader.get(address, headers={"accept-language": "en"})
        assert page.status_code == 200


# The operator -------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(logged_in: LogIn) -> Client:
    """An officer of the body that operates the exchange today."""
    LoadZonePackage(ZONE).execute()
    return logged_in(operator_of(ZONE, timezone.localdate()), "department_officer")


def test_the_operator_runs_a_day_on_the_pages(
    operator: Client, kiln: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(session=False)
    today = timezone.localdate()
    monkeypatch.setattr(market_operator.OpenSession, "check", lambda action: OperatorAction.check(action))
    assert kiln.post("/market/cea/session/open/").status_code == 403
    assert operator.post("/market/cea/session/stop/").status_code == 404
    operator.post("/market/cea/session/collect/")
    order(KILN, "sell", 6000, 100)
    order(POWER, "buy", 6000, 100)
    assert not TradeRow.objects.exists()
    operator.post("/market/cea/session/call/")
    assert TradeRow.objects.get().way == "call-auction"
    operator.post("/market/cea/session/close/")
    assert kiln.post("/market/end-of-day/", {"day": today.isoformat()}).status_code == 403
    page = operator.post("/market/end-of-day/", {"day": today.isoformat()}, follow=True).content.decode()
    assert "60.00" in page
    again = operator.post("/market/end-of-day/", {"day": "soon"}, follow=True)
    assert again.status_code == 200


def test_the_operator_auctions_the_reserve_and_serves_the_bids(
    operator: Client, power: Client, kiln: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market()
    OpenAccount(account="reserve", name="政府储备", sort="reserve", document="文件", **WHO).execute()
    RecordMovement(
        movement=issue(1, Series("cea", 2016, ""), "reserve", 100, document="文件", at=0), **WHO
    ).execute()
    wish = {
        "market": "cea",
        "account": "reserve",
        "price": "60",
        "quantity": "100",
        "ends": "2999-01-01T10:00",
        "document": "拍卖公告1号",
        "pricing": "uniform",
        "key": "auction",
    }
    assert kiln.post("/market/offers/reserve/", wish).status_code == 403
    assert operator.post("/market/offers/reserve/", {**wish, "document": ""}).status_code == 422
    assert operator.post("/market/offers/reserve/", wish).status_code == 302
    power.post("/market/offers/1/", {"price": "65", "quantity": "60"})
    kiln.post("/market/offers/1/", {"price": "62", "quantity": "60"})
    early = operator.post("/market/offers/1/award/", follow=True).content.decode()
    assert "alert-danger" in early
    assert not TradeRow.objects.exists()

    later = 40_000_000_000_000_000  # after the year 2999
    monkeypatch.setattr(journal_of(ZONE), "_clock", lambda: later)
    operator.post("/market/offers/1/award/")
    # 100 units: 60 to the bid at 65.00, the other 40 to that at 62.00; all pay the lowest that is served, 62.00.
    served = TradeRow.objects.order_by("number").values_list("buyer", "quantity", "price")
    assert list(served) == [(POWER, 60, 6200), (KILN, 40, 6200)]
