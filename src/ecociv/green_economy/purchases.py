"""Purchases on the register, each judged by the list of green products as it stood on its day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.evidence.models import Series
from ecociv.evidence.queries import Observation, yearly_figures
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.procurement import GreenShare, Purchase, by_body, by_year, green_share
from ecociv.registers.entries import Entry
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries

PURCHASE, PRODUCT = "green-purchase", "green-product"
_WHY_NOT = {
    "none": Text(zh="未指明清单产品", en="names no listed product"),
    "unknown": Text(zh="清单中没有该产品", en="the product is not on the list"),
    "out": Text(zh="采购日不在清单有效期内", en="not on the list on that day"),
    "category": Text(zh="产品品目与采购品目不同", en="the product is of another category"),
}


@dataclass(frozen=True, slots=True)
class Returned:
    """What the yearly return says beside the purchases: amounts in yuan, and the share."""

    green: Decimal
    total: Decimal
    sample: bool

    @property
    def share(self) -> Decimal | None:
        """Per cent by amount."""
        return None if self.total == 0 else round_half_even(self.green * 100 / self.total, 1)


def why_not(code: str) -> Text | None:
    """Why a purchase does not count as green, in words."""
    return _WHY_NOT.get(code)


def purchases(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> list[Purchase]:
    """Purchases that count, with what each is by the list of its day."""
    kind = kind_of(zone, PRODUCT)
    rows = EntryRevision.objects.filter(zone=zone, kind=PRODUCT)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    listed: dict[str, list[EntryRevision]] = defaultdict(list)
    for row in rows.order_by("revision"):
        listed[row.key].append(row)

    def judged(values: Mapping[str, Any]) -> str:
        """Why it is not green; "" where it is."""
        product = str(values.get("product") or "")
        if not product:
            return "none"
        if product not in listed:
            return "unknown"
        day = values["day"]
        held = next((row for row in reversed(listed[product]) if row.valid_from <= day), None)
        found = Entry.of(held, kind, day) if held is not None else None
        if found is None or not found.in_force:
            return "out"
        return "" if found.values.get("category") == values["category"] else "category"

    return [_purchase(one, judged(one.values)) for one in entries(zone, PURCHASE, on, as_of) if one.in_force]


def _purchase(one: Entry, code: str) -> Purchase:
    values = one.values
    day, amount = values["day"], values["amount"]
    assert isinstance(day, dt.date) and isinstance(amount, Decimal)
    return Purchase(
        key=one.key,
        item=str(values["item"]),
        body=str(values["body"]),
        day=day,
        category=str(values["category"]),
        amount=amount,
        product=str(values.get("product") or ""),
        green=not code,
        why_not=code,
        sample=one.sample,
        revision=one.revision,
    )


def year_shares(found: list[Purchase]) -> dict[int, GreenShare]:
    """The share of the zone in each year."""
    return {
        year: green_share(Text(zh=f"{year}年", en=str(year)), rows) for year, rows in by_year(found).items()
    }


def body_shares(found: list[Purchase], year: int) -> list[GreenShare]:
    """The share of each body in a year."""
    rows = by_year(found).get(year, [])
    return [green_share(Text(zh=body, en=body), own) for body, own in by_body(rows).items()]


def returned(zone: str, years: tuple[int, int], as_of: dt.datetime | None = None) -> dict[int, Returned]:
    """What the yearly return of green procurement says for each year that has both figures."""
    network = bodies(zone).procurement_return
    found: dict[int, Returned] = {}
    names = ("procurement.green", "procurement.all")
    for series in Series.objects.filter(network=network, property__key=names[1]).select_related("place"):
        figures = yearly_figures(network, series.place.key, names, *years, sample=series.sample, as_of=as_of)
        for year in range(years[0], years[1] + 1):
            green, total = (_yuan(figures.get((name, year))) for name in names)
            if green is not None and total is not None:
                found[year] = Returned(green, total, series.sample)
    return found


def _yuan(one: Observation | None) -> Decimal | None:
    """A figure of the return, which is in ten thousand yuan."""
    if one is None or one.usable is None:
        return None
    return Decimal(repr(one.usable)) * 10_000
