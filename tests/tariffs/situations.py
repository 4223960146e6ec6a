"""Tariffs that the tests of prices share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from ecociv.tariffs.consumption import Consumption
from ecociv.tariffs.declaration import Tariff, TariffVersion

CITED = {"zh": "测试", "en": "test"}
CHANGE = {"tiers": "prorated", "citation": CITED}


def version(
    bounds: Sequence[str] = ("15", "22"),
    prices: Sequence[str] = ("2", "3", "6"),
    *,
    accumulation: str = "month",
    extra: str = "",
    since: str = "2016-01-01",
    until: str | None = None,
    **more: Any,
) -> TariffVersion:
    tiers: list[dict[str, Any]] = [
        {"up_to": bound, "price": price} | ({"extra_per_person": extra} if extra else {})
        for bound, price in zip(bounds, prices, strict=False)
    ]
    return TariffVersion.model_validate(
        {
            "valid_from": since,
            "valid_to": until,
            "accumulation": accumulation,
            "tiers": [*tiers, {"price": prices[-1]}],
            "household": {"persons": 4} if extra else None,
            "change": CHANGE,
            "citation": CITED,
            **more,
        }
    )


def tariff(*versions: TariffVersion) -> Tariff:
    return Tariff(
        key="water",
        utility="water",
        name=CITED,  # type: ignore[arg-type]
        body="development-and-reform-commission",
        sample=True,
        versions=versions or (version(),),
    )


def households(
    annual_m3: Sequence[float],
    persons: Sequence[int] | None = None,
    weights: Sequence[int] | None = None,
    exemption: Sequence[int] | None = None,
    exemptions: tuple[str, ...] = (),
) -> Consumption:
    size = len(annual_m3)
    return Consumption(
        annual=np.array([int(Decimal(str(one)) * 1000) for one in annual_m3], dtype=np.int64),
        persons=np.array(persons or [3] * size, dtype=np.int16),
        exemption=np.array(exemption or [0] * size, dtype=np.int8),
        weights=np.array(weights or [1] * size, dtype=np.int64),
        exemptions=exemptions,
        season=(1,) * 12,
        generated=False,
        digest="",
    )


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
