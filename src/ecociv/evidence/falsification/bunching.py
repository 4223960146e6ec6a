"""Values gathered just below a limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, Numbers, found, not_valid
from ecociv.evidence.falsification.shape import resolution

WINDOW = 0.08
"""Width of the window on either side of the limit, as a share of the limit."""
REACH = 0.6
"""How far from the limit the smooth curve looks, as a share of the limit."""


def bunching(values: ArrayLike, limit: float, threshold: float | None = None) -> Finding:
    """Excess of values just below ``limit``, and want of values just above it, against a smooth curve.

    Values within 60 % of the limit are counted in bins of half a window (a window is 8 % of the limit, in whole steps of the instrument); a Poisson curve
    of second degree is fitted to the bins outside the two windows, its variance widened by the fit's own scatter
    (which also allows for values that follow each other), and carried through them.

    ``statistic`` is ``(excess below + want above) / expected in both windows``: 0 without a kink; 1 when what should lie
    above lies below, on a level curve. The p-value is one-sided.

    Notes
    -----
    Does not apply when fewer than 20 values are expected in the two windows together or lie beyond them on either side,
    or fewer than 100 lie near.
    Sources: J. McCrary, Journal of Econometrics 142 (2008) 698-714; E. Saez, AEJ Economic Policy 2 (2010) 180-212.
    """
    from scipy import stats  # a second to import: only where it is used

    series = np.asarray(values, dtype=float).ravel()
    series = series[np.isfinite(series)]
    width = WINDOW * limit / 2
    step = resolution(series) or 0.0
    if step:  # bins of unequal numbers of steps would make a comb
        width = max(1.0, np.rint(width / step)) * step
    bins = max(6, int(REACH * limit / width))
    # A value that equals the limit complies, so it belongs below: bins are closed above.
    edges = limit + width * np.arange(-bins, bins + 1)
    place = np.ceil(np.round((series - limit) / width, 9)).astype(int) - 1 + bins
    inside = (place >= 0) & (place < 2 * bins)
    counts = np.bincount(place[inside], minlength=2 * bins).astype(float)
    if counts.sum() < 100:
        return not_valid(
            "bunching",
            int(counts.sum()),
            Text(
                zh=f"限值{limit:g}附近只有{counts.sum():.0f}个数值，至少需要100个",
                en=f"Only {counts.sum():.0f} values lie near the limit {limit:g}; 100 are needed.",
            ),
        )
    at = (np.arange(2 * bins) - bins + 0.5) / bins
    window = np.zeros(2 * bins, dtype=bool)
    window[bins - 2 : bins + 2] = True
    curve, covariance, scatter = _poisson_curve(at[~window], counts[~window], at)
    least = min(counts[: bins - 2].sum(), counts[bins + 2 :].sum())
    if curve[window].sum() < 20 or least < 20:
        return not_valid(
            "bunching",
            int(counts.sum()),
            Text(
                zh=f"限值{limit:g}两侧窗口内预期{curve[window].sum():.0f}个数值，窗口外一侧最少{least:.0f}个，各至少需要20个",
                en=f"{curve[window].sum():.0f} values are expected in the windows beside the limit {limit:g}, and {least:.0f} lie beyond on the emptier side; 20 of each are needed.",
            ),
        )
    left, right = slice(bins - 2, bins), slice(bins, bins + 2)
    excess = counts[left].sum() - curve[left].sum()
    want = curve[right].sum() - counts[right].sum()
    contrast = np.zeros(2 * bins)
    contrast[left], contrast[right] = 1.0, -1.0
    gradient = contrast * curve
    variance = scatter * curve[window].sum() + scatter * float(gradient @ covariance @ gradient)
    z = (excess + want) / np.sqrt(variance)
    statistic = (excess + want) / curve[window].sum()
    return found(
        "bunching",
        float(statistic),
        int(counts.sum()),
        Text(
            zh=f"限值{limit:g}之下（{edges[bins - 2]:g}至{limit:g}）有{counts[left].sum():.0f}个，平滑曲线为{curve[left].sum():.0f}个；之上（至{edges[bins + 2]:g}）有{counts[right].sum():.0f}个，应为{curve[right].sum():.0f}个",
            en=f"Just below the limit {limit:g} (from {edges[bins - 2]:g}) lie {counts[left].sum():.0f} values where a smooth curve gives {curve[left].sum():.0f}; just above (to {edges[bins + 2]:g}) {counts[right].sum():.0f} where it gives {curve[right].sum():.0f}.",
        ),
        p_value=float(stats.norm.sf(z)),
        evidence={
            "kind": "histogram",
            "edges": np.round(edges, 6).tolist(),
            "observed": counts.astype(int).tolist(),
            "expected": np.round(curve, 2).tolist(),
            "limit": limit,
        },
        causes=(causes.CONTROL, causes.LIMIT_OF_METHOD, causes.ROUNDING),
        threshold=threshold,
    )


def _poisson_curve(at: Numbers, counts: Numbers, everywhere: Numbers) -> tuple[Numbers, Numbers, float]:
    """Expected counts everywhere, covariance of their logarithms without scatter, and the scatter (at least 1).

    Poisson regression on a polynomial of second degree by Newton's method.
    """
    design = np.vander(at, 3, increasing=True)
    beta = np.array([np.log(max(counts.mean(), 0.5)), 0.0, 0.0])
    for _ in range(30):
        rate = np.exp(np.clip(design @ beta, -20, 20))
        information = design.T @ (design * rate[:, None]) + 1e-9 * np.eye(3)
        move = np.linalg.solve(information, design.T @ (counts - rate))
        beta = beta + np.clip(move, -2, 2)
        if np.abs(move).max() < 1e-9:
            break
    rate = np.exp(np.clip(design @ beta, -20, 20))
    scatter = max(float(np.sum((counts - rate) ** 2 / np.maximum(rate, 0.5)) / (counts.size - 3)), 1.0)
    information = design.T @ (design * rate[:, None]) + 1e-9 * np.eye(3)
    wide = np.vander(everywhere, 3, increasing=True)
    return np.exp(np.clip(wide @ beta, -20, 20)), wide @ np.linalg.inv(information) @ wide.T, scatter
