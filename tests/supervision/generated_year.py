"""A year of a zone played through: cases opened, moved on and reported on, day by day, by the clock of that day."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from ecociv.casework.actions import AddNote, AskExtension, Attachment, DecideExtension, OpenCase, TakeStep
from ecociv.casework.declaration import CaseType, FieldKind
from ecociv.casework.guards import offered
from ecociv.casework.models import Case
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.casework.standing import Standing
from ecociv.people.models import User
from ecociv.plan.package import Task, ZonePackage
from ecociv.supervision.actions import ReportProgress
from ecociv.supervision.drafts import Draft
from ecociv.supervision.parts import leads_on
from ecociv.supervision.states import PercentBasis, ReportState

ZONE = "jingdezhen"
IDLE = 8
ENDS_EARLY = {"withdraw", "call-off", "hand-back"}
"""Moves that are open in nearly every state and would end an idle order before its time."""


class Clock:
    """The time by which the zone runs: it stands in for ``timezone.now`` and moves on with every event."""

    def __init__(self, day: dt.date) -> None:
        self.time = timezone.make_aware(dt.datetime.combine(day, dt.time(8)))

    def now(self) -> dt.datetime:
        """The present of the game, in UTC as Django gives it."""
        return self.time.astimezone(dt.UTC)

    def begin(self, day: dt.date) -> None:
        """Eight in the morning of a day."""
        self.time = timezone.make_aware(dt.datetime.combine(day, dt.time(8)))

    def pass_by(self, seconds: int) -> None:
        """Some time goes by."""
        self.time += dt.timedelta(seconds=seconds)


@dataclass
class Zone:
    """The people of the zone and what happened so far."""

    package: ZonePackage
    clock: Clock
    chance: random.Random
    paper: Path
    offices: tuple[User, User]
    leader: User
    officers: dict[str, User]
    opened: int = 0
    reports: int = 0
    moves: int = 0
    others: int = 0
    followed: int = 0
    touched: set[int] = field(default_factory=set)
    idle: set[int] = field(default_factory=set)
    """The first orders of the year: their bodies sign and then do nothing, until the interview, so that the ladder is climbed."""

    @property
    def events(self) -> int:
        """Everything that happened."""
        return self.opened + self.reports + self.moves + self.others

    # --- what can happen ----------------------------------------------------------------------------------

    def open(self, task: Task, day: dt.date) -> Case | None:
        """An order about a task, to the body that leads it that day."""
        leads = [body.key for body in leads_on(task, self.package, day) if body.key in self.officers]
        if not leads:
            return None
        case = OpenCase(
            zone=ZONE,
            type="supervision-order",
            title=f"任务{task.number}落实情况",
            author=self.offices[0],
            subject=task.place,
            parties={"responsible": [leads[0]]},
            fields={"demand": "按期落实并反馈"},
            reason="例行督查",
        ).execute()
        self.opened += 1
        self.touched.add(case.pk)
        if self.opened <= IDLE:
            self.idle.add(case.pk)
        return case

    def report(self, task: Task, day: dt.date) -> bool:
        """A progress report by the body that leads a task that day."""
        leads = [body.key for body in leads_on(task, self.package, day) if body.key in self.officers]
        if not leads:
            return False
        percent = self.chance.randrange(0, 100)
        draft = Draft(
            period=day.year,
            state=ReportState.UNDER_WAY,
            percent=Decimal(percent),
            basis=PercentBasis.ESTIMATE,
            narrative=f"第{self.reports + 1}次填报：按计划推进，尚无困难。",
        )
        ReportProgress(ZONE, task.place, draft, self.officers[leads[0]]).execute()
        self.reports += 1
        return True

    def move(self, case: Case, day: dt.date) -> bool:
        """One move that the case offers, by somebody whose part it is; false where none is open."""
        declared, now = declaration_of(case), case_standing(case)
        if now.open_extension is not None and self.chance.random() < 0.7:
            return self.decide(case)
        choices = []
        for actor in self.people_of(now):
            if case.pk in self.idle and self.parts(actor) == {"responsible"} and now.state != "assigned":
                continue
            for offer in offered(declared, now, day, actor=str(actor.pk)):
                if case.pk in self.idle and offer.key in ENDS_EARLY:
                    continue
                if offer.verdict.ok and set(offer.parts) & self.parts(actor):
                    choices.append((actor, offer.key))
        if not choices:
            return False
        actor, move = self.chance.choice(choices)
        wanted = declared.transitions[move]
        TakeStep(
            case,
            move,
            actor,
            case.steps_taken,
            reason="按规定办理",
            fields={key: self.answer(declared, key, day) for key in wanted.fields},
            documents=tuple(Attachment(self.paper, "材料.xlsx", key) for key in wanted.documents),
            outcome=self.chance.choice(wanted.outcomes) if wanted.outcomes else "",
        ).execute()
        self.moves += 1
        self.touched.add(case.pk)
        if wanted.opens is not None:
            self.followed += 1
            self.others += 1 + (wanted.opens.take is not None)  # its opening, and the move taken on it
        if wanted.to == "committed":
            self.idle.discard(case.pk)  # after the interview the body settles the matter
        return True

    def ask_or_note(self, case: Case) -> bool:
        """An extension asked for where the running clock has one, otherwise a note."""
        declared, now = declaration_of(case), case_standing(case)
        body = now.parties["responsible"][0]
        running = [run for run in now.clocks if declared.clocks[run.clock].extension is not None]
        if running and now.open_extension is None and self.chance.random() < 0.1:
            rule = declared.clocks[running[0].clock].extension
            assert rule is not None
            asked = sum(1 for step in case.steps.all() if step.kind == "extension-asked")
            if asked < rule.most_times:
                AskExtension(case, running[0].clock, 3, "材料尚未齐备", self.officers[body]).execute()
                self.others += 1
                self.touched.add(case.pk)
                return True
        AddNote(case, self.chance.choice([self.officers[body], self.offices[1]]), "已电话联系").execute()
        self.others += 1
        self.touched.add(case.pk)
        return True

    def decide(self, case: Case) -> bool:
        """The office decides on an extension that was asked for."""
        now = case_standing(case)
        assert now.open_extension is not None
        declared = declaration_of(case)
        rule = declared.clocks[now.open_extension.clock].extension
        assert rule is not None
        author = self.leader if "leader" in rule.decided_by else self.offices[0]
        DecideExtension(case, self.chance.random() < 0.6, 3, "研究后决定", author).execute()
        self.others += 1
        self.touched.add(case.pk)
        return True

    # --- who and what -------------------------------------------------------------------------------------

    def people_of(self, now: Standing) -> Iterator[User]:
        """Those who may have the next move."""
        yield from self.offices
        yield self.leader
        yield self.officers[now.parties["responsible"][0]]

    def parts(self, actor: User) -> set[str]:
        """The parts that one of these people plays."""
        if actor in self.offices:
            return {"office"}
        return {"leader"} if actor == self.leader else {"responsible"}

    def answer(self, declared: CaseType, key: str, day: dt.date) -> Any:
        """Something true to the kind of a field."""
        if declared.fields[key].kind is FieldKind.DATE:
            return (day + dt.timedelta(days=self.chance.randrange(5, 30))).isoformat()
        return "已按要求办理"
