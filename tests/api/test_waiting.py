"""Readings that wait are found by series and time without going through all that wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from api.conftest import START, make_series
from ecociv.api.observations import Reach
from ecociv.api.waiting import waiting_readings
from ecociv.evidence.models import InboxReading, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def chosen() -> Series:
    """One of twenty series with a hundred waiting hours each."""
    every = [make_series(f"p{number}") for number in range(20)]
    InboxReading.objects.bulk_create(
        InboxReading(
            key=f"{number}-{hour}",
            channel="rest",
            series=series,
            valid_from=START + timedelta(hours=hour),
            valid_to=START + timedelta(hours=hour + 1),
            value=1.0,
            received_at=START,
        )
        for number, series in enumerate(every)
        for hour in range(100)
    )
    return every[7]


def plan(found: QuerySet[Any]) -> str:
    return found[:11].explain()


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole, whatever the index"
)
@pytest.mark.parametrize("descending", [False, True])
def test_the_search_goes_by_the_index(chosen: Series, descending: bool) -> None:
    one = Series.objects.filter(pk=chosen.pk)
    bounded = Reach(one, START, START + timedelta(hours=5), descending=descending)
    # equality on flushed_at and series, then the range of the beginning
    assert "inbox_by_series_and_time (flushed_at=? AND series_id=? AND valid_from" in plan(
        waiting_readings(bounded, None)
    )
    network = Reach(Series.objects.filter(network="river"), descending=descending)
    assert "inbox_by_series_and_time (flushed_at=? AND series_id=?" in plan(waiting_readings(network, None))


def test_the_search_finds_the_hours_asked_for(chosen: Series) -> None:
    reach = Reach(Series.objects.filter(pk=chosen.pk), START + timedelta(hours=3), START + timedelta(hours=6))
    hours = [(item.valid_from - START) // timedelta(hours=1) for item in waiting_readings(reach, None)]
    assert hours == [3, 4, 5]
