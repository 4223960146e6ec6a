"""What a document about a case (督办单、约谈通知书) is made from, as plain data. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ecociv.core.text import Text
from ecociv.plan.package import Organisation


@dataclass(frozen=True)
class Deadline:
    """The day by which something is due, with how it was counted.

    Attributes
    ----------
    title : Text
        Name of the clock.
    started_on, due_on : date
        The first day itself does not count.
    working_days : int or None
        As declared; None where a date was given instead.
    extended : int
        Working days granted on top.
    stood_still : int
        Working days for which the clock stood still.
    off, worked : tuple of date
        Weekdays that were off and weekend days that were worked in between.
    by_notice : bool
        False where a year without a holiday notice was counted Monday to Friday.
    assumed : bool
        True where the clock has not started: counted as if it started on the day of the document.
    """

    title: Text
    started_on: dt.date
    due_on: dt.date
    working_days: int | None = None
    extended: int = 0
    stood_still: int = 0
    off: tuple[dt.date, ...] = ()
    worked: tuple[dt.date, ...] = ()
    by_notice: bool = True
    assumed: bool = False


@dataclass(frozen=True)
class CaseMove:
    """A step that moved the case on: when, what, by which body."""

    day: dt.date
    title: Text
    state: Text
    body: str


@dataclass(frozen=True)
class CaseSheet:
    """A case as known at the moment of the document.

    Attributes
    ----------
    number, title : str
        As on record.
    about : Text or None
        What it is about: the task, project, indicator or body of the plan.
    state : str
        Key of the state; ``state_title`` in words.
    colour : str
        ``blue``, ``yellow``, ``red`` of a supervision order; else empty.
    issued : bool
        Whether the step that issues the document was taken; else the document is prepared for it.
    fields : mapping
        Details given, by key.
    bodies : mapping of part to bodies
        Those that hold the part's duties on the day of the document.
    """

    number: str
    title: str
    about: Text | None
    opened_on: dt.date
    state: str
    state_title: Text
    colour: str
    issued: bool
    fields: Mapping[str, str]
    bodies: Mapping[str, tuple[Organisation, ...]]
    moves: tuple[CaseMove, ...]
    deadline: Deadline | None = None
    officer: str = ""
    sample: bool = False
    source: str = ""
    recorded: dt.datetime | None = None
    taken: Mapping[str, int] = field(default_factory=dict)
