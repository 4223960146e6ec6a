"""Purchases on the register, each judged by the list of green products as it stood on its day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.evidence.models import Series
from ecociv.evidence.queries import Observation, yearly_figures
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.procurement import GreenShare, Purchase, by_body, by_year, green_share
from ecociv.registers.references import DIFFERS, NAMES_NONE, OUT, UNKNOWN, Judged, judged

PURCHASE = "green-purchase"
_WHY_NOT = {
    NAMES_NONE: Text(zh="未指明清单产品", en="names no listed product"),
    UNKNOWN: Text(zh="清单中没有该产品", en="the product is not on the list"),
    OUT: Text(zh="采购日不在清单有效期内", en="not on the list on that day"),
    DIFFERS: Text(zh="产品品目与采购品目不同", en="the product is of another category"),
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

    def on_record(self, amount: Decimal) -> Decimal | None:
        """What purchases of so much are of the whole, in per cent: far below 100 the register is not complete."""
        return None if self.total == 0 else round_half_even(amount * 100 / self.total, 1)


def why_not(code: str) -> Text | None:
    """Why a purchase does not count as green, in words."""
    return _WHY_NOT.get(code)


def purchases(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> list[Purchase]:
    """Purchases that count, with what each is by the list of its day."""
    found = judged(zone, PURCHASE, names="product", day="day", same=("category",), on=on, as_of=as_of)
    return [_purchase(one) for one in found]


def _purchase(one: Judged) -> Purchase:
    values = one.entry.values
    amount = values["amount"]
    assert isinstance(amount, Decimal)
    return Purchase(
        key=one.entry.key,
        item=str(values["item"]),
        body=str(values["body"]),
        day=one.day,
        category=str(values["category"]),
        amount=amount,
        product=str(values.get("product") or ""),
        green=one.counts,
        why_not=one.why_not,
        sample=one.entry.sample,
        revision=one.entry.revision,
        recorded=one.entry.recorded_at,
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
