"""What triggers look at, gathered beforehand. Pure: no Django, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.indicators.lights import Light
from ecociv.supervision.states import DutyState

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LightYear:
    """The light of a series in a year, with its first reason and the revision of the figure."""

    year: int
    light: Light
    reason: Reason | None = None
    milestone: int | None = None
    revision: int | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class SeriesLights:
    """A series of the plan through the years, oldest first, with the bodies that answer for it."""

    series: str
    indicator: int
    name: Text
    years: tuple[LightYear, ...]
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwedReport:
    """A report that a body owed on a duty; ``covered_on`` is the day on which one came, or none."""

    place: str
    name: Text
    body: str
    period: int
    due: dt.date
    covered_on: dt.date | None


@dataclass(frozen=True, slots=True)
class DutyFact:
    """A duty on the day: its state, the last date that passed, and the lights of the indicators that it carries."""

    place: str
    name: Text
    state: DutyState
    due: dt.date | None
    reasons: tuple[Reason, ...]
    bodies: tuple[str, ...]
    carries_red: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionMonth:
    """A section in a month: its class (6 for worse than V), the items that decide, the series they come from."""

    month: Month
    water_class: int
    limiting: tuple[Text, ...] = ()
    series: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionFact:
    """A water section with its target class and the months in which it was tested, oldest first."""

    place: str
    name: Text
    target: int
    months: tuple[SectionMonth, ...]
    bodies: tuple[str, ...]
    sample: bool = False


@dataclass(frozen=True, slots=True)
class AirMonth:
    """How many days of a month exceed the daily limit, of how many with a value; the highest of them."""

    month: Month
    over: int
    days: int
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AirFact:
    """A place whose air is measured, month by month, against one limit."""

    place: str
    name: Text
    pollutant: Text
    limit: Decimal
    unit: str
    standard: str
    series: str
    months: tuple[AirMonth, ...]
    bodies: tuple[str, ...]
    sample: bool = False


@dataclass(frozen=True, slots=True)
class ReturnFact:
    """A return that a body owes, and the day on which it was first handed in, or none."""

    form: str
    title: Text
    place: str
    place_name: Text
    period: str
    body: str
    due: dt.date
    handed_in: dt.date | None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class FindingFact:
    """A finding of quality control; ``settled_on`` is when it was explained, dismissed or was no longer found."""

    identity: str
    rule: str
    severity: str
    sentence: Text
    place: str
    place_name: Text
    series: str
    found_on: dt.date
    settled_on: dt.date | None
    bodies: tuple[str, ...] = ()
    sample: bool = False


@dataclass(frozen=True, slots=True)
class ConflictFact:
    """Two figures that must agree; ``share`` is their difference over the larger."""

    key: str
    title: Text
    year: int
    left: Decimal
    right: Decimal
    unit: str
    share: float
    holds: bool
    suppliers: tuple[str, ...]
    bodies: tuple[str, ...]
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the triggers of a zone look at, as known on a day; ``air`` by the key of its trigger."""

    lights: tuple[SeriesLights, ...] = ()
    reports: tuple[OwedReport, ...] = ()
    duties: tuple[DutyFact, ...] = ()
    sections: tuple[SectionFact, ...] = ()
    air: Mapping[str, tuple[AirFact, ...]] = field(default_factory=dict)
    returns: tuple[ReturnFact, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    conflicts: tuple[ConflictFact, ...] = ()
