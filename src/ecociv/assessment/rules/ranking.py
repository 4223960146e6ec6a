"""Ranks within peer groups, by the declared rule for equals. Nobody is ranked outside the group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.exact import Ints


@dataclass(frozen=True, eq=False)
class Ranks:
    """Rank of each unit in its group (0: none), and how many were ranked there."""

    rank: Ints
    of: Ints


def ranks_of(
    rules: RuleSet, group: Ints, total: Ints, categories: Ints, unqualified: NDArray[np.bool_]
) -> Ranks:
    """Rank by total, then by the tie-breakers; unqualified units come last or get no rank, as declared.

    All groups are sorted at once, however many there are: the groups of a thousand draws are ranked like three.
    """
    eligible = total >= 0
    if rules.ranking.unqualified == "unranked":
        eligible &= ~unqualified
    rank = np.zeros(total.shape, dtype=np.int64)
    members = np.flatnonzero(eligible)
    of = np.bincount(group[members], minlength=int(group.max(initial=-1)) + 1)[group]
    if not members.size:
        return Ranks(rank, of)
    names = list(rules.categories)
    breakers = [categories[:, names.index(key)] for key in rules.ranking.tie_breakers]
    # The last key of lexsort is the first to decide.
    columns = [-breaker[members] for breaker in reversed(breakers)]
    columns += [-total[members], unqualified[members].astype(np.int64), group[members]]
    order = np.lexsort(columns)
    ordered = np.stack(columns)[:, order]
    new = np.ones(members.size, dtype=np.bool_)
    new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    first = np.ones(members.size, dtype=np.bool_)
    first[1:] = ordered[-1, 1:] != ordered[-1, :-1]
    places = np.arange(members.size)
    begin = np.maximum.accumulate(np.where(first, places, 0))  # where the unit's group begins
    if rules.ranking.ties == "dense":
        steps: Ints = np.asarray(np.cumsum(new))
        found: Ints = np.asarray(steps - steps[begin] + 1)
    else:
        found = np.maximum.accumulate(np.where(new, places, 0)) - begin + 1
    ranked = members[order]
    rank[ranked] = np.where(of[ranked] < rules.ranking.least_ranked, 0, found)
    return Ranks(rank, of)
