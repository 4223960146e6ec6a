"""Checks of what a case is about that only a room above can make: it registers one for its kind of subject.

A case about a score, for instance, may be opened for some days after publication only, and casework knows no scores.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Opening:
    """What is about to be opened: zone, key of the type, subject, bodies by part, and the day."""

    zone: str
    type: str
    subject: str
    parties: Mapping[str, tuple[str, ...]]
    day: dt.date


Check = Callable[[Opening], Text | None]
_CHECKS: dict[str, Check] = {}


def register(kind: str, check: Check) -> None:
    """Ask this check for every case about a subject of the kind; it returns the refusal, or None."""
    _CHECKS[kind] = check


def refusal(opening: Opening) -> Text | None:
    """Why the case may not be opened about its subject.

    >>> refusal(Opening("a-zone", "general", "unheard-of:1", {}, dt.date(2016, 1, 4))) is None
    True
    """
    check = _CHECKS.get(opening.subject.partition(":")[0])
    return check(opening) if check else None
