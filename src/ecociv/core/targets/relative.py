"""Targets measured against something else: a sum over years, a base year, or the peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.missing import Missing
from ecociv.core.targets import reasons
from ecociv.core.targets.base import (
    NO_CONTEXT,
    Context,
    Demand,
    Direction,
    Judgement,
    NumericTarget,
    Sense,
    TargetError,
    TargetValue,
    number_or_missing,
    positive_factor,
    written,
)
from ecociv.core.targets.scalar import AtLeast, AtMost, Between, held
from ecociv.core.text import Text, language_of
from ecociv.core.verdicts import Reason


@dataclass(frozen=True)
class Cumulative(NumericTarget):
    """A floor, ceiling or range for a sum over years, both ends included.

    Parameters
    ----------
    sum_target : AtLeast, AtMost or Between
        What the sum must meet.
    first_year, last_year : int
        The years that are added.

    Notes
    -----
    Held against yearly flows, the sum is made anew from all years each time, so that a late restatement of one year
    changes the sum by just that much. A missing year makes the sum unknown; it is not taken as zero.

    Examples
    --------
    >>> planted = Cumulative(AtLeast(Decimal(15)), 2014, 2016)
    >>> planted.judge({2014: 4, 2015: 5, 2016: 7}).distance
    Decimal('1')
    >>> planted.judge({2014: 4, 2016: 7}).codes
    ('years-missing',)
    """

    sum_target: AtLeast | AtMost | Between
    first_year: int
    last_year: int

    def __post_init__(self) -> None:
        if self.first_year > self.last_year:
            raise TargetError(
                f"The sum runs from {self.first_year} to {self.last_year}; write the earlier year first."
            )

    @property
    def direction(self) -> Direction:  # type: ignore[override]
        """That of the target for the sum."""
        return self.sum_target.direction

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        if not isinstance(value, Mapping):
            return NumericTarget.judge(self, value, context)
        total = self.total(value)
        if isinstance(total, Reason):
            return Judgement(None, reasons=(total,))
        judged = NumericTarget.judge(self, total, context)
        said = reasons.summed(self.first_year, self.last_year, total)
        return replace(judged, reasons=(*judged.reasons, said))

    def total(self, flows: Mapping[str, object] | Mapping[int, object], until: int | None = None) -> Decimal | Reason:
        """Add the yearly flows up to ``until`` (the last year if None), or say which years lack.

        Years outside the span are left out, so that the whole series can be given.
        """
        by_year = cast(Mapping[object, TargetValue], flows)
        last = self.last_year if until is None else min(until, self.last_year)
        known = Decimal(0)
        lacking = []
        for year in range(self.first_year, last + 1):
            flow = number_or_missing(by_year.get(year))
            if isinstance(flow, Missing):
                lacking.append(year)
            else:
                known += flow
        return reasons.years_missing(lacking, known) if lacking else known

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return self.sum_target.resolve(context)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        inner = self.sum_target.show(language, unit_label)
        if language_of(language) == "zh":
            return f"{self.first_year}—{self.last_year}年累计{inner}"
        return f"{inner} in total over {self.first_year}–{self.last_year}"

    def to_mapping(self) -> dict[str, object]:
        return {"cumulative": {**self.sum_target.to_mapping(), "from": self.first_year, "to": self.last_year}}

    def scaled(self, factor: Decimal) -> Cumulative:
        return replace(self, sum_target=self.sum_target.scaled(factor))


@dataclass(frozen=True)
class RelativeToBase(NumericTarget):
    """So many percent more or less than in a base year.

    Parameters
    ----------
    change_percent : Decimal
        -20 is a fall by a fifth.
    base_year : int
        Taken from ``Context.base_values``; no other year ever stands in for it.
    direction : Direction
        ``DECREASE``: not above the resulting level; ``INCREASE``: not below; ``KEEP``: at it within the tolerance.

    Examples
    --------
    >>> fall = RelativeToBase(Decimal(-20), 2012, Direction.DECREASE)
    >>> fall.judge(79, Context(base_values={2012: Decimal(100)})).distance   # 100 * 0.8 - 79 = 1
    Decimal('1')
    >>> fall.judge(79).codes
    ('base-value-needed',)
    """

    change_percent: Decimal
    base_year: int
    direction: Direction

    def __post_init__(self) -> None:
        object.__setattr__(self, "change_percent", to_decimal(self.change_percent, "change_percent"))
        object.__setattr__(self, "direction", Direction(self.direction))
        if self.change_percent < -100 and self.direction is not Direction.INCREASE:
            raise TargetError(f"A fall by {-self.change_percent} % is more than everything; at most 100 % can be lost.")

    def level(self, context: Context = NO_CONTEXT) -> Decimal | Reason:
        """Return the level that the change leads to, or why it is not known."""
        base = context.base_values.get(self.base_year, Missing.MISSING)
        if isinstance(base, Missing):
            known = [year for year, value in context.base_values.items() if not isinstance(value, Missing)]
            return reasons.base_value_needed(self.base_year, known)
        if base < 0:
            return reasons.base_below_zero(self.base_year, base)
        return base * (100 + self.change_percent) / 100

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...] | Reason:
        level = self.level(context)
        if isinstance(level, Reason):
            return level
        if self.direction is Direction.KEEP:
            return held(level, self.direction, None, context)
        return (Demand(Sense.FLOOR if self.direction is Direction.INCREASE else Sense.CEILING, level),)

    def bound(self, context: Context = NO_CONTEXT) -> Decimal | None:
        level = self.level(context)
        return None if isinstance(level, Reason) else level

    def show(self, language: str, unit_label: str | Text = "") -> str:
        change, year = shortest(abs(self.change_percent)), self.base_year
        if language_of(language) == "zh":
            if self.change_percent == 0:
                return f"与{year}年持平"
            return f"比{year}年{'上升' if self.change_percent > 0 else '下降'}{change}%"
        if self.change_percent == 0:
            return f"as in {year}"
        return f"{change}% {'above' if self.change_percent > 0 else 'below'} {year}"

    def to_mapping(self) -> dict[str, object]:
        return {"relative_to_base": {"change_percent": written(self.change_percent), "base": self.base_year}}

    def scaled(self, factor: Decimal) -> RelativeToBase:
        positive_factor(factor)
        return self  # a share of the base is the same in every unit


PEER_RULES: Mapping[str, Text] = {
    "province-advanced-level": Text(zh="达到省内先进水平", en="at the province's advanced level"),
    "province-average-level": Text(zh="达到省内平均水平", en="at the province's average level"),
    "nation-advanced-level": Text(zh="达到国内先进水平", en="at the nation's advanced level"),
    "nation-average-level": Text(zh="达到全国平均水平", en="at the nation's average level"),
}
"""How the levels that plans commonly speak of are shown. What each means is a dated rule, declared by the zone."""


@dataclass(frozen=True)
class RelativeToPeers(NumericTarget):
    """As good as a level among the peers in the same period.

    Parameters
    ----------
    rule : str
        Key of a dated rule that turns the peers' figures into a threshold. The rule is declared and computed elsewhere;
        its result comes in ``Context.peers``.
    direction : Direction
        ``INCREASE`` or ``DECREASE``: where neither side is better, nobody is ahead.

    Examples
    --------
    >>> from ecociv.core.targets.base import PeerStanding
    >>> good_air = RelativeToPeers("province-advanced-level", Direction.INCREASE)
    >>> good_air.judge(90).codes
    ('peers-needed',)
    >>> good_air.judge(90, Context(peers=PeerStanding("province-advanced-level", Decimal(88), 3, 11))).codes
    ('met', 'peers-rank')
    """

    rule: str
    direction: Direction

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))
        if not self.rule.strip():
            raise TargetError("A target relative to peers names its rule, but the rule is empty.")
        if self.direction is Direction.KEEP:
            raise TargetError(
                f"The target relative to peers ({self.rule}) needs a better side, but the direction is 'keep'; "
                "declare 'increase' or 'decrease'."
            )

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...] | Reason:
        peers = context.peers
        if peers is None or peers.rule != self.rule:
            return reasons.peers_needed(self.rule, peers.rule if peers else None)
        return (Demand(Sense.FLOOR if self.direction is Direction.INCREASE else Sense.CEILING, peers.threshold),)

    def remarks(self, context: Context) -> tuple[Reason, ...]:
        peers = context.peers
        return (reasons.peers_rank(peers.rank, peers.of),) if peers and peers.rank is not None else ()

    def show(self, language: str, unit_label: str | Text = "") -> str:
        known = PEER_RULES.get(self.rule)
        if known is not None:
            return known.in_language(language)
        if language_of(language) == "zh":
            return f"达到同类地区水平（规则{self.rule}）"
        return f"at the peers' level (rule {self.rule})"

    def to_mapping(self) -> dict[str, object]:
        return {"relative_to_peers": {"rule": self.rule}}

    def scaled(self, factor: Decimal) -> RelativeToPeers:
        positive_factor(factor)
        return self
