"""Books, bank matching, settlement: ``python benchmarks/compensation.py``; processor seconds, as the machine may be shared.

The matcher is measured against the obvious one (every row against every line, first fit) in the same run. Entries are
posted into a database of its own in memory-backed temporary files.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
os.environ["ECOCIV_VAR"] = tempfile.mkdtemp(prefix="bench-compensation-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def matching(sizes: tuple[int, ...]) -> None:
    from ecociv.ledger.bank.matching import Item, matches

    def obvious(bank: list[Item], book: list[Item]) -> int:
        left, count = list(book), 0
        for row in bank:
            for line in left:
                if line.amount == row.amount and abs((line.day - row.day).days) <= 7:
                    left.remove(line)
                    count += 1
                    break
        return count

    for size in sizes:
        mixed = random.Random(size)
        start = dt.date(2016, 1, 1)
        book = [
            Item(
                start + dt.timedelta(days=mixed.randrange(1800)),
                n,
                mixed.randrange(1, 5_000_000),
                f"文{n:06d}",
            )
            for n in range(size)
        ]
        bank = [
            Item(each.day + dt.timedelta(days=1), each.number, each.amount, f"付 {each.reference}")
            for each in book
        ]
        mixed.shuffle(bank)
        ours, found = timed(partial(matches, bank, book))
        peer, count = timed(partial(obvious, bank, book))
        print(
            f"matching {size}: {ours:.2f} s ({len(found)} matched), every pair {peer:.2f} s ({count}), ratio {peer / ours:.1f}"
        )


def books(entries: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from ecociv.core.text import Text
    from ecociv.ledger.actions import OpenAccount, OpenBook, PostEntry
    from ecociv.ledger.verify import verify

    book = OpenBook(
        zone="jingdezhen", key="b", title=Text(zh="账", en="b"), keeper="k", author="bench"
    ).execute()
    for key, floor in (("in", 0), ("out", None)):
        OpenAccount(
            book=book, key=key, title=Text(zh=key, en=key), body=key, kind="fund", floor=floor,
            opened_on=dt.date(2015, 1, 1), author="bench",
        ).execute()  # fmt: skip
    day = dt.date(2016, 1, 1)

    def post() -> None:
        for number in range(entries):
            way = -1 if number % 3 == 2 else 1
            PostEntry(
                book,
                day + dt.timedelta(days=number % 900),
                [("out", -way * 100), ("in", way * 100)],
                "文",
                "记账",
                "bench",
            ).execute()

    took, _ = timed(post)
    proved, broken = timed(lambda: verify(book))
    assert broken is None
    print(
        f"posting {entries}: {took / entries * 1000:.1f} ms each; proof {proved / entries * 1000:.3f} ms each"
    )


def settling() -> None:
    from ecociv.compensation.agreements.computed import Reading
    from ecociv.compensation.agreements.computing import compute
    from ecociv.compensation.agreements.declaration import compensation
    from ecociv.compensation.agreements.periods import SettlementPeriod
    from ecociv.compensation.simulations.comparing import simulate

    declared = compensation("jingdezhen")
    agreement = declared.agreement("zhushan-changjiang")
    known = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
    given = {
        ("section-06", item, (year, month)): (
            Reading("section-06", item, (year, month), Decimal(value), "mg/litre", f"s/{item}", 1, known),
        )
        for item, value in (("codmn", "5.2"), ("nh3n", "1.2"), ("tp", "0.21"), ("flow", "120"))
        for year in range(2015, 2021)
        for month in range(1, 13)
    }
    version = agreement.versions[0]
    one, _ = timed(
        lambda: [compute(version, SettlementPeriod(2016, m), given) for m in range(1, 13) for _ in range(10)]
    )
    both, _ = timed(lambda: simulate(agreement, given, 2016, 2020, declared.alternatives["class-two"].terms))
    print(
        f"a month with its trace: {one / 120 * 1000:.2f} ms; five years under two sets of terms: {both:.2f} s"
    )


if __name__ == "__main__":
    matching((1_000, 10_000))
    settling()
    books(1_000)
