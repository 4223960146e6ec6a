"""The stream that keeps the page of a market up to date."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client

from ecociv.portal.views import market_stream
from portal.market_day import KILN, order

pytestmark = pytest.mark.usefixtures("own_exchange")


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
