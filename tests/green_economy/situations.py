"""Entries and readings that the tests of the green economy share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.models import ObservedProperty, Place, Series
from ecociv.evidence.schema import STAGED
from ecociv.green_economy.forest_carbon import PlotSurvey
from ecociv.green_economy.performance import Promise, Used
from ecociv.registers.actions import RegisterEntry
from ecociv.registers.models import EntryRevision

ZONE = "jingdezhen"
PROVIDER, BORROWER = "91360222MA0000001W", "91360202MA00000021"
LOCAL = dt.timezone(dt.timedelta(hours=8))
SERIES = "sewage-online/plant-1/cod"


def entered(kind: str, key: str, on: str = "2015-01-01", state: str = "", **values: Any) -> EntryRevision:
    """Put an entry on a register; underscores in names stand for hyphens."""
    return RegisterEntry(
        zone=ZONE,
        kind=kind,
        key=key,
        author="test",
        on=dt.date.fromisoformat(on),
        state=state,
        values={name.replace("_", "-"): value for name, value in values.items()},
    ).execute()


def contract(key: str = "C1", rule: str = "banded", **more: Any) -> None:
    values = {
        "title": "治理项目",
        "mode": "third-party",
        "provider": PROVIDER,
        "client": "园区",
        "monthly_fee": "100000.00",
        "rule": rule,
        "from_day": "2016-01-01",
        "to_day": "2016-12-31",
    }
    entered("treatment-contract", key, **{**values, **more})


def obligation(series: str, key: str = "C1-1", contract_key: str = "C1", **more: Any) -> None:
    values = {
        "contract": contract_key,
        "title": "出水COD",
        "series": series,
        "side": "at-most",
        "limit": "50",
        "share": "95",
        "weight": "1",
        "from_day": "2016-01-01",
        "to_day": "2016-12-31",
    }
    entered("treatment-obligation", key, **{**values, **more})


def promise(**more: Any) -> Promise:
    values: dict[str, Any] = {
        "key": "C1-1",
        "title": "COD",
        "series": "s",
        "at_most": True,
        "limit": Decimal(50),
        "share": Decimal(95),
        "weight": Decimal(1),
        "unit": "mg/L",
    }
    return Promise(**{**values, **more})


def used(values: Sequence[float | None]) -> list[Used]:
    start = dt.datetime(2016, 5, 1, tzinfo=LOCAL)
    return [
        Used(start + dt.timedelta(hours=at), None if one is None else Decimal(str(one)), 1, False)
        for at, one in enumerate(values)
    ]


def plot(name: str, year: int, volume: float, stratum: str = "杉木", area: str = "100") -> PlotSurvey:
    return PlotSurvey(
        f"{stratum}-{name}-{year}",
        stratum,
        name,
        stratum,
        Decimal(area),
        dt.date(year, 10, 1),
        Decimal(str(volume)),
    )


def series(key: str = SERIES, averaging: str = "PT1H") -> Series:
    network, place, item = key.split("/")
    observed, _ = ObservedProperty.objects.get_or_create(
        key=item, defaults={"name_zh": "化学需氧量", "name_en": "COD"}
    )
    at, _ = Place.objects.get_or_create(
        key=place, defaults={"kind": "outfall", "name_zh": place, "name_en": place}
    )
    made = Series(
        key=key,
        property=observed,
        place=at,
        network=network,
        unit="mg / L",
        statistic="mean",
        averaging=averaging,
    )
    made.save()
    return made


def append(to: Series, start: str, values: list[float], qualities: list[str] | None = None) -> None:
    """Hourly readings from a local day on."""
    size = len(values)
    begin = dt.datetime.fromisoformat(start).replace(tzinfo=LOCAL).astimezone(dt.UTC).replace(tzinfo=None)
    starts = np.datetime64(begin, "us") + np.arange(size) * np.timedelta64(1, "h")
    columns = {
        "series_id": pa.array(np.full(size, to.pk)),
        "valid_from": pa.array(starts).cast(STAGED.field("valid_from").type),
        "valid_to": pa.array(starts + np.timedelta64(1, "h")).cast(STAGED.field("valid_to").type),
        "value": pa.array(values, pa.float64()),
        "quality": pa.array(qualities or ["good"] * size),
        "source_row": pa.array(np.arange(size, dtype=np.int32)),
    }
    table = pa.table([columns.get(each.name, pa.nulls(size, each.type)) for each in STAGED], schema=STAGED)
    AppendObservations(
        table, author="test", kind="bulk", source="0" * 64, sample=False, reason="test"
    ).execute()


def parties() -> None:
    entered("enterprise", PROVIDER, name="治理公司", division="360222")
