"""The sample zone from primary records to lights."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ecociv.core.trace import Trace
from ecociv.evidence import sample
from ecociv.indicators import queries
from ecociv.indicators.compute import compute
from ecociv.indicators.identities import conflicts
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import load_zone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"


def test_all_49_are_computed_from_primary_records_and_something_true_is_to_be_seen() -> None:
    sample.load(ZONE, author="tester")
    for year in (2015, 2016, 2017):
        first = compute(ZONE, year)
        assert first.derived > 57
        assert compute(ZONE, year).derived == 0
    recorded = IndicatorValue.objects.filter(zone=ZONE)
    # every figure is marked, and none was typed in
    assert not recorded.filter(sample=False).exclude(figure="", part_figures={}).exists()
    leaves = {
        leaf.source_id
        for value in recorded.filter(place=ZONE).newest().defer(None)
        for leaf in Trace.from_json(value.trace).leaves()
    }
    assert not [source for source in leaves if "annual-return" in source]
    # every series has a figure in one of the years; two departments are late or silent in some
    home = recorded.filter(place=ZONE).newest()
    with_figure = {value.series for value in home if value.figure or value.part_figures}
    assert with_figure == {series.key for item in load_zone(ZONE).indicators for series in item.series}
    assert {value.place for value in recorded.filter(series="38")} > {ZONE, "leping-city"}
    found = queries.overview(ZONE, 2016)
    assert found.sample
    lights = {light for light, count in found.counts.items() if count}
    assert lights >= {
        Light.ON_TRACK,
        Light.OFF_TRACK,
        Light.WORSENING,
        Light.NO_DATA,
        Light.AWAITING_UPPER_LEVEL,
    }
    assert queries.overview(ZONE, 2017).counts[Light.ACHIEVED] > 25
    # near the published base figures: 1.579 t of CO2 and 0.572 tce in 2012 fell by a fifth until 2015
    by_key = {(value.series, value.year): value.value for value in home}
    assert Decimal("1.2") < (by_key["15", 2015] or 0) < Decimal("1.4")
    assert Decimal("380") < (by_key["17", 2015] or 0) < Decimal("390")
    air = queries.indicator_status(ZONE, 35, 2016).series[0]
    assert (air.extras["of"], air.extras["basis"], len(air.extras["stations"])) == (11, "hours", 5)
    share = queries.indicator_status(ZONE, 40, 2016).series[0]
    assert (
        float(share.extras["interval"]["low"]) < float(share.figure) < float(share.extras["interval"]["high"])
    )  # type: ignore[arg-type]
    # the counties do not make the city's water use of 2016: both sides are shown
    keys = [item.key for item in conflicts(ZONE, 2016)]
    assert "water-counties:use.total" in keys
    assert not [item.key for item in conflicts(ZONE, 2015)]
