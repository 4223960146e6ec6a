"""What people do about findings: decide, take marks back, declare maintenance. Each with its reason, none undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import FindingDecision, Maintenance, Place, QualityFinding, Series
from ecociv.evidence.quality.marks import requalified
from ecociv.evidence.store import EvidenceStore
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action


class DecisionRefused(ValueError):
    """A decision without a reason, on nothing, or one that would change nothing."""


class AlreadyDeclared(DecisionRefused):
    """The same window of the same instrument is on record."""


def _authorise(author: Any, zone: str, lead: Iterable[str]) -> None:
    """Accounts are asked for their permission; work without one (a command on the server) is not."""
    if isinstance(author, User):
        require(author, Action.RECORD_EVIDENCE, zone=zone, lead=lead)


@dataclass(slots=True)
class DecideFinding:
    """Confirm, explain or dismiss a finding. The newest decision stands; those before it stay on record.

    The body that supplies the series may explain; to confirm or dismiss is for the office, which has no readings of its own.

    Parameters
    ----------
    finding
        Number of the finding.
    decision
        "confirm", "explain" or "dismiss".
    reason
        Why; kept for good.
    lead
        Keys of the bodies that supply the series.
    """

    finding: int
    decision: str
    reason: str
    author: Any
    zone: str = "jingdezhen"
    lead: Iterable[str] = ()

    def check(self) -> QualityFinding:
        """The finding that would be decided.

        Raises
        ------
        DecisionRefused
            When there is no such finding or decision, or no reason.
        PermissionDenied
            When the account may not record evidence of these bodies.
        """
        found = QualityFinding.objects.filter(pk=self.finding, run__zone=self.zone).first()
        if found is None:
            raise DecisionRefused(f"There is no finding {self.finding} in {self.zone}.")
        explains = self.decision == FindingDecision.Decision.EXPLAIN
        _authorise(self.author, self.zone, self.lead if explains else ())
        if self.decision not in FindingDecision.Decision.values:
            known = ", ".join(FindingDecision.Decision.values)
            raise DecisionRefused(f"{self.decision!r} is no decision; there are: {known}.")
        if not self.reason.strip():
            raise DecisionRefused(
                "A decision needs its reason: whoever looks at it later must be able to follow it."
            )
        return found

    def execute(self) -> FindingDecision:
        """Record the decision."""
        found = self.check()
        with transaction.atomic():
            made = FindingDecision.objects.create(
                identity=found.identity,
                finding=found,
                decision=self.decision,
                reason=self.reason.strip(),
                author=account_of(self.author),
                author_name=name_of(self.author),
                decided_at=timezone.now(),
            )
            audit.record(
                actor=self.author,
                action="evidence.decide-finding",
                zone=self.zone,
                subject_kind="series",
                subject_key=found.series.key,
                after={"finding": found.identity, "rule": found.rule, "decision": self.decision},
                reason=self.reason,
            )
        return made


@dataclass(slots=True)
class LiftMarks:
    """Take the marks of a rule in a period back to good: the same values as a new revision, with author and reason.

    Runs of quality control leave these values alone from then on, as long as the values stay the same. For the office
    only: who supplies a series does not clear its own marks.
    """

    series: str
    rule: str
    start: datetime
    end: datetime
    author: Any
    reason: str
    zone: str = "jingdezhen"
    store: EvidenceStore | None = None

    def check(self) -> int:
        """How many marks would be lifted.

        Raises
        ------
        DecisionRefused
            When there is no reason, no such series, or no such mark in the period.
        PermissionDenied
            When the account may not record evidence of every body.
        """
        return int(self._rows().num_rows)

    def execute(self) -> int:
        """Lift the marks; returns how many."""
        rows = self._rows()
        content = {
            "lift": [self.series, self.rule, self.start.isoformat(), self.end.isoformat(), rows.num_rows]
        }
        AppendObservations(
            requalified(rows, "good", [None] * rows.num_rows),
            author=self.author,
            kind="correction",
            source=digest_of_json(content),
            sample=bool(rows.column("sample")[0].as_py()),
            reason=self.reason.strip(),
            zone=self.zone,
            store=self.store,
            label="Lifting of marks",
        ).execute()
        return int(rows.num_rows)

    def _rows(self) -> Any:
        _authorise(self.author, self.zone, ())
        if not self.reason.strip():
            raise DecisionRefused("Taking a mark back needs its reason: it is kept with the value for good.")
        series = Series.objects.filter(key=self.series).first()
        if series is None:
            raise DecisionRefused(f"There is no series {self.series!r}.")
        self.store = self.store or EvidenceStore()
        table = self.store.observations([series.pk], start=self.start, end=self.end)
        kept = [
            at
            for at, (quality, reason) in enumerate(
                zip(
                    table.column("quality").to_pylist(),
                    table.column("quality_reason").to_pylist(),
                    strict=True,
                )
            )
            if quality == "suspect" and reason == self.rule
        ]
        if not kept:
            raise DecisionRefused(
                f"{self.series} has no value marked by {self.rule} in this period; nothing to take back."
            )
        return table.take(kept)


@dataclass(slots=True)
class DeclareMaintenance:
    """Put on record that an instrument was worked on. Declaring late is allowed, and seen: the moment is kept.

    Parameters
    ----------
    place
        Key of the place.
    series
        Key of one series of it; all series of the place when empty.
    sample
        Whether it concerns the generated sample series of the place; else its real ones.
    declared_at
        When it was declared, where that was before it came on record here (taken over from a paper, or sample data);
        only for work on the server without an account. Now when not given.
    """

    place: str
    start: datetime
    end: datetime
    reason: str
    author: Any
    series: str = ""
    zone: str = "jingdezhen"
    lead: Iterable[str] = ()
    sample: bool = False
    declared_at: datetime | None = None

    def check(self) -> tuple[Place, Series | None]:
        """The place and series concerned.

        Raises
        ------
        DecisionRefused
            When the place or series is unknown, the period empty or without time zone, or the reason missing.
        PermissionDenied
            When the account may not record evidence of these bodies.
        """
        _authorise(self.author, self.zone, self.lead)
        place = Place.objects.filter(key=self.place).first()
        if place is None:
            raise DecisionRefused(f"There is no place {self.place!r}.")
        known = Series.objects.filter(key=self.series, place=place, sample=self.sample)
        series = known.first() if self.series else None
        if self.series and series is None:
            raise DecisionRefused(f"{self.place} has no series {self.series!r}.")
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise DecisionRefused("Maintenance has a beginning and a later end, both with their time zone.")
        if not self.reason.strip():
            raise DecisionRefused("Say what was done to the instrument.")
        if self.declared_at is not None and isinstance(self.author, User):
            raise DecisionRefused("The moment of a declaration is when it is made; it is not given.")
        same = Maintenance.objects.filter(
            zone=self.zone,
            place=place,
            series=series,
            sample=self.sample,
            starts_at=self.start,
            ends_at=self.end,
        )
        if same.exists():
            raise AlreadyDeclared(f"This maintenance of {self.place} is declared already.")
        return place, series

    def execute(self) -> Maintenance:
        """Record the maintenance; its readings are marked by the next run of quality control."""
        place, series = self.check()
        now = timezone.now()
        with transaction.atomic():
            made = Maintenance.objects.create(
                zone=self.zone,
                place=place,
                series=series,
                starts_at=self.start,
                ends_at=self.end,
                reason=self.reason.strip()[:400],
                author=account_of(self.author),
                author_name=name_of(self.author),
                declared_at=self.declared_at or now,
                recorded_at=now,
                sample=self.sample,
            )
            audit.record(
                actor=self.author,
                action="evidence.declare-maintenance",
                zone=self.zone,
                subject_kind="place",
                subject_key=self.place,
                after={"from": self.start.isoformat(), "to": self.end.isoformat(), "series": self.series},
                reason=self.reason,
            )
        return made
