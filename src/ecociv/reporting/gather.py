"""Gathering what a report is made from: values, progress and findings as they were on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.apps import apps

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.indicators.queries import SeriesStanding, overview
from ecociv.plan.check import check_plan
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import latest_revisions
from ecociv.reporting.facts import AnnualFacts, Days, DutyProgress, ItemRevision, SeriesFact
from ecociv.reporting.paths import path_in


def gather_facts(
    package: ZonePackage, year: int, moment: dt.datetime, *, as_known: dt.datetime | None = None
) -> AnnualFacts:
    """Everything that the report of a year is made from.

    Parameters
    ----------
    package : ZonePackage
        The plan at ``as_known``.
    year : int
    moment : datetime
        The moment of the report, in the server's time zone.
    as_known : datetime, optional
        Read what was on record then; what is on record now, when none.
    """
    revisions = _revisions(package, as_known)
    return AnnualFacts(
        package=package,
        year=year,
        as_of=moment,
        series=_series(package, year, revisions, as_known),
        findings=tuple(check_plan(package)),
        revisions=revisions,
        progress=_progress(package, year, moment),
    )


def _revisions(package: ZonePackage, as_known: dt.datetime | None) -> dict[str, ItemRevision]:
    rows = latest_revisions(package.zone.key, as_known).values_list("kind", "key", "revision", "recorded_at")
    return {f"{kind}:{key}": ItemRevision(revision, recorded) for kind, key, revision, recorded in rows}


# -- values --------------------------------------------------------------------------------------------------


def _series(
    package: ZonePackage, year: int, revisions: Mapping[str, ItemRevision], as_known: dt.datetime | None
) -> dict[str, SeriesFact]:
    standings = [
        standing
        for indicator in overview(package.zone.key, year, as_known).indicators
        for standing in indicator.series
    ]
    recorded = [standing.value.pk for standing in standings if standing.value is not None]
    # The arithmetic of all values in two queries; asking each standing for its own would make one query a series.
    rows = {row.pk: row for row in IndicatorValue.objects.filter(pk__in=recorded)}
    days = {detail.value_id: detail for detail in DailyDetail.objects.filter(value__in=recorded)}
    facts = {}
    for standing in standings:
        value = standing.value
        row, detail = (None, None) if value is None else (rows[value.pk], days.get(value.pk))
        point = path_in(package, standing.indicator, standing.series, year, revisions)
        fact = _fact(standing, row, detail)
        if point is not None:
            fact = replace(fact, expected=point.value, expected_trace=point.trace)
        facts[fact.key] = fact
    return facts


def _fact(standing: SeriesStanding, row: IndicatorValue | None, detail: DailyDetail | None) -> SeriesFact:
    reasons = tuple(reason.text for reason in standing.reasons)
    light = standing.light.value
    if row is None:
        return SeriesFact(standing.series.key, Missing.MISSING, light, reasons)
    missing = row.missing if standing.figure is None else None
    extras: Mapping[str, Any] = row.extras
    return SeriesFact(
        key=standing.series.key,
        value=standing.figure if standing.figure is not None else missing or Missing.MISSING,
        light=light,
        reasons=reasons,
        trace=Trace.from_json(row.trace),
        recorded=row.computed_at,
        revision=row.revision,
        evidence_digest=row.evidence_digest,
        rank=(extras["rank"], extras["of"]) if extras.get("rank") is not None else None,
        limits=tuple(Text.from_mapping(caveat) for caveat in extras.get("caveats", ())),
        days=None if detail is None else Days(tuple(detail.columns), tuple(map(tuple, detail.rows)), dict(detail.sources)),
    )


# -- progress ------------------------------------------------------------------------------------------------


def _progress(package: ZonePackage, year: int, moment: dt.datetime) -> dict[str, DutyProgress] | None:
    """Where tasks and projects stood at the end of the year; none where progress is not kept here."""
    known_on = moment.date()
    return progress_on(package, min(dt.date(year, 12, 31), known_on), known_on)


def progress_on(package: ZonePackage, day: dt.date, known_on: dt.date) -> dict[str, DutyProgress] | None:
    """Where tasks and projects stood on a day, by what was on record on another; none where progress is not kept."""
    if not apps.is_installed("ecociv.supervision"):
        return None
    from ecociv.supervision.queries import statuses  # only where that room is moved into
    from ecociv.supervision.states import DutyState

    late = {DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED}
    found = {}
    for place, status in statuses(package.zone.key, day, known_on=known_on, package=package).items():
        latest = status.latest
        found[place] = DutyProgress(
            state=status.state.value,
            label=status.label,
            light=status.light,
            reported=latest.reported_on if latest else None,
            share=latest.percent if latest else None,
            done=status.state.is_done,
            late=status.state in late,
            names_silence=status.state in (DutyState.OVERDUE, DutyState.NO_REPORT),
            sample=status.sample,
        )
    return found
