"""Forgeries of known strength on a real carrier: what the power of the tests is measured with.

Each takes hourly values from a local midnight on (NaN where there is none), a strength between 0 and 1 and a random
generator, and returns a new series; the carrier is not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ecociv.evidence.falsification.finding import Numbers
from ecociv.evidence.falsification.shape import by_day, mean_of_rows, resolution

Forgery = Callable[[ArrayLike, float, np.random.Generator], Numbers]

_LIKED = np.array([0.06, 0.08, 0.12, 0.15, 0.08, 0.14, 0.08, 0.15, 0.08, 0.06])


def invented_digits(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """The last digits of a share of the values are made up, with the likings of people who make up numbers (3, 5, 7)."""
    made = np.array(values, dtype=float)
    step = resolution(made) or 1.0
    units = np.rint(made / step)
    chosen = np.isfinite(made) & (units >= 10) & (random.random(made.size) < strength)
    digits = random.choice(10, size=made.size, p=_LIKED / _LIKED.sum())
    return np.where(chosen, (np.floor(units / 10) * 10 + digits) * step, made)


def copied_days(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """A share of 5 % x strength of the days is replaced by another day, with noise of 5 % of the value, less with strength."""
    made = np.array(values, dtype=float)
    step = resolution(made) or 0.0
    days = made.size // 24
    table = made[: days * 24].reshape(days, 24)
    count = max(1, round(0.05 * strength * days))
    whole = np.flatnonzero(np.isfinite(table).all(axis=1))
    if whole.size < 2:
        return made
    source = random.choice(whole, size=count)
    target = random.choice(days, size=count, replace=False)
    noise = 1 + 0.05 * (1 - strength) * random.standard_normal((count, 24))
    copy = table[source] * noise
    table[target] = np.rint(copy / step) * step if step else copy
    return made


def capped(
    values: ArrayLike, strength: float, random: np.random.Generator, *, limit: float, reach: float = 0.2
) -> Numbers:
    """A share of the values above the limit by up to 20 % is brought to just below it (within 5 %)."""
    made = np.array(values, dtype=float)
    step = resolution(made) or 0.0
    above = (
        np.isfinite(made)
        & (made > limit)
        & (made <= limit * (1 + reach))
        & (random.random(made.size) < strength)
    )
    lowered = limit * (1 - 0.05 * random.random(made.size))
    return np.where(above, np.floor(lowered / step) * step if step else lowered, made)


def capped_days(
    values: ArrayLike, strength: float, random: np.random.Generator, *, limit: float, per_day: int = 24
) -> Numbers:
    """A share of the days whose mean is above the limit is scaled down to just below it (within 5 %)."""
    made = np.array(values, dtype=float)
    days = by_day(made, per_day)
    means = mean_of_rows(days, 1)
    chosen = np.flatnonzero((means > limit) & (random.random(means.size) < strength))
    days[chosen] *= (limit * (1 - 0.05 * random.random(chosen.size)) / means[chosen])[:, None]
    return made


def night_shutdown(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """From 23:00 to 05:00 values are scaled down by up to 60 %."""
    made = np.array(values, dtype=float)
    hour = np.arange(made.size) % 24
    return np.where((hour >= 23) | (hour < 5), made * (1 - 0.6 * strength), made)


def smoothed(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """The second half is a mixture of the values and their running mean over 9 hours."""
    made = np.array(values, dtype=float)
    known = np.isfinite(made)
    window = np.ones(9)
    total = np.convolve(np.where(known, made, 0.0), window, mode="same")
    mean = total / np.maximum(np.convolve(known.astype(float), window, mode="same"), 1)
    half = np.arange(made.size) >= made.size // 2
    return np.where(half & known, (1 - strength) * made + strength * mean, made)


def smoothed_throughout(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """The whole series is such a mixture, so that it has no honest part to be compared with."""
    made = np.array(values, dtype=float)
    doubled = smoothed(np.concatenate([made, made]), strength, random)
    return doubled[made.size :]


def scaled(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """The second half is scaled down by up to half."""
    made = np.array(values, dtype=float)
    half = np.arange(made.size) >= made.size // 2
    return np.where(half, made * (1 - 0.5 * strength), made)


def invented_month(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """Thirty days in the middle are a mixture of the values and an invented course with the same mean and spread."""
    made = np.array(values, dtype=float)
    start = (made.size // 2) // 720 * 720
    part = slice(start, start + 720)
    known = made[part][np.isfinite(made[part]) & (made[part] > 0)]
    if known.size < 2:
        return made
    hours = np.arange(made[part].size)
    invented = np.sin(2 * np.pi * (hours + random.integers(24)) / 24) * 0.5 + 0.5 * random.standard_normal(
        hours.size
    )
    level = np.log(known).mean() + np.log(known).std() * invented
    real = np.log(np.where(made[part] > 0, made[part], np.nan))
    made[part] = np.exp((1 - strength) * real + strength * level)
    return made


def weekend_off(values: ArrayLike, strength: float, random: np.random.Generator) -> Numbers:
    """Two days of every seven (days 5 and 6 of each seven) are scaled down by up to 60 %."""
    made = np.array(values, dtype=float)
    day = np.arange(made.size) // 24 % 7
    return np.where(day >= 5, made * (1 - 0.6 * strength), made)


HOURLY: Mapping[str, Forgery] = {
    "invented-digits": invented_digits,
    "copied-days": copied_days,
    "night-shutdown": night_shutdown,
    "weekend-off": weekend_off,
    "smoothed": smoothed,
    "smoothed-throughout": smoothed_throughout,
    "scaled": scaled,
    "invented-month": invented_month,
}
