"""Two participants at a market: the order of one meets that of the other, and a visitor sees it without a click."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import Client
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader
from ecociv.exchange.models import TradeRow
from ecociv.people.models import User
from ecociv.people.roles import Role
from portal.market_day import KILN, POWER, ZONE, fresh_journal, open_market, order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def market(server: str) -> Iterator[None]:
    with fresh_journal():
        open_market()
        yield


def log_in(one: Reader, organisation: str) -> None:
    user = User.objects.create(
        username=organisation.lower(), role=Role.ENTERPRISE, zone=ZONE, organisation=organisation
    )
    client = Client()
    client.force_login(user)
    name = project.SESSION_COOKIE_NAME
    one.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": one.address}])


def looked_at(one: Reader, name: str) -> None:
    """Nothing wider than the window; a picture where ECOCIV_PICTURES names a folder."""
    if folder := os.environ.get("ECOCIV_PICTURES"):
        one.page.screenshot(path=str(Path(folder) / f"market-{name}.png"), full_page=True)
    assert one.overflow <= 0, name


def test_an_order_meets_another_before_the_eyes_of_a_visitor(reader: Callable[..., Reader]) -> None:
    order(KILN, "sell", 6100, 300)
    visitor = reader(DESKTOP)
    visitor.page.goto(f"{visitor.address}/market/cea/")
    expect(visitor.page.locator('[data-kind="live"]')).to_be_visible()
    expect(visitor.page.locator("[data-market-chart] canvas").first).to_be_attached(timeout=15_000)

    buyer = reader(PHONE)
    log_in(buyer, POWER)
    buyer.page.goto(f"{buyer.address}/market/cea/")
    buyer.page.fill("#order-price", "61.50")
    buyer.page.fill("#order-quantity", "100")
    # 61.50 x 100 = 6,150.00, and 0.05 % of it rounded half to even: 3.08 (3.075)
    expect(buyer.page.locator("#order-check")).to_contain_text("6,153.08")
    looked_at(buyer, "phone-writing")
    buyer.page.click("#order-form button[type=submit]")
    expect(buyer.page.locator("main")).to_contain_text("6,153.08")
    looked_at(buyer, "phone-confirming")
    buyer.page.locator("main button[type=submit]").click()
    expect(buyer.page.locator(".alert")).to_contain_text("100")
    looked_at(buyer, "phone-done")

    # At the price of the order that was there: 61.00.
    trade = TradeRow.objects.get()
    assert (trade.price, trade.quantity, trade.buyer, trade.seller) == (6100, 100, POWER, KILN)
    expect(visitor.page.locator("#market-live .market-last")).to_have_text("61.00", timeout=15_000)
    expect(visitor.page.locator("#market-live .level-ask td").nth(1)).to_have_text("200")
    looked_at(visitor, "desktop-visitor")


def test_where_all_streams_are_taken_the_page_asks_instead(
    reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecociv.portal.views import market_stream

    monkeypatch.setattr(market_stream.places, "take", lambda most: None)
    visitor = reader(DESKTOP)
    visitor.page.goto(f"{visitor.address}/market/cea/")
    expect(visitor.page.locator('[data-kind="asking"]')).to_be_visible()
    order(KILN, "sell", 6111, 300)
    expect(visitor.page.locator("#market-live .level-ask td").first).to_have_text("61.11", timeout=15_000)


def test_without_scripts_an_order_is_looked_at_and_sent(reader: Callable[..., Reader]) -> None:
    buyer = reader(DESKTOP, scripts=False)
    log_in(buyer, POWER)
    buyer.page.goto(f"{buyer.address}/market/cea/")
    buyer.page.fill("#order-price", "59")
    buyer.page.fill("#order-quantity", "10")
    buyer.page.click("#order-form button[type=submit]")
    buyer.page.locator("main button[type=submit]").click()
    expect(buyer.page.locator(".level-bid td").first).to_have_text("59.00")
