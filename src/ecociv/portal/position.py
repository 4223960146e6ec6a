"""Pages that may ask the browser where it is; every other page tells the browser to refuse."""

from __future__ import annotations

from django.http import HttpResponse

ALLOWED = "camera=(), microphone=(), geolocation=(self), payment=()"
"""The Permissions-Policy of such a page: the rest stays shut, and no other origin may ask."""


def may_ask_position(response: HttpResponse) -> HttpResponse:
    """Let the scripts of one page ask for the position; the reader still has to consent in the browser.

    >>> may_ask_position(HttpResponse()).headers["Permissions-Policy"]
    'camera=(), microphone=(), geolocation=(self), payment=()'
    """
    response["Permissions-Policy"] = ALLOWED
    return response
