"""Which moves a case offers on a day, and why one is closed. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecociv.casework.declaration import CaseType, Guard, Transition
from ecociv.casework.standing import Standing
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Children:
    """The cases under a case: how many are open, and with which outcomes the others ended."""

    open: int = 0
    outcomes: frozenset[str] = frozenset()


NO_CHILDREN = Children()


@dataclass(frozen=True, slots=True)
class Offer:
    """A move from the state in which a case is, whether it is open, and the parts that may take it."""

    key: str
    transition: Transition
    verdict: Verdict
    parts: tuple[str, ...]


def offered(
    case_type: CaseType, now: Standing, day: date, *, children: Children = NO_CHILDREN, actor: str = ""
) -> tuple[Offer, ...]:
    """Every move from the state of a case, in the order of the declaration.

    Parameters
    ----------
    case_type, now
        The declaration and what the log comes to.
    day
        The day on which the move would be taken.
    children
        The cases under this one.
    actor
        Key of whoever asks, as the log names actors; "" leaves conditions on persons out.
    """
    return tuple(
        Offer(
            key,
            move,
            verdict_on(case_type, key, now, day, children=children, actor=actor),
            move.by,
        )
        for key, move in case_type.transitions.items()
        if now.state in move.from_
    )


def verdict_on(
    case_type: CaseType, key: str, now: Standing, day: date, *, children: Children = NO_CHILDREN, actor: str = ""
) -> Verdict:
    """Whether a move is open to a case, by its state and the guards; who may take it is another question."""
    move = case_type.transitions[key]
    if now.state not in move.from_:
        return _no(
            "not-from-here",
            "案件现处于“{state}”，不能“{move}”。",
            "The case is at “{state}”; “{move}” is not open from there.",
            state=case_type.states[now.state].title,
            move=move.title,
        )
    return Verdict.all_of(_guard(case_type, guard, now, day, children, actor) for guard in move.guards)


def _guard(
    case_type: CaseType, guard: Guard, now: Standing, day: date, children: Children, actor: str
) -> Verdict:
    if guard.clock_overdue is not None:
        return _overdue(case_type, guard.clock_overdue, now, day)
    if guard.taken_at_least is not None:
        return Verdict.all_of(
            _taken(case_type, key, least, now) for key, least in guard.taken_at_least.items()
        )
    if guard.children_closed is not None and children.open:
        return _no(
            "children-open",
            "还有{count}件下级案件没有办结，请先办结。",
            "{count} case(s) under this one are open: close them first.",
            count=children.open,
        )
    if guard.no_child_ended_as is not None and children.outcomes & set(guard.no_child_ended_as):
        return _no(
            "child-ended-as",
            "下级案件中有不同意或未通过的结果，这一步不能办理。",
            "A case under this one ended with an outcome that closes this step.",
        )
    if guard.not_taken is not None:
        before = [key for key in guard.not_taken if now.taken.get(key, 0)]
        if before:
            return _no(
                "taken-before",
                "“{move}”只能办理一次，已经办理过。",
                "“{move}” is taken once only, and was taken before.",
                move=case_type.transitions[before[0]].title,
            )
    if guard.not_by_actor_of is not None and actor:
        mine = [key for key in guard.not_by_actor_of if actor in now.takers.get(key, frozenset())]
        if mine:
            return _no(
                "same-person",
                "您办理了“{move}”，这一步须由另一人办理。",
                "You took “{move}”; somebody else takes this step.",
                move=case_type.transitions[mine[0]].title,
            )
    if guard.not_by_opener is not None and actor and actor in now.takers.get("", frozenset()):
        return _no(
            "same-person",
            "本案由您立案，这一步须由另一人办理。",
            "You opened this case; somebody else takes this step.",
        )
    if guard.no_open_extension is not None and now.open_extension is not None:
        return _no(
            "extension-open",
            "“{clock}”的延期申请尚未答复，请先答复。",
            "The extension asked for “{clock}” waits for an answer: answer it first.",
            clock=case_type.clocks[now.open_extension.clock].title,
        )
    return Verdict(True)


def _overdue(case_type: CaseType, key: str, now: Standing, day: date) -> Verdict:
    run, title = now.clock(key), case_type.clocks[key].title
    if run is None:
        return _no("clock-not-running", "“{clock}”没有计时。", "“{clock}” does not run.", clock=title)
    if run.due_on is None:
        return _no("clock-stands-still", "“{clock}”已暂停计时。", "“{clock}” stands still.", clock=title)
    if not run.overdue(day):
        return _no(
            "not-overdue",
            "“{clock}”到{due}才到期，还没有逾期。",
            "“{clock}” is due on {due} and not overdue yet.",
            clock=title,
            due=run.due_on.isoformat(),
        )
    return Verdict(True)


def _taken(case_type: CaseType, key: str, least: int, now: Standing) -> Verdict:
    count = now.taken.get(key, 0)
    if count >= least:
        return Verdict(True)
    return _no(
        "not-taken-enough",
        "“{move}”须先办理{least}次，现为{count}次。",
        "“{move}” has to be taken {least} time(s) before; it was taken {count} time(s).",
        move=case_type.transitions[key].title,
        least=least,
        count=count,
    )


def _no(code: str, zh: str, en: str, **data: object) -> Verdict:
    return Verdict(False, (Reason(code, Text(zh=zh, en=en).fill(**data), data),))
