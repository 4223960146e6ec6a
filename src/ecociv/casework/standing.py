"""What the log of a case comes to. Pure: no Django.

The log is the record. State, parties, clocks and details are read off it, so that they can be read as of any day and
never disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ecociv.casework import clocks
from ecociv.casework.clocks import ClockRun, day_of
from ecociv.casework.declaration import CaseType, StateKind


class LogBroken(ValueError):
    """A log that the case type does not allow: the record was altered, or it is read by another declaration."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One step of a case as the rules read it; ``actor`` is a key of who took it, "" for the programme."""

    number: int
    kind: str
    state: str
    at: datetime
    recorded_at: datetime
    transition: str = ""
    part: str = ""
    actor: str = ""
    organisation: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenExtension:
    """An extension that waits for a decision."""

    clock: str
    days: int
    asked_on: date
    step: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a log comes to.

    Attributes
    ----------
    state
        Key of the state.
    parties
        Bodies by part, as they are written in the log (not followed to successors).
    clocks, finished
        Runs that go on or stand still, and those that stopped.
    due
        The nearest due day of the running clocks; ``due_by_notice`` is false where it was counted without a notice.
    fields
        Details given so far.
    open_extension
        The extension that waits for a decision.
    outcome, closed_at
        How and when it ended.
    taken
        How often each move was taken, and ``takers`` by whom; under the empty key, who opened the case.
    officer
        Key of the officer named last.
    """

    state: str
    parties: Mapping[str, tuple[str, ...]]
    clocks: tuple[ClockRun, ...]
    finished: tuple[ClockRun, ...]
    due: date | None
    due_by_notice: bool
    fields: Mapping[str, Any]
    open_extension: OpenExtension | None
    outcome: str
    opened_at: datetime
    closed_at: datetime | None
    taken: Mapping[str, int]
    takers: Mapping[str, frozenset[str]]
    officer: str
    entered_at: datetime
    steps: int

    @property
    def closed(self) -> bool:
        """Whether the case has ended."""
        return self.closed_at is not None

    def clock(self, key: str) -> ClockRun | None:
        """The run of a clock that has not stopped."""
        return next((run for run in self.clocks if run.clock == key), None)

    def overdue(self, day: date) -> bool:
        """Whether a running clock is past due on a day."""
        return self.due is not None and day > self.due


def standing(
    case_type: CaseType,
    log: Iterable[LogEntry],
    *,
    as_of: datetime | None = None,
    at: datetime | None = None,
) -> Standing:
    """What a log comes to.

    Parameters
    ----------
    case_type
        The declaration under which the case was opened.
    log
        Its steps in order.
    as_of
        Only what had been put on record by then.
    at
        Only what had happened by then.

    Raises
    ------
    LogBroken
        When the log is empty (then), or takes a move that the type does not allow.
    """
    kept = [
        entry
        for entry in log
        if (as_of is None or entry.recorded_at <= as_of) and (at is None or entry.at <= at)
    ]
    if not kept:
        raise LogBroken("The case had not been opened by then; ask for a later moment.")
    replay = _Replay(case_type, kept[0])
    for entry in kept[1:]:
        replay.take(entry)
    return replay.standing()


class _Replay:
    """The log read step by step."""

    def __init__(self, case_type: CaseType, first: LogEntry) -> None:
        if first.kind != "opened" or first.state != case_type.start:
            raise LogBroken(f"Step {first.number} should open the case in the state {case_type.start!r}.")
        self.type = case_type
        self.state = case_type.start
        self.parties = {part: tuple(keys) for part, keys in first.data.get("parties", {}).items()}
        self.fields: dict[str, Any] = dict(first.data.get("fields", {}))
        self.running: dict[str, ClockRun] = {}
        self.finished: list[ClockRun] = []
        self.extension: OpenExtension | None = None
        self.outcome = ""
        self.opened_at = self.entered_at = first.at
        self.closed_at: datetime | None = None
        self.taken: dict[str, int] = {}
        self.takers: dict[str, frozenset[str]] = {"": frozenset({first.actor})}
        self.officer = ""
        self.last = first
        self._enter(day_of(first.at))

    def take(self, entry: LogEntry) -> None:
        if entry.number <= self.last.number or entry.at < self.last.at:
            raise LogBroken(f"Step {entry.number} does not follow step {self.last.number}.")
        self.last = entry
        day = day_of(entry.at)
        match entry.kind:
            case "moved":
                self._move(entry, day)
            case "paused":
                self._hold(entry, day)
            case "resumed":
                self._release(entry, day)
            case "extension-asked":
                self.extension = OpenExtension(
                    entry.data["clock"], int(entry.data["days"]), day, entry.number
                )
            case "extension-granted":
                key = entry.data["clock"]
                self.running[key] = clocks.extend(
                    self._run(key, entry), self.type.clocks[key], int(entry.data["days"]), self.fields
                )
                self.extension = None
            case "extension-refused":
                self.extension = None
            case "handed-over":
                self._hand_over(entry)
            case "officer-named":
                self.officer = str(entry.data.get("officer", ""))
            case "escalated":
                self._escalate(entry)
        if entry.state != self.state:
            raise LogBroken(f"Step {entry.number} says {entry.state!r}; the log comes to {self.state!r}.")

    def _run(self, key: str, entry: LogEntry) -> ClockRun:
        run = self.running.get(key)
        if run is None:
            raise LogBroken(f"Step {entry.number} speaks of the clock {key!r}, which does not run.")
        return run

    def _move(self, entry: LogEntry, day: date) -> None:
        move = self.type.transitions.get(entry.transition)
        if move is None or self.state not in move.from_:
            raise LogBroken(
                f"Step {entry.number} takes {entry.transition!r} from {self.state!r}, which is not declared."
            )
        self.state = move.to
        self.entered_at = entry.at
        self.fields.update(entry.data.get("fields", {}))
        self.taken[entry.transition] = self.taken.get(entry.transition, 0) + 1
        self.takers[entry.transition] = self.takers.get(entry.transition, frozenset()) | {entry.actor}
        self._enter(day)
        if self.type.states[self.state].kind is StateKind.END:
            self.closed_at, self.outcome = entry.at, str(entry.data.get("outcome", ""))
        if self.extension is not None and self.extension.clock not in self.running:
            self.extension = None  # there is nothing left to extend

    def _enter(self, day: date) -> None:
        for key, clock in self.type.clocks.items():
            run = self.running.get(key)
            if self.state in clock.runs_in:
                if run is None:
                    self.running[key] = clocks.start(key, clock, day, self.fields)
                elif run.held:
                    self.running[key] = run
                else:
                    self.running[key] = clocks.due(
                        clocks.go_on(run, clock, day, self.fields), clock, self.fields
                    )
            elif self.state in clock.pauses_in:
                if run is not None:
                    self.running[key] = clocks.pause(run, day)
            elif run is not None:
                self.finished.append(clocks.stop(run, clock, day, self.fields))
                del self.running[key]

    def _hold(self, entry: LogEntry, day: date) -> None:
        for key in entry.data["clocks"]:
            self.running[key] = replace(clocks.pause(self._run(key, entry), day), held=True)

    def _release(self, entry: LogEntry, day: date) -> None:
        for key in entry.data["clocks"]:
            run, clock = replace(self._run(key, entry), held=False), self.type.clocks[key]
            stays = self.state in clock.pauses_in
            self.running[key] = run if stays else clocks.go_on(run, clock, day, self.fields)

    def _hand_over(self, entry: LogEntry) -> None:
        part, old, new = entry.data["part"], entry.data.get("from", ""), entry.data.get("to", "")
        held = self.parties.get(part, ())
        if old and old not in held:
            raise LogBroken(f"Step {entry.number} takes {part!r} from {old!r}, which does not hold it.")
        after = [new if key == old else key for key in held] if old else [*held, new]
        self.parties[part] = tuple(key for key in dict.fromkeys(after) if key)

    def _escalate(self, entry: LogEntry) -> None:
        key = entry.data.get("clock", "")
        if key in self.running:
            run = self.running[key]
            self.running[key] = replace(run, escalated=(*run.escalated, int(entry.data["after"])))

    def standing(self) -> Standing:
        dated = [(run.due_on, run.by_notice) for run in self.running.values() if run.due_on is not None]
        nearest = min(dated, default=(None, True))
        return Standing(
            state=self.state,
            parties=dict(self.parties),
            clocks=tuple(self.running.values()),
            finished=tuple(self.finished),
            due=nearest[0],
            due_by_notice=nearest[1],
            fields=dict(self.fields),
            open_extension=self.extension,
            outcome=self.outcome,
            opened_at=self.opened_at,
            closed_at=self.closed_at,
            taken=dict(self.taken),
            takers=dict(self.takers),
            officer=self.officer,
            entered_at=self.entered_at,
            steps=self.last.number,
        )
