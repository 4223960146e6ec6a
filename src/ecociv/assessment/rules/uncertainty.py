"""How stable the ranks are (名次稳定性): Monte Carlo over plausible weights and the errors of figures.

The seed starts a `numpy.random.SeedSequence` that is split in two: the first stream draws weights (each category and each
item within it times 1 - spread to 1 + spread, evenly, sums brought back), the second normal errors of the figures. Both
run on PCG64, units and items in the order given, so one seed gives one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.engine import score_table
from ecociv.assessment.rules.inputs import Inputs, Units
from ecociv.assessment.rules.table import table_of
from ecociv.assessment.rules.weights import Weights, effective_weights

_SCALE = 10_000_000


@dataclass(frozen=True)
class RankInterval:
    """Rank of a unit over the draws.

    Attributes
    ----------
    rank : int or None
        Under the declared weights and the figures as they are.
    low, high : int or None
        Best and worst rank of the middle `coverage` of the draws; None for a unit without a rank.
    shares : mapping of int to float
        Share of the draws with each rank.
    ahead : mapping of unit to float
        Share of the draws in which the unit ranks before each other unit of its group; equal ranks count as half.
    """

    unit: str
    rank: int | None
    low: int | None
    high: int | None
    shares: Mapping[int, float]
    ahead: Mapping[str, float]


def rank_intervals(
    rules: RuleSet,
    units: Units,
    inputs: Inputs,
    year: int,
    *,
    seed: int,
    draws: int = 1000,
    weight_spread: Decimal | float | None = None,
    coverage: Decimal | float | None = None,
) -> dict[str, RankInterval]:
    """Rank intervals; spread and coverage are those that the rule set declares unless given.

    Raises
    ------
    ValueError
        For fewer than one draw, a spread outside 0 to below 1, a coverage outside 0 to 1.
    """
    declared = rules.uncertainty
    spread = float(weight_spread if weight_spread is not None else declared.weight_spread if declared else 0)
    cover = float(coverage if coverage is not None else declared.coverage if declared else Decimal("0.9"))
    if draws < 1 or not 0 <= spread < 1 or not 0 < cover <= 1:
        raise ValueError(
            f"{draws} draws, a spread of {spread:g} and a coverage of {cover:g}: at least 1 draw, a spread from 0 to "
            "below 1, a coverage above 0 up to 1."
        )
    table = table_of(rules, units, inputs, year)
    as_declared = score_table(rules, table, year)
    own = as_declared.ranks.rank
    errors = np.array(
        [
            [float(getattr(inputs.get(unit, {}).get(key), "error", None) or 0) for key in table.keys]
            for unit in units
        ]
    ).reshape(table.values.shape)
    declared_weights = {group: effective_weights(rules, year, group) for group in dict.fromkeys(table.groups)}
    streams = [np.random.Generator(np.random.PCG64(one)) for one in np.random.SeedSequence(seed).spawn(2)]
    ranks = np.empty((draws, len(units)), dtype=np.int64)
    for draw in range(draws):
        values = table.values
        if errors.any():
            values = values + errors * streams[1].standard_normal(values.shape)
            first = len(rules.items)
            values[:, first:] = np.where(np.isnan(values[:, first:]), np.nan, np.fmax(values[:, first:], 0.0))
        weights = _perturbed(rules, declared_weights, spread, streams[0]) if spread else declared_weights
        # Without errors only the weights differ between draws, and a spread below 1 makes none of them zero.
        known = None if errors.any() or not _same_places(declared_weights, weights) else as_declared
        ranks[draw] = score_table(rules, replace(table, values=values), year, weights, known).ranks.rank
    return {unit: _interval(unit, row, units, own, ranks, cover) for row, unit in enumerate(units)}


def _same_places(declared: Mapping[str, Weights], drawn: Mapping[str, Weights]) -> bool:
    """Whether the same weights are above zero; a tiny one can fall to zero when it is rounded."""
    return all(
        (weight > 0) == (drawn[group].items[key] > 0)
        for group, own in declared.items()
        for key, weight in own.items.items()
    )


def _perturbed(
    rules: RuleSet, declared: Mapping[str, Weights], spread: float, stream: np.random.Generator
) -> dict[str, Weights]:
    """Other weights of each group, whole numbers on a scale of ten million; one factor for all groups alike."""
    categories = dict(
        zip(rules.categories, stream.uniform(1 - spread, 1 + spread, len(rules.categories)), strict=True)
    )
    items = dict(zip(rules.items, stream.uniform(1 - spread, 1 + spread, len(rules.items)), strict=True))
    found = {}
    for group, own in declared.items():
        drawn: dict[str, int] = {}
        whole = sum(own.categories[key] * categories[key] for key in rules.categories)
        for key, category in rules.categories.items():
            within = sum(own.items[name] * items[name] for name in category.items)
            part = _SCALE * own.categories[key] * categories[key] / whole
            for name in category.items:
                drawn[name] = round(part * own.items[name] * items[name] / within) if within else 0
        sums = {
            key: sum(drawn[name] for name in category.items) for key, category in rules.categories.items()
        }
        found[group] = Weights(own.row, drawn, sums, sum(drawn.values()), own.scale)
    return found


def _interval(
    unit: str, row: int, units: Units, own: np.ndarray, ranks: np.ndarray, coverage: float
) -> RankInterval:
    column = ranks[:, row]
    known = column[column > 0]
    if not own[row] or not known.size:
        return RankInterval(unit, None, None, None, {}, {})
    tail = (1 - coverage) / 2
    low = int(np.quantile(known, tail, method="lower"))
    high = int(np.quantile(known, 1 - tail, method="higher"))
    found, counts = np.unique(known, return_counts=True)
    ahead = {}
    for other, peer in enumerate(units):
        if other != row and units[peer].group == units[unit].group and own[other]:
            before = (column < ranks[:, other]).mean() + (column == ranks[:, other]).mean() / 2
            ahead[peer] = float(before)
    shares = {int(rank): float(count) / known.size for rank, count in zip(found, counts, strict=True)}
    return RankInterval(unit, int(own[row]), low, high, shares, ahead)
