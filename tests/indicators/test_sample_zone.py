"""The sample zone from evidence to lights."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ecociv.indicators import queries
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.sample import load_sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]


def test_the_sample_zone_has_something_true_to_show() -> None:
    lines = load_sample("jingdezhen")
    assert len(lines) == 3 + 6  # files and years
    assert queries.years_with_values("jingdezhen") == [2012, 2013, 2014, 2015, 2016, 2017]
    # every figure is marked
    assert not IndicatorValue.objects.filter(sample=False).exclude(figure="").exists()
    found = queries.overview("jingdezhen", 2016)
    assert found.sample
    lights = {light for light, count in found.counts.items() if count}
    assert lights >= {
        Light.ON_TRACK,
        Light.AT_RISK,
        Light.OFF_TRACK,
        Light.WORSENING,
        Light.NO_DATA,
        Light.AWAITING_UPPER_LEVEL,
        Light.NOT_DUE,
    }
    assert queries.overview("jingdezhen", 2017).counts[Light.ACHIEVED] > 25
    # the restated return is the figure that counts
    energy = {value.year: value.value for value in queries.series_values("jingdezhen", "17")}
    assert energy[2015] == Decimal("384.62")
    air = queries.indicator_status("jingdezhen", 35, 2017).series[0]
    assert air.extras["of"] == 11
    assert air.sample
    again = load_sample("jingdezhen")
    assert all("新修订 0" in line for line in again[3:])
