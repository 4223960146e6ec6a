"""Days above a limit that the neighbours have and the station never has."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, found, not_valid
from ecociv.evidence.falsification.shape import by_day, log_of, mean_of_rows, middle

LEAST_DAYS = 10
"""Days that must be expected above the limit."""
LEAST_SHARE = 0.8
"""Share of a day's readings that its mean needs (20 of 24 hours: GB 3095-2012, table 4)."""


def limit_avoidance(
    values: ArrayLike, neighbours: ArrayLike, limit: float, per_day: int = 24, threshold: float | None = None
) -> Finding:
    """Days that should be above a limit by what the neighbours show, and are not.

    The day's mean that is expected of the station is the median of the neighbours' means times the station's usual ratio to
    it (the median over all days). An honest station crosses the limit now where the expectation does not, now the other
    way round; one whose days are brought below the limit crosses it one way only.

    Parameters
    ----------
    values, neighbours
        Shapes (readings,) and (neighbours, readings), from a midnight on; NaN where there is none.
    limit
        Limit of the mean of a day; a mean that equals it complies.

    Returns
    -------
    Finding
        ``statistic`` is the number of days expected above and found at or below, less those expected at or below and found
        above, over all days expected above: 1 when every such day is missing. The p-value is the exact sign test over
        the days on which the two disagree.

    Notes
    -----
    Does not apply with fewer than ten days expected above the limit. A few years give a place with clean air enough days
    where one does not.
    Source: Q. McNemar, Psychometrika 12 (1947) 153-157, in its exact form.
    """
    from scipy import stats  # a second to import: only where it is used

    least = int(np.ceil(LEAST_SHARE * per_day))
    own = mean_of_rows(by_day(values, per_day), least)
    near = middle([mean_of_rows(by_day(each, per_day), least) for each in np.atleast_2d(neighbours)])
    ratio = log_of(own) - log_of(near)
    known = np.isfinite(ratio)
    expected = np.full(own.shape, np.nan)
    if known.any():
        expected = near * np.exp(np.median(ratio[known]))
    above = known & (expected > limit)
    if (days := int(above.sum())) < LEAST_DAYS:
        return not_valid(
            "limit-avoidance",
            days,
            Text(
                zh=f"按邻站推算超过限值{limit:g}的日子有{days}个，至少需要{LEAST_DAYS}个",
                en=f"By the neighbours {days} days should be above the limit {limit:g}; {LEAST_DAYS} are needed.",
            ),
        )
    missing = np.flatnonzero(above & (own <= limit))
    other = int((known & (expected <= limit) & (own > limit)).sum())
    return found(
        "limit-avoidance",
        (missing.size - other) / days,
        days,
        Text(
            zh=f"按邻站推算有{days}天日均值超过限值{limit:g}，其中{missing.size}天未超；推算未超而超过的有{other}天",
            en=f"By the neighbours {days} days should have a mean above the limit {limit:g}; {missing.size} of them are not above it, while {other} other days are.",
        ),
        p_value=float(stats.binom.sf(missing.size - 1, missing.size + other, 0.5)) if missing.size else 1.0,
        evidence={
            "kind": "avoidance",
            "limit": limit,
            "expected_above": days,
            "missing": int(missing.size),
            "the_other_way": other,
            "days": [
                {
                    "day": int(day),
                    "expected": round(float(expected[day]), 3),
                    "own": round(float(own[day]), 3),
                }
                for day in missing[:200]
            ],
        },
        causes=(causes.LOCAL_SOURCE, causes.SHELTERED, causes.CONTROL),
        threshold=threshold,
    )
