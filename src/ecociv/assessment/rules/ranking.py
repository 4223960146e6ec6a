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
    """Rank by total, then by the tie-breakers; unqualified units come last or get no rank, as declared."""
    eligible = total >= 0
    if rules.ranking.unqualified == "unranked":
        eligible &= ~unqualified
    rank = np.zeros(total.shape, dtype=np.int64)
    of = np.zeros(total.shape, dtype=np.int64)
    names = list(rules.categories)
    breakers = [categories[:, names.index(key)] for key in rules.ranking.tie_breakers]
    for one in np.unique(group):
        members = np.flatnonzero((group == one) & eligible)
        of[group == one] = members.size
        if members.size < rules.ranking.least_ranked:
            continue
        # The last key of lexsort is the first to decide.
        columns = [-breaker[members] for breaker in reversed(breakers)]
        columns += [-total[members], unqualified[members].astype(np.int64)]
        order = np.lexsort(columns)
        ordered = np.stack(columns)[:, order]
        new = np.ones(members.size, dtype=np.bool_)
        new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
        if rules.ranking.ties == "dense":
            found = np.cumsum(new)
        else:
            found = np.maximum.accumulate(np.where(new, np.arange(1, members.size + 1), 0))
        rank[members[order]] = found
    return Ranks(rank, of)
