"""What a page shows of a duty's progress: status, timeline, and the form or the sentence why there is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision import queries
from ecociv.supervision.forms import ProgressForm
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.parts import leads_on, name_of
from ecociv.supervision.permissions import lead_keys, may_correct, may_report, reporting_role, said
from ecociv.supervision.rules import DutyStatus, duty_status


@dataclass(frozen=True, slots=True)
class Figure:
    """A reported figure."""

    quantity: Text
    year: int | None
    value: str
    unit_label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One report on the timeline, with the revisions that it replaced.

    ``author`` is "" for a reader to whom officers' names are not shown. ``withheld`` is a revision that was in force on
    an earlier day and was corrected later, for a reader who may not read the history: only that it stood there is shown.
    """

    report: ProgressReport
    body: Text
    author: str
    figures: tuple[Figure, ...]
    earlier: tuple[ProgressReport, ...]
    correct_url: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that ``supervision/_panel.html`` needs.

    Attributes
    ----------
    status : DutyStatus
        As of today, or of the day of ``as_of``.
    then : DutyStatus or None
        As of the day that the page looks at, when that is another day; by what is known today, or was at ``as_of``.
    as_of : datetime.datetime or None
        The moment up to which reports are shown; none for now. On an earlier day nobody reports anything.
    internal : bool
        Whether the reader sees narratives and officers' names.
    refusal : str
        Why the reader may not report; "" when they may.
    writing : bool
        Whether the form is open from the start.
    notice : str
        What has just happened.
    """

    duty: ProjectOrTask
    status: DutyStatus
    then: DutyStatus | None
    leads: tuple[Text, ...]
    entries: tuple[Entry, ...]
    internal: bool
    signed_in: bool
    refusal: str
    form: ProgressForm | None
    action_url: str
    back: str
    writing: bool = False
    notice: str = ""
    as_of: dt.datetime | None = None

    @property
    def withheld(self) -> bool:
        """Whether an entry is withheld, so that the reasons of the status, which quote it, are withheld too."""
        return any(entry.withheld for entry in self.entries)

    @property
    def report_url(self) -> str:
        """Where a report on this duty is written on a page of its own."""
        return address("report", self.duty)


def address(name: str, duty: ProjectOrTask, **more: int) -> str:
    """Address of a page of this room for a duty."""
    return reverse(f"supervision:{name}", kwargs={"kind": duty.place_kind, "number": duty.number, **more})


def progress_panel(
    user: Any,
    package: ZonePackage,
    duty: ProjectOrTask,
    day: dt.date | None = None,
    *,
    back: str = "",
    form: ProgressForm | None = None,
    action_url: str = "",
    notice: str = "",
    as_of: dt.datetime | None = None,
) -> Panel:
    """The panel of one duty for a reader; one query.

    Parameters
    ----------
    day : datetime.date, optional
        The day that the page looks at; today when not given.
    back : str
        Address to return to after reporting; the room's own page of the duty when "".
    form : ProgressForm, optional
        A form that was filled in and has errors, so that nothing typed is lost.
    as_of : datetime.datetime, optional
        Only what was on record at this moment; ``package`` is then the plan of that moment.
    """
    zone = package.zone.key
    today = timezone.localdate(as_of)
    every = list(queries.revisions(zone, duty.place))
    rows = [row for row in every if as_of is None or row.recorded_at <= as_of]
    reports = [row.as_report(as_of) for row in rows]
    status = duty_status(duty, reports, today, package)
    looked_at = day or today
    verdict = may_report(user, duty, package, today)
    writing = form is not None
    if as_of is not None:
        form = None
    elif form is None and verdict.ok:
        form = ProgressForm(
            duty,
            package,
            today,
            initial={"period": suggested_period(status, today, package)},
            role=reporting_role(user, duty, package, today),
        )
    return Panel(
        duty=duty,
        status=status,
        then=None
        if looked_at == today
        else duty_status(duty, reports, looked_at, package, known_on=max(looked_at, today)),
        leads=tuple(name_of(body.key, package) for body in leads_on(duty, package, today)),
        entries=_entries(
            user,
            package,
            duty,
            rows,
            today,
            may=bool(verdict.ok) and as_of is None,
            corrected=_later(every, as_of),
        ),
        internal=allowed(user, Action.READ, zone=zone, public=False),
        signed_in=bool(getattr(user, "is_authenticated", False)),
        refusal="" if verdict.ok else said(verdict),
        form=form if verdict.ok else None,
        action_url=action_url or address("report", duty),
        back=back,
        writing=writing,
        notice=notice,
        as_of=as_of,
    )


def _later(rows: list[ProgressReport], as_of: dt.datetime | None) -> frozenset[int]:
    """Numbers of the reports that were corrected after a moment."""
    return frozenset(row.number for row in rows if as_of is not None and row.recorded_at > as_of)


def suggested_period(status: DutyStatus, today: dt.date, package: ZonePackage) -> int:
    """The year that a report is most likely about: one that is owed, else this year, at most the plan's last."""
    owed = [each.obligation for each in status.obligations if each.passed and not each.covered]
    if owed:
        return owed[0].period if owed[0].yearly else owed[-1].period
    return min(today.year, max(package.zone.milestones))


def _entries(
    user: Any,
    package: ZonePackage,
    duty: ProjectOrTask,
    rows: list[ProgressReport],
    today: dt.date,
    *,
    may: bool,
    corrected: frozenset[int],
) -> tuple[Entry, ...]:
    zone = package.zone.key
    internal = allowed(user, Action.READ, zone=zone, public=False)
    history = allowed(user, Action.READ_HISTORY, zone=zone, lead=lead_keys(duty, package, today))
    by_number: dict[int, list[ProgressReport]] = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    entries = []
    for revisions in by_number.values():
        newest, *earlier = sorted(revisions, key=lambda row: -row.revision)
        correct = may and bool(may_correct(user, newest, package, today).ok)
        withheld = newest.number in corrected and not history
        entries.append(
            Entry(
                report=newest,
                body=name_of(newest.organisation, package),
                author=newest.author.name_shown if internal and not withheld else "",
                figures=tuple(_figures(newest)) if internal and not withheld else (),
                earlier=tuple(earlier) if history else (),
                correct_url=address("correct", duty, report=newest.number) if correct else "",
                withheld=withheld,
            )
        )
    return tuple(sorted(entries, key=lambda entry: entry.report.reported_at, reverse=True))


def _figures(report: ProgressReport) -> list[Figure]:
    return [
        Figure(Text.from_mapping(each["quantity"]), each["year"], each["value"], each["unit_label"])
        for _, each in sorted(report.outputs.items(), key=lambda pair: int(pair[0]))
    ]
