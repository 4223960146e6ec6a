"""Only what depends on a change is derived again, and the outcome is that of deriving everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.compute import compute, plan_of
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.derive.good_days import derive_good_days
from ecociv.indicators.engine import engine_named
from ecociv.indicators.fingerprints import fingerprints
from ecociv.indicators.graph import dependents, graph_of, nodes_of
from ecociv.indicators.models import ComputedYear, DailyDetail, IndicatorValue
from ecociv.indicators.records import marks_of
from indicators.evidence_of_a_year import CITIES, load_air, year_of_air
from indicators.primary_records import append, file_cells, file_hours, group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"


def sample_cells(scale: float = 1.0) -> dict[str, Any]:
    cells: dict[str, Any] = {
        f"economy/{ZONE}/gdp.current": 7_721_000 * scale,
        f"economy/{ZONE}/gdp.constant": 7_000_000 * scale,
        f"economy/{ZONE}/population.resident": 1_628_000,
        f"economy/{ZONE}/value_added.industry": 3_000_000,
        f"water-use/{ZONE}/use.total": 80_000,
        f"water-use/{ZONE}/use.industry": 18_000,
        f"water-use/{ZONE}/resource.total": 520_000,
        f"procurement/{ZONE}/procurement.all": 1000,
        f"procurement/{ZONE}/procurement.green": 300,
    }
    for place in group("counties"):
        cells |= {f"sewage/{place}/sewage.treated": 700, f"sewage/{place}/sewage.discharged": 1000}
    return cells


def figures(values: Any) -> dict[tuple[str, str], Any]:
    return {
        (value.series, value.place): (
            value.figure,
            value.part_figures,
            value.missing_kind,
            value.light,
            value.trace,
        )
        for value in values
    }


def test_nothing_is_derived_when_nothing_changed() -> None:
    file_cells(2015, sample_cells())
    first = compute(ZONE, 2015)
    assert first.derived == 57 + 4 * 20  # 20 series have figures of counties
    again = compute(ZONE, 2015)
    assert (again.derived, again.written) == (0, 0)
    assert [value.pk for value in again.values] == [value.pk for value in first.values]


def test_one_changed_cell_derives_only_what_depends_on_it() -> None:
    file_cells(2015, sample_cells())
    compute(ZONE, 2015)
    file_cells(2015, {f"procurement/{ZONE}/procurement.green": 310})
    done = compute(ZONE, 2015)
    assert (done.derived, done.written) == (1, 1)
    # the city's GDP: per person, emerging share, per built land of the city; not those of the counties
    file_cells(2015, {f"economy/{ZONE}/gdp.current": 7_800_000})
    assert {node.key for node in dependents(ZONE, [f"economy/{ZONE}/gdp.current"], 2015)} == {
        f"{series}@{ZONE}" for series in ("1", "4", "8")
    }
    done = compute(ZONE, 2015)
    assert (done.derived, dict(done.causes)) == (
        3,
        {"evidence": 3},
    )  # two of them still lack land and industry
    # a county's cell moves the county and, summed, the city
    county = group("counties")[0]
    assert {node.key for node in dependents(ZONE, [f"sample/sewage/{county}/sewage.treated"], 2015)} == {
        f"38@{ZONE}",
        f"38@{county}",
    }


def test_a_change_of_another_year_derives_nothing_but_what_is_added_up() -> None:
    file_cells(2015, sample_cells())
    compute(ZONE, 2015)
    file_cells(2014, {**sample_cells(), f"forestry/{ZONE}/desert.treated": 10})
    assert compute(ZONE, 2015).derived == 1  # the area treated since 2013


def test_a_note_without_its_values_does_not_count() -> None:
    file_cells(2015, sample_cells())
    package = plan_of(ZONE)
    declared = load_derivations(package)
    engine = engine_named("duckdb", EvidenceStore())
    nodes = nodes_of(package, declared, 2015)
    noted = fingerprints(package, declared, nodes, 2015, timezone.localdate(), marks_of(nodes, 2015, engine))
    ComputedYear.objects.create(zone=ZONE, year=2015, fingerprints=noted, looked_at=timezone.now())
    assert (
        compute(ZONE, 2015).derived == 57
    )  # as after a restore that lost the values: every figure of the city
    assert compute(ZONE, 2015).derived == 0


def test_as_of_a_moment_derives_everything_and_records_nothing() -> None:
    file_cells(2015, sample_cells())
    compute(ZONE, 2015)
    before = datetime.now(UTC)
    file_cells(2015, {f"procurement/{ZONE}/procurement.green": 310})
    rows = IndicatorValue.objects.count()
    then = compute(ZONE, 2015, as_of=before)
    assert {value.series: value.figure for value in then.values}["47"] == "30.0"
    assert IndicatorValue.objects.count() == rows
    assert compute(ZONE, 2015).derived == 1


CELLS = sorted(sample_cells())
CHANGE = st.tuples(
    st.sampled_from(CELLS),
    st.one_of(
        st.integers(0, 900_000), st.sampled_from([Missing.MISSING, Missing.WITHHELD, Missing.NOT_APPLICABLE])
    ),
)


@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CHANGE, min_size=1, max_size=4), min_size=1, max_size=4))
def test_incremental_and_full_computation_agree(evidence_folder: Any, changes: list[list[Any]]) -> None:
    for batch in changes:
        file_cells(2015, dict(batch))
        compute(ZONE, 2015)
        kept = figures(IndicatorValue.objects.filter(zone=ZONE, year=2015).newest())
        full = compute(ZONE, 2015, as_of=datetime.now(UTC))
        assert figures(full.values) == {key: kept[key] for key in figures(full.values)}
        assert compute(ZONE, 2015, full=True).written == 0


PEERS = ("nanchang", "jiujiang", "ganzhou")
HOURS = "jingdezhen-stations-hourly"


@pytest.fixture
def a_year_of_air(evidence_folder: Path) -> str:
    """Generated hours of one station of the city and generated days of its ten peers, all of 2015; the station's key."""
    clean = {"so2": 10.0, "no2": 15.0, "co": 0.5, "pm10": 40.0, "pm2_5": 20.0, "o3": 60.0}
    station = group("air-stations")[0]
    hours = {f"{HOURS}/{station}/{name}": [value] * 8760 for name, value in clean.items()}
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), hours, sample=True)
    others = {city: 10 * place for place, city in enumerate(city for city in CITIES if city != "景德镇")}
    load_air(evidence_folder, year_of_air(others), sample=True)
    return station


def say_of_the_air(station: str, change: tuple[str, int, float]) -> None:
    """One hour of the station, or one day of a peer: PM2.5 from now on another figure."""
    where, day, value = change
    start = datetime(2015, 1, 1, tzinfo=LOCAL) + timedelta(days=day)
    if where == "city":
        rows = [
            (f"{HOURS}/{station}/pm2_5", start + timedelta(hours=h), start + timedelta(hours=h + 1), value)
            for h in range(9)
        ]
    else:
        rows = [(f"jiangxi-cities-daily/{where}/pm2_5", start, start + timedelta(days=1), value)]
    append(rows, sample=True)


AIR = st.tuples(st.sampled_from(("city", *PEERS)), st.integers(0, 364), st.sampled_from([5.0, 74.0, 900.0]))


@pytest.mark.long
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(AIR, min_size=1, max_size=3), min_size=1, max_size=3))
def test_changed_hours_and_days_give_what_computing_everything_gives(
    a_year_of_air: str, changes: list[list[tuple[str, int, float]]]
) -> None:
    compute(ZONE, 2015)
    for batch in changes:
        for change in batch:
            say_of_the_air(a_year_of_air, change)
        assert compute(ZONE, 2015).derived <= 1
        kept = IndicatorValue.objects.filter(zone=ZONE, year=2015, series="35").newest()
        full = compute(ZONE, 2015, as_of=datetime.now(UTC))
        whole = {value.place: value.content_digest for value in full.values if value.series == "35"}
        assert {value.place: value.content_digest for value in kept} == whole
        assert len(whole) == 11
        assert compute(ZONE, 2015, full=True).written == 0


def test_peers_are_judged_again_only_when_their_own_days_change(
    a_year_of_air: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    def noting(rule: Any, city: Any, **given: Any) -> Any:
        judged.append(city.place)
        return derive_good_days(rule, city, **given)

    monkeypatch.setattr("ecociv.indicators.compared.derive_good_days", noting)
    compute(ZONE, 2015)
    assert len(judged) == 11
    judged.clear()
    say_of_the_air(a_year_of_air, ("city", 40, 900.0))
    done = compute(ZONE, 2015)
    # 9 hours of 900 among 15 of 20 µg/m³ are a mean of 350: 364 good days of 365, 99.7 instead of 100. The order that each
    # of the eleven shows holds this figure, so all have a new revision, but only one was judged.
    assert (judged, dict(done.causes)) == ([ZONE], {"evidence": 1, "peers-or-notes": 10})
    judged.clear()
    say_of_the_air(a_year_of_air, ("nanchang", 40, 900.0))
    compute(ZONE, 2015)
    assert sorted(judged) == [ZONE, "nanchang"]
    days = DailyDetail.objects.get(
        value=IndicatorValue.objects.filter(series="35", place="jiujiang").newest().get()
    )
    assert len(days.rows) == 365  # taken over from the record before
    # real hours of the city: its generated peers no longer count
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), {f"{HOURS}/{a_year_of_air}/pm2_5": [20.0] * 48})
    compute(ZONE, 2015)
    home = IndicatorValue.objects.filter(series="35", place=ZONE).newest().get()
    assert (home.sample, home.extras["peers"]) == (False, [])


def test_the_graph_of_an_indicator_leads_from_evidence_to_it() -> None:
    for number in range(1, 50):
        drawn = graph_of(ZONE, number)
        ids = {node["id"] for node in drawn["nodes"]}
        assert {edge["from"] for edge in drawn["edges"]} | {edge["to"] for edge in drawn["edges"]} == ids
        reached = {f"indicator:{number}"}
        for _ in range(4):
            reached |= {edge["from"] for edge in drawn["edges"] if edge["to"] in reached}
        assert reached == ids
        assert any(node["column"] == 0 for node in drawn["nodes"])
