"""Server-sent events: the changing part of a market's page, sent when the journal has grown.

A stream keeps one thread of the server busy, so their number is bounded and each ends after some minutes; the browser
connects again by itself. Whoever finds no place is told so at once, and his page asks every few seconds instead.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from itertools import count

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from ecociv.exchange.models import JournalEntry
from ecociv.exchange.queries import market
from ecociv.portal.views.markets import asked_market, live_context
from ecociv.portal.zone import zone_key

POLL = 1.0
"""Seconds between two looks at the journal."""
HEARTBEAT = 15.0
"""Seconds without news after which a comment is sent, so that nothing on the way closes the line."""
LASTS = 300.0
"""Seconds after which a stream ends."""
RETRY = 3000
"""Milliseconds after which a browser connects again."""


class Places:
    """How many streams there may be in this process; a place that was never given back is free after its time."""

    def __init__(self, lasts: float) -> None:
        self._lasts = lasts
        self._taken: dict[int, float] = {}
        self._numbers = count(1)
        self._mutex = threading.Lock()

    def take(self, most: int) -> int | None:
        """Number of a place, or ``None`` if all are taken."""
        now = time.monotonic()
        with self._mutex:
            self._taken = {place: until for place, until in self._taken.items() if until > now}
            if len(self._taken) >= most:
                return None
            place = next(self._numbers)
            self._taken[place] = now + self._lasts
            return place

    def give_back(self, place: int) -> None:
        """Free a place; doing it twice does no harm."""
        with self._mutex:
            self._taken.pop(place, None)

    def __len__(self) -> int:
        return len(self._taken)


places = Places(LASTS + HEARTBEAT)


class Events(Iterator[bytes]):
    """The events of one reader; the place is given back when the response is closed, even if nothing was read."""

    def __init__(self, venue: str, key: str, place: int, language: str) -> None:
        self._venue, self._key, self._place, self._language = venue, key, place, language
        self._ends = time.monotonic() + LASTS
        self._head = -1
        self._sent = ""
        self._begun = False

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            return f"retry: {RETRY}\n\n".encode()
        quiet_until = time.monotonic() + HEARTBEAT
        while time.monotonic() < self._ends:
            news = self._news()
            if news is not None:
                return news
            if time.monotonic() >= quiet_until:
                return b": still here\n\n"
            time.sleep(POLL)
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Give the place back."""
        places.give_back(self._place)

    def _news(self) -> bytes | None:
        """The next event if there is one: the journal has grown, and what the page shows is different."""
        newest = (
            JournalEntry.objects.filter(venue=self._venue)
            .order_by("-sequence")
            .values_list("sequence", flat=True)
        )
        head = newest.first() or 0
        if head == self._head:
            return None
        self._head = head
        now = market(self._venue, self._key)
        if now is None:
            return None
        with translation.override(self._language):
            page = render_to_string("portal/market/live.html", live_context(now))
        if page == self._sent:
            return None
        self._sent = page
        return f"id: {head}\nevent: market\ndata: {json.dumps({'html': page})}\n\n".encode()


@require_safe
def stream(request: HttpRequest, key: str) -> HttpResponseBase:
    """The stream of a market; 503 when all places are taken."""
    asked_market(key)
    place = places.take(settings.ECOCIV_MARKET_STREAMS)
    if place is None:
        return HttpResponse(status=503, headers={"Retry-After": "60", "Cache-Control": "no-store"})
    events = Events(zone_key(), key, place, get_language() or "zh-hans")
    response = StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    response["Content-Encoding"] = "identity"  # compressed, events would wait until a block is full
    return response
