"""The record of responsibility of a body or a person: duties, states on taking over and on hand-over, what followed.

Pure: no Django. What is read from the database comes in as plain values, so that the same rules serve pages, commands
and tests.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.supervision.responsibility.spans import Span


@dataclass(frozen=True, slots=True)
class Seen:
    """How a duty or an indicator stood on a day.

    ``as_told`` is how it looked by what was on record on that very day, where that was otherwise; none where the two
    agree.
    """

    day: dt.date
    state: str
    label: Text
    light: str
    reasons: tuple[Reason, ...] = ()
    as_told: Text | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """A case about a duty, a body or a person, as it stood on the day of knowledge."""

    case: int
    type: str
    type_title: Text
    number: str
    title: str
    subject: str
    origin: str
    opened_on: dt.date
    state: str
    closed_on: dt.date | None
    outcome: Text | None
    parties: tuple[str, ...] = ()
    sample: bool = False
    state_title: Text | None = None
    due: dt.date | None = None

    @property
    def stands(self) -> Text:
        """The outcome of a closed case, the state of an open one, in both languages."""
        return self.outcome or self.state_title or Text(zh=self.state, en=self.state)


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure or a report about the term that became another afterwards."""

    place: str
    what: Text
    year: int
    before: Text
    after: Text
    unit: str
    on: dt.date
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What came after a hand-over: later states, cases and restatements. ``during`` are cases of the term itself."""

    states: tuple[Seen, ...] = ()
    during: tuple[Matter, ...] = ()
    after: tuple[Matter, ...] = ()
    restated: tuple[Restated, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """One duty of the record.

    ``handed_over`` is none while the duty is still held on the day looked at; ``now`` is how it stands that day.
    """

    span: Span
    taken_over: Seen
    handed_over: Seen | None
    now: Seen
    followed: Followed

    @property
    def open(self) -> bool:
        """Whether the duty is still held on the day looked at."""
        return self.handed_over is None


StateAt = Callable[[str, dt.date], Seen]
"""How a place stood on a day, by what is known on the day of knowledge."""

LATER_YEARS = 10
"""So many ends of year after a hand-over are looked at; then the state on the day looked at says the rest."""


def assemble(
    spans: Iterable[Span],
    day: dt.date,
    *,
    state_at: StateAt,
    matters: Sequence[Matter] = (),
    restated: Sequence[Restated] = (),
    bodies: frozenset[str] = frozenset(),
) -> tuple[DutyRecord, ...]:
    """The record of a body or a person as of a day.

    Parameters
    ----------
    spans
        What was held; spans that begin after ``day`` are left out, ends after it have not come yet.
    day
        The day looked at (valid time). What is known (recorded time) is settled by what comes in.
    state_at
        Answers how a duty stood on a day.
    matters
        Cases known; one belongs to a duty when it is about the duty, and, where it names bodies, about the holder.
    restated
        Figures and reports that became others; those of years of the term that changed after its end belong to it.
    bodies
        Keys under which the holder may be named in a case besides the span's own: predecessors and successors.

    Examples
    --------
    A case opened two years after the hand-over stays with the one who held the duty:

    >>> from ecociv.core.text import Text
    >>> word = Text(zh="在途", en="under way")
    >>> held = Span("task:1", "lead", word, "a", "", "a", dt.date(2015, 7, 1), dt.date(2017, 3, 31))
    >>> later = Matter(9, "accountability", word, "1", "x", "task:1", "", dt.date(2019, 5, 6), "open", None, None)
    >>> (one,) = assemble(
    ...     [held], dt.date(2020, 1, 1), state_at=lambda place, on: Seen(on, "s", word, "on-track"), matters=[later]
    ... )
    >>> one.handed_over.day.isoformat(), [each.case for each in one.followed.after], one.followed.during
    ('2017-03-31', [9], ())
    """
    found = []
    for span in spans:
        if span.starts > day:
            continue
        ends = span.ends if span.ends is not None and span.ends < day else None
        own = [m for m in matters if m.subject == span.place and _concerns(m, span, bodies)]
        last = ends or day
        later = tuple(state_at(span.place, at) for at in _year_ends(ends, day)) if ends is not None else ()
        found.append(
            DutyRecord(
                span=span,
                taken_over=state_at(span.place, span.starts),
                handed_over=state_at(span.place, ends) if ends is not None else None,
                now=state_at(span.place, day),
                followed=Followed(
                    states=later,
                    during=tuple(m for m in own if span.starts <= m.opened_on <= last),
                    after=tuple(m for m in own if ends is not None and ends < m.opened_on <= day),
                    restated=tuple(
                        each
                        for each in restated
                        if ends is not None
                        and each.place == span.place
                        and span.starts.year <= each.year <= ends.year
                        and each.on > ends
                    ),
                ),
            )
        )
    return tuple(found)


def matters_about(
    subject: str, matters: Iterable[Matter], first: dt.date, last: dt.date | None
) -> tuple[Matter, ...]:
    """Cases about a body or a person themselves, opened from ``first`` on; after ``last`` they count as well.

    A person's own cases (interviews, accountability) stay for life: ``last`` only tells a body's cases of the term
    from those of another's.
    """
    return tuple(
        m
        for m in matters
        if m.subject == subject and m.opened_on >= first and (last is None or m.opened_on <= last)
    )


def _concerns(matter: Matter, span: Span, bodies: frozenset[str]) -> bool:
    return not matter.parties or bool({span.body, span.named, *bodies} & set(matter.parties))


def _year_ends(ends: dt.date, day: dt.date) -> Iterable[dt.date]:
    ahead = (dt.date(year, 12, 31) for year in range(ends.year, min(day.year, ends.year + LATER_YEARS) + 1))
    return (at for at in ahead if ends < at < day)
