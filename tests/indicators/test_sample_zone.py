"""The sample zone from primary records to lights."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ecociv.core.missing import Missing
from ecociv.core.trace import Trace
from ecociv.evidence import sample
from ecociv.indicators import queries
from ecociv.indicators.compute import compute
from ecociv.indicators.identities import comparisons, conflicts
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.sample import load_sample
from ecociv.plan.package import load_zone

# What a test writes is taken back at its end; the sample zone stays for the module.
# The figures do not depend on the kind of database: that the sample is loaded on each is shown by
# `tests/evidence/test_sample.py`, that values are computed and kept by `test_compute.py`.
pytestmark = [pytest.mark.usefixtures("sample_zone"), pytest.mark.django_db, pytest.mark.long]
ZONE = "jingdezhen"
YEARS = range(2012, 2021)


@pytest.fixture(scope="module")
def sample_zone(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """The sample zone loaded and computed once for all tests here; the lines that the loading said."""
    from django.test import override_settings

    folder: Path = tmp_path_factory.mktemp("sample-zone")
    stores = {
        "ECOCIV_EVIDENCE_URI": str(folder / "evidence" / "observations"),
        "MEDIA_ROOT": str(folder / "documents"),
    }
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own test cases mark theirs: it stands for no transaction of a caller
    with django_db_blocker.unblock(), override_settings(**stores), block:
        yield load_sample(ZONE)
        transaction.set_rollback(True)


def figure_of(series: str, year: int) -> IndicatorValue:
    return IndicatorValue.objects.filter(zone=ZONE, place=ZONE, series=series, year=year).newest().get()


def test_the_loading_names_each_step_and_year(sample_zone: list[str]) -> None:
    assert len(sample_zone) == sample.STEPS + len(YEARS)
    assert [line.split("年")[0] for line in sample_zone[sample.STEPS :]] == [
        f"{ZONE} {year}" for year in YEARS
    ]


def test_a_second_computation_finds_nothing_to_do() -> None:
    for year in (2012, 2016, 2020):
        done = compute(ZONE, year)
        assert (done.derived, done.written) == (0, 0)


def test_every_figure_is_marked_and_none_was_typed_in() -> None:
    recorded = IndicatorValue.objects.filter(zone=ZONE)
    assert set(recorded.values_list("year", flat=True)) == set(YEARS)
    assert not recorded.filter(sample=False).exclude(figure="", part_figures={}).exists()
    leaves = {
        leaf.source_id
        for value in recorded.filter(place=ZONE).newest().defer(None)
        for leaf in Trace.from_json(value.trace).leaves()
    }
    assert leaves
    assert not [source for source in leaves if "annual-return" in source]


def test_all_49_are_computed_from_primary_records() -> None:
    home = IndicatorValue.objects.filter(zone=ZONE, place=ZONE).newest()
    with_figure = {value.series for value in home if value.figure or value.part_figures}
    assert with_figure == {series.key for item in load_zone(ZONE).indicators for series in item.series}
    sewage = IndicatorValue.objects.filter(zone=ZONE, series="38")
    assert {value.place for value in sewage} > {ZONE, "leping-city"}
    # near the published base figures: 1.579 t of CO2 and 0.572 tce in 2012 fell by a fifth until 2015
    assert Decimal("1.2") < (figure_of("15", 2015).value or 0) < Decimal("1.4")
    assert Decimal("380") < (figure_of("17", 2015).value or 0) < Decimal("390")


def test_absences_stay_what_they_are() -> None:
    # desert land treated is added up from 2013 on: before that it is nothing, and marked like the other data of 2012
    assert (figure_of("30", 2012).value, figure_of("30", 2012).sample) == (Decimal(0), True)
    for year in (2013, 2014, 2015):  # the network for negative ions was planned
        assert (figure_of("31", year).missing, figure_of("31", year).light) == (Missing.PLANNED, "not-due")
    for year in (2012, 2013, 2014):  # the assessment scheme began in 2015
        assert (figure_of("48", year).missing, figure_of("48", year).light) == (
            Missing.NOT_APPLICABLE,
            "not-due",
        )
    assert (figure_of("18", 2016).missing, figure_of("18", 2016).light) == (Missing.MISSING, "no-data")


def test_something_true_is_to_be_seen() -> None:
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
    air = queries.indicator_status(ZONE, 35, 2016).series[0]
    assert (air.extras["of"], air.extras["basis"], len(air.extras["stations"])) == (11, "hours", 5)
    share = queries.indicator_status(ZONE, 40, 2016).series[0]
    assert share.figure is not None
    interval = share.extras["interval"]
    assert float(interval["low"]) < float(share.figure) < float(interval["high"])


def test_figures_of_different_hands_are_held_against_each_other() -> None:
    # the counties do not make the city's water use of 2016: both sides are shown
    assert "water-counties:use.total" in [item.key for item in conflicts(ZONE, 2016)]
    assert not conflicts(ZONE, 2015)
    compared = {item.key: item for item in comparisons(ZONE, 2016)}
    assert compared.keys() >= {"energy-total", "forest-land-of-two-bodies", "pm2_5-stations", "pm10-stations"}
    # 348,210 ha by the land survey, 364,854 ha by the forestry survey: another definition, which is said
    forest = compared["forest-land-of-two-bodies"]
    assert forest.holds
    assert forest.relative > 0.04
    assert "define forest land differently" in forest.as_text("en")
