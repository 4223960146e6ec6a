"""What a zone declares as sample data of supervision (``sample/*.yaml``). Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, model_validator

from ecociv.evidence.declared import Declared, read_declaration, zone_folder
from ecociv.supervision.states import PercentBasis, ReportState, ReviewOutcome

Account = Literal["department", "county", "office", "leader", "auditor"]
"""A sample account."""


class ReviewedAs(Declared):
    """What the office makes of a sample report."""

    outcome: ReviewOutcome
    reason: str = ""


class SampleReport(Declared):
    """A report on the ``task``-th of the tasks that the account's body leads, in the order of the plan, from 1."""

    by: Literal["department", "county"]
    task: int = Field(ge=1)
    year: int
    came_in: dt.date
    state: ReportState
    percent: Decimal | None = None
    basis: PercentBasis | None = None
    done_on: dt.date | None = None
    done_reason: str = ""
    narrative: str
    review: ReviewedAs | None = None


class SampleReports(Declared):
    """``reports.yaml``."""

    reports: tuple[SampleReport, ...]


class SamplePost(Declared):
    """A post in the body of a sample account."""

    body: Literal["department", "county", "office"]
    title: str
    starts: dt.date
    ends: dt.date | None = None
    source: str


class SampleOfficial(Declared):
    """An invented person; the name says so."""

    name: str
    note: str
    posts: tuple[SamplePost, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_so(self) -> SampleOfficial:
        if "样例" not in self.name:
            raise ValueError("name: an invented person's name has to contain 样例")
        return self


class SampleOfficials(Declared):
    """``officials.yaml``."""

    officials: tuple[SampleOfficial, ...]


class SampleFinding(Declared):
    """A finding at the unit of the sample whose place in it is ``unit``, from 1."""

    unit: int = Field(ge=1)
    title: str
    description: str
    rule: str
    severity: Literal["minor", "serious", "grave"]
    place_text: str
    longitude: float
    latitude: float


class SampleVisit(Declared):
    """A visit to the unit of the sample whose place in it is ``unit``, from 1."""

    unit: int = Field(ge=1)
    outcome: Literal["nothing", "findings", "not-possible"]
    note: str = ""


class SampleTour(Declared):
    """A tour that began some days ago. ``days_ago`` and ``lasts`` are calendar days."""

    title: str
    purpose: str
    scope: tuple[Literal["task", "project", "indicator", "organisation", "place"], ...]
    seed: str
    size: int = Field(ge=1)
    days_ago: int = Field(ge=1)
    lasts: int = Field(ge=1)
    visits: tuple[SampleVisit, ...] = ()
    findings: tuple[SampleFinding, ...] = ()
    conclusion: str = ""


class SampleTours(Declared):
    """``tours.yaml``."""

    tours: tuple[SampleTour, ...]


_Model = TypeVar("_Model", bound=BaseModel)


def read_sample(zone: str, name: str, model: type[_Model]) -> _Model | None:
    """A file of the zone's folder ``sample/``; None where the zone has none.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    path = Path(zone_folder(zone)) / "sample" / name
    return read_declaration(path, model) if path.is_file() else None
