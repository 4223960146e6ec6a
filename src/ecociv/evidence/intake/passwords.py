"""Digests of device passwords, to stand in a declaration instead of the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_ROUNDS = 20_000


def digest_of_password(text: str) -> str:
    """A salted digest (PBKDF2, SHA-256).

    >>> is_password("123456", digest_of_password("123456")), is_password("123457", digest_of_password("123456"))
    (True, False)
    """
    salt = secrets.token_bytes(16)
    made = hashlib.pbkdf2_hmac("sha256", text.encode(), salt, _ROUNDS)
    return f"pbkdf2${_ROUNDS}${salt.hex()}${made.hex()}"


def is_password(text: str, digest: str) -> bool:
    """Whether the digest was made of this text."""
    _, rounds, salt, expected = digest.split("$")
    made = hashlib.pbkdf2_hmac("sha256", text.encode(), bytes.fromhex(salt), int(rounds))
    return hmac.compare_digest(made.hex(), expected)
