"""The conflict matrix: whether two classes can hold on the same ground, which prevails, and what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.territory.rules.declaration import ConflictRule
from ecociv.territory.rules.loading import SpaceRules, space_rules


@dataclass(frozen=True)
class Conflict:
    """Two classes that cannot both hold.

    Attributes
    ----------
    prevails, yields : tuple of kind and class, or None
        None where the bodies have to agree.
    priority_a, priority_b : int
        Ranks of the classes in the order in which they were asked for; 1 comes first.
    """

    key: str
    severity: str
    kind_a: str
    class_a: str
    kind_b: str
    class_b: str
    priority_a: int
    priority_b: int
    prevails: tuple[str, str] | None
    yields: tuple[str, str] | None
    cause: Text
    resolution: Text
    citation: Text
    verified: bool


def conflict_between(
    kind_a: str, class_a: str, kind_b: str, class_b: str, on: dt.date, *, zone: str = "jingdezhen"
) -> Conflict | None:
    """The conflict of two classes on a day, or none; the order of the two does not matter.

    Rows of the zone come before those of the nation; the first that fits counts.

    Examples
    --------
    >>> found = conflict_between(
    ...     "urban-plan", "M", "permanent-basic-farmland", "basic-farmland", dt.date(2016, 1, 1)
    ... )
    >>> found.key, found.prevails, found.yields
    ('farmland-against-city-plan', ('permanent-basic-farmland', 'basic-farmland'), ('urban-plan', 'M'))
    >>> conflict_between("urban-plan", "G", "urban-control-lines", "green-line", dt.date(2016, 1, 1)) is None
    True
    """
    rules = space_rules(zone)
    for row in rules.conflicts:
        first = row.from_ or rules.conflict_defaults.from_
        if on < first or (row.to is not None and on > row.to):
            continue
        if row.a.covers(kind_a, class_a) and row.b.covers(kind_b, class_b):
            return _conflict(row, rules, (kind_a, class_a), (kind_b, class_b), turned=False)
        if row.a.covers(kind_b, class_b) and row.b.covers(kind_a, class_a):
            return _conflict(row, rules, (kind_a, class_a), (kind_b, class_b), turned=True)
    return None


def _conflict(
    row: ConflictRule, rules: SpaceRules, one: tuple[str, str], other: tuple[str, str], *, turned: bool
) -> Conflict:
    rank_one, rank_other = rules.priority(*one), rules.priority(*other)
    left, right = (other, one) if turned else (one, other)
    winner: tuple[str, str] | None = None
    if row.prevails in ("a", "b"):
        winner = left if row.prevails == "a" else right
    elif row.prevails == "priority" and rank_one != rank_other:
        winner = one if rank_one < rank_other else other
    loser = None if winner is None else (other if winner == one else one)
    return Conflict(
        key=row.key,
        severity=row.severity,
        kind_a=one[0],
        class_a=one[1],
        kind_b=other[0],
        class_b=other[1],
        priority_a=rank_one,
        priority_b=rank_other,
        prevails=winner,
        yields=loser,
        cause=row.cause,
        resolution=row.resolution,
        citation=row.citation or rules.conflict_defaults.citation,
        verified=row.verified,
    )
