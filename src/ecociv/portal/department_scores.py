"""The scores of a body by year: what is signed for people of the zone, what still runs only for whoever may see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from ecociv.assessment.queries import rounds_for
from ecociv.assessment.rules import InputError, OutsideValidity
from ecociv.assessment.stages import Stage
from ecociv.assessment.standing import sees_all, standing_of
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.queries import ZoneNotLoaded
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class ScoreOfYear:
    """What a body scored in one round.

    ``total`` is none where the round leaves the body out of the scoring; ``rank`` is none where it is not ranked.
    """

    year: int
    rules: str
    total: Decimal | None
    grade: str
    rank: int | None
    of: int
    provisional: bool
    stage: str
    sample: bool
    url: str


def scores_of(user: Any, zone: str, body: str) -> tuple[ScoreOfYear, ...] | None:
    """Every round in which a body was assessed, the newest year first; none for whoever may read no scores.

    A signed round is read from what was frozen. Of the rounds that still run, the newest of each rule set and year is
    shown, and only to oversight and to the body itself.
    """
    if not allowed(user, Action.READ, zone=zone, public=False):
        return None
    own = sees_all(user) or getattr(user, "organisation", "") == body
    found, seen = [], set()
    for round_ in rounds_for(user, zone):
        open_ = round_.stage is not Stage.SIGNED
        which = (round_.rule_set, round_.year, open_)
        if (open_ and (not own or which in seen)) or round_.rules.get("unit_kind") not in (
            "county",
            "department",
        ):
            continue
        seen.add(which)
        try:
            standing = standing_of(round_, intervals=False)
        except (OutsideValidity, InputError, ZoneNotLoaded):
            continue
        result = standing.results.get(body)
        if result is None:
            continue
        found.append(
            ScoreOfYear(
                round_.year,
                standing.rules.title.in_language(language()),
                result.total,
                result.grade.title.in_language(language()) if result.grade else "",
                result.rank,
                result.of,
                standing.provisional,
                standing.stage.label.in_language(language()),
                result.sample,
                reverse("portal:assessment-unit", args=[round_.pk, body]),
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.year, each.provisional)))
