"""First allocation of rights (初始分配): from permits, or from output and benchmarks; a free and a paid part. Pure.

Rounding happens once: whole units by largest remainder, so that what is allocated adds up to the total exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.exchange.registry.making import Id
from ecociv.exchange.registry.movements import Kind, Make, Movement, Series
from ecociv.standards.compensation.apportionment import apportion


class AllocationRefused(ValueError):
    """An allocation that cannot be made as asked; ``text`` says who or what is wrong."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Output:
    """What was produced, and how much of the right a unit of it is worth.

    Attributes
    ----------
    amount : Decimal
        In the unit of the product; not negative.
    benchmark : Decimal
        Units of the right for a unit of the product (配额基准值).
    corrections : tuple of Decimal
        Factors such as cooling, heat supply, load (修正系数); 1 when there are none.
    """

    product: str
    amount: Decimal
    benchmark: Decimal
    corrections: tuple[Decimal, ...] = ()

    @property
    def units(self) -> Fraction:
        """amount x benchmark x corrections, exact."""
        product = Fraction(self.amount) * Fraction(self.benchmark)
        for factor in self.corrections:
            product *= Fraction(factor)
        return product


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who is given rights, and on what ground: the amount of the permit, the outputs, or the smaller of both."""

    account: str
    permitted: int | None = None
    outputs: tuple[Output, ...] = ()
    paid: Fraction = Fraction(0)
    """Part of the allocation that has to be paid for (有偿部分), 0 to 1."""

    @property
    def wanted(self) -> Fraction:
        """Units before the cap, exact."""
        computed = sum((output.units for output in self.outputs), Fraction(0)) if self.outputs else None
        grounds = [one for one in (self.permitted, computed) if one is not None]
        return Fraction(min(grounds))


@dataclass(frozen=True, slots=True)
class Allocated:
    """The part of one applicant, in whole units; ``free + paid`` is all of it."""

    account: str
    wanted: Fraction
    free: int
    paid: int

    @property
    def units(self) -> int:
        """Free and paid together."""
        return self.free + self.paid


@dataclass(frozen=True)
class Allocation:
    """A round of allocation: the parts and what stays in the reserve add up to the cap.

    Attributes
    ----------
    scale : Fraction
        What part of the wanted units there was enough for; 1 when the cap sufficed.
    reserve : int
        Units under the cap that nobody had a ground for.
    """

    cap: int
    parts: tuple[Allocated, ...]
    reserve: int
    scale: Fraction
    applicants: tuple[Applicant, ...] = field(repr=False)
    citation: Citation | None = None

    def part(self, account: str) -> Allocated:
        """The part of an account."""
        return next(one for one in self.parts if one.account == account)

    def trace(self, account: str) -> Trace:
        """How the units of one account came about."""
        part = self.part(account)
        applicant = next(one for one in self.applicants if one.account == account)
        inputs: list[TraceInput | Trace] = []
        if applicant.permitted is not None:
            inputs.append(TraceInput(Text(zh="许可量", en="Permitted amount"), applicant.permitted))
        for output in applicant.outputs:
            inputs.append(
                Trace(
                    Text(zh=f"{output.product}配额", en=f"Quota of {output.product}"),
                    _decimal(output.units),
                    "1",
                    "output * benchmark * corrections",
                    (
                        TraceInput(Text(zh="产量", en="Output"), output.amount),
                        TraceInput(Text(zh="基准值", en="Benchmark"), output.benchmark),
                        *(
                            TraceInput(Text(zh="修正系数", en="Correction"), one)
                            for one in output.corrections
                        ),
                    ),
                )
            )
        inputs.append(TraceInput(Text(zh="总量上限", en="Cap"), self.cap))
        return Trace(
            Text(zh="分配量", en="Allocation"),
            part.units,
            "1",
            "min(permitted, sum(quota)) * min(1, cap / sum(wanted)), whole units by largest remainder",
            tuple(inputs),
            self.citation,
            notes=(
                Text(
                    zh=f"其中无偿 {part.free}，有偿 {part.paid}",
                    en=f"of it {part.free} free and {part.paid} paid",
                ),
            ),
        )

    def movement(self, id: Id, series: Series, reserve: str, *, document: str, at: int) -> Movement:
        """The round as one movement: the free parts to the applicants, everything else into the government's reserve.

        The paid parts stay in the reserve until they are paid for.
        """
        free = [(part.account, part.free) for part in self.parts if part.free and part.account != reserve]
        rest = self.cap - sum(units for _, units in free)
        lines = [Make(series, units, account) for account, units in free]
        if rest:
            lines.append(Make(series, rest, reserve))
        return Movement(id, Kind.ISSUE, document, at, tuple(lines))


def allocate(applicants: Sequence[Applicant], cap: int, *, citation: Citation | None = None) -> Allocation:
    """Divide a cap among applicants.

    Where their grounds add up to more than the cap, all are cut in proportion. Where they add up to less, each is given
    his own, and the rest stays in the reserve.

    Parameters
    ----------
    applicants : sequence of Applicant
        Each account once.
    cap : int
        Whole units, not negative.

    Raises
    ------
    AllocationRefused
        Naming the applicant, for negative figures, a share outside 0 to 1, no ground at all, or the same account twice.

    Examples
    --------
    >>> round = allocate([Applicant("a", 100), Applicant("b", 50), Applicant("c", 50)], 100)
    >>> [(part.account, part.units) for part in round.parts], round.reserve
    ([('a', 50), ('b', 25), ('c', 25)], 0)
    """
    _check(applicants, cap)
    wanted = {one.account: one.wanted for one in applicants}
    total = sum(wanted.values(), Fraction(0))
    given = min(cap, total.numerator // total.denominator)
    units = _whole_parts(given, wanted)
    paid = _paid(applicants, units)
    parts = tuple(
        Allocated(one.account, one.wanted, units[one.account] - paid[one.account], paid[one.account])
        for one in applicants
    )
    scale = Fraction(1) if total <= cap else Fraction(cap) / total
    return Allocation(cap, parts, cap - given, scale, tuple(applicants), citation)


def _whole_parts(total: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    if total == 0:
        return dict.fromkeys(shares, 0)
    return {name: int(part) for name, part in apportion(total, shares, step=1).items()}


def _paid(applicants: Sequence[Applicant], units: Mapping[str, int]) -> dict[str, int]:
    """The paid parts in whole units; together the whole part of what is exactly to be paid, nobody above his own."""
    exact = {one.account: one.paid * units[one.account] for one in applicants}
    total = sum(exact.values(), Fraction(0))
    return _whole_parts(total.numerator // total.denominator, exact)


def _check(applicants: Sequence[Applicant], cap: int) -> None:
    if type(cap) is not int or cap < 0:
        raise AllocationRefused(
            Text(
                zh=f"总量上限 {cap!r} 应为非负整数。",
                en=f"The cap {cap!r} has to be a whole number, 0 or more.",
            )
        )
    seen: set[str] = set()
    for one in applicants:
        who = one.account
        if who in seen:
            raise AllocationRefused(
                Text(
                    zh=f"账户“{who}”出现两次，请合并。",
                    en=f"Account {who!r} is there twice: put it together.",
                )
            )
        seen.add(who)
        if one.permitted is None and not one.outputs:
            raise AllocationRefused(
                Text(
                    zh=f"账户“{who}”既没有许可量，也没有产量，无法分配。",
                    en=f"Account {who!r} has neither a permitted amount nor outputs: there is no ground to allocate.",
                )
            )
        figures: list[Decimal | int] = [one.permitted or 0]
        for output in one.outputs:
            figures += [to_decimal(output.amount), to_decimal(output.benchmark), *output.corrections]
        if any(figure < 0 for figure in figures) or not 0 <= one.paid <= 1:
            raise AllocationRefused(
                Text(
                    zh=f"账户“{who}”的数据有负数，或有偿比例不在0到1之间。",
                    en=f"Account {who!r} has a negative figure, or a paid share outside 0 to 1.",
                )
            )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
