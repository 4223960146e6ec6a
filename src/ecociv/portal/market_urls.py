"""Addresses of the market pages."""

from __future__ import annotations

from django.urls import path

from ecociv.portal.views import (
    market_blocks,
    market_offers,
    market_operator,
    market_orders,
    market_stream,
    markets,
)

urlpatterns = [
    path("", markets.listing, name="markets"),
    path("orders/", market_orders.listing, name="market-orders"),
    path("orders/<int:number>/cancel/", market_orders.cancel, name="market-order-cancel"),
    path("offers/", market_offers.listing, name="market-offers"),
    path("offers/new/", market_offers.new, name="market-offer-new"),
    path("offers/<int:number>/", market_offers.detail, name="market-offer"),
    path("offers/<int:number>/withdraw/", market_offers.withdraw, name="market-offer-withdraw"),
    path("offers/<int:number>/award/", market_operator.award, name="market-offer-award"),
    path("offers/reserve/", market_operator.sealed, name="market-sealed-new"),
    path("end-of-day/", market_operator.end_day, name="market-end-of-day"),
    path("blocks/", market_blocks.listing, name="market-blocks"),
    path("blocks/new/", market_blocks.new, name="market-block-new"),
    path("blocks/lapse/", market_operator.lapse, name="market-blocks-lapse"),
    path("blocks/<int:number>/<slug:step>/", market_blocks.answer, name="market-block-answer"),
    path("<slug:key>/", markets.detail, name="market"),
    path("<slug:key>/live/", markets.live, name="market-live"),
    path("<slug:key>/stream/", market_stream.stream, name="market-stream"),
    path("<slug:key>/mine/", market_orders.mine, name="market-mine"),
    path("<slug:key>/check/", market_orders.check, name="market-check"),
    path("<slug:key>/order/", market_orders.order, name="market-order"),
    path("<slug:key>/session/<slug:step>/", market_operator.session, name="market-session"),
    path("<slug:key>/trades/", markets.trade_list, name="market-trades"),
    path("<slug:key>/days/", markets.day_list, name="market-days"),
]
