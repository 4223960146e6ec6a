"""What a step of a case says to whom: whose move it is now, told when the step is on record."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import transaction

from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.notices.notify import notify
from ecociv.casework.notices.recipients import Recipients
from ecociv.casework.recorded import declaration_of
from ecociv.core.text import Text

_LOG = logging.getLogger(__name__)

BACKDATED = dt.timedelta(days=1)
"""A step put on record so long after it happened tells nobody: papers entered later, and samples, are no news."""

_CALLS = frozenset({StepKind.OPENED, StepKind.MOVED, StepKind.HANDED_OVER})


def path_of(case: Case) -> str:
    """Path of the page of a case."""
    from django.urls import reverse

    return reverse("portal:case", args=[case.type, case.number])


def after_step(sender: Any, instance: CaseStep, created: bool, **more: Any) -> None:
    """Tell of a step once its transaction holds (receiver of ``post_save``)."""
    if created and instance.recorded_at - instance.at < BACKDATED:
        transaction.on_commit(lambda: tell(instance.pk), robust=True)


def tell(step_key: int) -> None:
    """Tell whoever is to move now, and the body concerned where an extension was asked for or decided."""
    step = CaseStep.objects.select_related("case").get(pk=step_key)
    case, case_type = step.case, declaration_of(step.case)
    said: Text | None = None
    kind, parts = "case-turn", case_type.states[case.state].turn
    if step.kind in _CALLS:
        if case.closed_at is not None:
            kind, said = "case-news", Text(zh="案件已结束。", en="The case has ended.")
            parts = tuple(case_type.parts)
        else:
            said = Text(zh="轮到您办理：{state}。", en="It is your move: {state}.").fill(
                state=case_type.states[case.state].title
            )
    elif step.kind == StepKind.EXTENSION_ASKED:
        extension = case_type.clocks[step.data["clock"]].extension
        parts = extension.decided_by if extension else ()
        said = Text(zh="请决定是否延期。", en="An extension waits for your decision.")
    elif step.kind in {StepKind.EXTENSION_GRANTED, StepKind.EXTENSION_REFUSED}:
        extension = case_type.clocks[step.data["clock"]].extension
        kind, parts = "case-news", extension.asked_by if extension else ()
        granted = step.kind == StepKind.EXTENSION_GRANTED
        said = (
            Text(zh="延期已批准。", en="The extension was granted.")
            if granted
            else Text(zh="延期未批准。", en="The extension was refused.")
        )
    elif step.kind == StepKind.OFFICER_NAMED and case.officer:
        said = Text(zh="您被指定为承办人。", en="You were named the officer of this case.")
        tell_case(case, Recipients(users=(case.officer,)), kind, said, f"step:{case.pk}.{step.number}")
        return
    if said is not None and parts:
        tell_case(case, Recipients(part=parts), kind, said, f"step:{case.pk}.{step.number}")


def tell_case(case: Case, to: Recipients, kind: str, said: Text, occasion: str) -> int:
    """Say something about a case, with its number, title and due day; the number of people newly told."""
    due = case.due.isoformat() if case.due else ""
    body = Text(zh="{said}{due}", en="{said}{due}").fill(
        said=said, due=Text(zh=f" 期限：{due}。", en=f" Due: {due}.") if due else ""
    )
    title = Text(zh=f"{case.number} {case.title}", en=f"{case.number} {case.title}")
    return len(
        notify(
            case.zone,
            to=to,
            kind=kind,
            title=title,
            body=body,
            path=path_of(case),
            case=case,
            occasion=occasion,
        )
    )
