"""Compensation by area for farmland and forest: areas times rates that are dated and cited by the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ecociv.core.decimals import Number, to_decimal
from ecociv.core.periods import Validity
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter
from ecociv.standards.compensation.apportionment import AllocationError
from ecociv.standards.results import DataValidity, Result

FEN = 2


class NoRate(AllocationError):
    """No rate, or more than one, was given for a kind of land on the day."""


@dataclass(frozen=True, slots=True)
class AreaRate:
    """What is paid a year for one mu of a kind of land, with its document and dates.

    Parameters
    ----------
    kind : str
        Kind of land as in the areas, such as ``"permanent basic farmland"`` or ``"省级公益林"``.
    yuan_per_mu : Decimal, int or float
        Yuan a mu and year, 0 or more.
    valid : Validity
        First and last day on which it applies.
    citation : Citation
        The document that sets it.
    """

    kind: str
    yuan_per_mu: Number
    valid: Validity
    citation: Citation


@dataclass(frozen=True, eq=False)
class AreaCompensation(Result):
    """Compensation by kind of land, yuan.

    Attributes
    ----------
    value : Decimal
        The sum, to fen.
    items : dict
        Yuan of each kind, to fen; they add up to the sum.
    """

    value: Decimal
    items: Mapping[str, Decimal]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text
    areas: Mapping[str, Decimal] = field(repr=False)
    rates: Mapping[str, AreaRate] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Area and rate of each kind."""
        self._element(at)
        parts = tuple(
            Trace(
                Text(zh=kind, en=kind),
                amount,
                "yuan",
                "area * rate",
                (TraceInput(Text(zh="面积", en="area"), self.areas[kind], "mu"),),
                self.rates[kind].citation,
                (
                    TraceParameter(
                        Text(zh="标准", en="rate"),
                        to_decimal(self.rates[kind].yuan_per_mu),
                        "yuan/mu",
                        self.rates[kind].citation,
                        self.rates[kind].valid,
                    ),
                ),
                Rounding("half-even", FEN),
            )
            for kind, amount in self.items.items()
        )
        return Trace(self.label, self.value, "yuan", "sum(area * rate)", parts, notes=self.marks)


def farmland_compensation(
    areas: Mapping[str, Number], rates: Sequence[AreaRate], *, on: date, unit: str = "mu"
) -> AreaCompensation:
    """Compensation for protecting farmland: area times rate by kind.

    Parameters
    ----------
    areas : mapping
        Area of each kind of land.
    rates : sequence of AreaRate
        Dated rates; exactly one for each kind on the day. Amounts are not built in: no document on them could be read.
    on : date
        The day whose rates apply.
    unit : str
        Unit of the areas, such as ``"mu"``, ``"hectare"`` or ``"wan_mu"``.

    Raises
    ------
    NoRate
        A kind without a rate on the day (the known periods are named), or with two.
    AllocationError
        A negative area or rate.

    Examples
    --------
    >>> rate = AreaRate("basic", 30, Validity(date(2016, 1, 1)), Citation("县级办法（示例）", "3", 2016))
    >>> farmland_compensation({"basic": 1250.5}, [rate], on=date(2016, 6, 1)).value
    Decimal('37515.00')
    """
    return _by_area(Text(zh="耕地保护补偿", en="Compensation for farmland"), areas, rates, on, unit)


def forest_compensation(
    areas: Mapping[str, Number], rates: Sequence[AreaRate], *, on: date, unit: str = "mu"
) -> AreaCompensation:
    """Compensation for public-benefit forest: area times rate by kind, as in `farmland_compensation`.

    Examples
    --------
    >>> rate = AreaRate("national", 15, Validity(date(2016, 1, 1)), Citation("示例", "", 2016))
    >>> forest_compensation({"national": 10}, [rate], on=date(2016, 6, 1), unit="hectare").value
    Decimal('2250.00')
    """
    return _by_area(
        Text(zh="公益林补偿", en="Compensation for public-benefit forest"), areas, rates, on, unit
    )


def _by_area(
    label: Text, areas: Mapping[str, Number], rates: Sequence[AreaRate], on: date, unit: str
) -> AreaCompensation:
    in_mu, chosen, items = {}, {}, {}
    for kind, area in areas.items():
        in_mu[kind] = convert(to_decimal(area, f"area of {kind}"), unit, "mu")
        if in_mu[kind] < 0:
            raise AllocationError(f"The area of {kind} is {area} {unit}; it cannot be negative.")
        chosen[kind] = _rate(kind, rates, on)
        price = to_decimal(chosen[kind].yuan_per_mu, f"rate of {kind}")
        if price < 0:
            raise AllocationError(f"The rate of {kind} is {price} yuan/mu; it cannot be negative.")
        items[kind] = round_half_even(in_mu[kind] * price, FEN)
    unsure = dict.fromkeys(rate.citation.standard for rate in chosen.values() if not rate.citation.verified)
    return AreaCompensation(
        value=sum(items.values(), Decimal("0.00")),
        items=items,
        edition="rates of the caller",
        marks=tuple(Text(zh=f"{name}待核实", en=f"{name} is to be verified") for name in unsure),
        validity=DataValidity(
            len(items), 1, bool(items), Text(zh="各类面积都有标准", en="every kind of land has a rate")
        ),
        label=label,
        areas=in_mu,
        rates=chosen,
    )


def _rate(kind: str, rates: Sequence[AreaRate], on: date) -> AreaRate:
    own = [rate for rate in rates if rate.kind == kind]
    found = [rate for rate in own if rate.valid.contains(on)]
    if len(found) == 1:
        return found[0]
    known = "; ".join(f"{rate.valid} {rate.citation.standard}" for rate in own) or "none"
    raise NoRate(
        f"{len(found) or 'No'} rate{'s' if len(found) > 1 else ''} for {kind} on {on.isoformat()}. Known: {known}. "
        "Give exactly one rate for each kind of land and day."
    )
