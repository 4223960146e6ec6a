"""What a report is made from, as plain data: the report's own contract with the rooms below.

The content of a report is a pure function of `AnnualFacts`. Gathering them from the database is another matter
(`ecociv.reporting.gather`), so that a report can be composed and tested without one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.plan.check import Finding
from ecociv.plan.package import ZonePackage

SeriesValue = Decimal | Mapping[str, Decimal] | Missing


@dataclass(frozen=True)
class Days:
    """The days behind a yearly value: a table as it was computed, and the file of each source by its digest."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SeriesFact:
    """What is known of one series in the year of the report.

    Attributes
    ----------
    key : str
        Key of the series, such as ``"19.copper.mining"``.
    value : Decimal, mapping of part to Decimal, or Missing
        In the unit of the indicator; a kind of missing is not zero and not each other.
    light : str
        Value of the light, such as ``"on-track"``.
    reasons : tuple of Text
        Why the light is what it is, the decisive one first.
    trace : Trace or None
        The arithmetic of the value; a value without one is refused by the report.
    expected : Decimal, mapping or None
        Where the declared path stands in the year; none where the series has no path of figures.
    expected_trace : Trace or None
        The arithmetic of the path value.
    recorded : datetime or None
        When the value was recorded.
    revision : int
        Which revision of the value.
    evidence_digest : str
        Digest of the observations that the value was made from; empty where it was made from none.
    rank : (int, int) or None
        Our place among so many peers, where the series is compared.
    limits : tuple of Text
        What the data behind the value cannot prove.
    days : Days or None
        The days behind a yearly value, for the workbook.
    """

    key: str
    value: SeriesValue
    light: str
    reasons: tuple[Text, ...] = ()
    trace: Trace | None = None
    expected: Decimal | Mapping[str, Decimal] | None = None
    expected_trace: Trace | None = None
    recorded: dt.datetime | None = None
    revision: int = 1
    evidence_digest: str = ""
    rank: tuple[int, int] | None = None
    limits: tuple[Text, ...] = ()
    days: Days | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not isinstance(self.value, Missing)

    @property
    def sample(self) -> bool:
        """Whether the value rests on sample data."""
        return self.trace is not None and self.trace.sample


@dataclass(frozen=True)
class DutyProgress:
    """Where a task or a project stood at the end of the year, by what was reported until the day of the report.

    Attributes
    ----------
    state : str
        Key of the state.
    label : Text
        The state in words.
    light : str
        The light in whose colour the state is shown.
    reported : date or None
        The day of the last report; none when nothing was ever reported, which does not mean that nothing was done.
    share : Decimal or None
        Percent done, where it was reported.
    done, late : bool
        Reported done; overdue, delayed or stopped.
    names_silence : bool
        The label itself says that a report is lacking.
    sample : bool
        True for generated sample reports.
    """

    state: str
    label: Text
    light: str
    reported: dt.date | None = None
    share: Decimal | None = None
    done: bool = False
    late: bool = False
    names_silence: bool = False
    sample: bool = False


@dataclass(frozen=True)
class ItemRevision:
    """Which revision of a plan item the report read, and since when it is on record."""

    revision: int
    recorded: dt.datetime | None = None


def plan_input(
    package: ZonePackage,
    revisions: Mapping[str, ItemRevision],
    label: Text,
    place: str = "",
    value: Decimal | None = None,
    unit: str = "1",
) -> TraceInput:
    """The plan, or one item of it, as an input: which content, which revision, on record since when."""
    known = revisions.get(place or f"zone:{package.zone.key}", ItemRevision(1))
    source = f"plan:{package.zone.key}@sha256:{package.digest[:16]}"
    return TraceInput(
        label,
        value,
        unit,
        source_id=f"{source}/{place}" if place else source,
        revision=known.revision,
        valid=package.zone.plan.issued.isoformat(),
        recorded=known.recorded,
    )


@dataclass(frozen=True)
class AnnualFacts:
    """Everything that the report of a year is made from.

    Attributes
    ----------
    package : ZonePackage
        The plan as it stood.
    year : int
    as_of : datetime
        What was known when, with its time zone; also the date on the cover.
    series : mapping of series key to SeriesFact
        A series without an entry counts as one without data.
    findings : tuple of Finding
        What the plan check says of ``package``.
    revisions : mapping of place (``"task:112"``) to ItemRevision
    progress : mapping of place to DutyProgress, or None
        None when no progress reports are kept in this installation, which is not the same as none having come in.
    """

    package: ZonePackage
    year: int
    as_of: dt.datetime
    series: Mapping[str, SeriesFact]
    findings: tuple[Finding, ...] = ()
    revisions: Mapping[str, ItemRevision] = field(default_factory=dict)
    progress: Mapping[str, DutyProgress] | None = None

    def fact(self, key: str) -> SeriesFact:
        """The fact of a series; a series of which nothing is known has no data."""
        found = self.series.get(key)
        return found if found is not None else SeriesFact(key, Missing.MISSING, "no-data")

    def standing(self, place: str) -> DutyProgress | None:
        """Where a task or project stands, if progress is kept at all."""
        return self.progress.get(place) if self.progress is not None else None

    def has_report(self, place: str) -> bool:
        """Whether anything was ever reported on a task or project."""
        standing = self.standing(place)
        return standing is not None and standing.reported is not None

    @property
    def sample(self) -> bool:
        """Whether anything in the report rests on sample data."""
        progress = self.progress.values() if self.progress is not None else ()
        return any(fact.sample for fact in self.series.values()) or any(duty.sample for duty in progress)
