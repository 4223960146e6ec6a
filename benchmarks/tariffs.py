"""A million households under two tariffs: ours in whole fen, a plain pandas ``cut`` and a row loop, in one run.

``python benchmarks/tariffs.py [--households 1000000]``: each contender takes turns, the best of three rounds counts. The
row loop bills a hundredth of the households and is multiplied; all three have to agree to the fen where they bill the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ecociv.tariffs.comparison import compare, year_bills
from ecociv.tariffs.consumption import Consumption, generate
from ecociv.tariffs.declaration import require_tariffs
from ecociv.tariffs.schedule import Schedule, schedule_of

ROUNDS = 3


def pandas_cut(schedule: Schedule, use: Consumption) -> np.ndarray:
    """Cut by tier and fill the tiers below up, by household size, as an analyst would."""
    frame = pd.DataFrame({"use": use.annual / 1000, "persons": use.persons, "exempt": use.exemption > 0})
    prices = [rate / 10_000 for rate in schedule.rates]
    free = next(iter(schedule.free.values()), 0) / 1000
    total = pd.Series(0.0, index=frame.index)
    for persons, part in frame.groupby("persons"):
        ends = [end / 1000 for end in schedule.borders_for(int(persons))]
        edges = [0.0, *ends, np.inf]

        def tiered(volume: Any, edges: list[float] = edges) -> Any:
            tier = pd.cut(volume, edges, labels=False, include_lowest=True).astype(int)
            base = np.concatenate(
                [[0.0], np.cumsum([p * (b - a) for p, a, b in zip(prices, edges, edges[1:], strict=False)])]
            )
            low = np.array(edges)[tier]
            return base[tier] + (volume - low) * np.array(prices)[tier]

        bill = tiered(part["use"])
        freed = part["use"].clip(upper=free).where(part["exempt"], 0.0)
        bill = bill - tiered(freed)
        for key, rate in schedule.surcharges:
            exempt = bool(schedule.surcharge_free[key])
            bill += (part["use"] - (freed if exempt else 0)) * rate / 10_000
        total.loc[part.index] = bill
    return np.rint(total.to_numpy() * 100).astype(np.int64)


def row_loop(schedule: Schedule, use: Consumption, count: int) -> list[int]:
    """One household after the other."""
    fen = []
    for at in range(count):
        litres, persons = int(use.annual[at]), int(use.persons[at])
        key = use.exemptions[use.exemption[at] - 1] if use.exemption[at] else ""
        freed = min(litres, schedule.free.get(key, 0))
        units = schedule.price(litres, persons) - schedule.price(freed, persons)
        for name, rate in schedule.surcharges:
            units += (litres - (freed if key in schedule.surcharge_free[name] else 0)) * rate
        fen.append(round(units / 100_000))
    return fen


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=1_000_000)
    count = parser.parse_args().households
    declared = require_tariffs("jingdezhen")
    old, new = map(schedule_of, declared.tariff("water-household").versions)
    use = generate(declared.distributions["water"], count)
    part = max(1, count // 100)
    ours = year_bills(new, use, with_tiers=False).fen
    assert np.abs(pandas_cut(new, use) - ours).max() <= 1
    assert row_loop(new, use, part) == ours[:part].tolist()
    contenders: dict[str, Callable[[], Any]] = {
        "one yearly bill, ours": lambda: year_bills(new, use, with_tiers=False),
        "one yearly bill, pandas cut": lambda: pandas_cut(new, use),
        "one yearly bill, row loop (x100)": lambda: row_loop(new, use, part),
        "12 monthly bills and tiers, ours": lambda: year_bills(old, use),
        "two tariffs, groups, three elasticities": lambda: compare(
            old, new, use, declared.elasticities["water"]
        ),
    }
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            best[name] = min(best[name], timed(work) * (100 if "x100" in name else 1))
    first = best["one yearly bill, ours"]
    for name, seconds in best.items():
        print(f"{name:42s} {seconds:8.3f} s   {seconds / first:7.1f} x")


if __name__ == "__main__":
    main()
