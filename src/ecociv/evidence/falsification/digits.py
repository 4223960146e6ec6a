"""Digits: whether the last ones are free, and whether the first ones follow Benford where they should."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.evidence.falsification import causes
from ecociv.evidence.falsification.finding import Finding, Numbers, found, not_valid
from ecociv.evidence.falsification.shape import resolution

LEAST_VALUES = 300
LEAST_SPREAD = 20
"""Steps of the instrument that the middle half of the values must span, or the last digit is not free."""


LEAST_USED = 0.6
"""Share of the steps that a smooth distribution would use; a converted unit (n ppb x 2.0) uses few of them."""


def terminal_digits(
    values: ArrayLike, step: float | None = None, mean_of: int | None = None, threshold: float | None = None
) -> Finding:
    """Whether the last digits fall as a smooth distribution lets them.

    Parameters
    ----------
    values
        The series in time order; NaN are left out.
    step
        Step in which the instrument reports; found from the values when not given. Values between the steps are left out.
    mean_of
        Number of whole readings of ten steps of which each value is a mean, as 24 for daily means with one decimal of
        hourly whole numbers: twenty-fourths rounded to tenths end in 0, 3, 5 and 8 half as often again as in the others.

    Returns
    -------
    Finding
        ``statistic`` is Cohen's w less what chance gives, ``sqrt(max(0, chi2 - 9) / n)``. Expected counts are not one tenth each: a distribution that falls
        gives small digits more often. Each value's expected count is the mean over the ten values around it (a
        centred average of ten, half weights at the ends), which has every digit once. Values below ten steps, and a
        value that repeats the one before it, are left out.

    Notes
    -----
    Does not apply below 300 values, nor where the middle half spans less than 20 steps, nor where fewer than 60 % of the
    steps occur that should (converted units).
    Source of the idea: J. E. Mosimann et al., Accountability in Research 4 (1995) 31-55.
    """
    from scipy import stats  # a second to import: only where it is used

    series = np.asarray(values, dtype=float).ravel()
    series = series[np.isfinite(series)]
    step = step or resolution(series)
    if step is None:
        return not_valid(
            "terminal-digits",
            series.size,
            Text(
                zh="数值没有统一的步长，末位数无从谈起",
                en="The values have no common step, so there is no last digit.",
            ),
        )
    fresh = series[np.concatenate([[True], np.diff(series) != 0])] if series.size else series
    exact = np.abs(fresh / step - np.rint(fresh / step)) < 1e-6 * np.maximum(1.0, np.abs(fresh / step))
    units = np.rint(fresh[exact] / step).astype(np.int64)
    units = units[units >= 10]
    if units.size < LEAST_VALUES:
        return not_valid(
            "terminal-digits",
            units.size,
            Text(
                zh=f"可用数值{units.size}个，至少需要{LEAST_VALUES}个",
                en=f"{units.size} values can be used; {LEAST_VALUES} are needed.",
            ),
        )
    low, high = np.percentile(units, [25, 75])
    if high - low < LEAST_SPREAD:
        return not_valid(
            "terminal-digits",
            units.size,
            Text(
                zh=f"中间一半数值只跨{high - low:.0f}个步长，末位数不自由（至少{LEAST_SPREAD}）",
                en=f"The middle half of the values spans {high - low:.0f} steps; the last digit is free from {LEAST_SPREAD} on.",
            ),
        )
    used = _share_of_steps_used(units[(units >= low) & (units <= high)])
    if used < LEAST_USED:
        return not_valid(
            "terminal-digits",
            units.size,
            Text(
                zh=f"所用的步长只有应有的{used:.0%}：数值由单位换算或平均而来，末位数不自由",
                en=f"{used:.0%} of the steps that should occur do: the values come from a conversion or a mean, so the last digit is not free.",
            ),
        )
    units = units[units <= np.percentile(units, 99)]
    counts = np.bincount(units, minlength=int(units.max()) + 1).astype(float)
    window = np.array([0.5, *[1.0] * 9, 0.5]) / 10
    padded = np.concatenate([counts, np.zeros(5)])
    padded[:10] = counts[10:20].mean() if counts.size >= 20 else counts[10:].mean()
    smooth = np.convolve(padded, window, mode="same")[10 : counts.size]
    last = np.arange(10, counts.size) % 10
    observed = np.bincount(last, weights=counts[10:], minlength=10)
    expected = np.bincount(last, weights=smooth, minlength=10)
    if mean_of:
        lattice = np.floor(10 * np.arange(mean_of) / mean_of + 0.5).astype(int) % 10
        expected *= np.bincount(lattice, minlength=10)
    expected *= observed.sum() / expected.sum()
    chi2 = float(np.sum((observed - expected) ** 2 / expected))
    n = int(observed.sum())
    worst = int(np.argmax(np.abs(observed - expected) / np.sqrt(expected)))
    return found(
        "terminal-digits",
        float(np.sqrt(max(0.0, chi2 - 9) / n)),
        n,
        Text(
            zh=f"{n}个数值中末位数{worst}出现{observed[worst]:.0f}次，按平滑分布应为{expected[worst]:.0f}次（卡方{chi2:.0f}，自由度9）",
            en=f"Of {n} values {observed[worst]:.0f} end in {worst}; a smooth distribution gives {expected[worst]:.0f} (chi-square {chi2:.0f} on 9 degrees of freedom).",
        ),
        p_value=float(stats.chi2.sf(chi2, 9)),
        evidence={
            "kind": "digits",
            "digits": list(range(10)),
            "observed": observed.astype(int).tolist(),
            "expected": np.round(expected, 2).tolist(),
            "step": step,
        },
        causes=(causes.ROUNDING, causes.CONVERSION, causes.MEANS),
        threshold=threshold,
    )


def benford(values: ArrayLike, place: int = 1, threshold: float | None = None) -> Finding:
    """First (``place=1``) or second (``place=2``) digits against Benford's law.

    ``statistic`` is the mean absolute deviation of the shares (Nigrini): from 0.015 on the first digits do not conform,
    from 0.012 on the second.

    Notes
    -----
    Applies only to 500 positive values or more, of which the middle 99 % span three orders of magnitude, reported with
    a step of at most a hundredth of the smallest of them. Concentrations of one station seldom do; figures of many
    enterprises or amounts of money often do.
    Source: F. Benford, Proc. Am. Phil. Soc. 78 (1938) 551-572; M. J. Nigrini, Benford's Law (2012).
    """
    from scipy import stats  # a second to import: only where it is used

    test = {1: "benford-first", 2: "benford-second"}[place]
    series = np.asarray(values, dtype=float).ravel()
    series = series[np.isfinite(series) & (series > 0)]
    if series.size < 500:
        return not_valid(
            test,
            series.size,
            Text(
                zh=f"正值{series.size}个，至少需要500个",
                en=f"There are {series.size} positive values; 500 are needed.",
            ),
        )
    low, high = np.percentile(series, [0.5, 99.5])
    orders = float(np.log10(high / low))
    step = resolution(
        series[series <= np.median(series)]
    )  # large values are multiples of a coarse step by themselves
    if orders < 3 or (step is not None and low < 100 * step):
        return not_valid(
            test,
            series.size,
            Text(
                zh=f"中间99%的数值跨{orders:.1f}个数量级，步长{step or 0:g}；本福特定律需要3个数量级，且最小值不小于步长的100倍",
                en=f"The middle 99 % span {orders:.1f} orders of magnitude in steps of {step or 0:g}; Benford's law needs three orders, and the smallest at 100 steps or more.",
            ),
        )
    mantissa = series / 10.0 ** np.floor(np.log10(series) + 1e-12)
    scaled = np.floor(mantissa * 10.0 ** (place - 1) + 1e-9).astype(int)
    digit = scaled if place == 1 else scaled % 10
    digits = np.arange(1, 10) if place == 1 else np.arange(10)
    expected = _benford_shares(place)
    observed = np.array([np.sum(digit == each) for each in digits], dtype=float)
    shares = observed / observed.sum()
    deviation = float(np.mean(np.abs(shares - expected)))
    chi2 = float(series.size * np.sum((shares - expected) ** 2 / expected))
    worst = int(np.argmax(np.abs(shares - expected)))
    word = ("首位", "first") if place == 1 else ("第二位", "second")
    return found(
        test,
        deviation,
        series.size,
        Text(
            zh=f"{word[0]}数字{digits[worst]}占{shares[worst]:.1%}，本福特定律为{expected[worst]:.1%}（平均偏差{deviation:.4f}）",
            en=f"The {word[1]} digit {digits[worst]} has {shares[worst]:.1%}; Benford's law gives {expected[worst]:.1%} (mean deviation {deviation:.4f}).",
        ),
        p_value=float(stats.chi2.sf(chi2, digits.size - 1)),
        evidence={
            "kind": "digits",
            "digits": digits.tolist(),
            "observed": observed.astype(int).tolist(),
            "expected": np.round(expected * series.size, 2).tolist(),
        },
        causes=(causes.LIMIT_OF_METHOD, causes.ROUNDING, causes.OTHER_COVERAGE),
        threshold=threshold,
    )


def _share_of_steps_used(units: NDArray[np.int64]) -> float:
    """Distinct values over those expected when as many values fall evenly on the steps between them."""
    steps = int(units.max() - units.min()) + 1
    return float(np.unique(units).size / (steps * -np.expm1(-units.size / steps)))


def _benford_shares(place: int) -> Numbers:
    if place == 1:
        return np.log10(1 + 1 / np.arange(1, 10))
    pairs = 10 * np.arange(1, 10)[:, None] + np.arange(10)[None, :]
    shares: Numbers = np.log10(1 + 1 / pairs).sum(axis=0)
    return shares
