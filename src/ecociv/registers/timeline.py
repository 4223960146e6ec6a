"""What an entry says on a day, from its revisions, and what a correction that reaches back does. Pure: no Django.

A revision says everything from its day on, until a later revision says something else. Among the revisions whose day
has come, the one recorded last holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Content = Mapping[str, Any]
"""Values by field, as the store has them."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one revision says."""

    number: int
    valid_from: dt.date
    state: str
    content: Content


def in_force(revisions: Iterable[Said], day: dt.date) -> Said | None:
    """The revision that holds on a day; ``None`` before the first.

    >>> old, new = Said(1, dt.date(2015, 1, 1), "held", {}), Said(2, dt.date(2017, 1, 1), "held", {})
    >>> in_force([old, new], dt.date(2016, 12, 31)).number, in_force([old, new], dt.date(2014, 1, 1))
    (1, None)
    """
    come = [one for one in revisions if one.valid_from <= day]
    return max(come, key=lambda one: one.number, default=None)


def segments(revisions: Sequence[Said]) -> list[Said]:
    """The stretches of time in which the entry says one thing, each beginning on its day.

    Two that follow one another and say the same are one.
    """
    found: list[Said] = []
    for day in sorted({one.valid_from for one in revisions}):
        holds = in_force(revisions, day)
        assert holds is not None
        if not found or (found[-1].state, dict(found[-1].content)) != (holds.state, dict(holds.content)):
            found.append(Said(holds.number, day, holds.state, holds.content))
    return found


def revised(revisions: Sequence[Said], day: dt.date, changes: Content) -> list[tuple[dt.date, str, Content]]:
    """What has to be recorded so that fields say something else from a day on: (day, state, content) in order.

    A change that reaches back goes on until the field was changed the next time: what a later revision said of it
    stays. A field set to ``None`` is emptied. Nothing is returned where nothing would change.

    Examples
    --------
    The name was wrong from the beginning, the address changed in 2017; the new name goes into both stretches.

    >>> first = Said(1, dt.date(2015, 1, 1), "held", {"name": "甲", "at": "东"})
    >>> moved = Said(2, dt.date(2017, 1, 1), "held", {"name": "甲", "at": "西"})
    >>> for each in revised([first, moved], dt.date(2015, 1, 1), {"name": "乙"}): print(*each)
    2015-01-01 held {'name': '乙', 'at': '东'}
    2017-01-01 held {'name': '乙', 'at': '西'}
    """
    before = in_force(revisions, day)
    if before is None:
        return []
    left = {key: value for key, value in changes.items() if before.content.get(key) != value}
    if not left:
        return []
    written = [(day, before.state, _with(before.content, left))]
    for later in segments(revisions):
        if later.valid_from <= day:
            continue
        left = {
            key: value for key, value in left.items() if later.content.get(key) == before.content.get(key)
        }
        written.append((later.valid_from, later.state, _with(later.content, left)))
    return written


def _with(content: Content, changes: Content) -> Content:
    said = {**content, **changes}
    return {key: value for key, value in said.items() if value is not None}
