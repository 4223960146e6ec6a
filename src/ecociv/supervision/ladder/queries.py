"""Reading proposals as known on any day, what waits for somebody, and the ladder in numbers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecociv.casework.models import Case
from ecociv.casework.queries import cases_for
from ecociv.casework.recorded import as_known
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.supervision.ladder.decide import may_decide
from ecociv.supervision.ladder.declaration import Severity
from ecociv.supervision.ladder.models import Proposal, ProposalDecision, ProposalStanding

TYPES = ("supervision-order", "interview", "accountability")
COLOURS = ("blue", "yellow", "red")


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposal with whether it still holds and what was decided."""

    proposal: Proposal
    holds: bool
    ended_on: dt.date | None
    decisions: tuple[ProposalDecision, ...]

    @property
    def decision(self) -> ProposalDecision | None:
        """The last decision."""
        return self.decisions[-1] if self.decisions else None

    def state(self, day: dt.date) -> str:
        """open, deferred, accepted, declined or gone (no longer holds, undecided)."""
        last = self.decision
        if last is not None and last.decision != ProposalDecision.Decision.DEFERRED:
            return str(last.decision)
        if not self.holds:
            return "gone"
        if last is not None and last.until is not None and last.until > day:
            return "deferred"
        return "open"


def proposals(user: Any, zone: str, *, as_of: dt.datetime | None = None) -> list[Standing]:
    """Every proposal of a zone, the gravest and oldest first, as known at a moment; for people of the zone.

    Raises
    ------
    PermissionDenied
        For visitors.
    """
    require(user, Action.READ, zone=zone)
    rows = Proposal.objects.filter(zone=zone)
    standings = ProposalStanding.objects.filter(proposal__zone=zone).order_by("id")
    decisions = ProposalDecision.objects.filter(proposal__zone=zone).select_related("case").order_by("id")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
        standings, decisions = (
            standings.filter(recorded_at__lte=as_of),
            decisions.filter(recorded_at__lte=as_of),
        )
    last = {row.proposal_id: row for row in standings}
    decided: dict[int, list[ProposalDecision]] = {}
    for row in decisions:
        decided.setdefault(row.proposal_id, []).append(row)
    found = [_standing(each, last.get(each.pk), decided.get(each.pk, [])) for each in rows]
    return sorted(
        found, key=lambda s: (Severity(s.proposal.severity).rank, s.proposal.first_day, s.proposal.pk)
    )


def _standing(proposal: Proposal, last: ProposalStanding | None, decided: list[ProposalDecision]) -> Standing:
    holds = last is None or last.holds
    return Standing(proposal, holds, None if holds or last is None else last.since, tuple(decided))


def proposal_standing(user: Any, proposal: Proposal, *, as_of: dt.datetime | None = None) -> Standing:
    """One proposal with its standing and decisions, as known at a moment."""
    require(user, Action.READ, zone=proposal.zone)
    standings, decisions = proposal.standings.order_by("-id"), proposal.decisions.select_related("case")
    if as_of is not None:
        standings, decisions = (
            standings.filter(recorded_at__lte=as_of),
            decisions.filter(recorded_at__lte=as_of),
        )
    return _standing(proposal, standings.first(), list(decisions.order_by("id")))


def waiting_for(user: Any, zone: str, day: dt.date, *, as_of: dt.datetime | None = None) -> list[Standing]:
    """The proposals on which the user can decide, as known at a moment; for the page of one's own work."""
    if not getattr(user, "is_authenticated", False) or getattr(user, "zone", "") != zone:
        return []
    allowed: dict[str, bool] = {}
    found = []
    for each in proposals(user, zone, as_of=as_of):
        if each.state(day) != "open":
            continue
        kind = each.proposal.proposes
        if kind not in allowed:
            allowed[kind] = bool(may_decide(user, each.proposal).ok)
        if allowed[kind]:
            found.append(each)
    return found


def ladder_counts(user: Any, zone: str) -> dict[str, dict[str, int]]:
    """Number of cases of the ladder by type and state, as far as the user may see them."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in TYPES}
    rows = cases_for(user, zone).filter(type__in=TYPES).order_by().values_list("type", "state")
    for kind, state in rows:
        found[kind][state] += 1
    return {kind: dict(counts) for kind, counts in found.items()}


def open_orders(user: Any, zone: str, *, as_of: dt.datetime | None = None) -> list[Case]:
    """Open cases of the ladder with their bodies, by due day, as known at a moment."""
    found = cases_for(user, zone, as_of=as_of).filter(type__in=TYPES)
    rows: Iterable[Case]
    if as_of is None:
        rows = found.filter(closed_at__isnull=True).prefetch_related("parties")
    else:
        rows = [case for case in as_known(found, as_of) if case.closed_at is None]
    return sorted(rows, key=lambda case: (case.due or dt.date.max, case.pk))
