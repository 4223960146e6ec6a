"""Cases as a record of responsibility shows them: as they stood on the day of knowledge, for whoever may read them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecociv.casework.models import Case
from ecociv.casework.queries import cases_for, every_case
from ecociv.casework.recorded import declaration_of, standings
from ecociv.supervision.queries import known_by
from ecociv.supervision.responsibility.record import Matter


def matters_known(user: Any, zone: str, known_on: dt.date) -> tuple[Matter, ...]:
    """Cases of a zone that a user may read, opened and recorded by the end of a day, as they stood then."""
    moment = _end_of(known_on)
    return _as_they_stood(cases_for(user, zone, as_of=moment), moment)


def every_matter(zone: str, known_on: dt.date) -> tuple[Matter, ...]:
    """The same of every case, whoever may see it: for no reader, only for the operator of the machine."""
    moment = _end_of(known_on)
    return _as_they_stood(every_case(zone, as_of=moment), moment)


def _end_of(day: dt.date) -> dt.datetime:
    return known_by(day) - dt.timedelta(microseconds=1)


def _as_they_stood(rows: QuerySet[Case], moment: dt.datetime) -> tuple[Matter, ...]:
    cases = list(rows.select_related("declaration").order_by("opened_at", "pk"))
    stood = standings(cases, as_of=moment)
    found = []
    for case in cases:
        declared, now = declaration_of(case), stood[case.pk]
        found.append(
            Matter(
                case=case.pk,
                type=case.type,
                type_title=declared.title,
                number=case.number,
                title=case.title,
                subject=case.subject,
                origin=case.origin,
                opened_on=timezone.localdate(case.opened_at),
                state=now.state,
                closed_on=timezone.localdate(now.closed_at) if now.closed_at else None,
                outcome=declared.outcomes.get(now.outcome),
                parties=tuple(key for keys in now.parties.values() for key in keys),
                sample=case.sample,
                state_title=declared.states[now.state].title,
                due=now.due,
            )
        )
    return tuple(found)
