"""My work (我的工作): what somebody owes, by when, in what order and why.

Each room says through a provider what waits for a person; this module puts it in one order. A new room adds its
provider to `PROVIDERS` and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Urgency(IntEnum):
    """How soon something has to be done, before the day decides."""

    NOW = 0
    """Late, or sent back."""
    SOON = 1
    LATER = 2


class Span(StrEnum):
    """The part of the page in which a row stands."""

    OVERDUE = "overdue"
    WEEK = "week"
    LATER = "later"
    UNDATED = "undated"

    @property
    def label(self) -> str | Promise:
        """Heading of the part."""
        return _SPANS[self]


_SPANS: dict[Span, str | Promise] = {
    Span.OVERDUE: _("Overdue"),
    Span.WEEK: _("This week"),
    Span.LATER: _("Later"),
    Span.UNDATED: _("Without a date"),
}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing that waits for a person.

    Attributes
    ----------
    kind : str
        Key of the kind: ``date``, ``yearly``, ``case``, ``proposal``, ``return``, ``review`` ...
    kind_label, title, state, reason : str
        In the reader's language; the reason says why it stands where it stands.
    subject : str
        What it is about, as in ``task:112``.
    due : datetime.date or None
        The last day to act; none where no day is set.
    light : str
        The light in whose colour the state is shown.
    url : str
        Where it is done.
    action : str
        What the link does, in one or two words.
    """

    kind: str
    kind_label: str
    title: str
    subject: str
    due: dt.date | None
    state: str
    light: str
    reason: str
    url: str
    action: str
    urgency: Urgency
    sample: bool = False

    @property
    def order(self) -> tuple[bool, dt.date, int, str, str]:
        """The earliest day first, undated last; on one day what is urgent first."""
        return (self.due is None, self.due or dt.date.max, self.urgency, self.kind, self.subject)

    def span(self, day: dt.date) -> Span:
        """Where it stands as seen on a day; a week ends on its Sunday."""
        if self.due is None:
            return Span.UNDATED
        if self.due < day:
            return Span.OVERDUE
        return Span.WEEK if self.due <= day + dt.timedelta(days=6 - day.weekday()) else Span.LATER


Provider = Callable[[Any, str, dt.date, dt.datetime | None], list[WorkRow]]


def work_of(
    user: Any,
    zone: str,
    day: dt.date,
    providers: Iterable[Provider] | None = None,
    *,
    as_of: dt.datetime | None = None,
) -> list[WorkRow]:
    """Everything that waits for a person on a day, in the order in which to do it.

    With ``as_of``, what waited for them then: only what was on record at that moment, and no later day than its own.
    Nothing for visitors and for people of another zone; each provider asks a fixed number of queries.
    """
    if not getattr(user, "is_authenticated", False) or getattr(user, "zone", "") != zone:
        return []
    if providers is None:
        from ecociv.portal.work_providers import PROVIDERS

        providers = PROVIDERS
    if as_of is not None:
        day = min(day, timezone.localdate(as_of))
    rows = [row for provider in providers for row in provider(user, zone, day, as_of)]
    return sorted(rows, key=lambda row: row.order)


def by_span(rows: Iterable[WorkRow], day: dt.date) -> list[tuple[Span, list[WorkRow]]]:
    """The rows in the parts of the page, in the order in which they come; parts without rows are left out."""
    found: dict[Span, list[WorkRow]] = {span: [] for span in Span}
    for row in rows:
        found[row.span(day)].append(row)
    return [(span, members) for span, members in found.items() if members]
