"""What was decided and what came up in a term: duties at both ends, cases, findings of inspections, progress reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from ecociv.accounts.audit.term import Term
from ecociv.core.text import Text
from ecociv.indicators.lights import Light
from ecociv.plan.package import ZonePackage
from ecociv.supervision.inspection.models import InspectionFinding, Severity
from ecociv.supervision.queries import known_by, latest_reports
from ecociv.supervision.responsibility.book import StateBook
from ecociv.supervision.responsibility.matters import every_matter, matters_known
from ecociv.supervision.responsibility.record import Matter, Seen
from ecociv.supervision.responsibility.spans import LEAD, SUPPLY, spans_of
from ecociv.supervision.states import ReportState, ReviewOutcome

ACCOUNTABILITY = "accountability"
REQUEST = "audit-evidence-request"
_MET = frozenset({Light.ACHIEVED.value, Light.ON_TRACK.value})
_JUDGED = frozenset(light.value for light in Light if light.judged)


@dataclass(frozen=True, slots=True)
class TargetAtEnds:
    """A duty or an indicator at both ends of the term.

    ``counted`` says whether the body answers for it: what it leads, and the figures that it supplies.
    """

    place: str
    role: str
    name: Text
    before: Seen
    after: Seen
    counted: bool

    @property
    def judged(self) -> bool:
        """Whether it was held against a target at the end."""
        return self.after.light in _JUDGED

    @property
    def met(self) -> bool:
        """Whether it was reached or on track at the end."""
        return self.after.light in _MET

    @property
    def worsened(self) -> bool:
        """Whether it went from good to bad: only lights that judge a figure are compared."""
        if self.before.light not in _JUDGED or not self.judged:
            return False
        return Light(self.after.light).severity > Light(self.before.light).severity and not self.met


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of an inspection tour about the body."""

    number: int
    title: str
    severity: Text
    on: dt.date
    rule: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A progress report (进展报告) of the term, in its newest revision.

    ``for_all`` says that the office made it for every leading body of the duty; ``review`` is what the office made of it,
    none where it waits for its review. ``percent`` is none where the report gives no share.
    """

    place: str
    number: int
    revision: int
    title: Text
    role: str
    for_all: bool
    period: int
    on: dt.date
    state: Text
    percent: Decimal | None
    review: Text | None
    sample: bool


@dataclass(frozen=True, slots=True)
class Conduct:
    """Everything of the term that is not an account."""

    targets: tuple[TargetAtEnds, ...]
    matters: tuple[Matter, ...]
    findings: tuple[Found, ...]
    overdue: tuple[Matter, ...]
    reports: tuple[Progress, ...] = ()

    @property
    def accountability(self) -> int:
        """Number of accountability cases of the term, withdrawn ones among them."""
        return sum(each.type == ACCOUNTABILITY for each in self.matters)

    def met_share(self) -> Decimal | None:
        """Share of the counted and judged targets that were reached or on track; none where none was judged."""
        judged = [each for each in self.targets if each.counted and each.judged]
        return Decimal(sum(each.met for each in judged)) / len(judged) if judged else None

    def worsened(self) -> Decimal | None:
        """Number of counted targets that turned worse; none where none was judged."""
        judged = [each for each in self.targets if each.counted and each.judged]
        return Decimal(sum(each.worsened for each in judged)) if judged else None


def conduct_of(term: Term, known_on: dt.date, user: Any = None) -> Conduct:
    """Targets, cases and findings of a term, as known at the end of a day.

    Parameters
    ----------
    user
        Whose eyes see the cases; every case where none is given, for the operator of the machine.
    """
    book = StateBook(term.zone, known_on)
    package = book.package
    own = _same(term.body, package)
    targets = tuple(_targets(term, book, package))
    places = {each.place for each in targets if each.counted}
    known = every_matter(term.zone, known_on) if user is None else matters_known(user, term.zone, known_on)
    matters = [
        each
        for each in known
        if term.first <= each.opened_on <= term.last
        and each.type != REQUEST
        and (
            each.subject == f"official:{term.official}"
            or each.subject.removeprefix("organisation:") in own
            or (bool(own & set(each.parties)) if each.parties else each.subject in places)
        )
    ]
    overdue = tuple(
        each for each in matters if each.closed_on is None and each.due is not None and each.due < known_on
    )
    led = {each.place for each in targets if each.role == LEAD}
    return Conduct(
        targets, tuple(matters), tuple(_findings(term, own, known_on)), overdue, tuple(_reports(term, own, led, known_on, package))
    )


def _targets(term: Term, book: StateBook, package: ZonePackage) -> Iterable[TargetAtEnds]:
    seen: set[str] = set()
    if package.has_organisation(term.body):
        for span in spans_of(term.body, package):
            part = span.within(term.first, term.last)
            if part is None or span.place in seen:
                continue
            seen.add(span.place)
            yield TargetAtEnds(
                span.place, span.role, span.title, book.at(span.place, part.starts), book.at(span.place, part.ends or term.last),
                span.role in (LEAD, SUPPLY),
            )  # fmt: skip
    # The indicators of the zone stand beside it; the body answers for those that it leads or supplies only.
    for indicator in package.indicators:
        place = f"indicator:{indicator.number}"
        if place not in seen:
            first = max(term.first, package.zone.plan.issued)
            if first <= term.last:
                yield TargetAtEnds(place, "", indicator.name, book.at(place, first), book.at(place, term.last), counted=False)


def _findings(term: Term, own: frozenset[str], known_on: dt.date) -> Iterable[Found]:
    rows = InspectionFinding.objects.filter(
        tour__zone=term.zone, body__in=own, found_on__gte=term.first, found_on__lte=term.last, recorded_at__lt=known_by(known_on)
    ).select_related("tour")
    for row in rows.order_by("found_on", "pk"):
        words = _SEVERITY[Severity(row.severity)]
        yield Found(row.number, row.title, words, row.found_on, row.rule, row.tour.sample)


def _reports(
    term: Term, own: frozenset[str], led: set[str], known_on: dt.date, package: ZonePackage
) -> Iterable[Progress]:
    """What the body reported within the term, and what was reported for every lead of a duty that it leads."""
    titles = {duty.place: duty.title for duty in package.duties}
    by_body = Q(organisation__in=own, for_all=False) | Q(place__in=led, for_all=True)
    rows = latest_reports(term.zone, known_on=known_on).filter(
        by_body, reported_at__gte=known_by(term.first - dt.timedelta(days=1)), reported_at__lt=known_by(term.last)
    )
    for row in rows.order_by("reported_at", "id"):
        review = getattr(row, "review", None)
        if review is not None and review.reviewed_at >= known_by(known_on):
            review = None
        yield Progress(
            row.place, row.number, row.revision, titles.get(row.place, Text(zh=row.place, en=row.place)), row.role, row.for_all,
            row.period, timezone.localdate(row.reported_at), ReportState(row.state).label, row.percent,
            ReviewOutcome(review.outcome).label if review is not None else None, row.sample,
        )  # fmt: skip


_SEVERITY = {
    Severity.MINOR: Text(zh="一般", en="Minor"),
    Severity.SERIOUS: Text(zh="较重", en="Serious"),
    Severity.GRAVE: Text(zh="严重", en="Grave"),
}


def _same(body: str, package: ZonePackage) -> frozenset[str]:
    """Keys under which a case may name the body: its own, and those before it."""
    if not package.has_organisation(body):
        return frozenset({body})
    return frozenset({body, *(each.key for each in package.predecessors(body))})
