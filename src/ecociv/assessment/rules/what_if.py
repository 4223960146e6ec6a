"""What would the score be if (推演): other values, weights, dates or absences. What was handed in is never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.duties import duty_figure
from ecociv.assessment.rules.inputs import Entry, Figure, InputError, Inputs, Units
from ecociv.assessment.rules.results import Assessment, score
from ecociv.assessment.rules.sources import DutySource
from ecociv.core.missing import Missing


@dataclass(frozen=True)
class SetValue:
    """Another figure for an item, adjustment or veto of a unit, or why there is none."""

    unit: str
    key: str
    value: Decimal | Missing


@dataclass(frozen=True)
class SetWeight:
    """Another weight of a category in every row; the others keep theirs and the sum is taken as it comes out."""

    category: str
    weight: Decimal


@dataclass(frozen=True)
class SetDone:
    """A task or project of an item is done on another day (None: not done)."""

    unit: str
    key: str
    duty: str
    done_on: date | None


Change = SetValue | SetWeight | SetDone
Gain = Callable[[Sequence[SetValue | SetDone]], Decimal]


@dataclass(frozen=True)
class Difference:
    """Before and after; ``totals`` and ``items`` hold the differences that are not zero."""

    before: Assessment
    after: Assessment
    totals: Mapping[str, Decimal]
    ranks: Mapping[str, tuple[int | None, int | None]]
    items: Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Option:
    """One step that a unit could take, its effort, and what it brings alone."""

    change: SetValue | SetDone
    effort: Decimal
    gain: Decimal
    gain_per_effort: Decimal
    flat: bool
    """The step moves the figure but not the total: the function is flat there, or a cap or veto holds."""


@dataclass(frozen=True)
class Best:
    """Steps by gain per effort, and the set that brings most within the effort; ``exact`` if every set was tried."""

    options: tuple[Option, ...]
    chosen: tuple[Option, ...]
    gain: Decimal
    effort: Decimal
    exact: bool


def what_if(rules: RuleSet, units: Units, inputs: Inputs, changes: Sequence[Change], year: int) -> Difference:
    """Score as it is and as it would be.

    Raises
    ------
    InputError
        When a change names a unit, key, category or duty that is not there.
    """
    before = score(rules, units, inputs, year)
    return _difference(before, _changed(rules, units, inputs, changes, year))


def most_effective(
    rules: RuleSet,
    units: Units,
    inputs: Inputs,
    unit: str,
    efforts: Mapping[SetValue | SetDone, Decimal],
    year: int,
    *,
    within: Decimal | None = None,
    at_most: int = 5,
    exact_up_to: int = 12,
) -> Best:
    """Which few steps move the total of a unit most, given what each costs.

    Parameters
    ----------
    efforts : mapping of SetValue or SetDone to Decimal
        Each possible step with its effort, in any one unit, above 0.
    within : Decimal or None
        Effort that there is; None for no limit.
    at_most : int
        How many steps at most.
    exact_up_to : int
        With so many steps or fewer every set is scored whole, caps and shared weights included. With more, steps are
        taken one after the other by what they then add per effort, and the answer says that it is not exact.
    """
    if any(effort <= 0 for effort in efforts.values()):
        raise InputError("An effort is above 0; a step without effort would simply be taken.")
    if any(change.unit != unit for change in efforts):
        raise InputError(f"Every step must be one of {unit}.")
    start = score(rules, units, inputs, year)[unit].total
    if start is None:
        raise InputError(f"{unit} has no total that a step could raise.")

    def gain(changes: Sequence[SetValue | SetDone]) -> Decimal:
        total = _changed(rules, units, inputs, changes, year)[unit].total
        return Decimal(0) if total is None else total - start

    options = []
    for change, effort in efforts.items():
        own = gain([change])
        options.append(Option(change, effort, own, own / effort, own == 0))
    options.sort(key=lambda option: (-option.gain_per_effort, option.effort, repr(option.change)))
    exact = len(options) <= exact_up_to
    chosen = _every_set(options, gain, within, at_most) if exact else _greedy(options, gain, within, at_most)
    total = gain([option.change for option in chosen]) if chosen else Decimal(0)
    return Best(tuple(options), chosen, total, sum((option.effort for option in chosen), Decimal(0)), exact)


def _every_set(
    options: Sequence[Option], gain: Gain, within: Decimal | None, at_most: int
) -> tuple[Option, ...]:
    best: tuple[Decimal, Decimal, tuple[Option, ...]] = (Decimal(0), Decimal(0), ())
    for many in range(1, min(at_most, len(options)) + 1):
        for chosen in combinations(options, many):
            effort = sum((option.effort for option in chosen), Decimal(0))
            if within is not None and effort > within:
                continue
            found = gain([option.change for option in chosen])
            # More gain first; of equal gain the lesser effort.
            if (found, -effort) > (best[0], -best[1]):
                best = (found, effort, chosen)
    return best[2]


def _greedy(
    options: Sequence[Option], gain: Gain, within: Decimal | None, at_most: int
) -> tuple[Option, ...]:
    chosen: list[Option] = []
    while len(chosen) < at_most:
        have = gain([option.change for option in chosen])
        spent = sum((option.effort for option in chosen), Decimal(0))
        open_ = [
            option
            for option in options
            if option not in chosen and (within is None or spent + option.effort <= within)
        ]
        added = [
            ((gain([*(o.change for o in chosen), option.change]) - have) / option.effort, option)
            for option in open_
        ]
        if not added or max(step for step, _ in added) <= 0:
            break
        chosen.append(max(added, key=lambda pair: pair[0])[1])
    return tuple(chosen)


def _changed(
    rules: RuleSet, units: Units, inputs: Inputs, changes: Sequence[Change], year: int
) -> Assessment:
    rows: dict[str, dict[str, Entry]] = {unit: dict(row) for unit, row in inputs.items()}
    for change in changes:
        if isinstance(change, SetWeight):
            rules = _reweighted(rules, change)
            continue
        if change.unit not in units:
            raise InputError(f"There is no unit {change.unit!r} to change.")
        row = rows.setdefault(change.unit, {})
        if isinstance(change, SetValue):
            known = row.get(change.key)
            kept = known if isinstance(known, Figure) else Figure(Decimal(0))
            absent = change.value if isinstance(change.value, Missing) else None
            number = None if isinstance(change.value, Missing) else change.value
            row[change.key] = replace(
                kept, value=number, missing=absent, parts=None, trace=None, source="what-if"
            )
        else:
            row[change.key] = _redone(rules, row.get(change.key), change, year)
    return score(rules, units, rows, year)


def _redone(rules: RuleSet, entry: Entry | None, change: SetDone, year: int) -> Figure:
    item = rules.items.get(change.key)
    if item is None or not isinstance(item.source, DutySource) or not isinstance(entry, Figure):
        raise InputError(f"{change.key!r} is no item made of tasks or projects; change its value instead.")
    if change.duty not in {duty.key for duty in entry.duties}:
        known = ", ".join(duty.key for duty in entry.duties) or "none"
        raise InputError(
            f"{change.unit} has no duty {change.duty!r} under {change.key!r}; there are: {known}."
        )
    duties = [
        replace(duty, done_on=change.done_on) if duty.key == change.duty else duty for duty in entry.duties
    ]
    return duty_figure(duties, item.source.credit, date(year, 12, 31), source="what-if", method=entry.method)


def _reweighted(rules: RuleSet, change: SetWeight) -> RuleSet:
    if change.category not in rules.categories or change.weight < 0:
        raise InputError(
            f"There is no category {change.category!r}, or its weight {change.weight} is below 0."
        )
    rows = tuple(
        row.model_copy(update={"categories": {**row.categories, change.category: change.weight}})
        for row in rules.weights
    )
    return rules.model_copy(update={"weights": rows})


def _difference(before: Assessment, after: Assessment) -> Difference:
    totals, ranks, items = {}, {}, {}
    for unit in before:
        old, new = before[unit], after[unit]
        if old.total is not None and new.total is not None and new.total != old.total:
            totals[unit] = new.total - old.total
        if new.rank != old.rank:
            ranks[unit] = (old.rank, new.rank)
        moved = {
            key: (item.points or Decimal(0)) - (old.items[key].points or Decimal(0))
            for key, item in new.items.items()
        }
        items[unit] = {key: points for key, points in moved.items() if points}
    return Difference(before, after, totals, ranks, items)
