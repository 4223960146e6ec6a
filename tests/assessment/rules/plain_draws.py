"""Rank intervals as they were first drawn: one draw after the other, each scored whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from assessment.rules.plain_engine import score_table
from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.inputs import Inputs, Units
from ecociv.assessment.rules.table import table_of
from ecociv.assessment.rules.uncertainty import RankInterval
from ecociv.assessment.rules.weights import Weights, effective_weights

_SCALE = 10_000_000


def plain_intervals(
    rules: RuleSet, units: Units, inputs: Inputs, year: int, *, seed: int, draws: int, spread: float, cover: float
) -> dict[str, RankInterval]:
    """What `rank_intervals` has to find."""
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
