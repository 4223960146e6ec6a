"""What an area owes its nature (负债): overuse above a limit, pollution, restoration that is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ecociv.accounts.declaration import Liability, ZoneAccounts
from ecociv.accounts.gather.figures import inside
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.sections import weight_of
from ecociv.accounts.gather.supply import flow_figure
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter


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
        return _absent(declared, Missing.MISSING, _NO_REGISTER)
    if declared.sections_above_target:
        return _sections(sources, declared, area, year)
    if declared.places and area not in declared.places:
        return _absent(declared, Missing.NOT_APPLICABLE, _NO_LIMIT_HERE)
    limit = declared.limit(year)
    if limit is None:
        reason = Text(zh=f"{year}年没有限额", en=f"No limit was in force in {year}")
        return _absent(declared, Missing.NOT_APPLICABLE, reason)
    assert declared.amount is not None
    got = flow_figure(declared.amount, sources.figures, area, year, declared.unit)
    if isinstance(got.figure, Missing):
        assert got.reason is not None
        return replace(_absent(declared, got.figure, got.reason), sample=got.sample)
    over = got.figure - limit if declared.exceeds else limit - got.figure
    amount = max(Decimal(0), over)
    trace = Trace(
        declared.name,
        amount,
        declared.unit,
        "max(0, amount - limit)" if declared.exceeds else "max(0, limit - amount)",
        got.inputs,
        declared.basis.citation,
        (TraceParameter(Text(zh="限额", en="Limit"), limit, declared.unit, declared.basis.citation),),
    )
    return _valued(declared, amount, trace, sample=got.sample)


_NO_REGISTER = Text(
    zh="生态修复责任登记未启用", en="The register of restoration that is due is not in use here"
)
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
    return Owed(declared.key, declared.name, declared.kind, declared.unit, kind, None, reason, trace)


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
