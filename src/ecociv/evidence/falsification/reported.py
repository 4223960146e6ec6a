"""A reported yearly figure against the sensors, with the sensors' own uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, Numbers, found, not_valid


@dataclass(frozen=True, slots=True)
class SensorMean:
    """Mean of the sensors with its standard uncertainty and the parts of it."""

    value: float
    uncertainty: float
    from_gaps: float
    from_instruments: float
    from_rounding: float
    share_known: float


def sensor_mean(
    series: ArrayLike, relative_uncertainty: float, common: float = 0.5, step: float = 0.0
) -> SensorMean | None:
    """Mean over all stations and readings, with what is not known of it.

    Parameters
    ----------
    series
        Shape (stations, readings); NaN where there is none.
    relative_uncertainty
        Standard uncertainty of one instrument's level, as a share (the method's expanded uncertainty over two).
    common
        Share of that variance that all instruments have in common (same calibration gas, same laboratory) and that more
        stations do not take away.
    step
        Step of the reported figure; its rounding is uniform, with variance step²/12.

    Returns
    -------
    SensorMean or None
        The part from gaps is the spread of the station's monthly means times the square root of the missing share over
        the number of months, stations independent: what is missing may be like any other month. None without values.
    """
    table = np.atleast_2d(np.asarray(series, dtype=float))
    known = np.isfinite(table)
    rows = known.any(axis=1)
    if not rows.any():
        return None
    table, known = table[rows], known[rows]
    means = np.array([row[k].mean() for row, k in zip(table, known, strict=True)])
    value = float(means.mean())
    shares = known.mean(axis=1)
    gaps = float(np.sqrt(np.sum((1 - shares) * _monthly_variance(table) / 12)) / means.size)
    u = relative_uncertainty * abs(value)
    instruments = float(u * np.sqrt(common + (1 - common) / means.size))
    rounding = step / np.sqrt(12)
    total = float(np.sqrt(gaps**2 + instruments**2 + rounding**2))
    return SensorMean(value, total, gaps, instruments, float(rounding), float(shares.mean()))


def reported_figure(
    reported: float,
    series: ArrayLike,
    *,
    relative_uncertainty: float = 0.075,
    common: float = 0.5,
    step: float = 0.0,
    threshold: float | None = None,
) -> Finding:
    """A reported mean against the mean of the sensors.

    ``statistic`` is the distance in standard uncertainties; see :func:`sensor_mean` for the parameters. The default
    uncertainty is half of the 15 % that HJ 193-2013 and its like allow a continuous instrument in comparison.

    Notes
    -----
    Does not apply when less than half of the readings are known.
    Source: JCGM 100:2008 (GUM), clauses 4.3 and 5.1.
    """
    from scipy import stats  # a second to import: only where it is used

    mean = sensor_mean(series, relative_uncertainty, common, step)
    if mean is None or mean.share_known < 0.5:
        share = 0.0 if mean is None else mean.share_known
        return not_valid(
            "reported-figure",
            0,
            Text(
                zh=f"站点读数仅有{share:.0%}，至少需要一半",
                en=f"{share:.0%} of the sensors' readings are known; half are needed.",
            ),
        )
    gap = reported - mean.value
    z = abs(gap) / max(mean.uncertainty, 1e-12)
    n = int(np.isfinite(np.asarray(series, dtype=float)).sum())
    return found(
        "reported-figure",
        z,
        n,
        Text(
            zh=f"上报{reported:.4g}，站点均值{mean.value:.4g}±{2 * mean.uncertainty:.2g}（k=2），相差{z:.1f}个标准不确定度",
            en=f"Reported {reported:.4g}; the sensors' mean is {mean.value:.4g} ± {2 * mean.uncertainty:.2g} (k = 2), {z:.1f} standard uncertainties away.",
        ),
        p_value=float(2 * stats.norm.sf(z)),
        evidence={
            "kind": "reported",
            "reported": reported,
            "mean": mean.value,
            "uncertainty": mean.uncertainty,
            "from_gaps": mean.from_gaps,
            "from_instruments": mean.from_instruments,
            "from_rounding": mean.from_rounding,
            "share_known": mean.share_known,
        },
        causes=(causes.OTHER_COVERAGE, causes.DRIFT, causes.METHOD_CHANGE),
        threshold=threshold,
    )


def _monthly_variance(table: Numbers) -> Numbers:
    """Variance between twelve equal parts of each row's period."""
    parts = np.array_split(table, min(12, table.shape[1]), axis=1)
    means = np.stack(
        [
            np.where(
                np.isfinite(p).any(axis=1),
                np.nansum(p, axis=1) / np.maximum(np.isfinite(p).sum(axis=1), 1),
                np.nan,
            )
            for p in parts
        ],
        axis=1,
    )
    count = np.isfinite(means).sum(axis=1)
    centre = np.nansum(means, axis=1) / np.maximum(count, 1)
    squares = np.nansum((means - centre[:, None]) ** 2, axis=1)
    return np.where(count > 1, squares / np.maximum(count - 1, 1), 0.0)
