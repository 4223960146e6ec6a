"""Microseconds of processor time for each movement of the registry of rights, and what serial blocks do to it over time.

    python benchmarks/exchange_registry.py --trades 300000

A trade is three movements: units are reserved, money is reserved, and both change hands in one delivery. The naive
registry of the tests, which keeps a place for each serial number, does the same on fewer units in the same run.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from ecociv.exchange.registry import (
    Movement,
    Registry,
    Series,
    State,
    deliver,
    deposit,
    issue,
    open_account,
    reserve,
    reserve_cash,
)
from exchange.naive_registry import NaiveRegistry

SERIES = Series("cea", 2023)
PAPER = {"document": "benchmark", "at": 0}
ACCOUNTS = [f"account {number}" for number in range(200)]


def opened(units: int) -> tuple[Registry, int]:
    """A registry in which each account holds so many units and enough money."""
    registry, number = Registry(), 0
    for account in ACCOUNTS:
        for movement in (
            open_account(number + 1, account, **PAPER),
            issue(number + 2, SERIES, account, units, **PAPER),
            deposit(number + 3, account, 10**12, **PAPER),
        ):
            registry.apply(movement)
        number += 3
    return registry, number


def trade(number: int, seller: str, buyer: str, quantity: int) -> tuple[Movement, Movement, Movement]:
    """The three movements of a trade."""
    claim = str(number)
    return (
        reserve(number + 1, SERIES, quantity, seller, claim, **PAPER),
        reserve_cash(number + 2, buyer, quantity * 60, claim, **PAPER),
        deliver(
            number + 3,
            SERIES,
            quantity,
            seller,
            buyer,
            quantity * 60,
            unit_claim=claim,
            cash_claim=claim,
            **PAPER,
        ),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trades", type=int, default=300_000)
    parser.add_argument("--units", type=int, default=5_000, help="units of each account")
    asked = parser.parse_args()
    registry, number = opened(asked.units)
    chance = Random(1)
    for part in range(3):
        begun, done = time.process_time(), 0
        while done < asked.trades // 3:
            seller, buyer = chance.sample(ACCOUNTS, 2)
            quantity = chance.randint(1, 200)
            if registry.holding(seller, "cea", state=State.FREE) < quantity:
                continue
            for movement in trade(number, seller, buyer, quantity):
                registry.apply(movement)
            number, done = number + 3, done + 1
        spent = time.process_time() - begun
        blocks = sum(len(pool.starts) for pool in registry.ledgers[SERIES].pools.values())
        print(
            f"trades {part * done + 1:>9,} to {(part + 1) * done:>9,}: {spent / done / 3 * 1e6:6.1f} us a movement, "
            f"{blocks:,} blocks of {registry.issued('cea'):,} units"
        )
    begun = time.process_time()
    print(f"verify: {len(registry.verify())} breaks, {time.process_time() - begun:.2f} s")
    begun = time.process_time()
    again = Registry.load(registry.dump())
    print(f"dump and load: {time.process_time() - begun:.2f} s, the same: {again.digest() == registry.digest()}")
    naive = NaiveRegistry(ACCOUNTS)
    for account in ACCOUNTS:
        naive.issue(SERIES, account, 10)
        naive.money[account, None] = 10**9
    begun = time.process_time()
    for step in range(100):
        for movement in trade(step * 3, ACCOUNTS[step], ACCOUNTS[step + 1], 5):
            naive.apply(movement)
    print(f"naive, 2,000 units: {(time.process_time() - begun) / 300 * 1e6:6.1f} us a movement")


if __name__ == "__main__":
    main()
