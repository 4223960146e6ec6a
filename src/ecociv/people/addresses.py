"""From which address a request came, with and without a proxy in front of the server."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address of the reader's machine.

    Behind a proxy (``ECOCIV_BEHIND_PROXY``) it is the last entry of ``X-Forwarded-For``: the one that our own proxy
    wrote. The entries before it come from the sender, who may write there what they like to get round the count of
    wrong passwords.
    """
    if settings.ECOCIV_BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        if last := forwarded[-1].strip():
            return last
    address: str | None = request.META.get("REMOTE_ADDR")
    return address
