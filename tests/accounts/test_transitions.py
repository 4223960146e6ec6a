"""Land transitions between two surveys laid over each other: closed, the same whatever the order, counties that add up."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest
import shapely

from ecociv.accounts.check import check
from ecociv.accounts.companions import land_surveys, transition
from ecociv.accounts.declaration import load_accounts
from ecociv.accounts.forms import national
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.layers import layer_area
from ecociv.accounts.gather.transitions import NoTransition, Transition, measure
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from indicators.primary_records import file_cells
from territory.site_layers import lay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder", "plan_in_database")]
ZONE = "jingdezhen"
WEST, EAST = shapely.box(117.0, 29.0, 117.1, 29.2), shapely.box(117.1, 29.0, 117.2, 29.2)
FIRST, LAST = dt.date(2012, 12, 31), dt.date(2017, 12, 31)
# Forest over all of it; a field across the border of the counties; the town takes a part of the field later.
FIELD = shapely.box(117.08, 29.05, 117.14, 29.10)
TOWN = shapely.box(117.12, 29.05, 117.14, 29.10)
WOOD = shapely.box(117.0, 29.0, 117.2, 29.2).difference(FIELD)
REST = FIELD.difference(TOWN)


def counties() -> LayerVersion:
    features = Features.of([WEST, EAST], ["360222", "360281"], ["浮梁县", "乐平市"], ["浮梁县", "乐平市"])
    return (
        AddLayerVersion(features, ZONE, "counties", "administrative-boundary", "区划", "test", FIRST, sample=True)
        .execute()
        .version
    )


def survey(rows: list[tuple[Any, str]], day: dt.date) -> LayerVersion:
    return lay("survey", "land-survey", rows, valid_from=day)


@pytest.fixture
def surveys() -> tuple[LayerVersion, LayerVersion]:
    counties()
    return (
        survey([(WOOD, "0301"), (FIELD, "0101")], FIRST),
        survey([(WOOD, "0301"), (REST, "0101"), (TOWN, "0701")], LAST),
    )


def found(area: str = "", as_of: dt.datetime | None = None) -> Transition:
    made = transition(ZONE, area, as_of=as_of)
    assert isinstance(made, Transition)
    return made


def test_the_matrix_closes_and_says_what_became_of_the_field(surveys: Any) -> None:
    matrix = found().matrix
    assert matrix.classes and set(matrix.classes) == {"cultivated", "forest", "settlement"}
    moved = matrix.flows["cultivated", "settlement"]
    # The town is a third of the field: 2 of 6 minutes of arc's hundredths.
    assert moved / matrix.opening["cultivated"] == pytest.approx(Decimal(1) / 3, abs=Decimal("1e-6"))
    assert matrix.net == {"cultivated": -moved, "forest": 0, "settlement": moved}
    assert sum(matrix.opening.values()) == sum(matrix.closing.values()) == matrix.value


def test_counties_add_up_to_the_city_to_the_last_digit(surveys: Any) -> None:
    parts = [found(area).matrix.flows for area in ("fuliang-county", "leping-city")]
    for pair, area in found().matrix.flows.items():
        assert sum(part.get(pair, Decimal(0)) for part in parts) == area
    assert ("cultivated", "settlement") not in parts[0]  # the town lies in the east


def test_the_order_of_patches_changes_nothing(surveys: Any) -> None:
    pieces = [(WEST & WOOD, "0301"), (EAST & WOOD, "0301"), (REST, "0101"), (TOWN, "0701")]
    columns = {"0301": "forest", "0101": "cultivated", "0701": "settlement"}
    boundary = LayerVersion.objects.get(layer__kind="administrative-boundary")
    first = LayerVersion.objects.filter(layer__key="survey").order_by("number")[0]
    results = []
    for seed in range(3):
        random.Random(seed).shuffle(pieces)
        results.append(measure(first, survey(list(pieces), dt.date(2018 + seed, 12, 31)), boundary, columns))
    flows = [
        {county: sorted(map(tuple, held["flows"])) for county, held in result.items()} for result in results
    ]
    assert flows[0] == flows[1] == flows[2]


def test_what_no_column_takes_is_shown_as_not_classed(surveys: Any) -> None:
    survey([(WOOD, "0301"), (FIELD, "0304")], dt.date(2018, 12, 31))
    made = found()
    # Forest swamp belongs to forest in the survey of those years (accounts.yaml), so that nothing is left over.
    assert made.matrix.flows["settlement", "forest"] > 0 and "unclassed" not in made.matrix.classes


def test_an_earlier_day_knows_the_earlier_surveys(surveys: Any) -> None:
    now = dt.datetime.now(dt.UTC)
    survey([(WOOD, "0301"), (FIELD, "0101")], dt.date(2018, 12, 31))
    assert found().last == dt.date(2018, 12, 31)
    assert found(as_of=now).last == LAST
    assert [one.valid_from for one in land_surveys(ZONE, now)] == [FIRST, LAST]


def test_without_layers_there_is_a_reason(evidence_folder: Any) -> None:
    made = transition(ZONE, "")
    assert isinstance(made, NoTransition) and "fewer than two" in made.reason.en
    survey([(WOOD, "0301")], FIRST)
    survey([(WOOD, "0301")], LAST)
    made = transition(ZONE, "")
    assert isinstance(made, NoTransition) and "boundaries" in made.reason.en


def test_a_layer_gives_the_area_of_a_class_and_is_marked_when_it_is_older(surveys: Any) -> None:
    name = Text(zh="耕地", en="Cultivated land")
    of_2017 = layer_area(
        ZONE, "jingdezhen", "land-survey", ("01",), 2017, "hectare", 2, name
    )  # fmt: skip
    assert not of_2017.older and of_2017.figure == found().matrix.closing["cultivated"].quantize(Decimal("0.01"))
    assert layer_area(ZONE, "jingdezhen", "land-survey", ("01",), 2016, "hectare", 2, name).older
    parts = [
        layer_area(ZONE, area, "land-survey", ("01",), 2017, "hectare", 2, name).figure
        for area in ("fuliang-county", "leping-city")
    ]
    assert sum(parts) == of_2017.figure  # type: ignore[arg-type]
    nowhere = layer_area(ZONE, "zhushan-district", "land-survey", ("01",), 2017, "hectare", 2, name)
    assert nowhere.figure is Missing.MISSING and nowhere.reason is not None and "360203" in nowhere.reason.en
    (leaf,) = [one for one in of_2017.trace.leaves() if one.source_id.startswith("layer:survey/2@")]
    assert leaf.sample


def test_the_second_source_of_the_land_account_comes_from_the_layer(surveys: Any) -> None:
    from accounts.situations import figures

    declared = load_accounts(ZONE)
    second = Sources(ZONE, declared, figures(), None).compared("land", "jingdezhen", 2017)
    assert set(second) == {"cultivated", "garden", "forest", "grass"}
    assert second["forest"].grade == national().grades.grade("layer", frozenset({"sample"})) == "A"
    assert second["garden"].figure == 0  # the survey has none: measured, not missing


def test_the_check_names_what_the_account_has_beside_the_matrix(surveys: Any) -> None:
    # The return has 100 hectare of forest less than the survey measured on the last day.
    measured = found().matrix.closing["forest"].quantize(Decimal("0.01"))
    file_cells(2017, {f"land/{ZONE}/land.forest": float(measured - 100)})
    broken = [one for one in check(ZONE, [2017], second_sources=True).breaks if one.account.startswith("land")]
    assert {one.code for one in broken} == {"second-source", "land-transition"}
    texts = [one.text.en for one in broken if one.area == ZONE]
    assert any("Forest land" in text and "100.00 hectare less" in text for text in texts)
    assert {one.settle for one in broken} == {"市国土资源局"}
