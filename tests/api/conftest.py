"""A store of its own for each test, a small network of stations, and accounts with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.cache import cache

from ecociv.evidence.actions import AppendObservations
from ecociv.evidence.models import ImportRun, ObservedProperty, Place, Series
from ecociv.evidence.schema import STAGED
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.people.tokens import CreateToken, Scope

START = datetime(2017, 1, 30, 16, tzinfo=UTC)  # 2017-01-31 in China: hours go over the end of a month


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    cache.clear()
    yield tmp_path
    cache.clear()


def make_user(
    name: str = "wu", *, role: Role = Role.DEPARTMENT_OFFICER, organisation: str = "市环保局"
) -> User:
    return User.objects.create_user(
        username=name,
        password="not-a-real-one-1",
        role=role.value,
        zone="jingdezhen",
        organisation=organisation,
    )


def make_token(user: User, *scopes: str, **reach: Any) -> str:
    chosen = scopes or (Scope.READ.value, Scope.WRITE.value)
    return CreateToken(user=user, name="gateway", scopes=chosen, actor=user, **reach).execute()[1]


def make_series(place: str = "lean", observed: str = "nh3n", **changes: Any) -> Series:
    where, _ = Place.objects.get_or_create(
        key=place,
        defaults={
            "kind": "section",
            "name_zh": "乐安河",
            "name_en": "Le'an River",
            "longitude": 117.2,
            "latitude": 29.0,
            "details": changes.pop("details", {"target_class": 3}),
        },
    )
    what, _ = ObservedProperty.objects.get_or_create(
        key=observed, defaults={"name_zh": "氨氮", "name_en": "Ammonia nitrogen"}
    )
    sample = changes.get("sample", False)
    network = changes.pop("network", "river")
    series = Series(
        key=f"{'sample/' if sample else ''}{network}/{place}/{observed}",
        place=where,
        property=what,
        network=network,
        **{"unit": "mg/L", "statistic": "mean", "averaging": "PT1H", "organisation": "市环保局", **changes},
    )
    series.save(force_insert=True)
    return series


@pytest.fixture
def series(db: None) -> Series:
    return make_series()


@pytest.fixture
def token(db: None) -> str:
    return make_token(make_user())


@pytest.fixture
def write_table() -> Callable[..., None]:
    """Put hours with values into the table, as a file would: one batch a call."""

    def write(series: Series, values: dict[int, float | None], *, batch: str = "b1") -> None:
        rows: dict[str, list[Any]] = {name: [] for name in STAGED.names}
        for number, (hour, value) in enumerate(values.items(), start=1):
            row = {
                "series_id": series.pk,
                "valid_from": START + timedelta(hours=hour),
                "valid_to": START + timedelta(hours=hour + 1),
                "value": value,
                "missing": "missing" if value is None else None,
                "quality": "good",
                "source_row": number,
            }
            for name in STAGED.names:
                rows[name].append(row.get(name))
        table = pa.table([pa.array(rows[field.name], field.type) for field in STAGED], schema=STAGED)
        AppendObservations(
            table, author="test", reason="Test.", kind=ImportRun.Kind.MESSAGES, source=batch, sample=False
        ).execute()

    return write
