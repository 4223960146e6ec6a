"""How stable the ranks are (名次稳定性): Monte Carlo over plausible weights and the errors of figures.

The seed starts a `numpy.random.SeedSequence` that is split in two: the first stream draws weights (each category and each
item within it times 1 - spread to 1 + spread, evenly, sums brought back), the second normal errors of the figures. Both
run on PCG64, units and items in the order given, so one seed gives one answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.engine import score_table, weigh
from ecociv.assessment.rules.exact import Ints
from ecociv.assessment.rules.inputs import Inputs, Units
from ecociv.assessment.rules.item_scores import ItemScores, item_scores
from ecociv.assessment.rules.table import Table, table_of
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
    errors = _errors(table, units, inputs)
    declared_weights = {group: effective_weights(rules, year, group) for group in dict.fromkeys(table.groups)}
    streams = [np.random.Generator(np.random.PCG64(one)) for one in np.random.SeedSequence(seed).spawn(2)]
    drawn = _Drawn.of(rules, declared_weights, spread, streams[0], draws)
    ranks = np.empty((draws, len(units)), dtype=np.int64)
    for block in _blocks(draws, len(units) * len(rules.items)):
        scored = [
            as_declared.scored
            if not errors.any()
            else _with_errors(rules, table, year, errors, streams[1], drawn, draw)
            for draw in block
        ]
        found = weigh(rules, _joined(scored), *drawn.side_by_side(table.groups, block))
        ranks[block.start : block.stop] = found.ranks.rank.reshape(len(block), -1)
    # A weight can fall to zero when it is rounded; such a draw has other items without weight, and is reckoned whole.
    for draw in drawn.changed_places():
        if not errors.any():
            ranks[draw] = score_table(rules, table, year, drawn.weights(draw)).ranks.rank
    return {unit: _interval(unit, row, units, own, ranks, cover) for row, unit in enumerate(units)}


def digest_of_draws(
    rules: RuleSet, units: Units, inputs: Inputs, year: int, *, seed: int, draws: int
) -> str:
    """SHA-256 of everything that `rank_intervals` looks at: where it is the same, the intervals are.

    It is taken of the columns and not of the inputs with their traces, which takes longer than the draws.
    """
    table = table_of(rules, units, inputs, year)
    found = hashlib.sha256(
        repr((rules.digest, year, seed, draws, table.units, table.groups, table.keys)).encode()
    )
    for column in (table.values, table.absent, table.given, _errors(table, units, inputs)):
        found.update(column.tobytes())
    for name, bounds in (("low", table.low), ("high", table.high), ("met", table.met)):
        for key, column in bounds.items():
            found.update(f"{name} {key}".encode() + column.tobytes())
    return found.hexdigest()


def _errors(table: Table, units: Units, inputs: Inputs) -> np.ndarray:
    """The standard error of each figure, 0 where none is given."""
    return np.array(
        [
            [float(getattr(inputs.get(unit, {}).get(key), "error", None) or 0) for key in table.keys]
            for unit in units
        ]
    ).reshape(table.values.shape)


_AT_ONCE = 2_000_000
"""Scores of items weighed at once: some 16 MB for each column of the reckoning."""


def _blocks(draws: int, each: int) -> list[range]:
    """The draws in runs that are weighed together."""
    many = max(1, _AT_ONCE // max(1, each))
    return [range(start, min(start + many, draws)) for start in range(0, draws, many)]


def _with_errors(
    rules: RuleSet,
    table: Table,
    year: int,
    errors: np.ndarray,
    stream: np.random.Generator,
    drawn: _Drawn,
    draw: int,
) -> ItemScores:
    """The scores of the items of one draw of the errors."""
    values = table.values + errors * stream.standard_normal(table.values.shape)
    first = len(rules.items)
    values[:, first:] = np.where(np.isnan(values[:, first:]), np.nan, np.fmax(values[:, first:], 0.0))
    group, matrix, _own = drawn.side_by_side(table.groups, range(draw, draw + 1))
    counts = np.take(np.ascontiguousarray(matrix.T > 0), group, axis=1)
    return item_scores(rules, replace(table, values=values), year, group, counts)


def _joined(scored: list[ItemScores]) -> ItemScores:
    """Scores of several draws as those of one long table: the units of the first draw, then those of the second."""
    if len(scored) == 1:
        return scored[0]
    return ItemScores(
        *(
            np.concatenate([getattr(each, name) for each in scored], axis=axis)
            for name, axis in (
                ("raw", 1),
                ("items", 1),
                ("states", 1),
                ("causes", 1),
                ("points", 0),
                ("plus", 0),
                ("minus", 0),
                ("vetoed", 0),
            )
        )
    )


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The weights of all draws, whole numbers on a scale of ten million.

    Attributes
    ----------
    items : array (draws, groups, items)
    categories : array (draws, groups, categories)
    """

    rules: RuleSet
    declared: Mapping[str, Weights]
    items: Ints
    categories: Ints

    @classmethod
    def of(
        cls,
        rules: RuleSet,
        declared: Mapping[str, Weights],
        spread: float,
        stream: np.random.Generator,
        draws: int,
    ) -> _Drawn:
        """Draw: one factor for each category and each item, for all groups alike; the declared weights without spread.

        Each draw takes as many numbers of the stream as there are categories, and then as many as there are items. The
        sums run in the order of the file, so that a draw is the same to the last bit however many are made.
        """
        keys, names = list(rules.categories), list(rules.items)
        if not spread:
            items = np.array([[list(own.items.values()) for own in declared.values()]] * draws)
            categories = np.array([[list(own.categories.values()) for own in declared.values()]] * draws)
            return cls(rules, declared, _shaped(items, names), _shaped(categories, keys))
        factors = stream.uniform(1 - spread, 1 + spread, (draws, len(keys) + len(names)))
        by_category = dict(zip(keys, factors.T[: len(keys)], strict=True))
        by_item = dict(zip(names, factors.T[len(keys) :], strict=True))
        items = np.zeros((draws, len(declared), len(names)), dtype=np.int64)
        categories = np.zeros((draws, len(declared), len(keys)), dtype=np.int64)
        for group, own in enumerate(declared.values()):
            whole = sum(own.categories[key] * by_category[key] for key in keys)
            place = 0
            for number, (key, category) in enumerate(rules.categories.items()):
                within = sum(own.items[name] * by_item[name] for name in category.items)
                part = _SCALE * own.categories[key] * by_category[key] / whole
                for name in category.items:
                    if own.categories[key]:
                        items[:, group, place] = np.rint(part * own.items[name] * by_item[name] / within)
                    categories[:, group, number] += items[:, group, place]
                    place += 1
        return cls(rules, declared, items, categories)

    def side_by_side(self, groups: tuple[str, ...], block: range) -> tuple[Ints, Ints, Ints]:
        """Row of the weights of each unit of each draw, and the weights: the groups of every draw are groups of their own."""
        order = {group: number for number, group in enumerate(self.declared)}
        own = np.array([order[name] for name in groups], dtype=np.int64)
        rows = (np.arange(len(block))[:, None] * len(order) + own).reshape(-1)
        taken = slice(block.start, block.stop)
        return (
            rows,
            self.items[taken].reshape(-1, self.items.shape[2]),
            self.categories[taken].reshape(-1, self.categories.shape[2]),
        )

    def changed_places(self) -> list[int]:
        """The draws in which other weights are above zero than declared."""
        declared = np.array([list(own.items.values()) for own in self.declared.values()]) > 0
        if not declared.size:
            return []
        return [int(draw) for draw in np.flatnonzero(((self.items > 0) != declared).any(axis=(1, 2)))]

    def weights(self, draw: int) -> dict[str, Weights]:
        """The weights of one draw by group."""
        found = {}
        for place, (group, own) in enumerate(self.declared.items()):
            items = dict(zip(self.rules.items, self.items[draw, place].tolist(), strict=True))
            sums = dict(zip(self.rules.categories, self.categories[draw, place].tolist(), strict=True))
            found[group] = Weights(own.row, items, sums, sum(items.values()), own.scale)
        return found


def _shaped(weights: np.ndarray, keys: list[str]) -> Ints:
    return weights.astype(np.int64).reshape(len(weights), -1, len(keys))


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
    before = (column[:, None] < ranks).mean(axis=0) + (column[:, None] == ranks).mean(axis=0) / 2
    ahead = {
        peer: float(before[other])
        for other, peer in enumerate(units)
        if other != row and units[peer].group == units[unit].group and own[other]
    }
    shares = {int(rank): float(count) / known.size for rank, count in zip(found, counts, strict=True)}
    return RankInterval(unit, int(own[row]), low, high, shares, ahead)
