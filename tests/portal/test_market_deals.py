"""Listings, auctions of the reserve, blocks, and the operator's day, on the pages."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.exchange.actions import OpenAccount, RecordMovement, SendCommand
from ecociv.exchange.actions.base import OperatorAction
from ecociv.exchange.models import MarketRow, TradeRow
from ecociv.exchange.queries import proposals
from ecociv.exchange.registry import Series, issue
from ecociv.exchange.rights.extract import as_csv, as_json_lines, extract
from ecociv.exchange.venue import journal_of
from ecociv.exchange.zone import operator as operator_of
from ecociv.plan.actions import LoadZonePackage
from ecociv.portal.views import market_operator
from portal.market_day import KILN, POWER, WHO, ZONE, open_market, order

pytestmark = pytest.mark.usefixtures("own_exchange")
Member = Callable[..., Client]


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


def everything(reader: Client) -> str:
    """Whatever pages and files tell about offers, money and movements."""
    pages = ["/market/offers/1/", "/market/offers/", "/market/offers/?format=csv", "/market/cea/live/"]
    pages += [reverse("portal:exchange-movements"), reverse("portal:exchange-movements") + "?format=csv"]
    pages.append(reverse("portal:exchange-account", args=[POWER]))
    pages.append(reverse("portal:exchange-statement", args=[POWER]) + "?format=csv&what=movements")
    told = []
    for page in pages:
        answer = reader.get(page)
        if answer.status_code == 200:
            told.append(b"".join(answer).decode("utf-8-sig"))  # type: ignore[call-overload]
    return "\n".join(told)


def test_sealed_bids_are_seen_by_their_bidder_alone(
    open_day: None, kiln: Client, power: Client, client: Client, member: Member, monkeypatch: pytest.MonkeyPatch
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
    LoadZonePackage(ZONE).execute()
    # 63.21 x 100 = 6,321.00 and a fee of 3.16 are held: 6,324.16 would tell the price.
    auditor = member("audit-office", "auditor")
    officer = member(operator_of(ZONE, timezone.localdate()), "department_officer")
    assert officer.get(reverse("portal:exchange-movements")).status_code == 200
    assert officer.get(reverse("portal:exchange-account", args=[POWER])).status_code == 200
    for reader in (client, kiln, officer, auditor):
        told = everything(reader)
        for figure in ("63.21", "6,321.00", "6,324.16", "6324.16", "632416"):
            assert figure not in told
    assert "632416" in everything(power) or "6,324.16" in everything(power)
    whole = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    assert "632416" not in "".join(as_json_lines(extract(ZONE, *whole)))
    assert "6321" not in "".join(as_csv(extract(ZONE, *whole, POWER)))

    monkeypatch.setattr(journal_of(ZONE), "_clock", lambda: 40_000_000_000_000_000)
    SendCommand(said={"kind": "close-offer", "offer": 1}, **WHO).execute()
    assert "63.21" in client.get("/market/offers/1/").content.decode()
    far = (whole[0], dt.datetime(9999, 1, 1, tzinfo=dt.UTC))
    assert "632416" in "".join(as_json_lines(extract(ZONE, *far)))


def test_a_proposal_is_turned_down_by_the_other_side(open_day: None, kiln: Client, power: Client) -> None:
    wish = {"market": "cea", "side": "sell", "counterparty": POWER, "price": "50", "quantity": "1200", "key": "d"}
    assert kiln.post("/market/blocks/new/", wish).status_code == 302
    number = proposals(ZONE).get().number
    assert power.post(f"/market/blocks/{number}/withdraw/").status_code == 302
    assert proposals(ZONE, open_only=False).get().state == "declined"


@pytest.mark.parametrize("form", ["/market/blocks/new/", "/market/offers/new/"])
def test_a_market_of_expired_units_is_not_offered(open_day: None, kiln: Client, form: str) -> None:
    offered = 'value="cea"'
    assert offered in kiln.get(form).content.decode()
    row = MarketRow.objects.filter(market="cea")
    over = {"reserve": "", "bound": False, "bans": [], "last_day": "2020-12-31"}
    row.update(rules=json.dumps({**json.loads(row.get().rules), "receiving": over}))
    assert offered not in kiln.get(form).content.decode()


def test_a_block_is_proposed_and_confirmed_by_the_other_side(
    open_day: None, kiln: Client, power: Client, member: Member
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
        member("environmental-protection-bureau", "department_officer")
        .get(f"/market/blocks/{number}/confirm/")
        .status_code
        == 404
    )
    assert power.post(f"/market/blocks/{number}/confirm/").status_code == 302
    trade = TradeRow.objects.get()
    assert (trade.way, trade.price, trade.quantity, trade.buyer) == ("block", 5000, 1200, POWER)
    assert power.get("/market/blocks/").status_code == 200


@pytest.fixture
def operator(member: Member) -> Client:
    """An officer of the body that operates the exchange today."""
    LoadZonePackage(ZONE).execute()
    return member(operator_of(ZONE, timezone.localdate()), "department_officer")


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
