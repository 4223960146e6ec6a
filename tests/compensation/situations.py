"""Agreements and readings that tests write for themselves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ecociv.compensation.agreements.computed import Given, Reading
from ecociv.compensation.agreements.declaration import Agreement, Version

KNOWN = dt.datetime(2017, 8, 1, tzinfo=dt.UTC)


def item(limit: Any, price: Any, **more: Any) -> dict[str, Any]:
    return {
        "property": more.pop("property", "nh3n"),
        "name": {"zh": "氨氮", "en": "ammonia"},
        "limit": limit,
        "price": price,
        **more,
    }


def version(**changes: Any) -> Version:
    """One section, ammonia against 1 mg/L at 3000 yuan a tonne, settled by the month."""
    return Version.model_validate(
        {
            "valid_from": "2015-01-01",
            "valid_to": "2020-12-31",
            "source": {"document": "协议", "clause": "第四条"},
            "upstream": "up",
            "downstream": "down",
            "sections": [{"place": "s1"}],
            "formula": {"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, 3000)}},
            "calendar": {"period": "month"},
            **changes,
        }
    )


def index(**changes: Any) -> Version:
    """The P index of the published example, by the second round, with its amounts."""
    baselines = {"codmn": 1.99, "nh3n": 0.12, "tn": 1.25, "tp": 0.031}
    items = {k: {"property": k, "name": {"zh": k, "en": k}, "baseline": v} for k, v in baselines.items()}
    formula = {"pattern": changes.pop("pattern", "xinan-round-2"), "items": items}
    return version(formula=formula, calendar={"period": "year"}, **changes)


def agreement(*versions: Version, **more: Any) -> Agreement:
    return Agreement(
        key=more.get("key", "a"), title={"zh": "协议", "en": "agreement"}, river={"zh": "河", "en": "river"}, office="finance-bureau",
        book="compensation", versions=versions or (version(),),
    )  # fmt: skip


def reading(
    name: str,
    month: tuple[int, int],
    value: Any,
    *,
    place: str = "s1",
    revision: int = 1,
    how: str = "measured",
) -> Reading:
    unit = "m3/second" if name == "flow" else "mg/litre"
    return Reading(place, name, month, Decimal(str(value)), unit, f"{place}/{name}", revision, KNOWN, how)


def given(*readings: Reading) -> Given:
    found: dict[Any, tuple[Reading, ...]] = {}
    for each in readings:
        key = (each.place, each.item, each.month)
        found[key] = (*found.get(key, ()), each)
    return found


def months(values: dict[str, Any], year: int = 2016, *, count: int = 12) -> list[Reading]:
    """The same value in every month of a year."""
    return [
        reading(name, (year, month), value) for name, value in values.items() for month in range(1, count + 1)
    ]
