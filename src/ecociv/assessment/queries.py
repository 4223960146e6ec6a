"""Reading assessments: live as of any moment, and rounds with their frozen results."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ecociv.assessment.entries import entries_of, with_entries
from ecociv.assessment.frozen import intervals_json
from ecociv.assessment.gather import Gathered, gather
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.permissions import require_read
from ecociv.assessment.rules import Assessment, Inputs, RuleSet, load_rule_set, score


@dataclass(frozen=True)
class Live:
    """An assessment as it stands, nothing recorded."""

    rules: RuleSet
    gathered: Gathered
    inputs: Inputs
    results: Assessment

    def to_json(self, *, intervals: bool = True) -> dict[str, Any]:
        """Units with score, rank, rank interval, items and reasons, decimals as text."""
        moment = self.gathered.moment
        drawn = (
            intervals_json(self.rules, self.gathered.units, self.inputs, moment.year)
            if intervals and self.rules.uncertainty
            else None
        )
        units = []
        for unit, result in self.results.items():
            body = moment.package.organisation(unit)
            found = drawn["units"][unit] if drawn else None
            units.append(
                {
                    **result.to_json(),
                    "code": body.division_code or "",
                    "rank_interval": [found["low"], found["high"]] if found else None,
                }
            )
        return {
            "zone": moment.zone,
            "rules": self.rules.key,
            "version": self.rules.version,
            "rules_digest": self.rules.digest,
            "year": moment.year,
            "as_of": moment.known_at.isoformat(),
            "seed": drawn["seed"] if drawn else None,
            "draws": drawn["draws"] if drawn else None,
            "units": units,
        }


def live(zone: str, rule_set: str, year: int, as_of: dt.datetime | None = None) -> Live:
    """Score the units of a zone from what was on record at a moment, with the scores given in the newest round.

    Raises
    ------
    DeclarationError
        When there is no such rule set.
    OutsideValidity
        When it does not hold in the year.
    """
    rules = load_rule_set(rule_set, zone)
    found = gather(zone, rules, year, as_of=as_of)
    rounds = AssessmentRound.objects.filter(
        zone=zone, rule_set=rules.key, year=year, opened_at__lte=found.moment.known_at
    )
    newest = rounds.order_by("-pk").first()
    inputs: Inputs = found.inputs
    if newest is not None:
        inputs = with_entries(found.inputs, entries_of(newest, found.moment.known_at))
    return Live(rules, found, inputs, score(rules, found.units, inputs, year))


def rounds_for(user: Any, zone: str) -> list[AssessmentRound]:
    """Rounds of a zone, newest first.

    Raises
    ------
    PermissionDenied
        For visitors.
    """
    require_read(user, zone)
    return list(AssessmentRound.objects.filter(zone=zone))


def snapshots_of(user: Any, round_: AssessmentRound) -> list[Snapshot]:
    """Frozen results of a round, the newest last.

    Raises
    ------
    PermissionDenied
        For visitors.
    """
    require_read(user, round_.zone)
    return list(Snapshot.objects.filter(round=round_).order_by("number"))
