"""Who held a duty from when to when, through the plan's dated successors. Pure: no Django.

A duty belongs to the body that the plan names until a day on which the whole of that body's duties went to another;
from that day on it belongs to the other. A span is one such stretch, with its first and last day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage

LEAD, SUPPORT, SUPPLY = "lead", "support", "supply"
ROLES = (LEAD, SUPPORT, SUPPLY)


@dataclass(frozen=True, slots=True)
class Span:
    """A duty held from one day to another.

    Attributes
    ----------
    place : str
        ``task:112``, ``project:26``, or ``indicator:35`` for a figure supplied.
    role : str
        ``lead``, ``support`` or ``supply``.
    named : str
        Key of the body that the plan names; another than ``body`` after a reorganisation.
    via_group : str
        The group through which the body is meant; "" where it is named itself.
    body : str
        Key of the body that holds it.
    starts : datetime.date
        The first day; not before the plan was issued.
    ends : datetime.date or None
        The last day; none while nothing ends it.
    certain : bool
        False where the plan does not settle that this body is meant.
    """

    place: str
    role: str
    title: Text
    named: str
    via_group: str
    body: str
    starts: dt.date
    ends: dt.date | None
    certain: bool = True

    def within(self, first: dt.date, last: dt.date | None) -> Span | None:
        """The part of the span between two days (both included; no last day is no limit); none where there is none."""
        starts = max(self.starts, first)
        ends = min((day for day in (self.ends, last) if day is not None), default=None)
        if ends is not None and ends < starts:
            return None
        return replace(self, starts=starts, ends=ends)

    def holds_on(self, day: dt.date) -> bool:
        """Whether the day lies in the span."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


def spans_of(body: str, package: ZonePackage) -> tuple[Span, ...]:
    """Every duty that a body held or holds: its own until they went elsewhere, others' from when they came.

    Parameters
    ----------
    body : str
        Key of a body; ``KeyError`` when the plan has none.

    Notes
    -----
    Holders are asked of ``ZonePackage.body_on``, between the days on which anything is handed over; so a chain of
    successors gives the same answer here as everywhere else.
    """
    found: dict[tuple[str, str, str, str], list[Span]] = {}
    names = {package.organisation(body).key, *(each.key for each in package.predecessors(body))}
    for named in sorted(names):
        periods = tuple(_held(named, body, package))
        for place, role, title, via, certain in _duties(named, package):
            for starts, ends in periods:
                span = Span(place, role, title, named, via, body, starts, ends, certain)
                found.setdefault((place, role, named, via), []).append(span)
    order = {duty.place: number for number, duty in enumerate(package.duties)}
    return tuple(
        sorted(
            (span for spans in found.values() for span in spans),
            key=lambda s: (ROLES.index(s.role), order.get(s.place, len(order)), s.place, s.starts, s.named, s.via_group),
        )
    )


def handed_over_on(body: str, package: ZonePackage) -> dt.date | None:
    """The day from which another body holds the whole of a body's duties; none where no such day is on record."""
    days = [step.from_ for step in package.organisation(body).successors if step.whole]
    return min(days, default=None)


def _duties(named: str, package: ZonePackage) -> Iterator[tuple[str, str, Text, str, bool]]:
    for entry in package.duties_of(named):
        yield entry.duty.place, entry.role, entry.duty.title, entry.via_group or "", True
    for indicator in package.indicators:
        if package.resolve(indicator.supplier.body).key == named:
            yield f"indicator:{indicator.number}", SUPPLY, indicator.name, "", indicator.supplier.sure


def _held(named: str, body: str, package: ZonePackage) -> Iterable[tuple[dt.date, dt.date | None]]:
    """The stretches in which ``body`` holds what the plan gave to ``named``."""
    issued = package.zone.plan.issued
    cuts = sorted(
        {issued, *(step.from_ for each in package.organisations for step in each.successors if step.from_ > issued)}
    )
    begun: dt.date | None = None
    for day in cuts:
        here = package.body_on(named, day).key == body
        if here and begun is None:
            begun = day
        elif not here and begun is not None:
            yield begun, day - dt.timedelta(days=1)
            begun = None
    if begun is not None:
        yield begun, None
