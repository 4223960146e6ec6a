"""Declared times of reporting: how long a review and an answer take, who owes the yearly self-report. Pure: no Django.

A zone's own ``reporting.yaml`` comes before the product's; a field that is misspelt is an error.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ecociv.core.text import Text
from ecociv.core.workdays import WorkingDay, add_working_days, is_working_day, known_years
from ecociv.plan.package import Organisation, OrganisationKind, ZonePackage
from ecociv.plan.package.fields import LocalText
from ecociv.plan.package.load import zone_directory
from ecociv.plan.package.positions import YamlProblem, read_yaml

_OWN = Path(__file__).with_name("reporting.yaml")
NAME = "reporting.yaml"


class ReportingRulesError(ValueError):
    """The declaration cannot be used; the sentence says which file and field, and what to write."""


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Clock(_Declared):
    """A time in working days (工作日), with what it rests on."""

    working_days: int = Field(ge=1, le=250)
    verified: bool
    basis: LocalText

    def due(self, start: dt.date) -> WorkingDay:
        """The last day of the time that begins the day after ``start``."""
        return add_working_days(start, self.working_days)


class SelfReportRule(_Declared):
    """Who owes the yearly self-report (年度自查报告), and by which day of its year."""

    by: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    task: int | None = None
    bodies: tuple[str, ...] = ()
    kinds: tuple[OrganisationKind, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    verified: bool
    basis: LocalText

    @model_validator(mode="after")
    def _somebody_owes_it(self) -> SelfReportRule:
        if not self.bodies and not self.kinds:
            raise ValueError("name the bodies that owe a self-report, or their kinds")
        month, day = (int(part) for part in self.by.split("-"))
        dt.date(2001, month, day)
        return self

    def due(self, year: int) -> dt.date:
        """The last day on which the self-report of a year is in time."""
        month, day = (int(part) for part in self.by.split("-"))
        return dt.date(year, month, day)

    def years(self, package: ZonePackage, until: int) -> range:
        """The years that are owed up to a year: from the plan's first year, for as long as the zone runs."""
        first = self.first_year or package.zone.plan.issued.year
        return range(first, min(until, self.last_year or until) + 1)


class ReportingRules(_Declared):
    """Everything that is declared about reporting in a zone."""

    review: Clock
    answer: Clock
    self_report: SelfReportRule


def load_reporting_rules(zone: str) -> ReportingRules:
    """The rules of a zone; the product's own where the zone declares none.

    Raises
    ------
    ReportingRulesError
        When the file cannot be read as rules.

    Examples
    --------
    >>> load_reporting_rules("jingdezhen").self_report.due(2016)
    datetime.date(2016, 12, 31)
    """
    own = zone_directory(zone) / NAME
    file = own if own.is_file() else _OWN
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(file: Path, _stamp: int) -> ReportingRules:
    try:
        return ReportingRules.model_validate(read_yaml(file).data)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ReportingRulesError(f"{file.parent.name}/{file.name} cannot be used: {found}") from error
    except YamlProblem as error:
        raise ReportingRulesError(str(error)) from error


def bodies_that_report(rule: SelfReportRule, package: ZonePackage) -> tuple[Organisation, ...]:
    """The bodies, as the plan names them, that owe a yearly self-report; members in place of groups."""
    found: dict[str, Organisation] = {}
    for name in rule.bodies:
        for body in package.members(package.resolve(name)):
            if body.kind is not OrganisationKind.GROUP:
                found.setdefault(body.key, body)
    for body in package.organisations:
        if body.kind in rule.kinds and body.in_plan:
            found.setdefault(body.key, body)
    return tuple(found.values())


def last_working_day(day: dt.date) -> WorkingDay:
    """The last day not after ``day`` on which offices work: by then a report has to be at hand.

    Examples
    --------
    31 December 2016 is a Saturday.

    >>> last_working_day(dt.date(2016, 12, 31)).day
    datetime.date(2016, 12, 30)
    """
    first, last = known_years()
    found = day
    while not is_working_day(found, assume=True):
        found -= dt.timedelta(days=1)
    return WorkingDay(found, first <= found.year <= day.year <= last)


def working_days_text(count: int) -> Text:
    """A number of working days in words.

    >>> working_days_text(1).en, working_days_text(3).zh
    ('1 working day', '3个工作日')
    """
    return Text(zh=f"{count}个工作日", en=f"{count} working day" + ("" if count == 1 else "s"))
