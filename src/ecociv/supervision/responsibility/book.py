"""How duties and indicators stood on any day, by what is known on another: one read for a whole record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ecociv.core.text import Text
from ecociv.indicators.compute import plan_of
from ecociv.indicators.queries import series_values, standings_on
from ecociv.indicators.standings import SeriesStanding, SeriesValue
from ecociv.plan.package import ZonePackage
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.queries import known_by
from ecociv.supervision.reports import Report
from ecociv.supervision.responsibility.record import Restated, Seen
from ecociv.supervision.responsibility.spans import Span
from ecociv.supervision.rules import duty_status


class StateBook:
    """States of one zone as known at the end of a day.

    Parameters
    ----------
    zone
        Key of the zone.
    known_on
        The day of knowledge: nothing recorded later is read.
    """

    def __init__(self, zone: str, known_on: dt.date) -> None:
        self.zone = zone
        self.known_on = known_on
        self.moment = known_by(known_on) - dt.timedelta(microseconds=1)
        self.package: ZonePackage = plan_of(zone, self.moment)
        self._duties = {duty.place: duty for duty in self.package.duties}
        rows = ProgressReport.objects.of(zone).filter(recorded_at__lte=self.moment)
        self._reports: Mapping[str, list[Report]] = rows.by_place()
        self._standings: dict[dt.date, dict[str, SeriesStanding]] = {}
        self._seen: dict[tuple[str, dt.date], Seen] = {}

    @property
    def reports(self) -> Mapping[str, list[Report]]:
        """Every report on record by then, all revisions, by place."""
        return self._reports

    def at(self, place: str, day: dt.date) -> Seen:
        """How a place stood on a day; a day not yet known is looked at from the day of knowledge.

        Raises
        ------
        KeyError
            When the plan has no such task, project or indicator.
        """
        day = min(day, self.known_on)
        key = (place, day)
        if key not in self._seen:
            kind, _, number = place.partition(":")
            self._seen[key] = (
                self._indicator(int(number), day) if kind == "indicator" else self._duty(place, day)
            )
        return self._seen[key]

    def restated(self, spans: tuple[Span, ...], day: dt.date) -> list[Restated]:
        """What was said of years of a term and became another after its end: figures, and corrected reports."""
        found: dict[Restated, None] = {}
        for span in spans:
            if span.ends is None or span.ends >= day:
                continue
            each = self._figures(span, day) if span.place.startswith("indicator:") else self._corrections(span, day)
            found |= dict.fromkeys(each)
        return list(found)

    def _duty(self, place: str, day: dt.date) -> Seen:
        duty, reports = self._duties[place], self._reports.get(place, ())
        status = duty_status(duty, reports, day, self.package, known_on=self.known_on)
        then = duty_status(duty, reports, day, self.package)
        differs = then.state is not status.state
        return Seen(
            day,
            status.state.value,
            status.label,
            status.light,
            status.reasons,
            then.label if differs else None,
            sample=status.sample,
        )

    def _indicator(self, number: int, day: dt.date) -> Seen:
        if day not in self._standings:
            self._standings[day] = standings_on(self.zone, day, self.moment)
        own = [self._standings[day][key] for key in self.package.indicator(number).series_keys]
        worst = max(own, key=lambda each: each.light.severity)
        return Seen(day, worst.light.value, worst.light.label, worst.light.value, worst.reasons)

    def _figures(self, span: Span, day: dt.date) -> list[Restated]:
        assert span.ends is not None
        found = []
        last = min(known_by(day) - dt.timedelta(microseconds=1), self.moment)
        at_end = known_by(span.ends) - dt.timedelta(microseconds=1)
        for key in self.package.indicator(int(span.place.partition(":")[2])).series_keys:
            before = {value.year: value for value in series_values(self.zone, key, at_end)}
            if not before:
                continue
            name = self.package.series(key)[0].name
            for after in series_values(self.zone, key, last):
                old = before.get(after.year)
                if old is not None and span.starts.year <= after.year <= span.ends.year and _said(old) != _said(after):
                    on = after.computed_at.astimezone(self.moment.tzinfo).date()
                    found.append(
                        Restated(span.place, name, after.year, _said(old), _said(after), after.unit, on)
                    )
        return found

    def _corrections(self, span: Span, day: dt.date) -> list[Restated]:
        assert span.ends is not None
        found = []
        by_number: dict[int, list[Report]] = {}
        for report in self._reports.get(span.place, ()):
            by_number.setdefault(report.number, []).append(report)
        for revisions in by_number.values():
            ordered = sorted(revisions, key=lambda each: each.revision)
            early = [each for each in ordered if each.recorded_on <= span.ends]
            late = [each for each in ordered if span.ends < each.recorded_on <= day]
            if early and late and span.starts.year <= late[-1].period <= span.ends.year:
                found.append(
                    Restated(
                        span.place,
                        Text(zh=f"第{late[-1].number}号填报的更正", en=f"Correction of report {late[-1].number}"),
                        late[-1].period,
                        _told(early[-1]),
                        _told(late[-1]),
                        "",
                        late[-1].recorded_on,
                    )
                )
        return found


def _said(value: SeriesValue) -> Text:
    if value.missing is not None:
        return value.missing.label
    figure = value.figure
    if isinstance(figure, Mapping):
        return Text(
            zh="；".join(f"{name} {part}" for name, part in figure.items()),
            en="; ".join(f"{name} {part}" for name, part in figure.items()),
        )
    return Text(zh=str(figure), en=str(figure))


def _told(report: Report) -> Text:
    per_cent = f" {report.percent} %" if report.percent is not None else ""
    return Text(zh=report.state.label.zh + per_cent, en=report.state.label.en + per_cent)
