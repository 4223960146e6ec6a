"""Scoring of many units against a plain pandas implementation: 60 items, 10 years, the same figures, results compared.

Run: ``python benchmarks/assessment.py [units ...]``. Ratios matter, not seconds.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ecociv.assessment.rules import Figure, RuleSet, Table, Unit, score, score_table
from ecociv.core.missing import Missing
from ecociv.core.text import Text

ITEMS, CATEGORIES, GROUPS, YEARS = 60, 6, 3, range(2011, 2021)
OURS = {"document": "benchmark", "verified": True}


def text(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def function(number: int) -> dict[str, Any]:
    """Lines, falling lines, steps and deductions in turn."""
    return [
        {"kind": "linear", "direction": "increase", "floor": 20, "ceiling": 90},
        {"kind": "linear", "direction": "decrease", "floor": 95, "ceiling": 10},
        {"kind": "steps", "direction": "increase", "steps": [{"at": 30, "score": 60}, {"at": 60, "score": 80}, {"at": 85, "score": 100}]},
        {"kind": "deduction", "each": 1.5, "allowed": 40},
    ][number % 4]  # fmt: skip


def rules() -> RuleSet:
    per = ITEMS // CATEGORIES

    def item(n: int) -> dict[str, Any]:
        source = {"kind": "event", "event": "e"}
        return {"title": text(f"i{n}"), "weight": n % 5 + 1, "source": source, "function": function(n)}

    categories = {
        f"c{c}": {
            "title": text(f"c{c}"),
            "items_sum": sum(n % 5 + 1 for n in range(c * per, (c + 1) * per)),
            "items": {f"i{n}": item(n) for n in range(c * per, (c + 1) * per)},
        }
        for c in range(CATEGORIES)
    }
    weights = {"c0": 20, "c1": 20, "c2": 15, "c3": 15, "c4": 15, "c5": 15}
    return RuleSet.model_validate(
        {
            "key": "benchmark", "version": "1", "title": text("b"), "about": text("b"), "unit_kind": "county",
            "from": "2010-01-01", "to": None, "basis": OURS,
            "peer_groups": {f"g{g}": {"title": text(f"g{g}"), "basis": OURS} for g in range(GROUPS)},
            "categories": categories, "weights_sum": 100,
            "weights": [{"from": "2010-01-01", "to": None, "categories": weights, "basis": OURS}],
            "absence": {"missing": "redistribute", "planned": "redistribute", "not-applicable": "redistribute", "withheld": "redistribute", "delegated": "redistribute", "unjudged": "redistribute"},
        }
    )  # fmt: skip


def with_pandas(frame: pd.DataFrame, declared: RuleSet) -> pd.DataFrame:
    """As a user would write it: a column an item, weights shared out in the category, ranks by group."""
    scores = pd.DataFrame(index=frame.index)
    for n in range(ITEMS):
        x = frame[f"i{n}"]
        if n % 4 == 0:
            s = ((x - 20) / 70).clip(0, 1) * 100
        elif n % 4 == 1:
            s = ((x - 95) / -85).clip(0, 1) * 100
        elif n % 4 == 2:
            s = pd.Series(
                np.select([x >= 85, x >= 60, x >= 30], [100.0, 80.0, 60.0], 0.0), index=x.index
            ).where(x.notna())
        else:
            s = (100 - 1.5 * (x - 40).clip(lower=0)).clip(lower=0)
        scores[f"i{n}"] = s.round(2)
    total, whole = 0.0, 0.0
    for key, category in declared.categories.items():
        weight = pd.Series({name: float(item.weight) for name, item in category.items.items()})
        part = scores[weight.index]
        shared = part.notna().mul(weight)
        mean = part.mul(weight).sum(axis=1) / shared.sum(axis=1)
        own = float(declared.weights[0].categories[key])
        total = total + mean.fillna(0) * own
        whole = whole + mean.notna() * own
    result = pd.DataFrame({"total": (total / whole).round(2), "group": frame["group"], "year": frame["year"]})
    result["rank"] = result.groupby(["year", "group"])["total"].rank(method="min", ascending=False)
    return result


def measured(work: Any) -> tuple[Any, float, float]:
    """Result, least seconds of processor time of five, and the peak of memory in MB.

    Processor time, because other programmes of the machine then count less; what is left of them, the least of five
    takes out.
    """
    seconds = []
    for _ in range(5):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return result, min(seconds), peak


def from_figures(declared: RuleSet, sizes: list[int]) -> None:
    """``score()`` of one year from Figure objects, against the same figures handed in as columns."""
    print("units    figures  make s   score() s  columns s  score()/columns  one result s")
    for many in sizes:
        generator = np.random.default_rng(20150724)
        values = np.round(generator.uniform(0, 100, (many, ITEMS)), 1)
        values[generator.random(values.shape) < 0.03] = np.nan
        keys, names = tuple(declared.items), tuple(f"u{n}" for n in range(many))
        groups = tuple(f"g{n % GROUPS}" for n in range(many))
        start = time.perf_counter()
        units = {name: Unit(group, Text(zh=name, en=name)) for name, group in zip(names, groups, strict=True)}
        inputs = {
            name: {
                key: Figure(None, Missing.MISSING) if x != x else Figure(Decimal(f"{x:.1f}"))
                for key, x in zip(keys, row, strict=True)
            }
            for name, row in zip(names, values.tolist(), strict=True)
        }
        made = time.perf_counter() - start
        found, seconds, _memory = measured(
            lambda units=units, inputs=inputs: score(declared, units, inputs, 2015)
        )
        table = Table(
            names, groups, keys, values, np.isnan(values).astype(np.uint8), np.zeros(values.shape, np.bool_)
        )
        columns, quick, _memory = measured(lambda table=table: score_table(declared, table, 2015))
        assert (found.scores.total == columns.total).all()
        start = time.perf_counter()
        _ = found[names[-1]].trace
        one = time.perf_counter() - start
        print(
            f"{many:<8} {many * ITEMS:<8} {made:<8.3f} {seconds:<10.3f} {quick:<10.3f} {seconds / quick:<16.1f} {one:.4f}"
        )


def main(sizes: list[int]) -> None:
    declared = rules()
    print(f"pandas {pd.__version__}, numpy {np.__version__}; {ITEMS} items, {len(YEARS)} years")
    print("units    ours s   pandas s  ours/pandas  ours MB  pandas MB  totals apart  ranks apart")
    for many in sizes:
        generator = np.random.default_rng(20150724)
        figures = np.round(generator.uniform(0, 100, (len(YEARS), many, ITEMS)), 1)
        figures[generator.random(figures.shape) < 0.03] = np.nan
        units, groups = tuple(f"u{n}" for n in range(many)), tuple(f"g{n % GROUPS}" for n in range(many))
        keys = tuple(declared.items)
        frame = pd.DataFrame(figures.reshape(-1, ITEMS), columns=keys)
        frame["group"], frame["year"] = groups * len(YEARS), np.repeat(list(YEARS), many)

        def ours(
            figures: Any = figures, units: Any = units, groups: Any = groups, keys: Any = keys
        ) -> list[Any]:
            found = []
            for year, values in zip(YEARS, figures, strict=True):
                absent = np.isnan(values).astype(np.uint8)
                table = Table(units, groups, keys, values, absent, np.zeros(values.shape, dtype=np.bool_))
                found.append(score_table(declared, table, year))
            return found

        one, seconds, memory = measured(ours)
        two, seconds_pandas, memory_pandas = measured(lambda frame=frame: with_pandas(frame, declared))
        totals = np.concatenate([scores.total for scores in one]) / 100
        ranks = np.concatenate([scores.ranks.rank for scores in one])
        apart = np.abs(totals - two["total"].to_numpy())
        # Binary halves: pandas rounds 0.125 by its float; a hundredth of one item moves a total by less than 0.02.
        assert apart.max() < 0.02, apart.max()
        print(
            f"{many:<8} {seconds:<8.3f} {seconds_pandas:<9.3f} {seconds / seconds_pandas:<12.2f} {memory:<8.0f} "
            f"{memory_pandas:<10.0f} {(apart > 0.001).mean():<13.5f} {(ranks != two['rank'].to_numpy()).mean():.5f}"
        )


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]] or [300, 3_000, 30_000]
    main(asked)
    from_figures(rules(), [many for many in asked if many <= 3_000])
