"""Who does something: an account, or a name for work without one (a command, a job at night)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

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


def recorded_by(author: Any) -> dict[str, Any]:
    """Moment, account and name, as the columns of `ecociv.people.recorded.Recorded` keep them.

    Raises
    ------
    ValueError
        When there is no name.
    """
    return {"recorded_at": timezone.now(), "author": account_of(author), "author_name": name_of(author)}
