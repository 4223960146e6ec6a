"""What a case type (案件类型) declares. Pure: no Django.

A case is a matter that someone must close by a date. Its type says in which states it can be, who moves it on, what
each move needs, and which clocks run. A subject of the zone that needs casework writes such a file and no code.
"""

from __future__ import annotations

import string
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ecociv.evidence.declared import Declared, LocalText
from ecociv.people.roles import Role

Key = str


class Visibility(StrEnum):
    """Who may read cases of a type: anyone, anyone with an account in the zone, or those concerned with it."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PARTIES = "parties"


class SubjectKind(StrEnum):
    """What a case may be about; a subject is written ``task:112``, and "" is none."""

    TASK = "task"
    PROJECT = "project"
    INDICATOR = "indicator"
    SERIES = "series"
    ORGANISATION = "organisation"
    PLACE = "place"
    SCORE = "score"
    SITE = "site"
    PATCH = "patch"
    DIFFERENCE = "difference"
    RIGHT = "right"
    NONE = "none"


class CasePart(Declared):
    """A part (当事方) that somebody plays in a case: a role of the zone, or bodies named when the case is opened.

    A body's part follows its successors: who holds the body's duties on a day, plays its part on that day.
    """

    title: LocalText
    role: Role | None = None
    bodies: Literal["one", "several"] | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> CasePart:
        if (self.role is None) == (self.bodies is None):
            raise ValueError(
                "a part is played by a role, or by bodies named at opening: give `role` or `bodies`"
            )
        return self


class FieldKind(StrEnum):
    """What is asked for."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    DATE = "date"
    NUMBER = "number"
    CHOICE = "choice"


class CaseField(Declared):
    """Something asked for when a case is opened or moved on."""

    title: LocalText
    kind: FieldKind
    required: bool = True
    options: dict[Key, LocalText] = Field(default_factory=dict)
    help: LocalText | None = None

    @model_validator(mode="after")
    def _options_for_a_choice(self) -> CaseField:
        if (self.kind is FieldKind.CHOICE) != bool(self.options):
            raise ValueError("a choice has `options`, and nothing else has")
        return self


class CaseDocument(Declared):
    """A document that a move calls for (应附文件)."""

    title: LocalText
    required: bool = True


class StateKind(StrEnum):
    """Where in its life a case is."""

    START = "start"
    OPEN = "open"
    END = "end"


class CaseState(Declared):
    """A state (状态); ``turn`` names the parts whose move is next."""

    title: LocalText
    kind: StateKind = StateKind.OPEN
    turn: tuple[Key, ...] = ()
    about: LocalText | None = None


class Extension(Declared):
    """How much longer a clock may run, who asks and who approves (延期).

    ``most_days`` counts all extensions of one run together; a run is extended ``most_times`` at most.
    """

    most_days: int = Field(gt=0)
    most_times: int = Field(default=1, gt=0)
    asked_by: tuple[Key, ...]
    decided_by: tuple[Key, ...]


class Escalation(Declared):
    """What happens a number of working days after (before, when negative) a clock is due: ``to`` are told."""

    after: int
    to: tuple[Key, ...]
    title: LocalText


class CaseClock(Declared):
    """A time limit (时限) in working days of the PRC calendar, or until the date in a field of the case.

    It starts when the case enters a state of ``runs_in`` from one that is neither there nor in ``pauses_in``, stands
    still in ``pauses_in``, and stops when the case leaves both. Entered again, it starts anew.
    """

    title: LocalText
    working_days: int | None = Field(default=None, gt=0)
    until_field: Key | None = None
    runs_in: tuple[Key, ...]
    pauses_in: tuple[Key, ...] = ()
    extension: Extension | None = None
    escalation: tuple[Escalation, ...] = ()
    source: LocalText | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> CaseClock:
        if (self.working_days is None) == (self.until_field is None):
            raise ValueError(
                "a clock runs for working days or until a field's date: give `working_days` or `until_field`"
            )
        return self


class Guard(Declared):
    """A condition of a move (办理条件); exactly one is given.

    ``clock_overdue``: the clock runs and is past its due day; ``taken_at_least``: each move was taken so many times;
    ``children_closed``: no case under this one is open; ``no_child_ended_as``: none under it ended with one of these
    outcomes; ``not_taken``: none of these moves was taken before; ``not_by_actor_of``: whoever took one of these moves does not
    take this one (four eyes); ``not_by_opener``: nor does whoever opened the case;
    ``no_open_extension``: no extension waits for a decision.
    """

    clock_overdue: Key | None = None
    taken_at_least: dict[Key, int] | None = None
    children_closed: Literal[True] | None = None
    no_child_ended_as: tuple[Key, ...] | None = None
    not_taken: tuple[Key, ...] | None = None
    not_by_actor_of: tuple[Key, ...] | None = None
    not_by_opener: Literal[True] | None = None
    no_open_extension: Literal[True] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Guard:
        if sum(value is not None for value in self.__dict__.values()) != 1:
            raise ValueError("a guard is one condition: give exactly one of its keys")
        return self


class Opens(Declared):
    """A case that a move opens by itself (随之立案): its type, and a first move taken on it where the move decides that too.

    What the new case is filled in with is for the room that knows (`ecociv.casework.follow_on`), which may say several:
    one for each body that is asked. With ``under`` they stand under the case, which can then wait for them.
    """

    type: Key
    take: Key | None = None
    under: bool = False


class Transition(Declared):
    """A move (办理动作) from some states to one, by the parts named."""

    title: LocalText
    from_: tuple[Key, ...] = Field(alias="from")
    to: Key
    by: tuple[Key, ...]
    reason: bool = True
    fields: tuple[Key, ...] = ()
    documents: tuple[Key, ...] = ()
    guards: tuple[Guard, ...] = ()
    outcomes: tuple[Key, ...] = ()
    confirm: LocalText | None = None
    opens: Opens | None = None


class CaseType(Declared):
    """A declared type of case.

    The loader (`ecociv.casework.load`) adds what one model cannot see: that every key that is used is declared, that
    each state can be reached and that each open state can reach an end.
    """

    key: Key
    title: LocalText
    about: LocalText
    source: LocalText
    number: str = Field(
        description="how cases are numbered, as {year} and {serial}; 督办〔{year}〕{serial}号"
    )
    subjects: tuple[SubjectKind, ...] = Field(min_length=1, description="what it may be about")
    visibility: Visibility = Visibility.INTERNAL
    open_by: tuple[Key, ...] = Field(
        min_length=1,
        description="parts whose holders open cases; a body's part is held by the author's own body, named at opening",
    )
    managed_by: tuple[Key, ...] = Field(
        default=(),
        description="parts that stop clocks, hand over and name officers; those of open_by where not given",
    )
    parts: dict[Key, CasePart]
    fields: dict[Key, CaseField] = Field(default_factory=dict)
    asked_at_opening: tuple[Key, ...] = ()
    documents: dict[Key, CaseDocument] = Field(default_factory=dict)
    states: dict[Key, CaseState]
    clocks: dict[Key, CaseClock] = Field(default_factory=dict)
    transitions: dict[Key, Transition]
    outcomes: dict[Key, LocalText] = Field(default_factory=dict)

    @field_validator("number")
    @classmethod
    def _numbered_by_year(cls, pattern: str) -> str:
        try:
            names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
            pattern.format(year=2016, serial=1)
        except (ValueError, LookupError, AttributeError):
            names = []
        if sorted(names) != ["serial", "year"]:
            raise ValueError("a number has {year} and {serial} once each, such as 督办〔{year}〕{serial}号")
        return pattern

    @property
    def managers(self) -> tuple[Key, ...]:
        """Parts that stop clocks, hand over and name officers."""
        return self.managed_by or self.open_by

    @property
    def start(self) -> Key:
        """The state in which a case begins."""
        return next(key for key, state in self.states.items() if state.kind is StateKind.START)
