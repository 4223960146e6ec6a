"""Where a page ended, as opaque text."""

from __future__ import annotations

import base64

from ecociv.api.observations import Key
from ecociv.api.problems import Problem


def write_cursor(key: Key) -> str:
    """A cursor as opaque text.

    >>> read_cursor(write_cursor((1, 2, 3, 4)))
    (1, 2, 3, 4)
    """
    return base64.urlsafe_b64encode("-".join(str(part) for part in key).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Key | None:
    """The key of a cursor; none for an empty one."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts = [int(part) for part in base64.b64decode(padded, altchars=b"-_", validate=True).split(b"-")]
        if len(parts) != 4 or max(parts[:3]) >= 2**63 or max(parts[0], parts[2]) > 10**16 or parts[3] > 2**31:
            raise ValueError
    except ValueError:
        raise Problem(
            422,
            "UnprocessableEntity",
            "cursor无效，请使用上一页给出的值。",
            "The cursor is not one that a page gave.",
        ) from None
    return (parts[0], parts[1], parts[2], parts[3])
