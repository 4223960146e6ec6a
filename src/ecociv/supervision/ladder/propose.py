"""Asking the triggers and putting what they propose on record; no case is opened here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.people import audit
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.ladder.declaration import load_triggers
from ecociv.supervision.ladder.fired import Fired
from ecociv.supervision.ladder.gather import gather
from ecociv.supervision.ladder.models import Proposal, ProposalStanding
from ecociv.supervision.ladder.names import holders
from ecociv.supervision.ladder.triggers import fire

AUTHOR = "ecociv supervision propose"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of asking: proposals new on record, those that stopped holding, those that hold again."""

    day: dt.date
    new: tuple[Proposal, ...]
    ended: tuple[Proposal, ...]
    again: tuple[Proposal, ...]
    holding: int

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "day": self.day.isoformat(),
            "holding": self.holding,
            "new": [proposal_as_json(each) for each in self.new],
            "no_longer_hold": [each.pk for each in self.ended],
            "hold_again": [each.pk for each in self.again],
        }


def proposal_as_json(proposal: Proposal) -> dict[str, Any]:
    """A proposal as plain JSON values."""
    return {
        "id": proposal.pk,
        "trigger": proposal.trigger,
        "subject": proposal.subject,
        "occurrence": proposal.occurrence,
        "title": proposal.title.to_mapping(),
        "proposes": proposal.proposes,
        "severity": proposal.severity,
        "bodies": proposal.bodies,
        "first_day": proposal.first_day.isoformat(),
        "reasons": proposal.reasons,
        "evidence": proposal.evidence,
        "sample": proposal.sample,
    }


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask every trigger of a zone about a day, and record each occurrence once.

    What held before and holds no more is marked with the day from which it does not; it stays on record. Asked about
    an earlier day than before, it adds what was missed and marks nothing as ended.

    Parameters
    ----------
    zone : str
    day : datetime.date, optional
        Today, when not given.
    author : user or str
        Who asked; a name for the nightly job.
    """

    zone: str
    day: dt.date | None = None
    author: Any = AUTHOR

    def check(self) -> tuple[Fired, ...]:
        """Every occurrence up to the day, those that no longer hold included; nothing is written.

        Raises
        ------
        DeclarationError
            When the triggers do not hold together.
        ZoneNotLoaded
            When the database holds no plan of the zone.
        """
        return self._fired(current_package(self.zone), self.day or timezone.localdate())

    def execute(self) -> Proposed:
        """Record what is new and what has ended; a second call adds nothing."""
        day = self.day or timezone.localdate()
        package = current_package(self.zone)
        found = self._fired(package, day)
        triggers = load_triggers(self.zone).triggers
        with transaction.atomic():
            known = {
                (each.trigger, each.occurrence): each for each in Proposal.objects.filter(zone=self.zone)
            }
            new = [
                self._record(each, triggers[each.trigger].digest, package, day)
                for each in found
                if each.holds and (each.trigger, each.occurrence) not in known
            ]
            ended, again = self._standings(known, found, day)
        return Proposed(day, tuple(new), tuple(ended), tuple(again), sum(each.holds for each in found))

    def _fired(self, package: ZonePackage, day: dt.date) -> tuple[Fired, ...]:
        triggers = load_triggers(self.zone).triggers
        return fire(triggers, gather(package, triggers, day), day)

    def _record(self, each: Fired, digest: str, package: ZonePackage, day: dt.date) -> Proposal:
        proposal, created = Proposal.objects.get_or_create(
            zone=self.zone,
            trigger=each.trigger,
            occurrence=each.occurrence,
            defaults={
                "kind": each.kind,
                "digest": digest,
                "subject": each.subject,
                "title_zh": each.title.zh[:300],
                "title_en": each.title.en[:300],
                "proposes": each.proposes,
                "severity": each.severity.value,
                "reasons": [reason.to_json() for reason in each.reasons],
                "evidence": [ref.to_json() for ref in each.evidence],
                "bodies": list(holders(package, each.bodies, day)),
                "sample": each.sample,
                "first_day": each.first_day,
                "day": day,
                "recorded_at": timezone.now(),
            },
        )
        if created:
            audit.record(
                actor=self.author,
                action="propose",
                zone=self.zone,
                subject_kind="proposal",
                subject_key=str(proposal.pk),
                after=proposal_as_json(proposal),
            )
        return proposal

    def _standings(
        self, known: dict[tuple[str, str], Proposal], found: Iterable[Fired], day: dt.date
    ) -> tuple[list[Proposal], list[Proposal]]:
        now = {(each.trigger, each.occurrence): each for each in found}
        last: dict[int, ProposalStanding] = {}
        for row in ProposalStanding.objects.filter(proposal__zone=self.zone).order_by("id"):
            last[row.proposal_id] = row
        ended: list[Proposal] = []
        again: list[Proposal] = []
        for key, proposal in known.items():
            before = last.get(proposal.pk)
            if day < max(proposal.day, before.day if before else proposal.day):
                continue
            fired = now.get(key)
            holds = fired is not None and fired.holds
            if holds == (before is None or before.holds):
                continue
            since = fired.ended_on if fired is not None and fired.ended_on else day
            ProposalStanding.objects.create(
                proposal=proposal, holds=holds, since=since, day=day, recorded_at=timezone.now()
            )
            audit.record(
                actor=self.author,
                action="proposal-holds-again" if holds else "proposal-no-longer-holds",
                zone=self.zone,
                subject_kind="proposal",
                subject_key=str(proposal.pk),
                after={"holds": holds, "since": since},
            )
            (again if holds else ended).append(proposal)
        return ended, again
