"""Sending one signed message over HTTP, and to no place that it must not reach.

The name is looked up once and the connection goes to the address that was judged, so that a name which answers
differently the second time (DNS rebinding) gains nothing. Redirections are not followed.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 5.0
"""How long a connection, and each read from it, may take."""


class AddressRefused(ValueError):
    """The address of a webhook is one that the server does not send to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: arrived or not, and the status or what failed."""

    ok: bool
    text: str


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """HMAC-SHA256 over the time and the content, as the header ``X-Ecociv-Signature`` has it (RFC 2104).

    >>> signature("a secret of some length", "1456790400", b"{}")[:7]
    'sha256='
    """
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def place_of(url: str, *, private: bool) -> tuple[str, int, str]:
    """The address to connect to, its port and the host's name.

    Parameters
    ----------
    url
        ``https://…``; ``http://…`` only where private addresses are allowed.
    private
        Whether addresses of the intranet and of this machine are allowed. Link-local ones never are: cloud machines
        keep their credentials there.

    Raises
    ------
    AddressRefused
        With the rule that refused.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressRefused(f"{url!r} is not an address; write https://host/path.") from error
    if parts.scheme not in ({"http", "https"} if private else {"https"}):
        raise AddressRefused(
            f"{url!r}: only https is sent to, and http on an intranet where ECOCIV_WEBHOOK_PRIVATE is 1."
        )
    if not parts.hostname or parts.username or parts.password:
        raise AddressRefused(f"{url!r} names no host, or holds a password; the secret signs instead.")
    try:
        answers = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"{parts.hostname!r} is not known by name: {error}.") from error
    found = [str(answer[4][0]).split("%")[0] for answer in answers]
    for each in found:
        _allow(each, parts.hostname, private)
    return found[0], port, parts.hostname


def _allow(text: str, host: str, private: bool) -> None:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    never = address.is_link_local or address.is_multicast or address.is_unspecified
    if never or (not address.is_global and not private):
        raise AddressRefused(
            f"{host!r} leads to {address}, which is not a public address; set ECOCIV_WEBHOOK_PRIVATE to 1 where "
            "the receiver stands on the intranet (link-local addresses stay closed)."
        )


def send(
    url: str,
    secret: str,
    content: Mapping[str, Any],
    *,
    delivery: int,
    private: bool,
    seconds: float = SECONDS,
) -> Answer:
    """Post one message; the answer says what came of it, whatever did.

    A status of 200 to 299 is an arrival. ``X-Ecociv-Delivery`` is the same for every attempt, so that a receiver can
    tell a repetition.
    """
    body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "ecociv",
        "X-Ecociv-Delivery": str(delivery),
        "X-Ecociv-Timestamp": timestamp,
        "X-Ecociv-Signature": signature(secret, timestamp, body),
    }
    try:
        address, port, host = place_of(url, private=private)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = _Connection(address, port, host, tls=parts.scheme == "https", seconds=seconds)
        try:
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(1024)
            return Answer(200 <= answer.status < 300, f"{answer.status} {answer.reason}"[:300])
        finally:
            connection.close()
    except AddressRefused as error:
        return Answer(False, str(error)[:300])
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(False, f"{type(error).__name__}: {error}"[:300])


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was judged, under the name of its host."""

    def __init__(self, address: str, port: int, host: str, *, tls: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.default_port = 443 if tls else 80
        self._address, self._tls, self._seconds = address, tls, seconds

    def connect(self) -> None:
        made = socket.create_connection((self._address, self.port), timeout=self._seconds)
        self.sock = (
            ssl.create_default_context().wrap_socket(made, server_hostname=self.host) if self._tls else made
        )
