"""Reading a submitted self-report for its document, as known at a moment."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import ZonePackage
from ecociv.reporting.marks import Figure
from ecociv.reporting.official.self_report_sheet import SelfReportSheet, SheetCase, SheetDuty, SheetFigure
from ecociv.supervision.ladder.names import duty_name
from ecociv.supervision.models import SelfReport
from ecociv.supervision.self_reports.queries import NoSelfReport, self_report
from ecociv.supervision.states import DutyState, ReviewOutcome

_LATE = frozenset({DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED})
_WAITS = Text(zh="待审核", en="waits for review")


def self_report_sheet(
    package: ZonePackage, body: str, year: int, moment: dt.datetime
) -> SelfReportSheet | None:
    """What a body has handed in on a year, in the newest revision known at a moment; none while there is nothing."""
    try:
        standing = self_report(package.zone.key, body, year, moment, package=package)
    except NoSelfReport:
        return None
    report, review = standing.current, standing.review
    if report is None:
        return None
    return SelfReportSheet(
        source=f"self-report:{package.zone.key}/{standing.body}/{year}",
        revision=report.revision,
        reported_on=timezone.localdate(report.reported_at),
        recorded_at=timezone.localtime(report.recorded_at),
        due=standing.owed.due,
        late=standing.late,
        outcome=_WAITS if review is None else ReviewOutcome(review.outcome).label,
        summary=report.summary,
        duties=_duties(package, report),
        figures=_figures(package, report),
        cases=tuple(
            SheetCase(each["number"], each["title"], Text.from_mapping(each["state"]), each["due"] or "")
            for each in report.cases
        ),
        promised=report.promised,
        promised_outcome=report.promised_outcome,
        problems=report.problems,
        next_steps=report.next_steps,
    )


def _duties(package: ZonePackage, report: SelfReport) -> tuple[SheetDuty, ...]:
    names = {duty.place: duty_name(duty) for duty in package.duties}
    found = []
    for each in report.duties:
        state, place = DutyState(each["state"]), each["place"]
        found.append(
            SheetDuty(
                place=place,
                title=names.get(place, Text(zh=place, en=place)),
                leads=each["role"] == "lead",
                label=state.label,
                light=state.light,
                percent=each["percent"],
                text=each["text"],
                done=state.is_done,
                late=state in _LATE,
            )
        )
    return tuple(found)


def _figures(package: ZonePackage, report: SelfReport) -> tuple[SheetFigure, ...]:
    names = {s.key: i.series_name(s) for i in package.indicators for s in i.series}
    units = {s.key: i.unit_label for i in package.indicators for s in i.series}
    wanted = [each["trace"]["value"] for each in report.figures if each["trace"]]
    rows = {row.pk: row for row in IndicatorValue.objects.filter(pk__in=wanted)}
    found = []
    for each in report.figures:
        key = each["series"]
        row = rows.get(each["trace"].get("value")) if each["value"] else None
        shown = each["value"] or Missing(each["missing"]).label.zh
        found.append(
            SheetFigure(
                series=key,
                name=names.get(key, Text(zh=key, en=key)),
                value=shown,
                unit=units[key].zh if key in units and each["value"] else "",
                light=each["light"],
                figure=None
                if row is None
                else Figure(
                    Trace.from_json(row.trace),
                    each["value"] if ":" in each["value"] else "",
                    row.evidence_digest,
                    row.revision,
                    row.computed_at,
                ),
                sample=bool(each["sample"]),
            )
        )
    return tuple(found)
