"""Cases as a record of responsibility shows them: as they stood on the day of knowledge, for whoever may read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from ecociv.casework.queries import cases_for
from ecociv.casework.recorded import declaration_of, standings
from ecociv.supervision.queries import known_by
from ecociv.supervision.responsibility.record import Matter


def matters_known(user: Any, zone: str, known_on: dt.date, subjects: Iterable[str] = ()) -> tuple[Matter, ...]:
    """Cases of a zone that a user may read, opened and recorded by the end of a day, as they stood then.

    Parameters
    ----------
    subjects
        Only cases about these; about anything, when none is given.
    """
    moment = known_by(known_on) - dt.timedelta(microseconds=1)
    rows = cases_for(user, zone, as_of=moment)
    if wanted := tuple(subjects):
        rows = rows.filter(subject__in=wanted)
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
