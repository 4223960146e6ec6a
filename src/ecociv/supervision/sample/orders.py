"""Sample cases: orders about tasks of the sample accounts' bodies, each at another step of the ladder, and marked.

They are opened and moved by the same actions as real ones, dated back over the last weeks, so that the inbox, the
overdue board and the calendar of a new installation have something true to show.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import Attachment, OpenCase, TakeStep
from ecociv.casework.declaration import FieldKind
from ecociv.casework.load import load_case_types
from ecociv.casework.models import Case
from ecociv.casework.recorded import declaration_of
from ecociv.core.workdays import add_working_days, is_working_day
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.package import Task, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.parts import leads_on

TYPE = "supervision-order"


@dataclass(frozen=True, slots=True)
class Story:
    """How far an order came: its age in working days, and each move with the working days before it."""

    title: str
    age: int
    moves: tuple[tuple[str, int], ...] = ()
    outcome: str = ""
    fields: dict[str, str] = field(default_factory=dict)


_LATE = (("assign", 0), ("sign", 1), ("urge", 16), ("issue-blue", 6))

STORIES: Sequence[Story] = (
    Story("{task}：补报上半年进展", 1),
    Story("{task}：核实延误原因", 2, (("assign", 0),)),
    Story("{task}：限期签收", 6, (("assign", 0),)),
    Story("{task}：按月反馈", 5, (("assign", 0), ("sign", 1))),
    Story("{task}：逾期反馈", 22, (("assign", 0), ("sign", 1))),
    Story("{task}：反馈待核查", 12, (("assign", 0), ("sign", 2), ("report", 8))),
    Story("{task}：核查未过重办", 18, (("assign", 0), ("sign", 1), ("report", 9), ("verify-fail", 3))),
    Story("{task}：催办后仍未反馈", 34, _LATE[:3]),
    Story("{task}：蓝色督办", 27, _LATE),
    Story("{task}：黄色督办", 34, (*_LATE, ("issue-yellow", 6))),
    Story("{task}：提请红色督办", 42, (*_LATE, ("issue-yellow", 6), ("propose-red", 6))),
    Story(
        "{task}：已销号",
        50,
        (("assign", 0), ("sign", 1), ("report", 10), ("verify-pass", 4), ("close", 1)),
        outcome="done",
    ),
)


def load_sample_cases(zone: str, *, today: dt.date | None = None) -> int:
    """Open the sample orders and take them as far as they came; returns how many were opened, 0 where they are there.

    Parameters
    ----------
    zone
        Key of the zone; nothing is opened where it declares no supervision orders or has no sample accounts.
    today
        The day the stories end on; the present one when not given.
    """
    day = today or timezone.localdate()
    if TYPE not in load_case_types(zone) or Case.objects.filter(zone=zone, type=TYPE, sample=True).exists():
        return 0
    people = {user.username: user for user in User.objects.filter(zone=zone, username__in=_ACCOUNTS)}
    if set(people) != set(_ACCOUNTS):
        return 0
    package = current_package(zone)
    tasks = _tasks_of(people, package, day)
    if not tasks:
        return 0
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        paper = Path(folder, "sample.csv")
        paper.write_text("样例材料,sample\n", encoding="utf-8")
        for number, story in enumerate(STORIES):
            officer, task = tasks[number % len(tasks)]
            _play(zone, story, task, people, officer, paper, day)
    return len(STORIES)


_ACCOUNTS = ("department", "county", "office", "leader")


def _tasks_of(people: dict[str, User], package: ZonePackage, day: dt.date) -> list[tuple[User, Task]]:
    """Tasks that the sample officers' bodies lead today, the department's and the county's in turn."""
    led: dict[str, list[tuple[User, Task]]] = {"department": [], "county": []}
    for task in package.tasks:
        leads = {body.key for body in leads_on(task, package, day)}
        for name, found in led.items():
            if people[name].organisation in leads:
                found.append((people[name], task))
    department, county = led["department"], led["county"]
    mixed = [pair for pairs in zip(department, county, strict=False) for pair in pairs]
    return mixed or department or county


def _play(
    zone: str, story: Story, task: Task, people: dict[str, User], officer: User, paper: Path, day: dt.date
) -> None:
    at = _working_days_before(day, story.age)
    case = OpenCase(
        zone=zone,
        type=TYPE,
        title=story.title.format(task=task.title.zh)[:200],
        author=people["office"],
        subject=task.place,
        parties={"responsible": [officer.organisation]},
        fields={"demand": "按方案要求落实并按期反馈（样例）"},
        reason="样例：例行督查",
        sample=True,
        at=_at(at, 9, 0),
    ).execute()
    declared = declaration_of(case)
    for place, (move, days) in enumerate(story.moves):
        at = add_working_days(at, days).day if days else at
        wanted = declared.transitions[move]
        roles = {declared.parts[part].role for part in wanted.by}
        author = people["office"] if Role.LEADING_GROUP_OFFICE in roles else officer
        if move == "close":
            author = people["leader"]
        case.refresh_from_db()
        TakeStep(
            case,
            move,
            author,
            case.steps_taken,
            reason="样例",
            fields={
                key: (at + dt.timedelta(days=20)).isoformat()
                if declared.fields[key].kind is FieldKind.DATE
                else "样例：已按要求办理"
                for key in wanted.fields
            },
            documents=tuple(Attachment(paper, "样例材料.csv", key) for key in wanted.documents),
            outcome=story.outcome if wanted.outcomes else "",
            at=_at(at, 9, 5 * (place + 1)),
        ).execute()


def _working_days_before(day: dt.date, days: int) -> dt.date:
    """The working day that lies so many working days before a day."""
    left = days
    while left or not is_working_day(day, assume=True):
        day -= dt.timedelta(days=1)
        if is_working_day(day, assume=True):
            left = max(0, left - 1)
    return day


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
    return min(moment, timezone.now())
