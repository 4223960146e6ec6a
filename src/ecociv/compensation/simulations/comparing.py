"""What past years would have cost whom under other terms, several variants side by side. Pure: no Django.

The terms in force and each variant are applied to the same readings, period after period with their own caps; nothing is
recorded. A variant passes through the strict loader, so that a term that cannot be agreed cannot be simulated either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.compensation.agreements.computed import Computed, Given
from ecociv.compensation.agreements.computing import compute
from ecociv.compensation.agreements.declaration import Agreement, Version
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.simulations.terms import TermRefused, changed
from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text

ZERO = Decimal("0.00")
LONGEST = 30
"""Years that one question may span."""
MOST_VARIANTS = 3
"""Variants beside the terms in force: more cannot be read side by side."""


@dataclass(frozen=True, slots=True)
class YearUnder:
    """What a year comes to under one set of terms, in yuan; ``open`` counts periods that are not settled.

    Where none is ``settled`` the sums are 0 and say nothing: missing is not zero.
    """

    upstream_pays: Decimal
    downstream_pays: Decimal
    open: int
    settled: int

    @property
    def net(self) -> Decimal:
        """Positive where upstream pays more than it receives."""
        return self.upstream_pays - self.downstream_pays


@dataclass(frozen=True, slots=True)
class Run:
    """The years under one set of terms.

    Attributes
    ----------
    versions : dict of int to Version
        What was applied in each year.
    found : tuple of Computed
        The periods, the earliest first.
    """

    terms: Mapping[str, Any]
    versions: Mapping[int, Version]
    found: tuple[Computed, ...]

    def year(self, year: int) -> YearUnder:
        """What a year comes to."""
        return _under(each for each in self.found if each.period.year == year)

    @property
    def total(self) -> YearUnder:
        """All years together."""
        return _under(self.found)

    @property
    def missing(self) -> tuple[Computed, ...]:
        """Periods without an amount; each says why in ``open``."""
        return tuple(each for each in self.found if each.amount is None)

    def digest(self) -> str:
        """Of terms as they were applied and of every period: the same evidence and terms give the same, bit for bit."""
        return digest_of_json(
            {
                "versions": {str(year): version.content() for year, version in self.versions.items()},
                "found": [each.digest() for each in self.found],
            }
        )


@dataclass(frozen=True, slots=True)
class Turned:
    """A period in which the money would have gone another way than it did."""

    period: SettlementPeriod
    base: Decimal
    other: Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """The terms in force and up to three variants on the same readings."""

    agreement: Agreement
    first: int
    last: int
    base: Run
    others: tuple[Run, ...]

    @property
    def years(self) -> range:
        """The years compared."""
        return range(self.first, self.last + 1)

    def change(self, other: Run, year: int | None = None) -> Decimal:
        """What upstream pays more than in force, in a year or in all; negative where it pays less."""
        if year is None:
            return other.total.net - self.base.total.net
        return other.year(year).net - self.base.year(year).net

    def digest(self) -> str:
        """Of everything: the same evidence, agreement and terms give the same, bit for bit."""
        return digest_of_json(
            {
                "agreement": self.agreement.key,
                "base": self.base.digest(),
                "others": [each.digest() for each in self.others],
            }
        )

    def turned(self, other: Run) -> tuple[Turned, ...] | None:
        """Periods whose direction differs from that in force; none where the variant settles by other periods."""
        before = {each.period: each.amount for each in self.base.found}
        if {each.period for each in other.found} != set(before):
            return None
        return tuple(
            Turned(each.period, was, each.amount)
            for each in other.found
            if each.amount is not None
            and (was := before[each.period]) is not None
            and direction(was) != direction(each.amount)
        )


def direction(amount: Decimal) -> int:
    """1 where upstream pays, -1 where downstream pays, 0 where nobody does."""
    return (amount > 0) - (amount < 0)


def simulate(
    agreement: Agreement, given: Given, first: int, last: int, *variants: Mapping[str, Any]
) -> Simulation:
    """Compare years under the terms in force with the same years under other terms.

    Parameters
    ----------
    given
        Readings of the whole span, by place, item and month; of every property that any side asks for.
    variants
        Other terms, each a mapping of paths to values (see `ecociv.compensation.simulations.terms`).

    Raises
    ------
    TermRefused
        A path that leads nowhere, a value that cannot stand, a span that is none.
    OutOfForce
        A year in which no version was in force.
    """
    refuse_span(first, last)
    if len(variants) > MOST_VARIANTS:
        raise TermRefused(
            Text(
                zh=f"最多比较 {MOST_VARIANTS} 个方案，给出了 {len(variants)} 个。",
                en=f"At most {MOST_VARIANTS} variants are compared; {len(variants)} were given.",
            )
        )
    versions = versions_of(agreement, first, last)
    return Simulation(
        agreement,
        first,
        last,
        _run({}, versions, given),
        tuple(_run(terms, changed_versions(versions, terms), given) for terms in variants),
    )


def refuse_span(first: int, last: int) -> None:
    """Refuse years that are no span.

    Raises
    ------
    TermRefused
    """
    if first > last:
        raise TermRefused(Text(zh="起始年份晚于终止年份。", en="The first year comes after the last one."))
    if last - first >= LONGEST:
        raise TermRefused(
            Text(
                zh=f"{first}—{last} 共 {last - first + 1} 年，最多 {LONGEST} 年。",
                en=f"{first} to {last} are {last - first + 1} years; at most {LONGEST} are compared.",
            )
        )


def versions_of(agreement: Agreement, first: int, last: int) -> dict[int, Version]:
    """The version in force in each year.

    Raises
    ------
    OutOfForce
    """
    found = {}
    for year in range(first, last + 1):
        whole = SettlementPeriod(year)
        found[year] = agreement.version_on(whole.first, whole.last)
    return found


def changed_versions(versions: Mapping[int, Version], terms: Mapping[str, Any]) -> dict[int, Version]:
    """Other terms put into the version of each year; versions that are the same stay the same object.

    Raises
    ------
    TermRefused
    """
    made: dict[int, Version] = {}
    found = {}
    for year, version in versions.items():
        if id(version) not in made:
            made[id(version)] = changed(version, terms) if terms else version
        found[year] = made[id(version)]
    return found


def _run(terms: Mapping[str, Any], versions: Mapping[int, Version], given: Given) -> Run:
    found = tuple(each for year, version in versions.items() for each in _year(version, year, given))
    return Run(dict(terms), dict(versions), found)


def _year(version: Version, year: int, given: Given) -> Iterator[Computed]:
    span = SettlementPeriod(year, 1 if version.calendar.period == "month" else 0)
    up, down = ZERO, ZERO
    while span.year == year:
        found = compute(version, span, given, paid=(up, down))
        if found.amount is not None:
            up, down = up + max(found.amount, ZERO), down + max(-found.amount, ZERO)
        yield found
        span = span.next


def _under(found: Iterable[Computed]) -> YearUnder:
    up, down, left, settled = ZERO, ZERO, 0, 0
    for each in found:
        if each.amount is None:
            left += 1
        else:
            settled += 1
            up, down = up + max(each.amount, ZERO), down + max(-each.amount, ZERO)
    return YearUnder(up, down, left, settled)
