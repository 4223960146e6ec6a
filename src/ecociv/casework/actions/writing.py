"""Adding one step to the log, with all that follows from it, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions.files import Attachment, keep_files, keys_and_digests
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.recorded import declaration_of, entry_of, log_of, write_standing
from ecociv.casework.refusals import CaseMovedOn, CaseRefused, InputRefused
from ecociv.casework.standing import Standing, standing
from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.people.roles import Role

SAME_CLICK = dt.timedelta(minutes=1)
"""The same step by the same person within this time is one step, sent twice."""

PASSES_BY = frozenset({StepKind.NOTED, StepKind.REMINDED, StepKind.ESCALATED, StepKind.OFFICER_NAMED})
"""Steps after which whoever had the page open may still go on: nothing that they decide on has changed."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be added."""

    kind: StepKind
    state: str
    author: Any
    at: dt.datetime
    transition: str = ""
    part: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[Attachment, ...] = ()


@contextmanager
def one_writer() -> Iterator[None]:
    """A transaction that is the only one to write cases: two clicks at once come one after the other."""
    with transaction.atomic():
        audit.hold()
        yield


def locked(case: Case) -> Case:
    """The case as it is stored now, held until the transaction ends."""
    return Case.objects.select_for_update().get(pk=case.pk)


def moment(at: dt.datetime | None, *, author: Any, sample: bool, last: dt.datetime | None) -> dt.datetime:
    """When a step happens: now, or the time given, where it may be given.

    A time in the past is for samples, and for papers that the leading group's office puts on record later; it is
    never in the future and never before the last step.

    Raises
    ------
    InputRefused
        When the time cannot stand.
    """
    now = timezone.now()
    if at is None:
        return now if last is None else max(now, last)
    fault: Text | None = None
    if timezone.is_naive(at):
        fault = Text(zh="时间须带时区。", en="A time has to name its time zone.")
    elif at > now:
        fault = Text(zh="办理时间不能在将来。", en="A step cannot lie in the future.")
    elif last is not None and at < last:
        fault = Text(
            zh="办理时间不能早于上一步（{last}）。", en="A step cannot lie before the last one ({last})."
        ).fill(last=timezone.localtime(last).strftime("%Y-%m-%d %H:%M"))
    elif not sample and getattr(author, "role", "") != Role.LEADING_GROUP_OFFICE.value:
        fault = Text(
            zh="只有领导小组办公室可以补录以前办理的事项。",
            en="Only the office of the leading group puts earlier steps on record.",
        )
    if fault is not None:
        raise InputRefused({"at": fault})
    return at


def moment_in(case: Case, at: dt.datetime | None, author: Any) -> dt.datetime:
    """When the next step of a case happens, as `moment`."""
    last = case.steps.order_by("-number").values_list("at", flat=True).first()
    return moment(at, author=author, sample=case.sample, last=last)


def add_step(case: Case, new: NewStep) -> tuple[CaseStep, Standing]:
    """Write a step of a case that the caller holds: log, files, columns beside the log, and the audit entry."""
    case_type = declaration_of(case)
    log = [] if case.steps_taken == 0 else log_of(case)
    step = CaseStep(
        case=case,
        number=case.steps_taken + 1,
        kind=new.kind,
        transition=new.transition,
        state=new.state,
        part=new.part,
        actor=new.author if getattr(new.author, "pk", None) is not None else None,
        actor_name=str(getattr(new.author, "name_shown", None) or new.author),
        organisation=getattr(new.author, "organisation", ""),
        reason=new.reason.strip(),
        data=data_of(new),
        at=new.at,
        recorded_at=timezone.now(),
    )
    now = standing(case_type, [*log, entry_of(step)])
    step.save()
    keep_files(step, new.documents, sample=case.sample)
    write_standing(case, now)
    audit.record(
        actor=new.author,
        action=f"case.{new.kind.value}",
        zone=case.zone,
        subject_kind="case",
        subject_key=f"{case.type}/{case.number}",
        before={"steps": step.number - 1, "state": log[-1].state if log else ""},
        after={
            "steps": step.number,
            "state": step.state,
            "transition": step.transition,
            "data": step.data,
            "at": step.at.isoformat(),
        },
        reason=step.reason,
    )
    return step, now


def data_of(new: NewStep) -> dict[str, Any]:
    """The data of a step, with the digests of its files."""
    files = keys_and_digests(new.documents)
    return {**new.data, **({"documents": files} if files else {})}


def seen_or_moved(case: Case, seen: int) -> None:
    """Refuse whoever decides on a case that is no longer as the page showed it.

    Raises
    ------
    CaseMovedOn
        When a step after the one seen changed state, parties or clocks.
    """
    if seen == case.steps_taken:
        return
    since = CaseStep.objects.filter(case=case, number__gt=seen).exclude(kind__in=PASSES_BY)
    last = since.order_by("-number").first()
    if last is not None:
        raise CaseMovedOn(declaration_of(case).states[case.state].title, last.actor_name)


def sent_twice(case: Case, new: NewStep, seen: int) -> CaseStep | None:
    """The same step by the same person, taken a moment ago on the page that they had open; none where there is none."""
    twin = (
        CaseStep.objects.filter(
            case=case,
            number__gt=seen,
            kind=new.kind,
            transition=new.transition,
            actor=new.author,
            recorded_at__gte=timezone.now() - SAME_CLICK,
        )
        .order_by("-number")
        .first()
    )
    if twin is None or twin.reason != new.reason.strip() or twin.data != data_of(new):
        return None
    return twin


def sent_again(case: Case, new: NewStep) -> CaseStep | None:
    """The last step, where it is this one, sent a moment ago."""
    return sent_twice(case, new, case.steps_taken - 1)


def once(given: Case, new_step: Callable[[Case], NewStep], checked: Callable[[Case], object]) -> CaseStep:
    """Add a step to a case under its lock after it was checked there; sent twice it is added once."""
    with one_writer():
        case = locked(given)
        new = new_step(case)
        if (twin := sent_again(case, new)) is not None:
            return twin
        checked(case)
        return add_step(case, new)[0]


def require_open(case: Case) -> None:
    """Refuse a step of a closed case.

    Raises
    ------
    CaseRefused
    """
    if case.closed_at is not None:
        raise CaseRefused(
            "case-closed",
            Text(zh="{number}已办结，不能再办理。", en="{number} is closed and takes no further step.").fill(
                number=case.number
            ),
        )


def refuse_faults(*groups: Mapping[str, Text]) -> None:
    """Raise every fault found, if there is one."""
    faults = {name: text for group in groups for name, text in group.items()}
    if faults:
        raise InputRefused(faults)


def cleaned(parties: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Bodies by part, each once, blanks and empty parts left out."""
    named = {
        part: tuple(dict.fromkeys(key for key in ([keys] if isinstance(keys, str) else keys) if key))
        for part, keys in parties.items()
    }
    return {part: keys for part, keys in named.items() if keys}
