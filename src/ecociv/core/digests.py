"""SHA-256 of bytes, of streams and of structured values in one canonical form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from math import isfinite
from typing import BinaryIO

from ecociv.core.decimals import shortest

_CHUNK = 1024 * 1024


class NotCanonical(TypeError):
    """A value has no canonical form, so its digest would not be repeatable."""


def digest_of_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits.

    Examples
    --------
    >>> digest_of_bytes(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return sha256(data).hexdigest()


def digest_of_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of what is left of an open binary stream, a megabyte at a time.

    Examples
    --------
    >>> import io
    >>> digest_of_stream(io.BytesIO(b"abc")) == digest_of_bytes(b"abc")
    True
    """
    running = sha256()
    while chunk := stream.read(_CHUNK):
        running.update(chunk)
    return running.hexdigest()


def digest_of_json(value: object) -> str:
    """Return the SHA-256 of a structured value in its canonical form (see `canonical_json`).

    Examples
    --------
    >>> digest_of_json({"a": Decimal("1.50"), "b": 2}) == digest_of_json({"b": 2, "a": Decimal("1.5")})
    True
    """
    return digest_of_bytes(canonical_json(value))


def canonical_json(value: object) -> bytes:
    """Write a structured value in one way only: keys sorted, no blanks, UTF-8.

    Decimals are written as text without trailing zeros, dates and times in ISO 8601, enumerations by their value.

    Raises
    ------
    NotCanonical
        For a key that is not text, NaN, infinities, sets and objects of other types.

    Examples
    --------
    >>> canonical_json({"b": date(2015, 7, 24), "a": [Decimal("8.4500")]}).decode()
    '{"a":["8.45"],"b":"2015-07-24"}'
    """
    try:
        plain = _plain(value)
    except _Other:  # the careful way, which also knows the place of what has no canonical form
        plain = _canonical(value, "$")
    return json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


class _Other(Exception):
    """Something that is not one of the plain types themselves."""


def _plain(value: object) -> object:
    """What `_canonical` gives, for values of exactly the plain types: they are nearly all that is ever written."""
    kind = type(value)
    if kind is dict:
        made = {}
        for key, item in value.items():  # type: ignore[attr-defined]
            if type(key) is not str:
                raise _Other
            made[key] = item if type(item) is str else _plain(item)
        return made
    if kind is str or kind is int or value is None or kind is bool:
        return value
    if kind is list or kind is tuple:
        return [item if type(item) is str else _plain(item) for item in value]  # type: ignore[attr-defined]
    if kind is float and isfinite(value):  # type: ignore[arg-type]
        return value
    if kind is Decimal and value.is_finite():  # type: ignore[attr-defined]
        return shortest(value)  # type: ignore[arg-type]
    raise _Other


def _canonical(value: object, place: str) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _canonical(value.value, place)
    if isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if not isfinite(value):
            raise NotCanonical(f"{place} is {value}, which has no canonical form; say why the figure is missing instead.")
        return float(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise NotCanonical(f"{place} is {value}, which has no canonical form; say why the figure is missing instead.")
        return shortest(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise NotCanonical(f"{place} has the key {key!r}, but only text keys have a canonical form.")
        return {str(key): _canonical(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item, f"{place}[{number}]") for number, item in enumerate(value)]
    raise NotCanonical(f"{place} is a {type(value).__name__}, which has no canonical form; turn it into plain values first.")
