"""Loading the sample years of programmes: computed, approved, booked by the same actions as real ones."""

from __future__ import annotations

import datetime as dt

from ecociv.compensation.sample.declared import CompensationSample
from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly.actions import ApproveYear, BookYear, ComputeYear
from ecociv.compensation.yearly.programmes import Programme, programmes


def load_paid_years(zone: str, given: CompensationSample, author: str) -> None:
    """Pay the declared years of each programme, oldest first; a year of which no area is known is left out."""
    for programme in programmes(zone):
        said = given.paid_years.get(programme.key)
        if said is None:
            continue
        for year in said.booked:
            _pay(zone, programme, year, 3, author)
        if said.approved is not None:
            _pay(zone, programme, said.approved, 2, author)
        if said.computed is not None:
            _pay(zone, programme, said.computed, 1, author)


def _pay(zone: str, programme: Programme, year: int, steps: int, author: str) -> None:
    title = programme.title.zh.removesuffix("（样例）")
    number = f"景财补〔{year + 1}〕{title}"
    try:
        computed = ComputeYear(
            zone=zone,
            programme=programme,
            year=year,
            day=dt.date(year + 1, 3, 1),
            document=f"{number} 核算（样例）",
            author=author,
        ).execute()
    except SettlementRefused as refused:
        # A zone without the returns of the year: there is nothing to pay by, and nothing after it either.
        if refused.code in ("nothing-known", "out-of-order"):
            return
        raise
    if steps < 2:
        return
    approved = ApproveYear(
        computed=computed, day=dt.date(year + 1, 3, 20), document=f"{number}（样例）", author=author
    ).execute()
    if steps == 3 and any(approved.totals.values()):
        BookYear(payment=approved, day=dt.date(year + 1, 4, 1), author=author).execute()
