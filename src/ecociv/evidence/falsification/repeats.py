"""Days that repeat another day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, found, not_valid
from ecociv.evidence.falsification.shape import by_day, resolution

LEAST_SHARE = 0.75
"""Share of a day's readings that must be known, in both days together."""


def repeated_days(
    values: ArrayLike, per_day: int = 24, step: float | None = None, threshold: float | None = None
) -> Finding:
    """The closest pair of days of a series.

    ``statistic`` is the spread within the calmer of the two days over the root mean square distance between them, the
    distance never counted below a hundredth of the spread: 100 is an exact copy, 10 a copy with a tenth of its spread
    as noise. Days whose spread is below three steps of the instrument are left out: with so few steps days agree by
    accident. The work is three products of matrices.

    Notes
    -----
    Does not apply below 20 such days, nor with fewer than six readings a day.
    """
    days = by_day(values, per_day)
    step = step or resolution(values) or 0.0
    known = ~np.isnan(days)
    count = known.sum(axis=1)
    filled = np.where(known, days, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    within = np.sqrt(np.where(known, (days - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count, 1))
    use = np.flatnonzero((count >= LEAST_SHARE * per_day) & (within >= 3 * step) & (within > 0))
    if use.size < 20 or per_day < 6:
        return not_valid(
            "repeated-days",
            use.size,
            Text(
                zh=f"变化明显的日子{use.size}个，至少需要20个，且每日不少于6个读数",
                en=f"{use.size} days vary enough; 20 are needed, with six readings a day or more.",
            ),
        )
    table, mask, scale = filled[use], known[use].astype(float), within[use]
    level = float(np.mean(mean[use]))
    table = np.where(known[use], table - level, 0.0)  # keeps the products small, so that nothing cancels
    squares = table**2
    shared = mask @ mask.T
    distance2 = np.maximum(squares @ mask.T + mask @ squares.T - 2 * table @ table.T, 0.0)
    calm = np.minimum(scale[:, None], scale[None, :])
    distance = np.sqrt(distance2 / np.maximum(shared, 1))
    closeness = calm / np.maximum(distance, calm / 100)
    closeness[shared < LEAST_SHARE * per_day] = 0.0
    closeness[np.tril_indices(use.size)] = 0.0
    limit = threshold or None
    first, second = np.unravel_index(int(np.argmax(closeness)), closeness.shape)
    best = float(closeness[first, second])
    one, other = int(use[first]), int(use[second])
    outcome = found(
        "repeated-days",
        best,
        use.size,
        Text(
            zh=f"第{one + 1}日与第{other + 1}日的{int(shared[first, second])}个读数相差仅为日内波动的1/{best:.0f}",
            en=f"Day {one + 1} and day {other + 1} differ in {int(shared[first, second])} readings by 1/{best:.0f} of their own spread.",
        ),
        evidence={
            "kind": "days",
            "pair": [one, other],
            "first": [None if np.isnan(v) else float(v) for v in days[one]],
            "second": [None if np.isnan(v) else float(v) for v in days[other]],
        },
        causes=(causes.REPLAY, causes.FILLED, causes.SMOOTH_WEATHER),
        threshold=limit,
    )
    above = np.argwhere(closeness >= outcome.threshold)
    pairs = sorted(([int(use[a]), int(use[b])] for a, b in above), key=lambda p: p[1])
    outcome.evidence["pairs"] = pairs[:200]  # type: ignore[index]
    outcome.evidence["pairs_in_all"] = len(pairs)  # type: ignore[index]
    return outcome
