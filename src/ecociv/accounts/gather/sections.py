"""River sections by quality class of the year, and what moved from one class to another since the year before.

The class of a year is that of the yearly means of its items (arithmetic means of the monthly tests, 环办〔2011〕22号); a year
with fewer than the declared number of months has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from ecociv.accounts.declaration import ZoneAccounts, load_accounts
from ecociv.accounts.gather.figures import state_of
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import Series
from ecociv.evidence.queries import observations, year_bounds
from ecociv.evidence.section_months import class_of_month, target_of, used_value
from ecociv.standards import surface_water

CLASSES = ("one", "two", "three", "four", "five", "worse")
MONTHS = 12
RULE = Citation("环办〔2011〕22号", "年均值评价", 2011, verified=False)


@dataclass(frozen=True, slots=True)
class SectionYear:
    """A section in a year: its class (1 to 6; 0 where too few months were tested) and what it rests on."""

    section: str
    name: Text
    year: int
    water_class: int
    target: int | None
    months: int
    limiting: tuple[str, ...]
    sample: bool
    recorded: dt.datetime | None

    @property
    def column(self) -> str:
        """Column of the account; empty where there is no class."""
        return CLASSES[self.water_class - 1] if self.water_class else ""

    def input(self, weight: Decimal, unit: str) -> TraceInput:
        """As an input of a trace."""
        return TraceInput(
            self.name, weight, unit, source_id=f"section:{self.section}", valid=str(self.year),
            recorded=self.recorded, sample=self.sample,
        )  # fmt: skip


def section_years(
    zone: str, group: str, as_of: dt.datetime | None = None
) -> Mapping[tuple[str, int], SectionYear]:
    """The class of each section and year; read once for each state of the evidence."""
    return _read(zone, group, (*state_of(zone), _series_count()), as_of)


def _series_count() -> int:
    return Series.objects.filter(averaging="P1M", place__kind="section").count()


@lru_cache(maxsize=8)
def _read(
    zone: str,
    group: str,
    _state: tuple[object, ...],
    as_of: dt.datetime | None,
) -> Mapping[tuple[str, int], SectionYear]:
    declared = load_accounts(zone)
    places = load_places(zone)
    members = places.groups[group]
    series = list(
        Series.objects.filter(
            place__key__in=members, averaging="P1M", property__key__in=list(surface_water.ITEM_NAMES)
        ).select_related("place", "property")
    )
    start, end = year_bounds(declared.first_year - 1, declared.last_year or 2999)
    found = observations([each.key for each in series], start=start, end=end, as_of=as_of)
    values: dict[tuple[str, int, bool], dict[str, list[float]]] = {}
    months: dict[tuple[str, int, bool], set[int]] = {}
    latest: dict[tuple[str, int, bool], dt.datetime] = {}
    for each in series:
        for item in found.get(each.key, []):
            used = used_value(item)
            if used is None:
                continue
            at = (each.place.key, item.day.year, each.sample)
            values.setdefault(at, {}).setdefault(each.property.key, []).append(used)
            months.setdefault(at, set()).add(item.day.month)
            latest[at] = max(latest.get(at, item.recorded_at), item.recorded_at)
    targets = {each.place.key: target_of(each.place) for each in series}
    made: dict[tuple[str, int], SectionYear] = {}
    # Real tests come last, so that they take the place of generated ones.
    for at in sorted(values, key=lambda at: not at[2]):
        section, year, sample = at
        means = {item: sum(those) / len(those) for item, those in values[at].items()}
        known = len(months[at])
        water_class, limiting = (
            class_of_month(means, (year, 12), targets[section]) if known >= declared.min_months else (0, ())
        )
        made[section, year] = SectionYear(
            section, places.by_key[section].name, year, water_class, targets[section], known, limiting,
            sample, latest[at],
        )  # fmt: skip
    return made


def weight_of(declared: ZoneAccounts, section: str, weigh: str) -> Decimal | None:
    """What a section counts for: one, or the declared length of river it stands for."""
    return Decimal(1) if weigh == "number" else declared.section_lengths.get(section)


@dataclass(frozen=True, slots=True)
class Counted:
    """The sections that a cell counts; ``partial`` where one of them was not tested in every month."""

    figure: Decimal | None
    reason: Text | None
    trace: Trace
    sample: bool
    partial: bool = False


def counted(
    declared: ZoneAccounts,
    years: Mapping[tuple[str, int], SectionYear],
    members: tuple[str, ...],
    row: str,
    column: str,
    year: int,
    weigh: str,
    label: Text,
    unit: str,
) -> Counted:
    """A cell of the account of water quality.

    ``closing`` counts the sections of a class; ``classed_in`` those that were of another class the year before,
    ``added`` those that had none; ``classed_out`` and ``removed`` those that left.
    """
    inputs: list[TraceInput] = []
    total = Decimal(0)
    seen = partial = False
    for section in members:
        now, before = years.get((section, year)), years.get((section, year - 1))
        seen = seen or now is not None
        is_now, was = (now.column if now else ""), (before.column if before else "")
        counts = {
            "opening": was == column,
            "closing": is_now == column,
            "classed_in": is_now == column and was not in ("", column),
            "added": is_now == column and not was,
            "classed_out": was == column and is_now not in ("", column),
            "removed": was == column and not is_now,
        }[row]
        if not counts:
            continue
        weight = weight_of(declared, section, weigh)
        source = now if row in ("closing", "classed_in", "added") else before
        assert source is not None
        if weight is None:
            reason = Text(
                zh=f"{source.name.zh}没有声明代表河长", en=f"{source.name.en} has no declared length of river"
            )
            return Counted(None, reason, Trace(label, None, unit, "", notes=(reason,)), source.sample)
        inputs.append(source.input(weight, unit))
        partial = partial or source.months < MONTHS
        total += weight
    if not seen:
        reason = Text(zh=f"{year}年没有断面监测", en=f"No section was tested in {year}")
        return Counted(None, reason, Trace(label, None, unit, "", notes=(reason,)), False)
    formula = "sum of the lengths of sections" if weigh == "length" else "number of sections"
    trace = Trace(label, total, unit, formula, tuple(inputs), RULE)
    sample = any(one.sample for one in inputs) or any(
        each.sample for section in members if (each := years.get((section, year)))
    )
    return Counted(total, None, trace, sample, partial)
