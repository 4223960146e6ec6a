"""Effective weights of a peer group in a year, as whole numbers on one scale, so that sums of them are exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm

from ecociv.assessment.rules.declaration import RuleSet, WeightRow
from ecociv.evidence.declared import DeclarationError

LARGEST = 10**9
"""So that sums of weights times scores stay in int64."""


@dataclass(frozen=True)
class Weights:
    """What each item and category weighs.

    Parameters
    ----------
    items : mapping of item to int
        On the scale where all together are `whole`; 0 for an item that does not apply to the group.
    categories : mapping of category to int
        Sum of the items of each.
    whole : int
        Sum of all.
    scale : Fraction
        What one declared unit of weight is on that scale.
    """

    row: WeightRow
    items: Mapping[str, int]
    categories: Mapping[str, int]
    whole: int
    scale: Fraction

    def declared(self, item: str) -> Fraction:
        """The weight of an item in the units of the file (mostly points of 100)."""
        return self.items[item] / self.scale


def effective_weights(rules: RuleSet, year: int, group: str) -> Weights:
    """The weights of a group in a year.

    The weight of a category is divided among the items that apply to the group in the proportion of their own weights.

    Raises
    ------
    OutsideValidity
        When the rule set does not hold in that year.

    Examples
    --------
    >>> from ecociv.assessment.rules.load import load_rule_set
    >>> weights = effective_weights(load_rule_set("green-development-2016"), 2016, "provinces")
    >>> weights.whole, weights.items["i02"], weights.categories["resources"]
    (109, 3, 32)
    """
    row = rules.row_for(year, group)
    return _weights(_Known(rules, rules.weights.index(row), group))


class _Known:
    """Key of the memory: one rule set, one row, one group. Identity is enough, for declarations never change."""

    __slots__ = ("group", "row", "rules")

    def __init__(self, rules: RuleSet, row: int, group: str) -> None:
        self.rules, self.row, self.group = rules, row, group

    def __hash__(self) -> int:
        return hash((id(self.rules), self.row, self.group))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Known)
            and self.rules is other.rules
            and (self.row, self.group) == (other.row, other.group)
        )


@lru_cache(maxsize=256)
def _weights(known: _Known) -> Weights:
    rules, row = known.rules, known.rules.weights[known.row]
    shares: dict[str, Fraction] = {}
    for key, category in rules.categories.items():
        within = row.items.get(key, {})
        own = {
            name: Fraction(within.get(name, item.weight))
            if not item.groups or known.group in item.groups
            else Fraction(0)
            for name, item in category.items.items()
        }
        total = sum(own.values(), Fraction(0))
        for name, weight in own.items():
            shares[name] = Fraction(row.categories[key]) * weight / total if total else Fraction(0)
    scale = Fraction(lcm(*(share.denominator for share in shares.values())))
    items = {name: int(share * scale) for name, share in shares.items()}
    if sum(items.values()) > LARGEST:
        raise DeclarationError(
            f"The weights of {rules.key} for {known.group!r} have no common scale below {LARGEST}; round them to fewer "
            "digits, or choose sums of items that divide each other."
        )
    categories = {
        key: sum(items[name] for name in category.items) for key, category in rules.categories.items()
    }
    return Weights(row, items, categories, sum(items.values()), scale)
