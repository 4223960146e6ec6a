"""Playing the steps of a sample case on the days on which they are said to have happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from django.utils import timezone

from ecociv.casework.actions import Attachment, TakeStep
from ecociv.casework.declaration import FieldKind
from ecociv.casework.models import Case
from ecociv.casework.recorded import declaration_of
from ecociv.core.workdays import add_working_days, is_working_day
from ecociv.land_administration.sample.declared import SampleMove
from ecociv.people.models import User

ACCOUNTS = ("department", "county", "land", "window")


def sample_accounts(zone: str) -> dict[str, User]:
    """The sample accounts that act in land administration, by name; empty unless all of them are there."""
    found = {user.username: user for user in User.objects.filter(zone=zone, username__in=ACCOUNTS)}
    return found if set(found) == set(ACCOUNTS) else {}


def began(today: dt.date, age: int) -> dt.date:
    """The working day that lies so many working days before a day."""
    day, left = today, age
    while left or not is_working_day(day, assume=True):
        day -= dt.timedelta(days=1)
        left -= left > 0 and is_working_day(day, assume=True)
    return day


def later(day: dt.date, working_days: int) -> dt.date:
    """The working day so many working days later."""
    return add_working_days(day, working_days).day if working_days else day


def moment(day: dt.date, minute: int = 0) -> dt.datetime:
    """A minute of a working morning, and never ahead of now."""
    at = dt.datetime.combine(day, dt.time(9)) + dt.timedelta(minutes=minute)
    return min(timezone.make_aware(at), timezone.now())


def take(case: Case, said: SampleMove, author: User, day: dt.date, minute: int, paper: Path) -> None:
    """Take one step of a case, with a sample paper for every document that it asks for."""
    case.refresh_from_db()
    declared = declaration_of(case)
    wanted = declared.transitions[said.move]
    TakeStep(
        case,
        said.move,
        author,
        case.steps_taken,
        reason=said.reason,
        fields=_fields(declared.fields, said.fields, day),
        documents=tuple(
            Attachment(paper, "样例材料.txt", key)
            for key in wanted.documents
            if declared.documents[key].required
        ),
        outcome=said.outcome,
        at=moment(day, minute),
    ).execute()
    case.refresh_from_db()


def _fields(declared: Mapping[str, object], given: Mapping[str, str], day: dt.date) -> dict[str, str]:
    return {
        key: (day + dt.timedelta(days=int(value))).isoformat()
        if getattr(declared[key], "kind", None) is FieldKind.DATE
        else value
        for key, value in given.items()
    }
