"""What an area owes its nature (负债): overuse above a limit, pollution, restoration that is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ecociv.accounts.declaration import Liability, Permits, ZoneAccounts
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.figures import Part, inside
from ecociv.accounts.gather.registers import entries_on, lies_in
from ecociv.accounts.gather.sections import weight_of
from ecociv.accounts.gather.supply import flow_figure
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.liabilities.queries import due

NAMED = 4
"""Emitters that a note names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One liability of an area at the end of a year.

    Attributes
    ----------
    amount : Decimal or Missing
        Physical amount; zero where the limit is kept.
    value : Decimal or None
        In yuan, where a valuation is declared.
    """

    key: str
    name: Text
    kind: str
    unit: str
    amount: Decimal | Missing
    value: Decimal | None
    reason: Text | None
    trace: Trace = field(repr=False)
    sample: bool = False
    verified: bool = False

    @property
    def number(self) -> Decimal | None:
        """The amount, or none where it is missing."""
        return None if isinstance(self.amount, Missing) else self.amount

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "key": self.key,
            "name": self.name.to_mapping(),
            "kind": self.kind,
            "unit": self.unit,
            "amount": None if self.number is None else plain(self.number),
            "missing": self.amount.value if isinstance(self.amount, Missing) else None,
            "value_yuan": None if self.value is None else plain(self.value),
            "reason": self.reason.to_mapping() if self.reason else None,
            "sample": self.sample,
            "verified": self.verified,
        }


def owed(sources: Sources, area: str, year: int) -> tuple[Owed, ...]:
    """Every declared liability of an area at the end of a year."""
    return tuple(_one(sources, each, area, year) for each in sources.declared.liabilities)


def _one(sources: Sources, declared: Liability, area: str, year: int) -> Owed:
    if declared.kind == "restoration":
        return _restoration(sources, declared, area, year)
    if declared.sections_above_target:
        return _sections(sources, declared, area, year)
    if declared.permits is not None:
        return _permits(sources, declared, declared.permits, area, year)
    if declared.places and area not in declared.places:
        return _absent(declared, Missing.NOT_APPLICABLE, _NO_LIMIT_HERE)
    limit = declared.limit(year)
    if limit is None:
        reason = Text(zh=f"{year}年没有限额", en=f"No limit was in force in {year}")
        return _absent(declared, Missing.NOT_APPLICABLE, reason)
    if limit.value is None:
        assert limit.missing is not None
        return _absent(declared, limit.missing.kind, limit.missing.reason)
    total, sample = Decimal(0), False
    inputs: list[TraceInput] = []
    for flow in declared.amount:
        got = flow_figure(flow, sources.figures, area, year, declared.unit)
        if isinstance(got.figure, Missing):
            assert got.reason is not None
            return replace(_absent(declared, got.figure, got.reason), sample=got.sample)
        total += got.figure
        inputs += got.inputs
        sample = sample or got.sample
    amount = max(Decimal(0), total - limit.value if declared.exceeds else limit.value - total)
    trace = Trace(
        declared.name,
        amount,
        declared.unit,
        "max(0, sum of amounts - limit)" if declared.exceeds else "max(0, limit - sum of amounts)",
        tuple(inputs),
        declared.basis.citation,
        (TraceParameter(Text(zh="限额", en="Limit"), limit.value, declared.unit, declared.basis.citation),),
    )
    return _valued(declared, amount, trace, sample=sample)


def _permits(sources: Sources, declared: Liability, permits: Permits, area: str, year: int) -> Owed:
    """What emitters emitted above their permits. An emitter without a permit that names the item is told in a note."""
    places, day = sources.figures.places, dt.date(year, 12, 31)
    held = {
        one.holder: one
        for one in entries_on(sources.zone, permits.register_, day, sources.as_of)
        if one.holder
    }
    over, sample = Decimal(0), False
    inputs: list[Trace] = []
    without: list[Text] = []
    members = inside(places, area, places.groups[permits.group])
    for place in members:
        entry = held.get(str(places.by_key[place].details.get(permits.detail, "")))
        allowed = entry.values.get(permits.field) if entry else None
        limit = allowed.get(permits.item) if isinstance(allowed, dict) else None
        part = Part(permits.return_, place, permits.cell)
        got = sources.figures.summed([part], year, declared.unit)
        if entry is None or limit is None or isinstance(got.figure, Missing):
            without.append(places.by_key[place].name)
            continue
        permitted = convert(limit, f"({permits.unit}) * year", declared.unit)
        beyond = max(Decimal(0), got.figure - permitted)
        over += beyond
        sample = sample or got.sample or entry.sample
        label = Text(zh=f"{entry.title}许可量", en=f"{entry.title}, permitted")
        inputs.append(
            Trace(
                places.by_key[place].name, beyond, declared.unit, "max(0, emitted - permitted)",
                (
                    *got.inputs,
                    TraceInput(
                        label, permitted, declared.unit, source_id=f"register:{permits.register_}/{entry.key}",
                        revision=entry.revision, valid=str(day), recorded=entry.recorded_at, sample=entry.sample,
                    ),
                ),
            )
        )  # fmt: skip
    if not members:
        return _absent(declared, Missing.NOT_APPLICABLE, _NO_EMITTER)
    some, more = without[:NAMED], len(without) > NAMED
    note = Text(
        zh=f"{len(without)}家没有对应的许可量或排放量，未计入：{'、'.join(one.zh for one in some)}{'等' if more else ''}",
        en=f"{len(without)} without a permitted or a reported amount are left out: "
        f"{', '.join(one.en for one in some)}{' and others' if more else ''}",
    )
    if not inputs:
        return _absent(declared, Missing.MISSING, note)
    trace = Trace(
        declared.name, over, declared.unit, "sum", tuple(inputs), declared.basis.citation,
        notes=(note,) if without else (),
    )  # fmt: skip
    return _valued(declared, over, trace, sample=sample)


def _restoration(sources: Sources, declared: Liability, area: str, year: int) -> Owed:
    """Restoration that is still due at the end of the year, in yuan; of a county, that of the mines in it."""
    day = dt.date(year, 12, 31)
    whole = sources.figures.places.by_key[area].kind != "county"
    codes = {
        one.key: one.values.get("division")
        for one in entries_on(sources.zone, "mining-right", day, sources.as_of)
    }
    parts = [
        one
        for one in due(sources.zone, day, sources.as_of)
        if whole or (one.kind == "mine" and lies_in(sources.zone, area, codes.get(one.key)))
    ]
    if not parts:
        return _absent(declared, Missing.MISSING if not codes else Missing.NOT_APPLICABLE, _NOTHING_DUE)
    known = [one for one in parts if isinstance(one.amount, Decimal)]
    total = sum((one.amount for one in parts if isinstance(one.amount, Decimal)), Decimal(0))
    notes = [
        Text(
            zh=f"{one.title}（{one.key}）缺少登记内容，未计入",
            en=f"{one.title} ({one.key}) is left out: the register does not say what the formula needs",
        )
        for one in parts
        if one not in known
    ]
    if not whole:
        notes.append(
            Text(zh="损害赔偿案件只计入全市", en="Damage cases are counted for the city only")
        )
    if not known:
        return _absent(declared, Missing.MISSING, notes[0])
    amount = convert(total, "yuan", declared.unit)
    trace = Trace(
        declared.name, amount, declared.unit, "sum", tuple(one.trace for one in known), declared.basis.citation,
        notes=tuple(notes),
    )  # fmt: skip
    value = round_half_even(convert(amount, declared.unit, "yuan"), 2)
    return Owed(
        declared.key, declared.name, declared.kind, declared.unit, amount, value, None, trace,
        any(one.sample for one in known), declared.basis.verified,
    )  # fmt: skip


_NOTHING_DUE = Text(
    zh="当日没有登记在案的待修复责任", en="No restoration was on record as due on that day"
)
_NO_EMITTER = Text(zh="本地区没有重点排污企业", en="The area has no key emitter")
_NO_LIMIT_HERE = Text(zh="限额下达到市，未分解到本地区", en="The limit is set for the city, not for this area")


def _valued(declared: Liability, amount: Decimal, trace: Trace, *, sample: bool) -> Owed:
    value = None
    if declared.price is not None:
        assert declared.price_basis is not None
        value = round_half_even(amount * declared.price, 2)
        parameter = TraceParameter(
            Text(zh="单价", en="Price"), declared.price, f"yuan / ({declared.unit})", declared.price_basis.citation
        )  # fmt: skip
        trace = replace(trace, parameters=(*trace.parameters, parameter))
    verified = declared.basis.verified and (declared.price_basis is None or declared.price_basis.verified)
    return Owed(
        declared.key, declared.name, declared.kind, declared.unit, amount, value, None, trace, sample, verified
    )  # fmt: skip


def _absent(declared: Liability, kind: Missing, reason: Text) -> Owed:
    trace = Trace(declared.name, kind, declared.unit, "", (), declared.basis.citation, notes=(reason,))
    return Owed(
        declared.key, declared.name, declared.kind, declared.unit, kind, None, reason, trace,
        verified=declared.basis.verified,
    )  # fmt: skip


def _sections(sources: Sources, declared: Liability, area: str, year: int) -> Owed:
    group = _group(sources.declared)
    members = inside(sources.figures.places, area, sources.figures.places.groups.get(group, ()))
    years = sources.section_years(group)
    inputs: list[TraceInput] = []
    total, known = Decimal(0), False
    for section in members:
        found = years.get((section, year))
        if found is None or not found.water_class or found.target is None:
            continue
        known = True
        length = weight_of(sources.declared, section, "length")
        if found.water_class > found.target and length is not None:
            inputs.append(found.input(length, "km"))
            total += length
    if not known:
        reason = Text(
            zh=f"{year}年没有可评价的断面", en=f"No section could be evaluated in {year}"
        )
        return _absent(declared, Missing.MISSING, reason)
    amount = convert(total, "km", declared.unit)
    trace = Trace(
        declared.name, amount, declared.unit, "sum of the lengths of sections worse than their target class",
        tuple(inputs), declared.basis.citation,
    )  # fmt: skip
    sample = any(each.sample for section in members if (each := years.get((section, year))))
    return _valued(declared, amount, trace, sample=sample)


def _group(declared: ZoneAccounts) -> str:
    for account in declared.accounts.values():
        for sources in account.rows.values():
            for source in sources:
                if source.sections:
                    return source.sections
    return ""


__all__ = ["Owed", "owed"]
