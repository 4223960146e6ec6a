"""What the terms of a year come to, county by county, in whole fen, with the figures that they rest on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ecociv.compensation.allocation.declaration import Fund
from ecociv.compensation.allocation.funds import allocated
from ecociv.compensation.areas.computing import county_amount
from ecociv.compensation.areas.declaration import Scheme
from ecociv.compensation.yearly.programmes import Terms
from ecociv.core.decimals import plain, shortest
from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.ledger.money import fen, yuan

WAN = Decimal(10_000)

EXACT = Text(
    zh="各县份额按最大余数法取整到 0.01 万元，各县实付与结转之和等于资金总额。",
    en="Shares are whole hundredths of 10⁴ yuan by largest remainders: what is paid and what is kept add up to the fund exactly.",
)
TO_FEN = Text(
    zh="每类土地的金额修约到分（GB/T 8170），合计为各项之和。",
    en="The amount of each kind of land is rounded to the fen (GB/T 8170); the sum adds them up.",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that the amounts rest on; ``county`` is empty for one of the whole fund."""

    county: str
    item: str
    value: str
    unit: str
    source: str
    revision: int = 1

    def content(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "county": self.county,
            "item": self.item,
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "revision": self.revision,
        }


@dataclass(frozen=True, slots=True)
class YearAmounts:
    """What a year comes to.

    Attributes
    ----------
    amounts : mapping
        Fen by body: positive for what it gets. Counties, and the body of the pool with what is withheld less what is taken
        from earlier years. None for a county whose areas are not all known: missing is not zero.
    whole : int
        Fen that are divided or added up: the fund, or the sum of the counties.
    traces : mapping
        The arithmetic by county.
    """

    year: int
    amounts: Mapping[str, int | None]
    whole: int
    traces: Mapping[str, Trace]
    trace: Trace
    figures: tuple[Figure, ...]
    notes: tuple[Text, ...] = ()
    open: tuple[Text, ...] = ()

    @property
    def payer_gives(self) -> int:
        """Fen that leave the account of the payer."""
        return sum(amount or 0 for amount in self.amounts.values())

    def fingerprint(self) -> str:
        """Digest of the figures alone, to see whether they were restated."""
        return digest_of_json([each.content() for each in self.figures])

    def content(self) -> dict[str, Any]:
        """As plain JSON, to be kept."""
        return {
            "year": self.year,
            "amounts": dict(sorted(self.amounts.items())),
            "whole": self.whole,
            "trace": self.trace.to_json(),
            "traces": {county: trace.to_json() for county, trace in sorted(self.traces.items())},
            "figures": [each.content() for each in self.figures],
            "notes": [text.to_mapping() for text in self.notes],
            "open": [text.to_mapping() for text in self.open],
        }

    def digest(self) -> str:
        """Digest of everything: the same figures and terms give the same, bit for bit."""
        return digest_of_json(self.content())


def compute(terms: Terms, year: int, pool: str, as_of: dt.datetime | None = None) -> YearAmounts:
    """What terms come to in a year, from the evidence as known at a moment.

    Parameters
    ----------
    pool
        The body that keeps what is withheld.

    Raises
    ------
    AllocationError
        Figures of a fund that cannot be divided by the rules.
    NoRate
        A kind of land without a rate in the year.
    """
    if isinstance(terms, Fund):
        return _of_fund(terms, pool)
    return _of_scheme(terms, year, as_of)


def _of_fund(declared: Fund, pool: str) -> YearAmounts:
    # A database may give keys back in another order; the arithmetic goes by theirs.
    fund = declared.model_copy(update={"counties": dict(sorted(declared.counties.items()))})
    found = allocated(fund)
    amounts: dict[str, int | None] = {county: fen(paid * WAN) for county, paid in found.value.items()}
    if pool:
        amounts[pool] = fen((found.carried_over - fund.from_pool) * WAN)
    source = " ".join(part for part in (fund.source.document, fund.source.clause) if part)
    figures = [
        Figure("", "amount", plain(fund.amount), "wan_yuan", source),
        Figure("", "from_pool", plain(fund.from_pool), "wan_yuan", source),
        Figure("", "edition", found.edition, "1", source),
    ]
    for key, county in fund.counties.items():
        for item, value in county.figures.items():
            by = county.penalty.document if county.penalty and item == "withheld" else source
            figures.append(Figure(key, item, plain(value), "wan_yuan" if item == "base" else "1", by))
    traces = {county: _marked(found.trace(at), fund.sample) for at, county in enumerate(fund.counties)}
    return YearAmounts(
        fund.year,
        amounts,
        fen(fund.amount * WAN),
        traces,
        _marked(found.trace(), fund.sample),
        tuple(figures),
        (EXACT, *found.marks),
    )


def _marked(trace: Trace, sample: bool) -> Trace:
    """The trace with its inputs marked where the fund is a sample."""
    if not sample:
        return trace
    inputs = tuple(
        _marked(each, True) if isinstance(each, Trace) else replace(each, sample=True)
        for each in trace.inputs
    )
    return replace(trace, inputs=inputs)


def _of_scheme(declared: Scheme, year: int, as_of: dt.datetime | None) -> YearAmounts:
    scheme = declared.model_copy(update={"lands": dict(sorted(declared.lands.items()))})
    amounts: dict[str, int | None] = {}
    traces: dict[str, Trace] = {}
    figures: list[Figure] = []
    unknown: list[Text] = []
    marks: dict[Text, None] = {}
    for county in sorted(scheme.counties):
        found = county_amount(scheme, county, year, as_of)
        if found.result is None or found.trace is None:
            amounts[county] = None
            names = [scheme.lands[key].name for key in found.missing]
            unknown.append(
                Text(
                    zh=f"{county}：{year} 年缺少面积：{'、'.join(name.zh for name in names)}。",
                    en=f"{county}: the area is not known for {year}: {', '.join(name.en for name in names)}.",
                )
            )
            continue
        amounts[county] = fen(found.result.value)
        label = Text(zh=f"{scheme.title.zh} {county}", en=f"{scheme.title.en}, {county}")
        traces[county] = replace(found.trace, label=label)
        marks |= dict.fromkeys(found.trace.notes)
        figures += [_figure(county, leaf) for leaf in found.trace.leaves() if leaf.source_id]
    whole = sum(amount or 0 for amount in amounts.values())
    trace = Trace(scheme.title, yuan(whole), "yuan", "sum(counties)", tuple(traces.values()))
    return YearAmounts(year, amounts, whole, traces, trace, tuple(figures), (TO_FEN, *marks), tuple(unknown))


def _figure(county: str, leaf: TraceInput) -> Figure:
    assert isinstance(leaf.value, Decimal), leaf
    return Figure(county, leaf.label.zh, shortest(leaf.value), leaf.unit, leaf.source_id, leaf.revision)


__all__ = ["EXACT", "TO_FEN", "Figure", "YearAmounts", "compute"]
