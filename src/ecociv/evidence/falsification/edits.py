"""Edits made long after the fact, before a deadline, or always in the direction that helps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, found, not_valid

DAY = 86_400.0


def late_records(
    valid_to: ArrayLike, recorded_at: ArrayLike, usual_lag_days: float, threshold: float | None = None
) -> Finding:
    """Share of first values that were recorded much later than usual.

    Parameters
    ----------
    valid_to, recorded_at
        Seconds since any moment, one pair for each first value.
    usual_lag_days
        How long after the period values of this network usually come; late is beyond five times that, and a day.

    Notes
    -----
    Does not apply below 30 values. Values taken over from an older system all came late: give the lag of that.
    """
    lag = (np.asarray(recorded_at, dtype=float) - np.asarray(valid_to, dtype=float)) / DAY
    if lag.size < 30:
        return not_valid("late-records", lag.size, _few(lag.size, 30))
    limit = max(1.0, 5 * usual_lag_days)
    late = lag > limit
    share = float(late.mean())
    return found(
        "late-records",
        share,
        lag.size,
        Text(
            zh=f"{lag.size}个数值中有{int(late.sum())}个在时段结束{limit:.0f}天以后才记录，最迟{lag.max():.0f}天",
            en=f"Of {lag.size} values {int(late.sum())} were recorded more than {limit:.0f} days after their period, the latest after {lag.max():.0f} days.",
        ),
        evidence={
            "kind": "lags",
            "limit_days": limit,
            "quantiles": np.round(np.percentile(lag, [5, 25, 50, 75, 95, 100]), 3).tolist(),
        },
        causes=(causes.LATE_CHANNEL, causes.CORRECTION_ROUND),
        threshold=threshold,
    )


def deadline_burst(
    recorded_at: ArrayLike,
    deadlines: Sequence[float],
    *,
    window_days: float = 7.0,
    threshold: float | None = None,
) -> Finding:
    """Revisions that come in the days before a deadline.

    ``statistic`` is the share of revisions in the windows over the share of time that the windows take. A batch of
    revisions of one moment counts once, or a routine correction would count a thousand times; the p-value is exact binomial.

    Notes
    -----
    Does not apply below eight moments of revision.
    """
    from scipy import stats  # a second to import: only where it is used

    moments = np.unique(np.floor(np.asarray(recorded_at, dtype=float) / 60) * 60)
    if moments.size < 8 or not len(deadlines):
        return not_valid("deadline-burst", moments.size, _few(moments.size, 8))
    ends = np.asarray(sorted(deadlines), dtype=float)
    start = min(moments.min(), ends.min() - window_days * DAY)
    stop = max(moments.max(), ends.max())
    inside = np.zeros(moments.size, dtype=bool)
    for end in ends:
        inside |= (moments > end - window_days * DAY) & (moments <= end)
    share_of_time = min(0.999, _covered(ends, window_days * DAY, start) / max(stop - start, 1.0))
    count = int(inside.sum())
    ratio = (count / moments.size) / share_of_time
    return found(
        "deadline-burst",
        ratio,
        moments.size,
        Text(
            zh=f"{moments.size}次修改中有{count}次在截止日前{window_days:.0f}天内，这些日子只占{share_of_time:.0%}的时间",
            en=f"Of {moments.size} revisions {count} came within {window_days:.0f} days before a deadline; those days are {share_of_time:.0%} of the time.",
        ),
        p_value=float(stats.binom.sf(count - 1, moments.size, share_of_time)),
        evidence={
            "kind": "burst",
            "inside": count,
            "in_all": int(moments.size),
            "share_of_time": share_of_time,
        },
        causes=(causes.REPORTING_ROUND, causes.CORRECTION_ROUND),
        threshold=threshold,
    )


def one_way_edits(
    before: ArrayLike,
    after: ArrayLike,
    better: int,
    moments: ArrayLike | None = None,
    threshold: float | None = None,
) -> Finding:
    """Revisions that move values in the favourable direction.

    Parameters
    ----------
    before, after
        Values before and after each revision; pairs in which one is missing are left out.
    better
        -1 where lower is better, +1 where higher is.
    moments
        When each revision was recorded; revisions of one moment in one direction count once in the p-value.

    Returns
    -------
    Finding
        ``statistic`` is the share of revisions that improve less the share that worsen, from -1 to 1 (below 0 counts as 0).

    Notes
    -----
    Does not apply below eight revisions that change a value.
    """
    from scipy import stats  # a second to import: only where it is used

    change = (np.asarray(after, dtype=float) - np.asarray(before, dtype=float)) * np.sign(better)
    use = np.isfinite(change) & (change != 0)
    up, n = int(np.sum(change[use] > 0)), int(use.sum())
    if n < 8:
        return not_valid("one-way-edits", n, _few(n, 8))
    if moments is None:
        helped, decided = up, n
    else:
        at = np.floor(np.asarray(moments, dtype=float)[use] / 60)
        decisions = np.unique(np.stack([at, np.sign(change[use])], axis=1), axis=0)
        helped, decided = int(np.sum(decisions[:, 1] > 0)), len(decisions)
    mean = float(np.mean(change[use]))
    return found(
        "one-way-edits",
        max(0.0, (2 * up - n) / n),
        n,
        Text(
            zh=f"{n}处修改中{up}处朝有利方向，平均移动{abs(mean):.3g}",
            en=f"Of {n} changed values {up} moved in the favourable direction, by {abs(mean):.3g} in the mean.",
        ),
        p_value=float(stats.binom.sf(helped - 1, decided, 0.5)),
        evidence={
            "kind": "edits",
            "favourable": up,
            "in_all": n,
            "moments_favourable": helped,
            "moments": decided,
        },
        causes=(causes.CORRECTION_ROUND, causes.DRIFT),
        threshold=threshold,
    )


def _covered(ends: np.ndarray, width: float, start: float) -> float:
    total, reached = 0.0, start
    for end in ends:
        low = max(end - width, reached)
        total += max(0.0, end - low)
        reached = max(reached, end)
    return total


def _few(n: int, needed: int) -> Text:
    return Text(zh=f"只有{n}个，至少需要{needed}个", en=f"There are {n}; {needed} are needed.")
