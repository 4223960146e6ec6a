"""The risk of a unit, as a sum of declared points with its reasons. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.supervision.inspection.declaration import InspectionRules


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a unit: a factor, how often, and the figures in words."""

    factor: str
    count: int
    text: Text


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of the arithmetic: ``count`` times ``each``, at most ``most``, gives ``points``."""

    factor: str
    title: Text
    text: Text
    count: int
    each: int
    most: int
    points: int

    def to_json(self) -> dict[str, object]:
        """Plain values for the record."""
        return {
            "factor": self.factor,
            "title": self.title.to_mapping(),
            "text": self.text.to_mapping(),
            "count": self.count,
            "each": self.each,
            "most": self.most,
            "points": self.points,
        }


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that can be inspected: a task, a project, an indicator, a body or a station."""

    key: str
    kind: str
    name: Text
    bodies: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class RatedUnit:
    """A unit with its score, its arithmetic and its stratum."""

    unit: Unit
    score: int
    reasons: tuple[Scored, ...]
    stratum: str
    certainty: bool


CERTAINTY = "certainty"


def rate(unit: Unit, rules: InspectionRules) -> RatedUnit:
    """Score a unit by the declared factors.

    Raises
    ------
    KeyError
        When a fact names a factor that is not declared.
    """
    reasons = []
    for fact in unit.facts:
        factor = rules.factors[fact.factor]
        points = min(fact.count * factor.points, factor.most)
        reasons.append(
            Scored(fact.factor, factor.title, fact.text, fact.count, factor.points, factor.most, points)
        )
    score = sum(each.points for each in reasons)
    certain = score >= rules.certainty_from
    return RatedUnit(
        unit, score, tuple(reasons), CERTAINTY if certain else rules.stratum_of(score), certain
    )


def rate_all(units: Iterable[Unit], rules: InspectionRules) -> tuple[RatedUnit, ...]:
    """All units rated, in the order of their keys."""
    return tuple(rate(unit, rules) for unit in sorted(units, key=lambda each: each.key))
