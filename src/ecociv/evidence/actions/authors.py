"""Who does something: an account, or a name for work without one (a command, a job at night)."""

from __future__ import annotations

from typing import Any

from ecociv.people.models import User


def account_of(author: Any) -> User | None:
    """The account, or none for work without one."""
    return author if isinstance(author, User) else None


def name_of(author: Any) -> str:
    """The name to put on record.

    Raises
    ------
    ValueError
        When there is none: nothing is recorded without an author.
    """
    name = author.name_shown if isinstance(author, User) else str(author or "").strip()
    if not name:
        raise ValueError("An author is needed: a user, or the name of the command that acts.")
    return name[:150]
