"""What an interview or an accountability case begins with when a step of an order opens it: body, officials, reason.

The body is the one that holds the order's responsibility on the day; the officials are those on record as in post there on
that day. Where nobody is on record the case says so: a name is never guessed.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ecociv.casework.content import LONGEST_LINE, LONGEST_TEXT
from ecociv.casework.follow_on import Prefilled
from ecociv.casework.models import Case
from ecociv.casework.permissions import parties_of
from ecociv.plan.queries import current_package
from ecociv.supervision.parts import name_of
from ecociv.supervision.responsibility.queries import InPost, in_post_on

RESPONSIBLE = "responsible"
NOBODY = "（任职记录中没有{day}在任的负责人，待办公室确定）"
NO_POST = "（未登记）"


def interview(case: Case, day: dt.date, reason: str) -> Prefilled:
    """An interview with whoever is in post in the responsible body on the day."""
    body, people = _responsible(case, day)
    return Prefilled(
        f"约谈：{case.title}",
        {RESPONSIBLE: (body,)} if body else {},
        {
            "interviewee": ("、".join(each.name for each in people) or NOBODY.format(day=day))[:LONGEST_LINE],
            "interviewee_post": ("、".join(each.post.title for each in people) or NO_POST)[:LONGEST_LINE],
            "matter": _matter(case, reason),
        },
    )


def accountability(case: Case, day: dt.date, reason: str) -> Prefilled:
    """Holding to account whoever is in post in the responsible body on the day."""
    body, people = _responsible(case, day)
    name = name_of(body, current_package(case.zone)).zh if body else ""
    lines = [f"{each.name}，{name}{each.post.title}（{each.post.starts}起任职）" for each in people]
    return Prefilled(
        f"问责：{case.title}",
        {RESPONSIBLE: (body,)} if body else {},
        {
            "persons": ("\n".join(lines) or NOBODY.format(day=day))[:LONGEST_TEXT],
            "facts": _matter(case, reason),
        },
    )


def _responsible(case: Case, day: dt.date) -> tuple[str, tuple[InPost, ...]]:
    """The body that holds the order's responsibility on the day, and who is in post there, as on record today."""
    named = next(iter(parties_of(case).get(RESPONSIBLE, ())), "")
    package = current_package(case.zone)
    if not named or not package.has_organisation(named):
        return named, ()
    body = package.body_on(named, day).key
    return body, in_post_on(case.zone, body, day, known_on=timezone.localdate())


def _matter(case: Case, reason: str) -> str:
    demand = str(case.fields.get("demand") or case.fields.get("basis") or "")
    said = [
        f"督办事项：{case.number} {case.title}",
        f"督办要求：{demand}" if demand else "",
        f"批准理由：{reason}",
    ]
    return "\n".join(each for each in said if each)[:LONGEST_TEXT]
