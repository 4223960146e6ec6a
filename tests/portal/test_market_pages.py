"""Pages of the markets: what everybody sees, what a participant does, what is refused and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.exchange.actions import ChangeAccount, OpenMarket, PlaceOffer, RecordMovement, SendCommand
from ecociv.exchange.market.receiving import Ban, Receiving
from ecociv.exchange.models import OrderRow, TradeRow
from ecociv.exchange.queries import holdings_of, micros, money_of
from ecociv.exchange.registry import Series, issue
from portal import market_day
from portal.market_day import DAY, KILN, POWER, WHO, ZONE, cancel, open_market, order

pytestmark = pytest.mark.usefixtures("own_exchange")
Member = Callable[..., Client]


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


def test_an_order_is_looked_at_for_the_position_limit_and_the_day_of_purchase(
    db: None, power: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(
        market_day.RULES, position=5400, same_day=False, position_counts="all", largest=9999
    )
    monkeypatch.setattr(market_day, "RULES", strict)
    open_market()
    order(KILN, "sell", 6000, 100)
    order(POWER, "buy", 6000, 100)
    order(POWER, "buy", 5900, 50)
    wish = {"account": POWER, "market": "cea", "side": "buy", "price": 5900, "quantity": 150}
    wish |= {"kind": "offer", "mode": "listed", "ends": 32_000_000_000_000_000, "document": "求购函"}
    SendCommand(said=wish, **WHO).execute()
    # 5,100 held, 50 + 150 about to be bought: room for 100 of 5,400.
    fits, beyond = (power.post("/market/cea/order/", form("buy", "59", units)) for units in ("100", "101"))
    assert (fits.status_code, beyond.status_code) == (200, 422)
    assert "5400" in beyond.content.decode()
    # 5,100 free, 100 of them bought today.
    fits, beyond = (power.post("/market/cea/check/", form("sell", "64", units)) for units in ("5000", "5001"))
    assert "field-error" not in fits.content.decode()
    assert "field-error" in beyond.content.decode()


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


def test_without_an_account_nothing_can_be_sent(open_day: None, member: Member) -> None:
    officer = member("environmental-protection-bureau", "department_officer")
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
        reader.cookies["ecociv_language"] = "en"
        page = reader.get(address)
        assert page.status_code == 200
        text = page.content.decode()
        assert '<html lang="en">' in text
        for word in ("委托", "交易", "市场", "价格"):
            assert word not in text, address


def _bound_market(power: str) -> None:
    """A market of rights of the Changjiang beside that of allowances; KILN lies there, POWER (``power``) elsewhere."""
    bound = Receiving("reserve-discharge", True, (Ban("power", "*", Text(zh="38号文", en="No. 38")),), dt.date(2999, 12, 31))
    said = {"market": "cod", "instrument": "cod", "region": "changjiang-river", "receiving": bound}
    OpenMarket(rules=replace(market_day.RULES, **said), document="公告", **WHO).execute()
    for account, sector, region in ((KILN, "ceramics", "changjiang-river"), (POWER, power, "lean-river")):
        ChangeAccount(account=account, sector=sector, regions=(region,), document="登记", **WHO).execute()
    SendCommand(said={"kind": "open-session", "market": "cod", "day": DAY.isoformat()}, **WHO).execute()


def test_the_order_form_says_whether_the_account_may_buy_there(
    open_day: None, power: Client, kiln: Client
) -> None:
    _bound_market("paper")
    page = power.get("/market/cod/").content.decode()
    assert "cod/2016/changjiang-river 不得转让到“lean-river”" in page
    assert "2999-12-31" in page and "38号文" in page
    assert "不得转让到" not in kiln.get("/market/cod/").content.decode()
    assert "不得转让到" not in power.get("/market/cea/").content.decode()  # allowances belong to the whole country
    looked = power.post("/market/cod/check/", form("buy", "60.00", "100")).content.decode()
    assert "不得转让到“lean-river”" in looked
    sent = power.post("/market/cod/order/", form("buy", "60.00", "100"))
    assert sent.status_code == 422 and "不得转让到“lean-river”" in sent.content.decode()
    assert power.post("/market/cod/order/", form("buy", "60.00", "100", confirm="1")).status_code == 302
    assert not OrderRow.objects.filter(market="cod").exists()


def test_a_bidder_sees_before_he_bids_that_he_may_not_and_not_who_lists(
    open_day: None, power: Client, kiln: Client
) -> None:
    _bound_market("power")
    units = issue(1, Series("cod", 2016, "changjiang-river"), KILN, 500, document="许可证", at=0)
    RecordMovement(movement=units, **WHO).execute()
    ends = micros(timezone.now() + dt.timedelta(hours=1))
    listing = {"account": KILN, "market": "cod", "side": "sell", "price": 6000, "quantity": 100, "ends": ends}
    number = PlaceOffer(document="决定", **listing, **WHO).execute().outcome["offer"]
    page = power.get(f"/market/offers/{number}/").content.decode()
    assert "不得转让到“lean-river”" in page and "ceramics" not in page
    refused = power.post(f"/market/offers/{number}/", {"price": "60.00", "quantity": "100", "key": "b-1"})
    assert refused.status_code == 422 and "ceramics" not in refused.content.decode()
