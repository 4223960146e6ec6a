"""What the page of a case shows: standing, clocks with their arithmetic, steps, and forms for what its reader may do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from ecociv.casework.clocks import ClockRun
from ecociv.casework.declaration import CaseType
from ecociv.casework.follow_on import opened_by, opener_of
from ecociv.casework.models import Case, StepKind
from ecociv.casework.permissions import children_of, may_as, may_manage, may_note, may_take, parties_of
from ecociv.casework.queries import cases_for, timeline
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.casework.standing import Standing
from ecociv.core.text import Text
from ecociv.core.workdays import is_working_day, working_days_between
from ecociv.people.models import User
from ecociv.portal.as_of import AsOf
from ecociv.portal.case_inputs import Input, Inputs
from ecociv.portal.case_rows import days_text, subject_link
from ecociv.portal.document_form import bodies
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Move:
    """A move as the page offers it, or why it does not."""

    key: str
    title: Text
    to: Text
    confirm: Text | None
    inputs: list[Input]
    open: bool
    why_not: list[str]
    by: str
    sent: bool


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock with the arithmetic of its due day."""

    key: str
    title: Text
    source: Text | None
    run: ClockRun
    left: str
    allowed: int | None
    skipped: tuple[dt.date, ...]
    made_up: tuple[dt.date, ...]
    may_ask: bool
    most_days: int


def page_of(
    request: HttpRequest,
    case: Case,
    as_of: AsOf,
    *,
    sent: str = "",
    given: QueryDict | None = None,
    faults: Mapping[str, Text] | None = None,
) -> dict[str, Any]:
    """The context of the page; ``sent`` names the form that was refused, with what was given and what is wrong."""
    user, day = request.user, timezone.localdate()
    case_type, tongue = declaration_of(case), language()
    now = case_standing(case, as_of.moment)
    seen_on = timezone.localdate(as_of.moment) if as_of.moment else day
    parties = parties_of(case) if as_of.moment is None else dict(now.parties)
    acts = as_of.moment is None and user.is_authenticated
    named = dict(bodies())
    moves = _moves(user, case, case_type, now, day, sent, given, faults) if acts else []
    steps = timeline(case, as_of.moment)
    clocks = [_clock(user, case, case_type, run, seen_on, parties, acts) for run in now.clocks]
    asked = now.open_extension
    decides = bool(
        acts
        and asked
        and (extension := case_type.clocks[asked.clock].extension)
        and may_as(user, case.zone, case_type, extension.decided_by, parties, day).ok
    )
    manages = acts and not now.closed and may_manage(user, case, day).ok
    subject, subject_url = subject_link(case.subject)
    seen = cases_for(user, case.zone, as_of=as_of.moment)
    state = case_type.states[now.state]
    return {
        "case": case,
        "type": case_type,
        "as_of": as_of,
        "now": now,
        "state": state,
        "turn": [] if now.closed else [_part(case_type, key, parties, named) for key in state.turn],
        "parts": [_part(case_type, key, parties, named) for key in case_type.parts],
        "due_text": days_text(
            None if now.due is None or now.closed else working_days_between(seen_on, now.due)
        ),
        "late": now.overdue(seen_on) and not now.closed,
        "clocks": clocks,
        "finished": [(case_type.clocks[run.clock].title, run, run.overdue(seen_on)) for run in now.finished],
        "steps": [_step(step, case_type, named) for step in steps],
        "fields": [
            (case_type.fields[k], _value(case_type, k, v))
            for k, v in now.fields.items()
            if k in case_type.fields and v
        ],
        "moves": [move for move in moves if move.open],
        "closed_moves": [move for move in moves if not move.open],
        "asked": asked,
        "asked_title": case_type.clocks[asked.clock].title if asked else None,
        "decides": decides,
        "manages": manages,
        "held": any(run.held for run in now.clocks),
        "may_note": acts and may_note(user, case, day).ok,
        "officers": User.objects.filter(
            zone=case.zone, is_active=True, organisation__in=_held(case, parties)
        ).order_by("username")
        if manages
        else [],
        "bodies": bodies() if manages else [],
        "subject": subject,
        "subject_url": subject_url,
        "children": list(seen.filter(parent=case)),
        "parent": seen.filter(pk=case.parent_id).first() if case.parent_id else None,
        "opened_by_steps": opened_by(seen, case),
        "opener": opener_of(seen, case),
        "sent": sent,
        "given": given or {},
        "faults": {name.replace(".", "-"): text.in_language(tongue) for name, text in (faults or {}).items()},
        "outcome": case_type.outcomes.get(now.outcome),
    }


def _held(case: Case, parties: Mapping[str, tuple[str, ...]]) -> set[str]:
    from ecociv.casework.bodies import all_holders
    from ecociv.portal.zone import package

    return set(
        all_holders(package(), [key for keys in parties.values() for key in keys], timezone.localdate())
    )


def _part(
    case_type: CaseType, key: str, parties: Mapping[str, tuple[str, ...]], named: Mapping[str, str]
) -> dict[str, Any]:
    held = [(each, named.get(each, each)) for each in parties.get(key, ())]
    return {"key": key, "title": case_type.parts[key].title, "bodies": held}


def _value(case_type: CaseType, key: str, value: Any) -> str:
    options = case_type.fields[key].options
    return options[value].in_language(language()) if value in options else str(value)


def _step(step: Any, case_type: CaseType, named: Mapping[str, str]) -> dict[str, Any]:
    move = case_type.transitions.get(step.transition)
    clock = case_type.clocks.get(step.data.get("clock", ""))
    details = [
        (case_type.fields[k].title, _value(case_type, k, v))
        for k, v in step.data.get("fields", {}).items()
        if k in case_type.fields and v
    ]
    return {
        "step": step,
        "title": move.title if move else None,
        "state": case_type.states[step.state].title,
        "moved": step.kind in {StepKind.OPENED, StepKind.MOVED},
        "body": named.get(step.organisation, step.organisation),
        "part": case_type.parts[step.part].title if step.part in case_type.parts else None,
        "clock": clock.title if clock else None,
        "details": details,
        "documents": step.documents.all(),
    }


def _moves(
    user: Any,
    case: Case,
    case_type: CaseType,
    now: Standing,
    day: dt.date,
    sent: str,
    given: QueryDict | None,
    faults: Mapping[str, Text] | None,
) -> list[Move]:
    tongue, children, found = language(), children_of(case), []
    for key, move in case_type.transitions.items():
        if now.state not in move.from_:
            continue
        verdict = may_take(user, case, key, day, now=now, children=children)
        mine = sent == f"move-{key}"
        made = Inputs(f"move-{key}", given if mine else None, faults if mine else None)
        found.append(
            Move(
                key,
                move.title,
                case_type.states[move.to].title,
                move.confirm,
                made.of_move(case_type, move, now.fields) if verdict.ok else [],
                bool(verdict.ok),
                [reason.text.in_language(tongue) for reason in verdict.reasons],
                ("、" if tongue == "zh" else ", ").join(
                    case_type.parts[p].title.in_language(tongue) for p in move.by
                ),
                mine,
            )
        )
    return found


def _clock(
    user: Any, case: Case, case_type: CaseType, run: ClockRun, day: dt.date, parties: Any, acts: bool
) -> ClockShown:
    clock = case_type.clocks[run.clock]
    last = run.due_on or run.paused_on or day
    span = min((last - run.started_on).days, 366)
    between = [run.started_on + dt.timedelta(days=n) for n in range(1, span + 1)]
    off = tuple(d for d in between if d.weekday() < 5 and not is_working_day(d, assume=True))
    extra = tuple(d for d in between if d.weekday() >= 5 and is_working_day(d, assume=True))
    extension = clock.extension
    may_ask = bool(
        acts
        and extension
        and run.due_on
        and not case.extension_asked
        and run.extensions < extension.most_times
        and may_as(user, case.zone, case_type, extension.asked_by, parties, day).ok
    )
    return ClockShown(
        run.clock,
        clock.title,
        clock.source,
        run,
        days_text(run.days_left(day)),
        clock.working_days,
        off,
        extra,
        may_ask,
        extension.most_days - run.extended_days if extension else 0,
    )
