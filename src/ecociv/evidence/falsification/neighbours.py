"""A station against its neighbours: does it still move with them, as much as them, and at the same level?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, Numbers, found, not_valid
from ecociv.evidence.falsification.shape import by_day, daily_log_ratio, log_of, mean_of_rows, middle, spread

BLOCK_DAYS = 30
LEAST_BLOCKS = 4


def correlation_drop(
    values: ArrayLike, neighbours: ArrayLike, per_day: int = 24, threshold: float | None = None
) -> Finding:
    """The block of 30 days in which the station moves least with its neighbours, against its other blocks.

    For each block the correlation of logarithms with the median of the neighbours is taken, as Fisher's z, less the
    median of the same for each neighbour: a month in which nobody agrees with anybody is no matter of the station.
    ``statistic`` is the drop from the median block to the worst one. The p-value compares the drop with the robust
    spread between blocks, corrected for their number.

    Notes
    -----
    Does not apply below four blocks of which half the values are known.
    """
    reference = _blocks(log_of(middle(neighbours)), per_day)
    table = np.atleast_2d(np.asarray(neighbours, dtype=float))
    r = _correlations(_blocks(log_of(values), per_day), reference)
    theirs = np.array([_correlations(_blocks(log_of(row), per_day), reference) for row in table])
    z = _fisher(r) - (middle(_fisher(theirs)) if len(table) > 1 else 0.0)
    use = np.isfinite(z)
    if use.sum() < LEAST_BLOCKS:
        return _too_few("neighbour-correlation", int(use.sum()))
    level = z[use]
    worst = int(np.argmin(level))
    drop = float(np.median(level) - level[worst])
    block = int(np.flatnonzero(use)[worst])
    usual = float(np.median(r[use]))
    return found(
        "neighbour-correlation",
        drop,
        int(use.sum()),
        Text(
            zh=f"第{block * BLOCK_DAYS + 1}日起的30天与邻站的相关系数为{r[block]:.2f}，各时段的中位数为{usual:.2f}；邻站之间并无同样的下降",
            en=f"In the 30 days from day {block * BLOCK_DAYS + 1} its correlation with the neighbours is {r[block]:.2f}; the median of all blocks is {usual:.2f}, and the neighbours among themselves did not fall as much.",
        ),
        p_value=_outlier_p(level, drop),
        evidence={
            "kind": "blocks",
            "label": "r",
            "days": BLOCK_DAYS,
            "block": block,
            "values": [None if not np.isfinite(v) else round(float(v), 3) for v in r],
        },
        causes=(causes.MAINTENANCE, causes.SOURCE_CHANGE, causes.LOW_LEVEL),
        threshold=threshold,
    )


def variance_drop(
    values: ArrayLike, neighbours: ArrayLike, per_day: int = 24, threshold: float | None = None
) -> Finding:
    """The day from which the station moves less (or before which it moved less) from reading to reading than it should.

    For each day (ten readings where there are fewer a day): the logarithm of the root mean square of changes of the
    logarithm, of the station less the median of its neighbours taken each by itself; then the one change point, as in
    :func:`level_shift`. ``statistic`` is the absolute difference of the medians: 0.69 is half as much movement.

    Notes
    -----
    Does not apply below 60 such days.
    """
    width = per_day if per_day >= 6 else 10
    own = _movement(log_of(values), width)
    each = np.array(
        [_movement(log_of(row), width) for row in np.atleast_2d(np.asarray(neighbours, dtype=float))]
    )
    ratio = own - middle(each) if own.size else own
    days = np.flatnonzero(np.isfinite(ratio))
    per = 1 if per_day >= 6 else width
    least = max(3, 30 // per)
    if days.size < 2 * least:
        return not_valid(
            "neighbour-variance",
            days.size,
            Text(
                zh=f"与邻站可比的时段{days.size}个，至少需要{2 * least}个",
                en=f"{days.size} spells can be compared with a neighbour; {2 * least} are needed.",
            ),
        )
    cut, low, high, p_value = _change(ratio[days], least)
    day = int(days[cut]) * per
    calm = Text(zh="其后", en="after it") if high < low else Text(zh="其前", en="before it")
    factor = float(np.exp(-abs(high - low)))
    return found(
        "neighbour-variance",
        abs(high - low),
        days.size,
        Text(
            zh=f"以第{day + 1}日为界，相对邻站的逐时波动{calm.zh}只有另一侧的{factor:.2f}倍",
            en=f"Divided at day {day + 1}, it moves {factor:.2f} times as much against its neighbours {calm.en} as on the other side.",
        ),
        p_value=p_value,
        evidence={
            "kind": "shift",
            "label": "sd",
            "day": day,
            "days": per,
            "before": round(float(np.exp(low)), 4),
            "after": round(float(np.exp(high)), 4),
            "ratio": [None if not np.isfinite(v) else round(float(np.exp(v)), 4) for v in ratio],
        },
        causes=(causes.AVERAGED, causes.MAINTENANCE, causes.LOW_LEVEL, causes.METHOD_CHANGE),
        threshold=threshold,
    )


def level_shift(
    values: ArrayLike, neighbours: ArrayLike, per_day: int = 24, threshold: float | None = None
) -> Finding:
    """The day at which the station's ratio to its neighbours changes most.

    From the logarithm of the ratio of daily means, the one change point with the largest standardised difference of
    means is sought, with 30 days on either side at least. ``statistic`` is the absolute difference of the two medians.
    The p-value is that of the largest CUSUM deviation (Kolmogorov's distribution), with the long-run variance of the
    residuals (Bartlett weights), because days follow each other.

    Notes
    -----
    Does not apply below 90 days with the station and a neighbour.
    Source: W. Ploberger and W. Kraemer, Econometrica 60 (1992) 271-285.
    """
    daily = daily_log_ratio(values, neighbours, per_day)
    days = np.flatnonzero(np.isfinite(daily))
    ratio = daily[days]
    n = ratio.size
    if n < 90:
        return not_valid(
            "neighbour-shift",
            n,
            Text(
                zh=f"与邻站可比的日子{n}个，至少需要90个",
                en=f"{n} days can be compared with a neighbour; 90 are needed.",
            ),
        )
    cut, low, high, p_value = _change(ratio, 30)
    return found(
        "neighbour-shift",
        abs(high - low),
        n,
        Text(
            zh=f"自第{int(days[cut]) + 1}日起，与邻站之比由{np.exp(low):.2f}变为{np.exp(high):.2f}（{n}天）",
            en=f"From day {int(days[cut]) + 1} on its ratio to the neighbours is {np.exp(high):.2f} after {np.exp(low):.2f} ({n} days).",
        ),
        p_value=p_value,
        evidence={
            "kind": "shift",
            "day": int(days[cut]),
            "before": round(float(np.exp(low)), 4),
            "after": round(float(np.exp(high)), 4),
            "ratio": [None if not np.isfinite(v) else round(float(np.exp(v)), 4) for v in daily],
        },
        causes=(causes.MAINTENANCE, causes.METHOD_CHANGE, causes.SOURCE_CHANGE),
        threshold=threshold,
    )


def variance_for_mean(
    values: ArrayLike, neighbours: ArrayLike, per_day: int = 24, threshold: float | None = None
) -> Finding:
    """Whether the station moves too little for its mean, beside what its neighbours do.

    Over blocks of 30 days of the neighbours the logarithm of the movement (root mean square change from reading to
    reading) is fitted as a line on the logarithm of the mean (Taylor's power law), the slope held between 0 and 2.
    ``statistic`` is how far the median block of the station lies below the line, in robust standard deviations of the
    neighbours' blocks.

    Notes
    -----
    Does not apply with fewer than three neighbours, twelve blocks of theirs or one of the station.
    Source: L. R. Taylor, Nature 189 (1961) 732-735.
    """
    table = np.atleast_2d(np.asarray(neighbours, dtype=float))
    means, moves = (
        zip(*(_mean_and_move(row, per_day) for row in table), strict=True) if table.size else ((), ())
    )
    mean, move = (np.concatenate(part) if part else np.empty(0) for part in (means, moves))
    own_mean, own_move = _mean_and_move(np.asarray(values, dtype=float), per_day)
    use, own = np.isfinite(mean) & np.isfinite(move), np.isfinite(own_mean)
    if table.shape[0] < 3 or use.sum() < 12 or own.sum() < 1:
        return not_valid(
            "variance-for-mean",
            int(own.sum()),
            Text(
                zh="邻站不足3个，或可用的30天时段不足12个",
                en="There are fewer than three neighbours, or fewer than twelve blocks of 30 days of theirs.",
            ),
        )
    slope = (
        float(np.clip(np.polyfit(mean[use], move[use], 1)[0], 0.0, 2.0)) if np.ptp(mean[use]) > 0.1 else 1.0
    )
    rest = move[use] - slope * mean[use]
    level = float(np.median(rest))
    width = max(spread(rest), 0.05)
    own_rest = np.maximum(own_move[own], np.log(1e-9)) - slope * own_mean[own]
    gap = float(np.median(own_rest) - level)
    return found(
        "variance-for-mean",
        -gap / width,
        int(own.sum()),
        Text(
            zh=f"逐时波动为邻站同等均值时的{np.exp(gap):.2f}倍（低{-gap / width:.1f}个稳健标准差，{int(own.sum())}个时段）",
            en=f"It moves {np.exp(gap):.2f} times as much as its neighbours do at the same mean ({-gap / width:.1f} robust deviations below, {int(own.sum())} blocks).",
        ),
        evidence={
            "kind": "variance",
            "slope": round(slope, 3),
            "level": round(level, 4),
            "neighbours": np.round(np.exp(np.stack([mean[use], move[use]], axis=1)), 4)[:400].tolist(),
            "own": np.round(np.exp(np.stack([own_mean[own], own_move[own]], axis=1)), 4).tolist(),
        },
        causes=(causes.AVERAGED, causes.SHELTERED, causes.FILLED, causes.LOW_LEVEL),
        threshold=threshold,
    )


def _blocks(series: Numbers, per_day: int) -> Numbers:
    return by_day(series, per_day * BLOCK_DAYS)


def _fisher(r: Numbers) -> Numbers:
    return np.arctanh(np.clip(r, -0.999, 0.999))


def _correlations(one: Numbers, other: Numbers) -> Numbers:
    """Correlation of each row; NaN where fewer than half the pairs are known, 0 where a side does not move."""
    use = np.isfinite(one) & np.isfinite(other)
    count = use.sum(axis=1)
    a, b = np.where(use, one, 0.0), np.where(use, other, 0.0)
    n = np.maximum(count, 1)[:, None]
    a = np.where(use, a - a.sum(axis=1, keepdims=True) / n, 0.0)
    b = np.where(use, b - b.sum(axis=1, keepdims=True) / n, 0.0)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    r = np.where(scale > 1e-12, (a * b).sum(axis=1) / np.maximum(scale, 1e-12), 0.0)
    return np.where(count >= max(15, one.shape[1] // 2), r, np.nan)


def _change(ratio: Numbers, least: int) -> tuple[int, float, float, float]:
    """First index after the one change of level, the medians before and after, and the p-value of the CUSUM test."""
    from scipy import stats  # a second to import: only where it is used

    n = ratio.size
    total = np.cumsum(ratio)
    k = np.arange(1, n)
    difference = np.abs((total[-1] - total[:-1]) / (n - k) - total[:-1] / k)
    weight = difference * np.sqrt(k * (n - k) / n)
    weight[: least - 1], weight[n - least :] = 0.0, 0.0
    cut = int(np.argmax(weight)) + 1
    residual = ratio - np.where(np.arange(n) < cut, ratio[:cut].mean(), ratio[cut:].mean())
    scale = np.sqrt(_long_run_variance(residual) * n)
    deviation = float(np.max(np.abs(total - np.arange(1, n + 1) / n * total[-1])) / scale)
    return (
        cut,
        float(np.median(ratio[:cut])),
        float(np.median(ratio[cut:])),
        float(stats.kstwobign.sf(deviation)),
    )


def _movement(logs: Numbers, width: int) -> Numbers:
    """Logarithm of the root mean square change within each row of ``width``; NaN where fewer than half are known."""
    change = np.diff(by_day(logs, width), axis=1)
    count = np.sum(np.isfinite(change), axis=1)
    square = np.nansum(change**2, axis=1) / np.maximum(count, 1)
    return np.where(count >= max(4, width // 2), 0.5 * np.log(np.maximum(square, 1e-6)), np.nan)


def _mean_and_move(series: Numbers, per_day: int) -> tuple[Numbers, Numbers]:
    """Logarithms of mean and movement of each block, NaN where fewer than half of it is known."""
    blocks = _blocks(series, per_day)
    change = np.diff(blocks, axis=1)
    count = np.sum(np.isfinite(change), axis=1)
    enough = count >= max(14, change.shape[1] // 2)
    mean = mean_of_rows(blocks, 1)
    square = np.nansum(change**2, axis=1) / np.maximum(count, 1)
    usable = enough & (mean > 0)
    logs = np.full((2, blocks.shape[0]), np.nan)
    logs[0][usable] = np.log(mean[usable])
    logs[1][usable] = 0.5 * np.log(np.maximum(square[usable], 1e-18))
    return logs[0], logs[1]


def _outlier_p(values: Numbers, drop: float) -> float:
    """Chance of such a drop among as many blocks, on Student's t with as many degrees of freedom as blocks less one."""
    from scipy import stats  # a second to import: only where it is used

    width = max(spread(values), 1e-9)
    return float(min(1.0, values.size * stats.t.sf(drop / width, values.size - 1)))


def _long_run_variance(residual: Numbers) -> float:
    n = residual.size
    lags = int(4 * (n / 100) ** (2 / 9)) + 7
    total = float(residual @ residual) / n
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(residual[lag:] @ residual[:-lag]) / n
    return max(total, 1e-12)


def _too_few(test: str, blocks: int) -> Finding:
    return not_valid(
        test,
        blocks,
        Text(
            zh=f"可用的30天时段{blocks}个，至少需要{LEAST_BLOCKS}个",
            en=f"{blocks} blocks of 30 days can be used; {LEAST_BLOCKS} are needed.",
        ),
    )
