"""How many units of each stratum are drawn. Pure: no Django.

Largest remainders on exact numbers: the same sizes on any machine. Units taken with certainty (finite population: they
are counted once, with probability 1) come off the sample first.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from ecociv.core.text import Text


class Allocation(StrEnum):
    """How a sample is shared out among strata."""

    PROPORTIONAL = "proportional"
    NEYMAN = "neyman"
    DECLARED = "declared"

    @property
    def label(self) -> Text:
        """Name in both languages."""
        return {
            Allocation.PROPORTIONAL: Text(zh="按比例分配", en="Proportional to the number of units"),
            Allocation.NEYMAN: Text(zh="内曼最优分配", en="Neyman: more where findings are expected to vary"),
            Allocation.DECLARED: Text(zh="按公布的各层数量", en="As declared for each stratum"),
        }[self]


class SampleImpossible(ValueError):
    """No sample of this size can be drawn; the message says why and what to do. ``text`` has both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh=zh, en=en)
        super().__init__(en)


def allocate(
    sizes: Mapping[str, int],
    size: int,
    *,
    certain: int = 0,
    how: Allocation = Allocation.PROPORTIONAL,
    expected: Mapping[str, Decimal] | None = None,
    declared: Mapping[str, int] | None = None,
    least: int = 1,
) -> dict[str, int]:
    """Units to draw from each stratum.

    Parameters
    ----------
    sizes
        Number of units of each stratum, without those taken with certainty.
    size
        Size of the whole sample, units taken with certainty included.
    certain
        Number of units taken with certainty.
    how
        Proportional: ``n_h`` proportional to ``N_h``. Neyman: to ``N_h sqrt(p_h (1 - p_h))`` with the expected share
        ``p_h`` (Cochran, Sampling Techniques, 3rd ed. 1977, section 5.5). Declared: ``declared`` itself.
    least
        Units of each stratum at the least (all of a smaller one), as far as the sample allows; two are needed to
        estimate a stratum's variance.

    Raises
    ------
    SampleImpossible
        When the sample is larger than the population, or too small for its strata.

    Examples
    --------
    10 units over strata of 60, 30 and 10: exactly 6, 3 and 1.

    >>> allocate({"low": 60, "mid": 30, "high": 10}, 10)
    {'high': 1, 'low': 6, 'mid': 3}
    """
    strata = {key: count for key, count in sorted(sizes.items()) if count > 0}
    total, rest = sum(strata.values()), size - certain
    if size < 1 or size > total + certain:
        raise SampleImpossible(
            f"样本数{size}不在1至总体数{total + certain}之间。",
            f"A sample of {size} cannot be drawn from {total + certain} units; choose 1 to {total + certain}.",
        )
    if how is Allocation.DECLARED:
        return _declared(strata, rest, certain, declared or {})
    if rest < len(strata):
        raise SampleImpossible(
            f"必查单元{certain}个，另有{len(strata)}层各至少抽1个：样本数至少为{certain + len(strata)}。",
            f"{certain} units are taken in any case and {len(strata)} strata need one each: "
            f"choose a sample of at least {certain + len(strata)}.",
        )
    floor = {key: min(least, count) for key, count in strata.items()}
    if sum(floor.values()) > rest:
        floor = dict.fromkeys(strata, 1)
    weights = {key: _weight(count, how, (expected or {}).get(key)) for key, count in strata.items()}
    return _shared(strata, weights, floor, rest)


def _declared(
    strata: Mapping[str, int], rest: int, certain: int, declared: Mapping[str, int]
) -> dict[str, int]:
    chosen = {key: declared.get(key, 0) for key in strata}
    unknown = sorted(key for key, count in declared.items() if count and key not in strata)
    short = sorted(key for key, count in chosen.items() if not 1 <= count <= strata[key])
    if unknown or short or sum(chosen.values()) != rest:
        shown = ", ".join(f"{key}: 1–{count}" for key, count in strata.items())
        raise SampleImpossible(
            f"各层数量应为（{shown}），合计加必查{certain}个等于样本数{rest + certain}。",
            f"Declare a size for each stratum ({shown}) that with {certain} certain units add up to {rest + certain}.",
        )
    return chosen


def _weight(count: int, how: Allocation, share: Decimal | None) -> Fraction:
    if how is Allocation.PROPORTIONAL or share is None:
        return Fraction(count)
    with localcontext() as context:
        # 28 digits, as decimal arithmetic is defined: the same on any machine.
        context.prec = 28
        return count * Fraction((share * (1 - share)).sqrt())


def _shared(
    strata: Mapping[str, int], weights: Mapping[str, Fraction], floor: Mapping[str, int], rest: int
) -> dict[str, int]:
    """Shares between floor and stratum size: strata that hit a bound are fixed, the others share what is left."""
    fixed: dict[str, int] = {}
    while True:
        open_ones = {key: weight for key, weight in weights.items() if key not in fixed}
        left = rest - sum(fixed.values())
        if not open_ones:
            return dict(sorted(fixed.items()))
        whole = sum(open_ones.values())
        ideal = {key: left * weight / whole for key, weight in open_ones.items()}
        over = {key: strata[key] for key, share in ideal.items() if share > strata[key]}
        under = {key: floor[key] for key, share in ideal.items() if share < floor[key]}
        # The side that frees or takes more is fixed first, so that what is left always fits between the bounds.
        excess = sum((ideal[key] - strata[key] for key in over), Fraction(0))
        lack = sum((floor[key] - ideal[key] for key in under), Fraction(0))
        if over and excess >= lack:
            fixed |= over
        elif under:
            fixed |= under
        else:
            return dict(sorted((fixed | _rounded(ideal, strata, left)).items()))


def _rounded(ideal: Mapping[str, Fraction], strata: Mapping[str, int], left: int) -> dict[str, int]:
    """Largest remainders; equal ones in the order of the strata's names."""
    down = {key: int(share) for key, share in ideal.items()}
    missing = left - sum(down.values())
    by_rest = sorted(ideal, key=lambda key: (down[key] - ideal[key], key))
    for key in [key for key in by_rest if down[key] < strata[key]][:missing]:
        down[key] += 1
    return down
