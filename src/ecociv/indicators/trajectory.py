"""The path that is expected between the milestones of a plan: stated, not guessed, and exact.

A plan gives a baseline and a figure for some years; what is expected in the years between is our statement, and every
figure that comes of it says so. Arithmetic is in fractions, so that the path meets each milestone exactly and does not
depend on the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from ecociv.core.decimals import to_decimal
from ecociv.core.mappings import FrozenMapping
from ecociv.core.quantities import as_decimal
from ecociv.core.text import Text


class TrajectoryError(ValueError):
    """A path cannot be stated from these figures."""


class Shape(StrEnum):
    """How the path runs from one figure to the next."""

    LINEAR = "linear"
    """By equal amounts a year."""
    STEP = "step"
    """Unchanged until the milestone's year, and there at once."""
    COMPOUND = "compound"
    """By equal rates a year; only between figures of one sign and other than zero."""

    @property
    def text(self) -> Text:
        """The shape in words."""
        return _SHAPE_TEXTS[self]


_SHAPE_TEXTS = {
    Shape.LINEAR: Text(zh="逐年等量变化", en="equal amounts a year"),
    Shape.STEP: Text(zh="到节点年一次到位", en="unchanged until the milestone's year"),
    Shape.COMPOUND: Text(zh="逐年等速变化", en="equal rates a year"),
}


class Basis(StrEnum):
    """On what an expected figure rests."""

    BASELINE = "baseline"
    MILESTONE = "milestone"
    BETWEEN = "between"
    BEFORE_FIRST = "before-first"
    AFTER_LAST = "after-last"

    @property
    def text(self) -> Text:
        """The basis in words."""
        return _BASIS_TEXTS[self]


_BASIS_TEXTS = {
    Basis.BASELINE: Text(zh="取基期值", en="the baseline itself"),
    Basis.MILESTONE: Text(zh="规划节点的目标值", en="the plan's own figure for that year"),
    Basis.BETWEEN: Text(zh="节点之间的推算值", en="between two figures of the plan"),
    Basis.BEFORE_FIRST: Text(
        zh="首个节点之前，按首个节点持平", en="before the first milestone, held at its figure"
    ),
    Basis.AFTER_LAST: Text(
        zh="末个节点之后，按末个节点持平", en="after the last milestone, held at its figure"
    ),
}


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The expected figure of each year.

    Parameters
    ----------
    baseline : (year, Decimal) or None
        Where the series started. Without it the path is flat before the first milestone.
    milestones : mapping of year to Decimal
        At least one, in the unit of the series.
    shape : Shape
        Linear unless declared otherwise. Before the baseline and after the last milestone every path is flat.

    Raises
    ------
    TrajectoryError
        Without milestones, with a baseline that is not before them, or for a compound path through zero.

    Examples
    --------
    >>> path = Trajectory((2012, Decimal("7.82")), {2015: Decimal("8.45"), 2017: Decimal("8.69")})
    >>> path.expected(2013), path.expected(2015), path.expected(2016)   # 7.82 + 0.63/3; 8.45; (8.45 + 8.69) / 2
    (Decimal('8.03'), Decimal('8.45'), Decimal('8.57'))
    >>> path.expected(2025), path.basis(2025).text.en
    (Decimal('8.69'), 'after the last milestone, held at its figure')
    """

    baseline: tuple[int, Decimal] | None
    milestones: Mapping[int, Decimal]
    shape: Shape = Shape.LINEAR

    def __post_init__(self) -> None:
        if not self.milestones:
            raise TrajectoryError("A path needs at least one milestone, but there is none.")
        in_order = sorted(
            (year, to_decimal(figure, f"milestone of {year}")) for year, figure in self.milestones.items()
        )
        object.__setattr__(self, "milestones", FrozenMapping(in_order))
        object.__setattr__(self, "shape", Shape(self.shape))
        if self.baseline is not None:
            year, figure = self.baseline
            object.__setattr__(self, "baseline", (year, to_decimal(figure, "baseline")))
            if year >= in_order[0][0]:
                raise TrajectoryError(
                    f"The baseline is of {year}, but the first milestone is of {in_order[0][0]}; "
                    "the baseline lies before all milestones."
                )
        if self.shape is Shape.COMPOUND:
            self._check_compound()

    def _check_compound(self) -> None:
        knots = self.knots
        for (_, before), (year, after) in zip(knots, knots[1:], strict=False):
            if before == 0 or after == 0 or (before < 0) != (after < 0):
                raise TrajectoryError(
                    f"A path of equal rates cannot run from {before} to {after} ({year}): it needs two figures of one "
                    "sign and other than zero; declare the path linear or step."
                )

    @property
    def knots(self) -> tuple[tuple[int, Decimal], ...]:
        """Baseline and milestones in order of their years."""
        start = (self.baseline,) if self.baseline is not None else ()
        return (*start, *self.milestones.items())

    def expected(self, year: int | Decimal) -> Decimal:
        """Return what is expected at the end of ``year`` (which may be a fraction of a year, for a chart).

        Returns
        -------
        Decimal
            In the unit of the series; exact where it has a finite decimal form, otherwise to 28 figures.
        """
        return as_decimal(self.exact(year))

    def exact(self, year: int | Decimal) -> Fraction:
        """Return the expected figure as a fraction, unrounded (a compound path is carried to 50 figures)."""
        at = Fraction(year)
        knots = self.knots
        if at <= knots[0][0]:
            return Fraction(knots[0][1])
        for (year_a, a), (year_b, b) in zip(knots, knots[1:], strict=False):
            if at < year_b:
                return self._between(at, (year_a, a), (year_b, b))
        return Fraction(knots[-1][1])

    def _between(self, at: Fraction, before: tuple[int, Decimal], after: tuple[int, Decimal]) -> Fraction:
        (year_a, a), (year_b, b) = before, after
        done = (at - year_a) / (year_b - year_a)
        if self.shape is Shape.STEP or a == b:
            return Fraction(a)
        if self.shape is Shape.LINEAR:
            return Fraction(a) + (Fraction(b) - Fraction(a)) * done
        with localcontext() as arithmetic:
            arithmetic.prec = 50
            return Fraction(a * (b / a) ** (Decimal(done.numerator) / Decimal(done.denominator)))

    def basis(self, year: int | Decimal) -> Basis:
        """Say on what the figure of ``year`` rests."""
        at = Fraction(year)
        if any(at == milestone for milestone in self.milestones):
            return Basis.MILESTONE
        knots = self.knots
        if at < knots[0][0] or (self.baseline is not None and at == knots[0][0]):
            return Basis.BASELINE if self.baseline is not None else Basis.BEFORE_FIRST
        return Basis.AFTER_LAST if at > knots[-1][0] else Basis.BETWEEN

    def points(self, first: int, last: int) -> tuple[tuple[int, Decimal], ...]:
        """Return the expected figure of each year from ``first`` to ``last``, for a chart or a table."""
        return tuple((year, self.expected(year)) for year in range(first, last + 1))

    @property
    def statement(self) -> Text:
        """How the path was stated, in one sentence."""
        before = (
            Text(zh="基期之前持平", en="flat before the baseline")
            if self.baseline is not None
            else Text(zh="无基期值，首个节点之前持平", en="no baseline, flat before the first milestone")
        )
        return Text(
            zh="节点之间{shape}；{before}；末个节点之后持平",
            en="between milestones {shape}; {before}; flat after the last milestone",
        ).fill(shape=self.shape.text, before=before)
