"""Only what depends on a change is derived again, and the outcome is that of deriving everything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.compute import compute, plan_of
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.engine import engine_named
from ecociv.indicators.fingerprints import fingerprints
from ecociv.indicators.graph import dependents, graph_of, nodes_of
from ecociv.indicators.models import ComputedYear, IndicatorValue
from ecociv.indicators.records import marks_of
from indicators.primary_records import file_cells, group

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
