"""Siting: areas by reason that add up, scores with their arithmetic, what if, scenarios, command and page."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.people.roles import Role
from ecociv.territory.models import SitingScenario
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.siting.actions import FindSites, SitingRequest, repeat
from ecociv.territory.siting.candidates import SitingRefused
from territory.site_layers import FARMLAND, RED_LINE, ZONE, ZONE_BOX, lay, lay_all

DAY = dt.date(2018, 6, 1)


@pytest.fixture
def layers(plan_in_database: None, db: None) -> dict[str, Any]:
    return lay_all()


def asked(**said: Any) -> SitingRequest:
    return SitingRequest(**{"purpose": "ceramics-works", "area": 1_000_000.0, "on": DAY, **said})


def search(**said: Any) -> dict[str, Any]:
    return FindSites(asked(**said), ZONE, "test").examine().result


def total(result: dict[str, Any]) -> Decimal:
    return sum((Decimal(row["area_m2"]) for row in result["areas"]["rows"]), Decimal(0))


def test_ground_is_divided_by_reason_and_adds_up(layers: dict[str, Any]) -> None:
    result = search()
    assert total(result) == Decimal(result["areas"]["searched_m2"])
    by_rule = {
        row.get("layer"): float(row["area_m2"])
        for row in result["areas"]["rows"]
        if row["reason"] == "forbidden"
    }
    searched = float(result["areas"]["searched_m2"])
    # Farmland is a quarter of the width by half of the height: an eighth, and no other line takes it before.
    assert by_rule["farmland"] / searched == pytest.approx(1 / 8, rel=1e-3)
    zone = [shapely.geometry.shape(one["geometry"]) for one in result["alternatives"]]
    assert zone and all(ZONE_BOX.buffer(1e-9).covers(one) for one in zone)
    for line in (FARMLAND,):
        assert all(one.intersection(line).area < 1e-12 for one in zone)
    assert all(float(one["area_m2"]) >= 1_000_000 for one in result["alternatives"])


def test_a_score_is_the_weighted_mean_of_its_criteria(layers: dict[str, Any]) -> None:
    result = search(weights={"compact": 7})
    weights = {one["key"]: one["weight"] for one in result["criteria"]}
    assert weights["compact"] == 7
    for one in result["alternatives"]:
        parts = one["criteria"]
        mean = sum(Decimal(part["score"]) * part["weight"] for part in parts) / sum(weights.values())
        assert abs(Decimal(one["score"]) - mean) <= Decimal("0.00005")
        red = next(part for part in parts if part["key"] == "red-line")
        # Full at 2,000 m: half at 1,000 m; farther than that the distance is not looked for.
        expected = 1.0 if red["value"] is None else min(1.0, float(red["value"]) / 2000)
        assert float(red["score"]) == pytest.approx(expected, abs=1e-4)
    scores = [Decimal(one["score"]) for one in result["alternatives"]]
    assert scores == sorted(scores, reverse=True)
    # Neither a city plan nor protection areas of drinking water are in force: said, not guessed.
    assert [one["key"] for one in result["not_scored"]] == ["town", "source"]


def test_a_distance_is_measured_in_metres(layers: dict[str, Any]) -> None:
    parcel = shapely.box(117.13, 29.12, 117.142, 29.132)
    lay("parcels", "land-survey", [(parcel, "0301")])
    (one,) = search(candidates="parcels")["alternatives"]
    red = next(part for part in one["criteria"] if part["key"] == "red-line")
    # From 117.142 to the red line at 117.15 along 29.132: 0.008 degrees x 111.32 km x cos 29.13 = 778 m.
    assert float(red["value"]) == pytest.approx(0.008 * 111_320 * math.cos(math.radians(29.126)), rel=2e-3)


def test_parcels_are_whole_pieces_of_permitted_ground(layers: dict[str, Any]) -> None:
    # Half of the first lies in farmland; the second is too small; 0.02 x 0.01 degrees are about 2.16 square km.
    rows = [
        (shapely.box(117.04, 29.12, 117.06, 29.13), "0101"),
        (shapely.box(117.12, 29.12, 117.121, 29.121), "0301"),
    ]
    lay("parcels", "land-survey", rows)
    (one,) = search(candidates="parcels")["alternatives"]
    assert one["identity"] == "parcels-0" and float(one["area_m2"]) == pytest.approx(1.08e6, rel=0.01)
    assert not search(candidates="parcels", area=2_000_000.0)["alternatives"]


def test_what_if_a_line_were_not_there_and_nothing_is_recorded(layers: dict[str, Any]) -> None:
    def forbidden(result: dict[str, Any]) -> set[str]:
        return {row["layer"] for row in result["areas"]["rows"] if row["reason"] == "forbidden"}

    with_line, without = search(), search(without=["farmland"])
    assert "farmland" in forbidden(with_line) and "farmland" not in forbidden(without)
    assert [one["data"]["layer"] for one in without["missing"]] == ["permanent-basic-farmland"]
    assert not SitingScenario.objects.exists()
    later = lay(
        "farmland", "permanent-basic-farmland", [(ZONE_BOX, "basic-farmland")], valid_from=dt.date(2030, 1, 1)
    )
    assert not search(versions={"farmland": later.number})["alternatives"]


def test_a_scenario_is_kept_and_repeated(layers: dict[str, Any]) -> None:
    kept = FindSites(
        asked(counties=["county-0"], within=RED_LINE.buffer(0.03).wkt), ZONE, "test", "厂址"
    ).execute()
    lay("farmland", "permanent-basic-farmland", [(ZONE_BOX, "basic-farmland")])
    assert repeat(kept).same and not search()["alternatives"]
    with pytest.raises(AppendOnlyError):
        kept.delete()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"area": 0.0}, "more than 0"),
        ({"area": float("nan")}, "more than 0"),
        ({"cell": 10.0}, "at least 1000 m"),
        ({"area": 100.0, "cell": 10.0}, "cells, more than"),
        ({"weights": {"slope": 3}}, "'slope' is no criterion"),
        ({"weights": {"compact": -1}}, "0 to 100"),
        ({"counties": ["nowhere"]}, "no area 'nowhere'"),
        ({"without": ["roads"]}, "No layer 'roads'"),
        ({"versions": {"farmland": 9}}, "no version 9"),
        ({"candidates": "roads"}, "no layer of candidates"),
        ({"within": "POLYGON((100 20, 101 20, 101 21, 100 20))"}, "does not lie in the zone"),
        ({"most": 0}, "Between 1 and"),
        ({"documents": {"permit": "1"}}, "no document of the rules"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_sentence(
    layers: dict[str, Any], said: dict[str, Any], words: str
) -> None:
    with pytest.raises(SitingRefused, match=words):
        search(**said)


def test_unknown_purposes_and_strangers_are_refused(layers: dict[str, Any]) -> None:
    with pytest.raises(PurposeRefused):
        search(purpose="castle")
    stranger = User.objects.create(username="s", role=Role.VISITOR.value)
    with pytest.raises(PermissionDenied):
        FindSites(asked(), ZONE, stranger).examine()


boxes = st.tuples(
    st.floats(117.0, 117.19), st.floats(29.0, 29.19), st.floats(0.003, 0.06), st.floats(0.003, 0.06)
).map(lambda one: shapely.box(one[0], one[1], one[0] + one[2], one[1] + one[3]))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(boxes, boxes, st.floats(2e5, 3e6))
def test_areas_add_up_wherever_lines_lie(
    layers: dict[str, Any], fields: Any, within: Any, wanted: float
) -> None:
    """Reasons divide the ground searched; alternatives keep clear of what forbids, whatever the lines."""
    lay("farmland", "permanent-basic-farmland", [(fields, "basic-farmland")], reason=str(fields.wkt)[:400])
    result = search(within=within.wkt, area=wanted, cell=max(2000.0, 1.2 * math.sqrt(wanted)))
    assert total(result) == Decimal(result["areas"]["searched_m2"])
    for one in result["alternatives"]:
        shape = shapely.geometry.shape(one["geometry"])
        assert shape.intersection(fields).area < 1e-11 and within.buffer(1e-9).covers(shape)
        assert float(one["area_m2"]) >= wanted - 0.01


def test_the_command_finds_saves_and_repeats(layers: dict[str, Any], tmp_path: Any) -> None:
    from ecociv.cli.site import group

    out = tmp_path / "sites.geojson"
    words = [
        "find",
        "--purpose",
        "ceramics-works",
        "--area",
        "1000000",
        "--on",
        "2018-06-01",
        "--format",
        "json",
    ]
    done = CliRunner().invoke(group, [*words, "--save", "--geojson", str(out), "--weight", "compact=5"])
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["reference"] == SitingScenario.objects.get().reference
    assert len(json.loads(out.read_text())["features"]) == len(facts["alternatives"])
    assert json.loads(CliRunner().invoke(group, ["find-repeat", "1"]).stdout)["same"]
    assert CliRunner().invoke(group, [*words, "--weight", "compact"]).exit_code == 2
    assert CliRunner().invoke(group, [*words, "--area", "1e12"]).exit_code in (1, 3)


def test_the_page_searches_saves_and_exports(client: Client, layers: dict[str, Any]) -> None:
    assert client.get("/territory/siting/").status_code in (302, 403)
    user = User.objects.create(
        username="planner", role=Role.DEPARTMENT_OFFICER.value, organisation="planning-bureau", zone=ZONE
    )
    client.force_login(user)
    assert client.get("/territory/siting/").status_code == 200
    query = {"purpose": "ceramics-works", "area": "100", "on": "2018-06-01", "search": "1"}
    page = client.get("/territory/siting/", query).content.decode()
    assert 'name="geometry"' in page and "<path" in page and not SitingScenario.objects.exists()
    layer = client.get("/territory/siting/alternatives.geojson", query)
    assert json.loads(layer.content)["features"]
    wrong = client.get("/territory/siting/", {**query, "area": "-1"})
    assert wrong.status_code == 422
    assert client.post("/territory/siting/save/", {**query, "title": "厂址"}).status_code == 302
    kept = SitingScenario.objects.get()
    detail = client.get(f"/territory/siting/scenarios/{kept.number}/")
    assert detail.status_code == 200 and "厂址" in detail.content.decode()
    assert client.get(f"/territory/siting/scenarios/{kept.number}/alternatives.geojson").status_code == 200
    assert client.post(f"/territory/siting/scenarios/{kept.number}/repeat/").status_code == 302
    assert client.get("/territory/siting/scenarios/99/").status_code == 404
