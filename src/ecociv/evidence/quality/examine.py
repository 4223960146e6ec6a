"""Rules and tests over the grid of one property of one network: the pure part of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from ecociv.core.text import Text
from ecociv.evidence import falsification
from ecociv.evidence.falsification.finding import Finding, adjusted
from ecociv.evidence.falsification.thresholds import BETWEEN_CITIES, THRESHOLDS
from ecociv.evidence.quality import rules as qc
from ecociv.evidence.quality.declaration import NetworkRules, PropertyRules
from ecociv.evidence.quality.grid import GOOD, MARKED, SUSPECT, Grid


@dataclass(frozen=True, slots=True)
class Window:
    """Declared maintenance of one series: slots, what was done, and how many days late it was declared."""

    slots: slice
    reason: str
    by: str
    late_days: float


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an instrument can show; none where it is not known."""

    lowest: float | None = None
    highest: float | None = None
    detection_limit: float | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome of a test with the slots that it looked at."""

    outcome: Finding
    slots: slice


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in one series: faults of rules, outcomes of tests, and the rule that marks each slot."""

    series: int
    faults: tuple[qc.Fault, ...]
    tests: tuple[Tested, ...]
    marks: Mapping[int, str]


def examine(
    grid: Grid,
    network: NetworkRules,
    declared: PropertyRules,
    instruments: Mapping[int, Instrument],
    maintenance: Mapping[int, Sequence[Window]],
) -> list[Examined]:
    """Apply the declared rules and tests to every series of a property.

    Tests whose thresholds were chosen on a year look at each year of a longer period by itself; limit avoidance looks at all
    of it. Values that earlier runs marked are looked at as if they were not, so that a finding does not vanish with its own mark
    and a second run says the same; tests use what is left when this run's own marks are taken away.
    """
    faults = [
        _faults(grid, row, network, declared, instruments.get(number), maintenance.get(number, ()))
        for row, number in enumerate(grid.ids)
    ]
    clean = _without(grid.to_examine, faults)
    if (
        declared.neighbours is not None
    ):  # after the others, lest a neighbour's own error speak against this station
        for row, own in enumerate(faults):
            near = _neighbours(clean, row, network.neighbours_at_most)
            own += qc.off_neighbours(grid.values[row], near, declared.neighbours)
        clean = _without(clean, faults)
    result = [
        Examined(number, tuple(own), (), qc.first_marks(own))
        for number, own in zip(grid.ids, faults, strict=True)
    ]
    if not declared.tests:
        return result
    found = [_tests(clean, row, grid, network, declared) for row in range(len(grid.ids))]
    corrected = iter(adjusted([each.outcome for own in found for each in own]))
    return [
        replace(each, tests=tuple(replace(one, outcome=next(corrected)) for one in own))
        for each, own in zip(result, found, strict=True)
    ]


def _faults(
    grid: Grid,
    row: int,
    network: NetworkRules,
    declared: PropertyRules,
    instrument: Instrument | None,
    windows: Sequence[Window],
) -> list[qc.Fault]:
    values = grid.values[row]
    faults = [_maintenance(window, grid, row) for window in windows]
    faults += [_late(window) for window in windows if window.late_days > 0]
    if instrument is not None:
        low, high = instrument.lowest, instrument.highest
        if low is not None or high is not None:
            faults += qc.outside(
                values, -np.inf if low is None else low, np.inf if high is None else high, "qc-instrument"
            )
        if instrument.detection_limit is not None:
            faults += qc.below_detection(values, instrument.detection_limit)
    if declared.range is not None:
        faults += qc.outside(values, *declared.range)
    if declared.step is not None:
        faults += qc.spikes(values, declared.step)
    if declared.flat is not None:
        faults += qc.flat_lines(values, declared.flat)
    if network.copied_days:
        faults += qc.copied_days(values, network.per_day)
    present = np.isin(grid.states[row], (GOOD, SUSPECT, MARKED))
    if present.any():
        faults += qc.gaps(present, network.gap)
    return faults


def _tests(
    clean: qc.Numbers, row: int, grid: Grid, network: NetworkRules, declared: PropertyRules
) -> list[Tested]:
    values, near = clean[row], _neighbours(clean, row, network.neighbours_at_most)
    found = []
    for piece in grid.years:
        start = grid.moment(piece.start)
        own = _tests_of_a_year(values[piece], near[:, piece], start, network, declared)
        found += [Tested(each, piece) for each in own]
    if declared.limit is not None and declared.limit_of == "day" and network.per_day >= 6 and near.shape[0]:
        outcome = falsification.limit_avoidance(values, near, declared.limit, network.per_day)
        found.append(Tested(outcome, slice(0, values.size)))
    return found


def _tests_of_a_year(
    values: qc.Numbers, near: qc.Numbers, start: datetime, network: NetworkRules, declared: PropertyRules
) -> list[Finding]:
    if not np.isfinite(values).any():
        return []
    per_day = network.per_day
    limit = (BETWEEN_CITIES if network.between == "cities" else THRESHOLDS).__getitem__
    found = [
        falsification.terminal_digits(values, declared.resolution, declared.mean_of),
        falsification.benford(values, 1),
        falsification.benford(values, 2),
    ]
    if declared.limit is not None:
        found.append(falsification.bunching(values, declared.limit))
    if per_day >= 6:
        found.append(falsification.repeated_days(values, per_day, declared.resolution))
    if not near.shape[0]:
        return found
    if per_day == 24:
        found.append(falsification.night_step(values, near))
    found.append(
        falsification.weekday_effect(values, near, start.weekday(), per_day, threshold=limit("weekday"))
    )
    found.append(
        falsification.correlation_drop(values, near, per_day, threshold=limit("neighbour-correlation"))
    )
    found.append(falsification.variance_drop(values, near, per_day, threshold=limit("neighbour-variance")))
    found.append(falsification.level_shift(values, near, per_day, threshold=limit("neighbour-shift")))
    found.append(falsification.variance_for_mean(values, near, per_day, threshold=limit("variance-for-mean")))
    return found


def _without(values: qc.Numbers, faults: Sequence[Sequence[qc.Fault]]) -> qc.Numbers:
    """The values less those that the faults put in doubt."""
    clean = values.copy()
    for row, own in enumerate(faults):
        clean[row, list(qc.first_marks(own))] = np.nan
    return clean


def _neighbours(table: qc.Numbers, row: int, at_most: int) -> qc.Numbers:
    """Series of the other places of the network, those with most values first where there are many."""
    others = np.delete(table, row, axis=0)
    known = np.isfinite(others).sum(axis=1)
    best = np.argsort(-known, kind="stable")[:at_most]
    chosen: qc.Numbers = others[np.sort(best[known[best] > 0])]
    return chosen


def _maintenance(window: Window, grid: Grid, row: int) -> qc.Fault:
    slots = np.arange(window.slots.start, window.slots.stop)
    marks = tuple(int(slot) for slot in slots if grid.states[row, slot] in (GOOD, SUSPECT, MARKED))
    return qc.Fault(
        "qc-maintenance",
        window.slots.start,
        max(window.slots.start, window.slots.stop - 1),
        Text(
            zh=f"申报维护（{window.reason}），其间{len(marks)}个读数不用",
            en=f"Maintenance was declared ({window.reason}); the {len(marks)} readings in it are not used.",
        ),
        marks,
        "note",
        {"by": window.by, "late_days": round(window.late_days, 2)},
    )


def _late(window: Window) -> qc.Fault:
    return qc.Fault(
        "qc-maintenance-late",
        window.slots.start,
        max(window.slots.start, window.slots.stop - 1),
        Text(
            zh=f"维护在开始{window.late_days:.1f}天后才申报（{window.by}：{window.reason}）",
            en=f"The maintenance was declared {window.late_days:.1f} days after it began (by {window.by}: {window.reason}).",
        ),
        severity="warning" if window.late_days > 7 else "note",
        evidence={"late_days": round(window.late_days, 2)},
    )
