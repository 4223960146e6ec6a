"""Reading a case for its document: as it was known at a moment, for a reader who may see it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ecociv.casework.bodies import all_holders
from ecociv.casework.clocks import ClockRun, day_of
from ecociv.casework.declaration import CaseType
from ecociv.casework.models import Case, CaseStep
from ecociv.casework.permissions import may_read
from ecociv.casework.queries import case_standing, timeline
from ecociv.casework.recorded import declaration_of
from ecociv.casework.standing import LogBroken, Standing
from ecociv.core.text import Text
from ecociv.core.workdays import add_working_days, is_working_day
from ecociv.plan.package import Organisation, ZonePackage
from ecociv.reporting.official.case_sheet import CaseMove, CaseSheet, Deadline
from ecociv.reporting.problems import ReportRefused

COLOURS = {"blue": "blue-order", "yellow": "yellow-order", "red": "red-order"}
"""States of a supervision order with the document that issues each."""


class CaseUnknown(ReportRefused):
    """No case of that number, or none that the reader may see."""


class NoOrderNow(ReportRefused):
    """The case has come to no step that issues such a document."""


def case_sheet(
    package: ZonePackage,
    case_type: str,
    number: str,
    moment: dt.datetime,
    *,
    step: str = "",
    reader: Any = None,
) -> CaseSheet:
    """The case as known at a moment.

    Parameters
    ----------
    step : str
        The move for which a coloured order is prepared, or by which it was issued; by the state, where empty.
    reader : user, optional
        Who asks; the operator of the server, when none.

    Raises
    ------
    CaseUnknown, NoOrderNow
        With a sentence in both languages. A case that the reader may not see is refused as one that does not exist.
    """
    case = Case.objects.filter(zone=package.zone.key, type=case_type, number=number.strip()).first()
    if case is None or (reader is not None and not may_read(reader, case).ok):
        raise _unknown(case_type, number)
    declared = declaration_of(case)
    try:
        now = case_standing(case, as_of=moment)
    except LogBroken as error:
        raise _unknown(case_type, number) from error
    steps = timeline(case, as_of=moment)
    day = day_of(moment)
    colour, issued = _colour(declared, now, step) if case_type == "supervision-order" else ("", True)
    return CaseSheet(
        number=case.number,
        title=case.title,
        about=_about(case.subject, package),
        opened_on=day_of(case.opened_at),
        state=now.state,
        state_title=declared.states[now.state].title,
        colour=colour,
        issued=issued if colour else now.taken.get("send-notice", 0) > 0,
        fields={key: str(value) for key, value in now.fields.items() if value not in (None, "")},
        bodies={part: _holders(package, keys, day) for part, keys in now.parties.items()},
        moves=tuple(_move(declared, each, package) for each in steps if each.kind in {"opened", "moved"}),
        deadline=_deadline(declared, now, colour, issued, day),
        officer=_officer(case, now),
        sample=case.sample,
        source=f"case:{case.number}",
        recorded=steps[-1].recorded_at,
        taken=dict(now.taken),
    )


def _unknown(case_type: str, number: str) -> CaseUnknown:
    return CaseUnknown(
        Text(
            zh=f"没有编号为“{number}”的事项，或您无权查看；请按事项页面上的编号填写。",
            en=f"There is no case {number!r} of the type {case_type}, or you may not see it: write the number as its page shows it.",
        )
    )


def _colour(declared: CaseType, now: Standing, step: str) -> tuple[str, bool]:
    """The colour of the order, and whether it has been issued."""
    moves = {
        key: colour
        for key, move in declared.transitions.items()
        for colour, document in COLOURS.items()
        if document in move.documents
    }
    if step:
        if step not in moves:
            raise _no_order(
                f"“{step}”不发督办单；可选的步骤有：{'、'.join(moves)}",
                f"The step {step!r} issues no order; those that do: {', '.join(moves)}",
            )
        colour = moves[step]
        if now.taken.get(step):
            return colour, now.state != f"{colour}-proposed"
        if now.state in declared.transitions[step].from_:
            return colour, False
        state = declared.states[now.state].title
        raise _no_order(
            f"事项现处“{state.zh}”，不能办理“{step}”",
            f"The case is in the state {state.en!r}, from which {step!r} is not taken",
        )
    if now.state in COLOURS:
        return now.state, True
    if now.state.removesuffix("-proposed") in COLOURS:
        return now.state.removesuffix("-proposed"), False
    if not now.closed:
        ahead = [c for key, c in moves.items() if now.state in declared.transitions[key].from_]
        if now.state != "reported" and ahead:
            return max(ahead, key=lambda each: list(COLOURS).index(each)), False
    state = declared.states[now.state].title
    raise _no_order(
        f"事项现处“{state.zh}”，没有要发的督办单",
        f"The case is in the state {state.en!r}: no order is to be issued",
    )


def _no_order(zh: str, en: str) -> NoOrderNow:
    return NoOrderNow(
        Text(
            zh=f"{zh}；请用 --step 指明已发督办单的步骤。",
            en=f"{en}; name the step by which an order was issued by --step.",
        )
    )


def _deadline(declared: CaseType, now: Standing, colour: str, issued: bool, day: dt.date) -> Deadline | None:
    if not colour:
        return None
    key, clock = next((key, clock) for key, clock in declared.clocks.items() if colour in clock.runs_in)
    run = now.clock(key) or next((run for run in reversed(now.finished) if run.clock == key), None)
    if issued and run is not None:
        return _counted(run, clock.title, clock.working_days)
    if clock.working_days is None:
        return None
    reached = add_working_days(day, clock.working_days)
    planned = ClockRun(key, day, reached.day, by_notice=reached.by_notice)
    return _counted(planned, clock.title, clock.working_days, assumed=True)


def _counted(run: ClockRun, title: Text, days: int | None, *, assumed: bool = False) -> Deadline | None:
    if run.due_on is None:
        return None
    between = [run.started_on + dt.timedelta(n) for n in range(1, (run.due_on - run.started_on).days + 1)]
    return Deadline(
        title,
        run.started_on,
        run.due_on,
        days,
        run.extended_days,
        run.paused_days,
        tuple(d for d in between if d.weekday() < 5 and not is_working_day(d, assume=True)),
        tuple(d for d in between if d.weekday() >= 5 and is_working_day(d, assume=True)),
        run.by_notice,
        assumed,
    )


def _holders(package: ZonePackage, keys: tuple[str, ...], day: dt.date) -> tuple[Organisation, ...]:
    known = [key for key in keys if package.has_organisation(key)]
    return (
        tuple(package.organisation(key) for key in sorted(all_holders(package, known, day))) if known else ()
    )


def _move(declared: CaseType, step: CaseStep, package: ZonePackage) -> CaseMove:
    move = declared.transitions.get(step.transition)
    title = move.title if move else Text(zh="立案", en="Opened")
    body = package.organisation(step.organisation).name if package.has_organisation(step.organisation) else ""
    role = declared.parts[step.part].title.zh if step.part in declared.parts else ""
    return CaseMove(day_of(step.at), title, declared.states[step.state].title, body or role)


def _officer(case: Case, now: Standing) -> str:
    officer = case.officer if now.officer and str(case.officer_id) == now.officer else None
    return "" if officer is None else str(officer.display_name or "")


def _about(subject: str, package: ZonePackage) -> Text | None:
    kind, _, key = subject.partition(":")
    if kind in {"task", "project"}:
        duty = next((each for each in package.duties if each.place == subject), None)
        if duty is not None:
            words = {"task": ("任务", "Task"), "project": ("项目", "Project")}[kind]
            return Text(zh=f"{words[0]}{key}：{duty.title.zh}", en=f"{words[1]} {key}: {duty.title.en}")
    if kind == "indicator":
        found = next((each for each in package.indicators if str(each.number) == key), None)
        if found is not None:
            return Text(zh=f"指标{key}：{found.name.zh}", en=f"Indicator {key}: {found.name.en}")
    if kind == "organisation" and package.has_organisation(key):
        body = package.organisation(key)
        return Text(zh=body.name, en=body.name_en)
    return Text(zh=subject, en=subject) if subject else None
