"""A round as it is read: its frozen result once signed, and before that what the scores given so far come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache

from ecociv.assessment.entries import Given, entries_of, gaps, with_entries
from ecociv.assessment.frozen import SEED, intervals_json, read_frozen
from ecociv.assessment.gather import gather
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.permissions import may_run, may_sign_off, require_read
from ecociv.assessment.rules import Assessment, Inputs, RuleSet, Units, digest_of_draws, score
from ecociv.assessment.stages import Stage
from ecociv.people.roles import Role

_LIVE_DRAWS = 100
"""Draws for a result that is not yet signed: enough for a first look, and quick. What is frozen has its own number."""
_REMEMBERED = 24 * 60 * 60
"""Seconds for which drawn intervals are remembered; what they rest on is part of the key, so that none is ever stale."""


@dataclass(frozen=True)
class Standing:
    """A round with its results.

    Attributes
    ----------
    computed
        Figures as they were gathered, before any score was given.
    intervals
        Best and worst rank by unit; None for a unit without a rank, empty where the rule set declares no uncertainty.
    missing
        Unit and item that only a person can score and nobody has; empty once signed.
    """

    round: AssessmentRound
    stage: Stage
    rules: RuleSet
    results: Assessment
    computed: Inputs
    given: Given
    intervals: Mapping[str, tuple[int | None, int | None]]
    draws: int
    missing: tuple[tuple[str, str], ...]
    snapshot: Snapshot | None

    @property
    def provisional(self) -> bool:
        """Whether nothing of it is frozen yet."""
        return self.snapshot is None


def standing_of(round_: AssessmentRound, *, intervals: bool = True, number: int | None = None) -> Standing:
    """A round by its newest frozen result, or another by number; by what is on record now, before sign-off."""
    snapshots = Snapshot.objects.filter(round=round_)
    snapshot = snapshots.filter(number=number).first() if number else snapshots.order_by("-number").first()
    rules, stage = RuleSet.model_validate(round_.rules), round_.stage
    if snapshot is not None:
        frozen = read_frozen(snapshot.content)
        given = entries_of(round_, snapshot.known_at)
        drawn = snapshot.data["intervals"]
        return Standing(
            round_,
            stage,
            frozen.rules,
            frozen.assessment(),
            frozen.computed,
            given,
            _pairs(drawn),
            drawn["draws"],
            (),
            snapshot,
        )
    found, given = gather(round_.zone, rules, round_.year), entries_of(round_)
    inputs = with_entries(found.inputs, given)
    results = score(rules, found.units, inputs, round_.year)
    shown: dict[str, Any] = {"units": {}, "draws": 0}
    if intervals and rules.uncertainty:
        shown = _drawn(rules, found.units, inputs, round_.year)
    missing = tuple(gaps(rules, found.units, given))
    return Standing(
        round_, stage, rules, results, found.inputs, given, _pairs(shown), shown["draws"], missing, None
    )


def _drawn(rules: RuleSet, units: Units, inputs: Inputs, year: int) -> dict[str, Any]:
    """Rank intervals of what is on record now, drawn once for each change of what they rest on.

    The seed is fixed, so that what is remembered is what would be drawn.
    """
    wanted = {unit: units[unit] for unit in sorted(units)}
    key = digest_of_draws(rules, wanted, inputs, year, seed=SEED, draws=_LIVE_DRAWS)
    found: dict[str, Any] | None = cache.get(f"assessment-draws-{key}")
    if found is None:
        found = intervals_json(rules, units, inputs, year, seed=SEED, draws=_LIVE_DRAWS)
        cache.set(f"assessment-draws-{key}", found, _REMEMBERED)
    return found


def _pairs(drawn: Mapping[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    return {unit: (each["low"], each["high"]) for unit, each in drawn["units"].items()}


def sees_unit(user: Any, standing: Standing, unit: str) -> bool:
    """Whether the user may see the result of a unit: before sign-off an officer sees only the own body's.

    Raises
    ------
    PermissionDenied
        For visitors.
    """
    require_read(user, standing.round.zone)
    return not standing.provisional or sees_all(user) or user.organisation == unit


def sees_all(user: Any) -> bool:
    """Whether the user sees the scores of every unit while a round runs."""
    return Role(user.role) in {Role.LEADING_GROUP_OFFICE, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR}


def may_do(user: Any, round_: AssessmentRound) -> Mapping[str, bool]:
    """What the user can do with the round as it stands: move it on, sign it off, sign a supplement."""
    stage = round_.stage
    runs, signs = may_run(user, round_.zone), may_sign_off(user, round_.zone)
    return {
        "move": runs and stage.following not in {None, Stage.SIGNED},
        "sign": signs and stage is Stage.AUDIT,
        "supplement": signs and stage is Stage.SIGNED,
    }
