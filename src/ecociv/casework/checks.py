"""What one model of a case type cannot see: keys that are used and not declared, states without a way. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecociv.casework.declaration import CaseClock, CaseType, FieldKind, StateKind, Transition

Fault = tuple[tuple[str | int, ...], str]
"""Where in the file, as a path of keys, and what is wrong and what to do."""


def faults(case_type: CaseType) -> Iterator[Fault]:
    """Every fault of a declaration, in the order of the file."""
    yield from _parts_of_the_whole(case_type)
    yield from _states(case_type)
    for key, clock in case_type.clocks.items():
        yield from _clock(case_type, key, clock)
    for key, move in case_type.transitions.items():
        yield from _move(case_type, key, move)
    yield from _ways(case_type)
    yield from _never_used(case_type)


def _declared(
    where: tuple[str | int, ...], used: Iterable[str], known: Iterable[str], what: str
) -> Iterator[Fault]:
    known = list(known)
    for place, key in enumerate(used):
        if key not in known:
            yield (
                (*where, place),
                f"there is no {what} {key!r}; declare it, or name one of: {', '.join(known) or 'none'}",
            )


def _parts_of_the_whole(case_type: CaseType) -> Iterator[Fault]:
    yield from _declared(("open_by",), case_type.open_by, case_type.parts, "part")
    yield from _declared(("managed_by",), case_type.managed_by, case_type.parts, "part")
    yield from _declared(("asked_at_opening",), case_type.asked_at_opening, case_type.fields, "field")


def _states(case_type: CaseType) -> Iterator[Fault]:
    starts = [key for key, state in case_type.states.items() if state.kind is StateKind.START]
    if len(starts) != 1:
        yield (
            ("states",),
            f"a case begins in exactly one state; {len(starts)} are of the kind start ({', '.join(starts) or 'none'})",
        )
    if not any(state.kind is StateKind.END for state in case_type.states.values()):
        yield ("states",), "a case has to end: declare a state of the kind end"
    for key, state in case_type.states.items():
        where = ("states", key, "turn")
        yield from _declared(where, state.turn, case_type.parts, "part")
        if state.kind is StateKind.END:
            if state.turn:
                yield where, "nobody has the next move once a case has ended; take `turn` away"
            continue
        if not state.turn:
            yield ("states", key), "say whose move is next: give `turn`"
        able = {part for move in case_type.transitions.values() if key in move.from_ for part in move.by}
        for part in state.turn:
            if part in case_type.parts and part not in able:
                yield (
                    where,
                    f"it is the turn of {part!r}, which has no move from here; give it one, or name another",
                )


def _clock(case_type: CaseType, key: str, clock: CaseClock) -> Iterator[Fault]:
    where = ("clocks", key)
    for name, used in (("runs_in", clock.runs_in), ("pauses_in", clock.pauses_in)):
        yield from _declared((*where, name), used, case_type.states, "state")
        for place, state in enumerate(used):
            if state in case_type.states and case_type.states[state].kind is StateKind.END:
                yield (*where, name, place), f"{state!r} ends the case; no clock runs there"
    if not clock.runs_in:
        yield (*where, "runs_in"), "a clock runs in at least one state; name it"
    if both := sorted(set(clock.runs_in) & set(clock.pauses_in)):
        yield (*where, "pauses_in"), f"a clock cannot run and stand still in {', '.join(both)}; keep one"
    if clock.until_field is not None:
        field = case_type.fields.get(clock.until_field)
        asked = {
            *case_type.asked_at_opening,
            *(name for m in case_type.transitions.values() for name in m.fields),
        }
        if field is None or field.kind is not FieldKind.DATE or clock.until_field not in asked:
            yield (
                (*where, "until_field"),
                f"{clock.until_field!r} has to be a declared field of the kind date that is asked for at opening or by a move",
            )
    if clock.extension is not None:
        for name, parts in (
            ("asked_by", clock.extension.asked_by),
            ("decided_by", clock.extension.decided_by),
        ):
            yield from _declared((*where, "extension", name), parts, case_type.parts, "part")
    seen: set[int] = set()
    for place, step in enumerate(clock.escalation):
        yield from _declared((*where, "escalation", place, "to"), step.to, case_type.parts, "part")
        if step.after in seen:
            yield (*where, "escalation", place), f"two steps come {step.after} days after; put them into one"
        seen.add(step.after)


def _move(case_type: CaseType, key: str, move: Transition) -> Iterator[Fault]:
    where = ("transitions", key)
    yield from _declared((*where, "from"), move.from_, case_type.states, "state")
    if not move.from_:
        yield (*where, "from"), "a move leaves at least one state; name it"
    if move.to not in case_type.states:
        yield (
            (*where, "to"),
            f"there is no state {move.to!r}; declare it, or name one of: {', '.join(case_type.states)}",
        )
    if not move.by:
        yield (*where, "by"), "a move is taken by somebody; name a part"
    yield from _declared((*where, "by"), move.by, case_type.parts, "part")
    yield from _declared((*where, "fields"), move.fields, case_type.fields, "field")
    yield from _declared((*where, "documents"), move.documents, case_type.documents, "document")
    yield from _declared((*where, "outcomes"), move.outcomes, case_type.outcomes, "outcome")
    for place, state in enumerate(move.from_):
        if state in case_type.states and case_type.states[state].kind is StateKind.END:
            yield (*where, "from", place), f"{state!r} ends the case; no move leaves it"
    ends = move.to in case_type.states and case_type.states[move.to].kind is StateKind.END
    if move.outcomes and not ends:
        yield (
            (*where, "outcomes"),
            f"an outcome belongs to a move that ends the case, and {move.to!r} does not; take it away",
        )
    if ends and case_type.outcomes and not move.outcomes:
        yield where, f"this ends the case: say with which outcome, of: {', '.join(case_type.outcomes)}"
    for place, guard in enumerate(move.guards):
        at = (*where, "guards", place)
        if guard.clock_overdue is not None:
            clock = case_type.clocks.get(guard.clock_overdue)
            yield from _declared(at, (guard.clock_overdue,), case_type.clocks, "clock")
            if clock is not None and not set(clock.runs_in) & set(move.from_):
                yield at, f"the clock {guard.clock_overdue!r} never runs where this move begins; name another"
        yield from _declared(at, guard.taken_at_least or (), case_type.transitions, "move")
        yield from _declared(at, guard.not_by_actor_of or (), case_type.transitions, "move")
        yield from _declared(at, guard.not_taken or (), case_type.transitions, "move")


def _ways(case_type: CaseType) -> Iterator[Fault]:
    start = next((key for key, state in case_type.states.items() if state.kind is StateKind.START), None)
    ends = {key for key, state in case_type.states.items() if state.kind is StateKind.END}
    forward: dict[str, set[str]] = {}
    backward: dict[str, set[str]] = {}
    for move in case_type.transitions.values():
        for state in move.from_:
            forward.setdefault(state, set()).add(move.to)
            backward.setdefault(move.to, set()).add(state)
    reached = _spread({start} if start else set(), forward)
    leaving = _spread(ends, backward)
    for key in case_type.states:
        if start and key not in reached:
            yield ("states", key), f"no way leads here from {start!r}; add a move, or take the state away"
        if ends and key not in leaving:
            yield ("states", key), "no way leads from here to an end; add a move"


def _spread(begin: set[str], steps: dict[str, set[str]]) -> set[str]:
    found, front = set(begin), set(begin)
    while front:
        front = {to for state in front for to in steps.get(state, ())} - found
        found |= front
    return found


def _never_used(case_type: CaseType) -> Iterator[Fault]:
    moves = case_type.transitions.values()
    for section, known, used in (
        ("fields", case_type.fields, {*case_type.asked_at_opening, *(f for m in moves for f in m.fields)}),
        ("documents", case_type.documents, {d for m in moves for d in m.documents}),
        ("outcomes", case_type.outcomes, {o for m in moves for o in m.outcomes}),
    ):
        for key in known:
            if key not in used:
                yield (section, key), "nothing asks for this; name it where it is asked for, or take it away"
