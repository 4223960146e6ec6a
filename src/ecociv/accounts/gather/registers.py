"""Figures of register entries on the last day of a year: reserves of mining rights, amounts of permits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from django.db.models import Max

from ecociv.accounts.declaration import CellSource
from ecociv.accounts.gather.figures import Summed
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.registers.entries import Entry
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries


def registers_state(zone: str) -> tuple[object, ...]:
    """What changes when an entry is recorded."""
    found = EntryRevision.objects.filter(zone=zone).aggregate(last=Max("pk"), at=Max("recorded_at"))
    return found["last"], found["at"]


def entries_on(zone: str, kind: str, day: dt.date, as_of: dt.datetime | None) -> tuple[Entry, ...]:
    """Entries of a kind that are in an active state on a day; read once for each state of the register."""
    return _read(zone, kind, day, as_of, registers_state(zone))


@lru_cache(maxsize=64)
def _read(
    zone: str, kind: str, day: dt.date, as_of: dt.datetime | None, _state: tuple[object, ...]
) -> tuple[Entry, ...]:
    return tuple(one for one in entries(zone, kind, day, as_of) if _active(one))


def _active(one: Entry) -> bool:
    return next((state.active for state in one.kind.states if state.key == one.state), True)


def lies_in(zone: str, area: str, code: object) -> bool:
    """Whether a division code is that of the area, or of a part of it."""
    place = load_places(zone).by_key[area]
    if place.kind == "county":
        return code == place.code
    return isinstance(code, str) and code[:4] == place.code[:4]


def register_figure(
    zone: str, area: str, source: CellSource, row: str, column: str, year: int, unit: str,
    as_of: dt.datetime | None = None,
) -> Summed:  # fmt: skip
    """A quantity of the entries of a kind, added up over the area on the last day of the year.

    Real entries go before generated ones. An entry that does not say the quantity leaves the cell missing: nothing is
    counted as zero. Where nothing of the kind was on record in the whole zone on that day, nobody knows; where there is
    nothing in the area, the question does not arise.
    """
    day = dt.date(year, 12, 31)
    found = entries_on(zone, source.register_, day, as_of)
    if not found:
        return Summed(Missing.MISSING, _nothing(source.register_, day), (), sample=False)
    mine = [
        one
        for one in found
        if lies_in(zone, area, one.values.get(source.division)) and _chosen(one, source.where.get(column, {}))
    ]
    sample = not any(not one.sample for one in mine)
    mine = [one for one in mine if one.sample is sample]
    if not mine:
        name = found[0].kind.name
        reason = Text(
            zh=f"{day}本地区没有这类{name.zh}登记", en=f"On {day} the area had no such entry of {name.en}"
        )
        return Summed(Missing.NOT_APPLICABLE, reason, (), sample=False)
    ((field, sign),) = source.properties(row, column)
    assert sign == 1
    declared = mine[0].kind.field(field)
    of_field = declared.unit if declared and declared.unit else unit
    total = Decimal(0)
    inputs: list[TraceInput] = []
    gap: Text | None = None
    for one in mine:
        value = one.values.get(field)
        known = value if isinstance(value, Decimal) else None
        inputs.append(
            TraceInput(
                Text(zh=one.title, en=one.title), Missing.MISSING if known is None else known, of_field,
                source_id=f"register:{source.register_}/{one.key}", revision=one.revision, valid=str(day),
                recorded=one.recorded_at, sample=one.sample,
            )
        )  # fmt: skip
        if known is None:
            gap = Text(zh=f"{one.title}没有登记该数量", en=f"{one.title} does not say the quantity")
        else:
            total += convert(known, of_field, unit)
    if gap is not None:
        return Summed(Missing.MISSING, gap, tuple(inputs), sample)
    return Summed(total, None, tuple(inputs), sample)


def _chosen(one: Entry, where: Mapping[str, tuple[str, ...]]) -> bool:
    return all(str(one.values.get(field, "")) in values for field, values in where.items())


def _nothing(kind: str, day: dt.date) -> Text:
    return Text(zh=f"{day}没有“{kind}”登记", en=f"On {day} nothing was on the register {kind!r}")
