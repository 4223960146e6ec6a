"""Rules of quality control over a grid: what is found, with its numbers, and which values it puts in doubt. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.evidence.falsification.shape import by_day, log_of, middle, spread
from ecociv.evidence.quality.declaration import Flat, Neighbours

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found in one series.

    ``first`` and ``last`` are slots (both inclusive); ``marks`` the slots whose values it puts in doubt, none for what
    is only to be listed. ``severity`` is "error", "warning" or "note".
    """

    rule: str
    first: int
    last: int
    sentence: Text
    marks: tuple[int, ...] = ()
    severity: str = "warning"
    evidence: Mapping[str, Any] = field(default_factory=dict)


def outside(values: Numbers, low: float, high: float, rule: str = "qc-range") -> list[Fault]:
    """Values below ``low`` or above ``high``: the range declared, or what the instrument can show ("qc-instrument").

    >>> outside(np.array([1.0, 900.0, np.nan]), 0, 500)[0].marks
    (1,)
    """
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((values < low) | (values > high))
    of = (
        Text(zh="仪器量程", en="what the instrument can show")
        if rule == "qc-instrument"
        else Text(zh="规定范围", en="the range declared")
    )
    bounds = Text(zh=_bounds(low, high, "至"), en=_bounds(low, high, " to "))
    faults = []
    for first, last in _runs(wrong):
        part = values[first : last + 1]
        worst = float(part[np.argmax(np.maximum(low - part, part - high))])
        faults.append(
            Fault(
                rule,
                first,
                last,
                Text(
                    zh=f"{part.size}个数值超出{of.zh}（{bounds.zh}），最甚者为{worst:g}",
                    en=f"{_count(part.size, 'value lies', 'values lie')} outside {of.en} ({bounds.en}); the worst is {worst:g}.",
                ),
                tuple(range(first, last + 1)),
                "error",
                {"low": low, "high": high, "worst": worst},
            )
        )
    return faults


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _bounds(low: float, high: float, between: str) -> str:
    if np.isinf(low):
        return f"≤ {high:g}"
    return f"≥ {low:g}" if np.isinf(high) else f"{low:g}{between}{high:g}"


def below_detection(values: Numbers, limit: float) -> list[Fault]:
    """Values below the limit of detection given as numbers: listed, for they should read "< limit"."""
    with np.errstate(invalid="ignore"):
        low = np.flatnonzero(values < limit)
    if not low.size:
        return []
    return [
        Fault(
            "qc-detection",
            int(low[0]),
            int(low[-1]),
            Text(
                zh=f"{low.size}个数值低于检出限{limit:g}却以数字给出，应写作“<{limit:g}”",
                en=f"{low.size} values below the limit of detection {limit:g} are given as numbers; they should read “< {limit:g}”.",
            ),
            severity="note",
            evidence={"limit": limit, "count": int(low.size)},
        )
    ]


def spikes(values: Numbers, step: float) -> list[Fault]:
    """A reading that leaves both the reading before and the one after by more than ``step``, to the same side.

    A change that stays (one side only) may be weather: it is listed and puts nothing in doubt.
    """
    if values.size < 3:
        return []
    change = np.diff(values)
    with np.errstate(invalid="ignore"):
        up, down = change > step, change < -step
    spike = np.flatnonzero((up[:-1] & down[1:]) | (down[:-1] & up[1:])) + 1
    faults = [
        Fault(
            "qc-step",
            int(at),
            int(at),
            Text(
                zh=f"{values[at]:g}与前后读数{values[at - 1]:g}、{values[at + 1]:g}相差均超过{step:g}",
                en=f"{values[at]:g} differs from the readings before and after, {values[at - 1]:g} and {values[at + 1]:g}, by more than {step:g}.",
            ),
            (int(at),),
            evidence={"step": step, "values": [float(v) for v in values[at - 1 : at + 2]]},
        )
        for at in spike
    ]
    part_of_spike = set(spike.tolist()) | {int(s) - 1 for s in spike}
    jumps = [int(at) for at in np.flatnonzero(up | down) if at not in part_of_spike]
    faults += [
        Fault(
            "qc-jump",
            at,
            at + 1,
            Text(
                zh=f"由{values[at]:g}变为{values[at + 1]:g}，超过{step:g}且未返回",
                en=f"It changes from {values[at]:g} to {values[at + 1]:g}, by more than {step:g}, and does not come back.",
            ),
            severity="note",
            evidence={"step": step, "values": [float(values[at]), float(values[at + 1])]},
        )
        for at in jumps
    ]
    return faults


def flat_lines(values: Numbers, flat: Flat) -> list[Fault]:
    """Runs of one value longer than allowed. The first reading of a run stands; the others are in doubt.

    >>> flat_lines(np.array([7.0, 7.0, 7.0, 7.0, 8.0]), Flat(readings=3))[0].marks
    (1, 2, 3)
    """
    if values.size < 2:
        return []
    breaks = np.flatnonzero(~(np.diff(values) == 0))  # NaN never equals, so it breaks a run
    first = np.concatenate([[0], breaks + 1])
    last = np.concatenate([breaks, [values.size - 1]])
    faults = []
    for a, b in zip(first, last, strict=True):
        count = int(b - a + 1)
        value = float(values[a])
        allowed = flat.readings * (flat.low_factor if flat.low is not None and value <= flat.low else 1)
        if count <= allowed or not np.isfinite(value):
            continue
        faults.append(
            Fault(
                "qc-flat",
                int(a),
                int(b),
                Text(
                    zh=f"连续{count}个读数同为{value:g}，此水平允许{allowed}个",
                    en=f"{count} readings in a row are {value:g}; {allowed} are allowed at this level.",
                ),
                tuple(range(int(a) + 1, int(b) + 1)),
                evidence={"value": value, "count": count, "allowed": allowed},
            )
        )
    return faults


def gaps(present: NDArray[np.bool_], allowed: int) -> list[Fault]:
    """Runs without a value longer than ``allowed``. They are listed; there is nothing to put in doubt."""
    return [
        Fault(
            "qc-gap",
            first,
            last,
            Text(
                zh=f"连续{last - first + 1}个读数缺失",
                en=f"{last - first + 1} readings in a row are missing.",
            ),
            severity="note",
            evidence={"count": last - first + 1, "allowed": allowed},
        )
        for first, last in _runs(np.flatnonzero(~present))
        if last - first + 1 > allowed
    ]


def copied_days(values: Numbers, per_day: int, least_distinct: int = 6) -> list[Fault]:
    """Days whose readings equal those of an earlier day one by one; the later day is in doubt.

    A day counts with at most a quarter of its readings missing and ``least_distinct`` distinct values; a day in which
    few values come up agrees with another by accident.
    """
    days = by_day(values, per_day)
    if per_day < 6 or not days.size:
        return []
    known = ~np.isnan(days)
    seen: dict[bytes, int] = {}
    faults = []
    for day in np.flatnonzero(known.sum(axis=1) >= 0.75 * per_day):
        if np.unique(days[day][known[day]]).size < least_distinct:
            continue
        key = np.where(known[day], days[day], -1e300).tobytes()
        if (before := seen.setdefault(key, int(day))) == day:
            continue
        first = int(day) * per_day
        faults.append(
            Fault(
                "qc-copied-day",
                first,
                first + per_day - 1,
                Text(
                    zh=f"全天{int(known[day].sum())}个读数与{int(day) - before}天前逐一相同",
                    en=f"All {int(known[day].sum())} readings of the day equal those of {int(day) - before} days before, one by one.",
                ),
                tuple(int(first + at) for at in np.flatnonzero(known[day])),
                "error",
                {"copy_of_slot": before * per_day, "per_day": per_day, "days_before": int(day) - before},
            )
        )
    return faults


def off_neighbours(values: Numbers, neighbours: Numbers, rule: Neighbours) -> list[Fault]:
    """Readings far from the median of the neighbours, beside how far this station usually is.

    The logarithm of the ratio is set against its own median and robust spread (at least 0.1); a reading is in doubt when
    it lies ``z`` spreads away, differs by ``difference`` at least, lies beyond every neighbour (one of two neighbours may be
    the one that is wrong), and ``least`` neighbours have a value.
    """
    near = np.atleast_2d(neighbours)
    if near.shape[0] < rule.least or not values.size:
        return []
    centre = middle(near)
    ratio = log_of(np.maximum(values, 1e-9)) - log_of(np.maximum(centre, 1e-9))
    ratio[np.isnan(values)] = np.nan
    if np.isfinite(ratio).sum() < 100:
        return []
    usual, width = float(np.nanmedian(ratio)), max(spread(ratio), 0.1)
    with np.errstate(invalid="ignore"):
        z = (ratio - usual) / width
        expected = centre * np.exp(usual)
        highest = np.where(np.isnan(near), -np.inf, near).max(axis=0) * np.exp(usual)
        lowest = np.where(np.isnan(near), np.inf, near).min(axis=0) * np.exp(usual)
        wrong = (
            (np.abs(z) > rule.z)
            & (np.abs(values - expected) > rule.difference)
            & (np.isfinite(near).sum(axis=0) >= rule.least)
            & ((values > highest) | (values < lowest))
        )
    return [
        Fault(
            "qc-neighbours",
            first,
            last,
            Text(
                zh=f"{last - first + 1}个读数离开邻站：{values[first]:g}，按邻站应约为{expected[first]:.3g}（{z[first]:+.1f}个稳健标准差）",
                en=f"{_count(last - first + 1, 'reading leaves', 'readings leave')} the neighbours: {values[first]:g} where about {expected[first]:.3g} would follow from them ({z[first]:+.1f} robust deviations).",
            ),
            tuple(range(first, last + 1)),
            evidence={"z": round(float(z[first]), 2), "expected": round(float(expected[first]), 4)},
        )
        for first, last in _runs(np.flatnonzero(wrong))
    ]


def first_marks(faults: Sequence[Fault]) -> dict[int, str]:
    """The rule that puts each slot in doubt; of several the first in the order given."""
    marks: dict[int, str] = {}
    for fault in faults:
        for slot in fault.marks:
            marks.setdefault(slot, fault.rule)
    return marks


def _runs(places: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and last of each run of consecutive places."""
    if not places.size:
        return []
    cuts = np.flatnonzero(np.diff(places) != 1)
    first = places[np.concatenate([[0], cuts + 1])]
    last = places[np.concatenate([cuts, [places.size - 1]])]
    return list(zip(first.tolist(), last.tolist(), strict=True))
