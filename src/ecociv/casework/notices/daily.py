"""What the job does each day: escalations that are due, and the morning's digest.

Both may run as often as one likes and in two processes at once: an escalation is put on record once in each run of its
clock, and the same notice is told once to the same person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from ecociv.casework.actions import Escalate
from ecociv.casework.escalation import due_steps
from ecociv.casework.models import Case
from ecociv.casework.notices.follow import tell_case
from ecociv.casework.notices.notify import notify
from ecociv.casework.notices.recipients import Recipients
from ecociv.casework.queries import escalations_due, inbox
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.core.text import Text
from ecociv.core.workdays import is_working_day
from ecociv.people.models import User
from ecociv.people.roles import Role


@dataclass(frozen=True, slots=True)
class RunEscalations:
    """Put the escalations that are due on record and tell their parts: both, or neither."""

    zone: str
    day: dt.date

    def check(self) -> list[tuple[Case, str, int]]:
        """What is due: case, clock, and how many working days after its due day."""
        cases = {clock.case_id: clock.case for clock in escalations_due(self.zone, self.day)}
        return [
            (case, each.clock, each.step.after)
            for case in cases.values()
            if case.closed_at is None
            for each in due_steps(declaration_of(case), case_standing(case), self.day)
        ]

    def execute(self) -> int:
        """How many escalations were put on record; each in its own transaction."""
        return sum(self._one(case, clock, after) for case, clock, after in self.check())

    def _one(self, case: Case, clock: str, after: int) -> bool:
        with transaction.atomic():
            step = Escalate(case, clock, after, self.day).execute()
            if step is None:
                return False
            declared = declaration_of(case).clocks[clock]
            title = next(each.title for each in declared.escalation if each.after == after)
            said = Text(zh="{clock}：{title}。", en="{clock}: {title}.").fill(
                clock=declared.title, title=title
            )
            to = Recipients(part=tuple(step.data["to"]))
            tell_case(case, to, "case-escalated", said, f"step:{case.pk}.{step.number}")
        return True


@dataclass(frozen=True, slots=True)
class SendDigests:
    """One notice a working day to everybody for whom cases wait."""

    zone: str
    day: dt.date

    def check(self) -> list[User]:
        """Whom to look at: nobody on a day when offices are closed."""
        if not is_working_day(self.day, assume=True):
            return []
        closed = [Role.VISITOR.value, Role.ADMINISTRATOR.value, Role.AUDITOR.value]
        return list(User.objects.filter(zone=self.zone, is_active=True).exclude(role__in=closed))

    def execute(self) -> int:
        """How many people were told."""
        told = 0
        for user in self.check():
            waiting = inbox(user, self.zone, self.day)
            if not waiting:
                continue
            late = sum(each.overdue for each in waiting)
            body = "\n".join(
                f"{each.due.isoformat() if each.due else '—'}  {each.case.number} {each.case.title}"
                for each in waiting[:20]
            )
            told += len(
                notify(
                    self.zone,
                    to=Recipients(users=(user,)),
                    kind="digest",
                    title=Text(
                        zh=f"{self.day.isoformat()}：{len(waiting)}件待办，其中{late}件逾期",
                        en=f"{self.day.isoformat()}: {len(waiting)} waiting, {late} of them late",
                    ),
                    body=Text(zh=body, en=body),
                    path=reverse("portal:case-inbox"),
                    occasion=f"digest:{self.day.isoformat()}",
                    sample=any(each.case.sample for each in waiting),
                )
            )
        return told
