"""Handing a case over when a body or an officer changes (移交)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.casework.actions.bulk import StepOutcome
from ecociv.casework.actions.writing import (
    NewStep,
    add_step,
    locked,
    moment_in,
    once,
    one_writer,
    refuse_faults,
    require_open,
    sent_again,
)
from ecociv.casework.bodies import all_holders
from ecociv.casework.content import Faults, reason_faults
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.permissions import OVERSIGHT, may_manage, package_of, parties_of, parts_played, refuse
from ecociv.casework.recorded import declaration_of
from ecociv.casework.refusals import CaseRefused
from ecociv.core.text import Text
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.people.roles import Role


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give a body's part in a case to another body.

    ``from_`` is "" to add a body to a part of several, ``to`` is "" to take one away. Rights follow a body's dated
    successors without this; handing over puts the change on record.
    """

    case: Case
    part: str
    from_: str
    to: str
    author: Any
    reason: str
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever does not manage the case, and a change of bodies that does not stand.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk))

    def execute(self) -> CaseStep:
        """Hand over; sent twice it is done once."""
        return once(self.case, self._step, self._checked)

    def _step(self, case: Case) -> NewStep:
        return NewStep(
            StepKind.HANDED_OVER,
            case.state,
            self.author,
            moment_in(case, self.at, self.author),
            part=min(parts_played(self.author, case), default=""),
            reason=self.reason,
            data={"part": self.part, "from": self.from_, "to": self.to},
        )

    def _checked(self, case: Case) -> None:
        refuse(may_manage(self.author, case))
        require_open(case)
        refuse_faults(reason_faults(self.reason, required=True), self._faults(case))

    def _faults(self, case: Case) -> Faults:
        part = declaration_of(case).parts.get(self.part)
        name = f"parties.{self.part}"
        if part is None or part.bodies is None:
            return {
                name: Text(
                    zh="“{part}”不是由单位担任的当事方。", en="“{part}” is no part that bodies play."
                ).fill(part=self.part)
            }
        held = parties_of(case).get(self.part, ())
        if self.from_ and self.from_ not in held:
            return {
                name: Text(zh="{body}不是本案的{part}。", en="{body} does not play this part: {part}.").fill(
                    body=self.from_, part=part.title
                )
            }
        if self.to and not package_of(case.zone).has_organisation(self.to):
            return {
                name: Text(zh="方案中没有这个单位：{body}。", en="The plan knows no such body: {body}.").fill(
                    body=self.to
                )
            }
        if self.from_ == self.to or self.to in held:
            return {
                name: Text(zh="{body}已是本案的{part}。", en="{body} plays this part already: {part}.").fill(
                    body=self.to or "—", part=part.title
                )
            }
        count = len(held) + bool(self.to) - bool(self.from_)
        if (count == 0 and not part.optional) or (count > 1 and part.bodies == "one"):
            return {
                name: Text(
                    zh="这样{part}将有{count}个单位，与规定不符。",
                    en="{part} would be played by {count} bodies, which the type does not allow.",
                ).fill(part=part.title, count=count)
            }
        return {}


@dataclass(frozen=True, slots=True)
class HandOverAll:
    """Hand over every open case of a body that another takes over from (机构改革).

    ``to`` "" follows the plan: the body that holds the whole of its duties on the day. Each case is a transaction of
    its own; one that cannot be handed over is reported and stays as it was.
    """

    zone: str
    organisation: str
    to: str
    author: Any
    reason: str
    at: dt.datetime | None = None

    def successor(self) -> str:
        """The body that takes over.

        Raises
        ------
        CaseRefused
            When the plan names none.
        """
        package = package_of(self.zone)
        if self.to or not package.has_organisation(self.organisation):
            return self.to
        day = timezone.localdate(self.at) if self.at else timezone.localdate()
        holder = package.body_on(self.organisation, day).key
        if holder == self.organisation:
            raise CaseRefused(
                "no-successor",
                Text(
                    zh="方案没有写明{body}由谁承接，请指定。",
                    en="The plan names no successor of {body}: name one.",
                ).fill(body=self.organisation),
            )
        return holder

    def check(self) -> None:
        """Refuse whoever is not of the leading group's office, and a hand-over to nobody.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        require(self.author, Action.ACT_ON_CASE, zone=self.zone, roles={Role.LEADING_GROUP_OFFICE})
        refuse_faults(reason_faults(self.reason, required=True))
        self.successor()

    def execute(self) -> list[StepOutcome]:
        """Hand over case by case; what came of each, in the order of their numbers."""
        self.check()
        to = self.successor()
        cases = Case.objects.filter(
            zone=self.zone, closed_at__isnull=True, parties__organisation=self.organisation
        ).distinct()
        done = []
        for case in cases.order_by("id"):
            for part, held in parties_of(case).items():
                if self.organisation in held:
                    # A successor that already plays the part takes the place of both.
                    target = "" if to in held else to
                    action = HandOver(
                        case, part, self.organisation, target, self.author, self.reason, self.at
                    )
                    done.append(StepOutcome.of(case, action.execute))
        return done


@dataclass(frozen=True, slots=True)
class NameOfficer:
    """Name the person who works on a case (经办人)."""

    case: Case
    officer: User
    author: Any
    reason: str
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever neither manages the case nor is of the officer's body, and an officer of no party.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk))

    def execute(self) -> CaseStep:
        """Name the officer; sent twice it is done once."""
        with one_writer():
            case = locked(self.case)
            self._checked(case)
            new = NewStep(
                StepKind.OFFICER_NAMED,
                case.state,
                self.author,
                moment_in(case, self.at, self.author),
                part=min(parts_played(self.author, case), default=""),
                reason=self.reason,
                data={"officer": str(self.officer.pk), "name": self.officer.name_shown},
            )
            if (twin := sent_again(case, new)) is not None:
                return twin
            return add_step(case, new)[0]

    def _checked(self, case: Case) -> None:
        keys = [key for held in parties_of(case).values() for key in held]
        bodies = all_holders(package_of(case.zone), keys, timezone.localdate())
        own = getattr(self.author, "organisation", "")
        if not may_manage(self.author, case).ok:
            same = own in bodies and own == self.officer.organisation
            if not same or not parts_played(self.author, case):
                raise PermissionDenied(str(_says_who()))
        require_open(case)
        works = self.officer.is_active and self.officer.zone == case.zone
        concerned = self.officer.organisation in bodies or Role(self.officer.role) in OVERSIGHT
        if not (works and concerned):
            refuse_faults(
                {
                    "officer": Text(
                        zh="{name}不属于本案任何当事单位，或账号已停用。",
                        en="{name} is of no body that plays a part here, or the account is closed.",
                    ).fill(name=self.officer.name_shown)
                }
            )
        refuse_faults(reason_faults(self.reason, required=False))


def _says_who() -> str:
    from django.utils.translation import get_language

    return Text(
        zh="经办人由案件主办方或其本单位指定。",
        en="The officer is named by whoever manages the case, or by the officer's own body.",
    ).in_language(get_language() or "zh-hans")
