"""Hours of the night and days of the week that a station has to itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, found, not_valid
from ecociv.evidence.falsification.shape import (
    by_day,
    daily_log_ratio,
    log_of,
    mean_of_rows,
    middle,
)


def night_step(values: ArrayLike, neighbours: ArrayLike, threshold: float | None = None) -> Finding:
    """A fall and a rise of the station against its neighbours, each at one hour of the day.

    Parameters
    ----------
    values
        Hourly values from a local midnight on; NaN where there is none.
    neighbours
        Shape (stations, hours): the same hours at the neighbours.

    Returns
    -------
    Finding
        From the logarithm of the station over the median of its neighbours the mean change from each hour of the day to
        the next is taken (changes beyond a factor of e count as e). ``statistic`` is the smaller of the sharpest mean
        fall and the sharpest mean rise: an instrument or a source that is switched off at one hour and on at another
        gives both; the smooth daily course of a local source spreads over many hours. The p-value is that of the
        weaker of the two (t-test over days), times 24.

    Notes
    -----
    Does not apply below 14 days, nor without a neighbour.
    """
    from scipy import stats  # a second to import: only where it is used

    ratio = by_day(log_of(values) - log_of(middle(neighbours)))
    steps = np.clip(np.diff(ratio, axis=1), -1.0, 1.0)
    # The step over midnight closes the circle of hours.
    over = np.clip(np.concatenate([ratio[1:, 0] - ratio[:-1, -1], [np.nan]])[:, None], -1.0, 1.0)
    steps = np.concatenate([steps, over], axis=1) if ratio.shape[0] else steps
    count = np.sum(~np.isnan(steps), axis=0)
    if ratio.shape[0] < 14 or count.size == 0 or count.min() < 10:
        return not_valid(
            "night-step",
            ratio.shape[0],
            Text(
                zh="与邻站同时有数的日子不足14天",
                en="There are fewer than 14 days with the station and a neighbour at every hour.",
            ),
        )
    mean = np.nansum(steps, axis=0) / count
    sd = np.sqrt(np.nansum((steps - mean) ** 2, axis=0) / (count - 1))
    t = mean / np.maximum(sd / np.sqrt(count), 1e-12)
    fall, rise = int(np.argmin(mean)), int(np.argmax(mean))
    weaker = fall if -mean[fall] < mean[rise] else rise
    statistic = float(min(-mean[fall], mean[rise]))
    return found(
        "night-step",
        statistic,
        ratio.shape[0],
        Text(
            zh=f"相对邻站，{(fall + 1) % 24}时平均降为{np.exp(mean[fall]):.2f}倍，{(rise + 1) % 24}时平均升为{np.exp(mean[rise]):.2f}倍（{ratio.shape[0]}天）",
            en=f"Against its neighbours it falls to {np.exp(mean[fall]):.2f} times at {(fall + 1) % 24}:00 and rises to {np.exp(mean[rise]):.2f} times at {(rise + 1) % 24}:00, in the mean of {ratio.shape[0]} days.",
        ),
        p_value=float(24 * 2 * stats.t.sf(abs(t[weaker]), count[weaker] - 1)),
        evidence={
            "kind": "hours",
            "ratio": np.round(np.exp(np.nanmean(ratio, axis=0)), 4).tolist(),
            "fall": (fall + 1) % 24,
            "rise": (rise + 1) % 24,
        },
        causes=(causes.LOCAL_SOURCE, causes.CALIBRATION, causes.LOW_LEVEL),
        threshold=threshold,
    )


def weekday_effect(
    values: ArrayLike,
    neighbours: ArrayLike,
    first_weekday: int,
    per_day: int = 24,
    threshold: float | None = None,
) -> Finding:
    """The weekend of the station against that of its neighbours.

    For each week, from Monday on: the mean of the logarithm of the ratio of daily means on Saturday and Sunday less that on the other
    days. ``statistic`` is the absolute mean over the weeks; weeks are the units of the t-test, for days follow each other.

    Parameters
    ----------
    first_weekday
        Weekday of the first day of the series, 0 for Monday.

    Notes
    -----
    Does not apply below 12 weeks with a weekend and three other days.
    """
    from scipy import stats  # a second to import: only where it is used

    daily = daily_log_ratio(values, neighbours, per_day)
    daily = np.concatenate([np.full(first_weekday % 7, np.nan), daily])
    weeks = daily[: daily.size // 7 * 7].reshape(-1, 7)
    work, rest = mean_of_rows(weeks[:, :5], 3), mean_of_rows(weeks[:, 5:], 1)
    difference = (rest - work)[~np.isnan(rest - work)]
    if difference.size < 12:
        return not_valid(
            "weekday",
            difference.size,
            Text(
                zh=f"可比的周有{difference.size}个，至少需要12个",
                en=f"{difference.size} weeks can be compared; 12 are needed.",
            ),
        )
    mean = float(difference.mean())
    error = float(difference.std(ddof=1) / np.sqrt(difference.size))
    by_weekday = [
        float(np.nanmean(weeks[:, d])) if np.any(~np.isnan(weeks[:, d])) else None for d in range(7)
    ]
    return found(
        "weekday",
        abs(mean),
        difference.size,
        Text(
            zh=f"相对邻站，周末为平日的{np.exp(mean):.2f}倍（{difference.size}周，95%区间{np.exp(mean - 1.96 * error):.2f}至{np.exp(mean + 1.96 * error):.2f}）",
            en=f"Against its neighbours the weekend is {np.exp(mean):.2f} times the working days ({difference.size} weeks, 95 % interval {np.exp(mean - 1.96 * error):.2f} to {np.exp(mean + 1.96 * error):.2f}).",
        ),
        p_value=float(2 * stats.t.sf(abs(mean) / max(error, 1e-12), difference.size - 1)),
        evidence={
            "kind": "weekdays",
            "ratio": [None if v is None else round(float(np.exp(v)), 4) for v in by_weekday],
        },
        causes=(causes.LOCAL_SOURCE, causes.CALIBRATION),
        threshold=threshold,
    )
