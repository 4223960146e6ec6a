"""Quotas of emission by history or by benchmark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ecociv.core.decimals import Number, to_decimal
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.compensation.apportionment import AllocationError, apportion
from ecociv.standards.pollutants.rights import not_negative
from ecociv.standards.results import DataValidity, Result


@dataclass(frozen=True, eq=False)
class Quotas(Result):
    """Quotas by holder, in tonnes.

    Attributes
    ----------
    value : dict
        Each holder's quota; with `reserve` they add up to the cap exactly (historical), or to at most the cap (benchmark).
    claims : dict
        What each would have got without the cap.
    reserve : Decimal
        What stays undistributed.
    """

    value: Mapping[str, Decimal]
    claims: Mapping[str, Decimal]
    cap: Decimal
    reserve: Decimal
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    formula: str

    def trace(self, at: int | None = None) -> Trace:
        """Claim and quota of every holder."""
        parts = tuple(
            Trace(
                Text(zh=holder, en=holder),
                quota,
                "tonne",
                self.formula,
                (TraceInput(Text(zh="测算量", en="claim"), self.claims[holder], "tonne"),),
            )
            for holder, quota in self.value.items()
        )
        return Trace(
            Text(zh="配额总量", en="Quotas in all"),
            sum(self.value.values(), Decimal(0)),
            "tonne",
            "sum(quotas)",
            (
                *parts,
                TraceInput(Text(zh="总量上限", en="cap"), self.cap, "tonne"),
                TraceInput(Text(zh="预留", en="reserve"), self.reserve, "tonne"),
            ),
            notes=self.marks,
        )


def historical_quotas(
    cap: Number, emissions: Mapping[str, Number], *, reserve: Number = 0, step: Number = 1
) -> Quotas:
    """Quotas in proportion to past emissions, with largest remainders.

    Parameters
    ----------
    cap, reserve : Decimal, int or float
        Tonnes in all, and tonnes kept back; both multiples of `step`.
    emissions : mapping
        Past emissions of each holder in tonnes.
    step : Decimal, int or float
        Smallest unit of a quota in tonnes.

    Raises
    ------
    AllocationError
        A negative emission, nobody to give to, a reserve above the cap.

    Examples
    --------
    >>> {name: str(quota) for name, quota in historical_quotas(1000, {"a": 500, "b": 300, "c": 301}).value.items()}
    {'a': '454', 'b': '273', 'c': '273'}
    """
    whole, kept = to_decimal(cap, "cap"), to_decimal(reserve, "reserve")
    if kept < 0 or kept > whole:
        raise AllocationError(f"A reserve of {kept} t is impossible under a cap of {whole} t.")
    claims = {name: to_decimal(amount, f"emission of {name}") for name, amount in emissions.items()}
    return _quotas(
        apportion(whole - kept, emissions, step=step),
        claims,
        whole,
        kept,
        "(cap - reserve) * emission / sum(emissions)",
    )


def benchmark_quotas(
    output: Mapping[str, Number],
    benchmark: Mapping[str, Number],
    *,
    corrections: Mapping[str, Number] | None = None,
    cap: Number,
    step: Number = 1,
) -> Quotas:
    """Quotas by output times benchmark times correction; scaled down together where they exceed the cap.

    Parameters
    ----------
    output : mapping
        Output of each holder in units of product.
    benchmark : mapping
        Tonnes a unit of product, for each holder.
    corrections : mapping, optional
        Factor of a holder, 1 where none is named.
    cap : Decimal, int or float
        Tonnes in all, a multiple of `step`.

    Examples
    --------
    >>> found = benchmark_quotas({"a": 1000, "b": 500}, {"a": 0.5, "b": 0.5}, cap=600)
    >>> {name: (str(found.claims[name]), str(quota)) for name, quota in found.value.items()}
    {'a': ('500.0', '400'), 'b': ('250.0', '200')}
    """
    factors = corrections or {}
    if set(output) != set(benchmark) or not set(factors) <= set(output):
        raise AllocationError(
            f"Output names {', '.join(output)}, benchmarks {', '.join(benchmark)}; they must name the same holders, and "
            "corrections no others."
        )
    claims = {
        name: not_negative(output[name], f"output of {name}")
        * not_negative(benchmark[name], f"benchmark of {name}")
        * not_negative(factors.get(name, 1), f"correction of {name}")
        for name in output
    }
    whole, unit = to_decimal(cap, "cap"), to_decimal(step, "step")
    wanted = sum(claims.values(), Decimal(0))
    if unit <= 0 or whole < 0:
        raise AllocationError(f"A cap of {whole} t in steps of {unit} t is impossible.")
    # Under the cap only whole steps of the claims are given out, so that rounding never exceeds either.
    given = min(whole, wanted // unit * unit)
    parts = apportion(given, {name: Fraction(claim) for name, claim in claims.items()}, step=unit)
    return _quotas(parts, claims, whole, whole - given, "output * benchmark * correction, scaled to the cap")


def _quotas(
    parts: Mapping[str, Decimal], claims: Mapping[str, Decimal], cap: Decimal, reserve: Decimal, formula: str
) -> Quotas:
    return Quotas(
        value=parts,
        claims=claims,
        cap=cap,
        reserve=reserve,
        edition="rule of the caller",
        marks=(),
        validity=DataValidity(
            len(parts), 1, True, Text(zh="各单位测算量齐全", en="every holder has a claim")
        ),
        formula=formula,
    )
