"""Areas from layers on pages: counties, patches for those who may see them, and beside the figure of the plan."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.test import Client
from django.utils import timezone

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.indicators.compute import plan_of
from ecociv.indicators.declarations import LayerArea
from ecociv.indicators.derivations import Derivations, load_derivations
from ecociv.indicators.derive.cells import Asked
from ecociv.indicators.derive.layers import area_at, derive_layer_area
from ecociv.indicators.fingerprints import fingerprints
from ecociv.indicators.graph import Node, nodes_of
from ecociv.indicators.identities import against_layers
from ecociv.indicators.models import IndicatorValue
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.retained.declaration import load_retained
from ecociv.territory.retained.queries import retained_area
from territory.site_layers import lay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE = "jingdezhen"
WEST = shapely.box(117.0, 29.0, 117.1, 29.2)
EAST = shapely.box(117.1, 29.0, 117.2, 29.2)
RULE = LayerArea.model_validate(
    {
        "series": "28",
        "kind": "layer_area",
        "area": "28",
        "unit": "hectare",
        "decimals": 1,
        "levels": ["city", "county"],
    }
)


@pytest.fixture(autouse=True)
def layers(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_VAR = str(tmp_path / "var")
    counties = Features.of([WEST, EAST], ["360222", "360281"], ["浮梁县", "乐平市"], ["浮梁县", "乐平市"])
    AddLayerVersion(
        counties,
        ZONE,
        "county",
        "administrative-boundary",
        "县界",
        "test",
        dt.date(2015, 1, 1),
        confidentiality="public",
        sample=True,
    ).execute()
    lay(
        "wetland",
        "wetland-survey",
        [(shapely.box(117.05, 29.0, 117.15, 29.1), "lake-wetland")],
        confidentiality="restricted",
    )


def reader(role: Role = Role.LEADING_GROUP_OFFICE) -> Client:
    user = User.objects.create(username=f"u-{role.value}", role=role.value, zone=ZONE)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_the_table_has_city_and_counties_and_says_what_is_missing() -> None:
    visitor = Client(headers={"accept-language": "en"})
    found = retained_area(ZONE, "28", 2017)
    page = visitor.get("/territory/areas/?year=2017").content.decode()
    assert str(found.figure) in page and all(str(place.figure) in page for place in found.places)
    assert "Fuliang County" in page and "No layer of the kind “Forest survey” holds on 2017-12-31" in page
    rows = list(
        csv.DictReader(
            io.StringIO(visitor.get("/territory/areas/?year=2017&format=csv").content.decode("utf-8-sig"))
        )
    )
    row = next(row for row in rows if row["Key"] == "28")
    assert Decimal(row["Fuliang County"]) + Decimal(row["Leping City"]) == Decimal(row["City, from layers"])
    assert next(row for row in rows if row["Key"] == "27")["City, from layers"] == "missing"
    only = visitor.get("/territory/areas/?year=2017&is=missing").content.decode()
    assert "Forest land retained" in only and "/territory/areas/28/2017/" not in only


def test_patches_are_listed_for_those_who_may_see_the_layer() -> None:
    url = "/territory/areas/28/2017/"
    hidden = Client(headers={"accept-language": "en"}).get(url).content.decode()
    assert "wetland-0" not in hidden and "not open to you" in hidden
    shown = reader().get(url).content.decode()
    assert "wetland-0" in shown and "/territory/layers/wetland/1/" in shown
    assert Client().get("/territory/areas/99/2017/").status_code == 404
    assert Client().get("/territory/areas/28/2999/").status_code == 404
    before = Client(headers={"accept-language": "en"}).get("/territory/areas/28/2013/").content.decode()
    assert "holds on 2013-12-31" in before


def _recorded(value: Decimal) -> None:
    label = Text(zh="湿地", en="Wetland")
    IndicatorValue(
        zone=ZONE,
        series="28",
        place="jingdezhen",
        year=2017,
        revision=1,
        figure=str(value),
        unit="wan_hectare",
        light="on-track",
        status={"light": "on-track", "reasons": []},
        evidence_digest="",
        content_digest="1",
        computed_at=timezone.now(),
        trace=Trace(label, value, "wan_hectare", "sum", ()).to_json(),
        sample=True,
    ).save()


def test_the_indicator_shows_the_second_reading_with_its_verdict() -> None:
    found = retained_area(ZONE, "28", 2017)
    assert isinstance(found.figure, Decimal)
    _recorded(found.figure + Decimal("0.5"))
    page = Client(headers={"accept-language": "en"}).get("/indicators/28/?on=2018-12-31").content.decode()
    assert "From layers" in page and str(found.figure) in page
    assert "Beyond the tolerance" in page and "-0.5" in page
    listed = Client(headers={"accept-language": "en"}).get("/territory/areas/?year=2017&is=apart")
    assert "/territory/areas/28/2017/" in listed.content.decode()


def _asked(place: str) -> Asked:
    return Asked(ZONE, place, "jingdezhen", 2017, True, None)  # type: ignore[arg-type]


def test_a_series_can_take_its_figure_from_layers_with_the_counties() -> None:
    found = retained_area(ZONE, "28", 2017)
    assert isinstance(found.figure, Decimal)
    label = Text(zh="湿地", en="Wetland")
    city = derive_layer_area(
        RULE, _asked("jingdezhen"), label, area_at(ZONE, Node("28", "jingdezhen", area="28"), 2017, None)
    )
    # wan_hectare to hectare: 10,000 times.
    assert city.figure == round(found.figure * 10_000, 1) and city.sample and city.evidence_digest
    assert "layer:wetland/1@" in city.trace.as_text("en", depth=5)
    county = derive_layer_area(
        RULE,
        _asked("fuliang-county"),
        label,
        area_at(ZONE, Node("28", "fuliang-county", area="28"), 2017, None),
    )
    assert county.figure == round(found.places[0].figure * 10_000, 1)
    before = derive_layer_area(
        RULE, _asked("jingdezhen"), label, area_at(ZONE, Node("28", "jingdezhen", area="28"), 2012, None)
    )
    assert before.figure is Missing.MISSING and "2012-12-31" in before.trace.notes[0].en
    assert not before.evidence_digest


def test_a_new_layer_version_changes_what_the_figure_follows_from() -> None:
    package = plan_of(ZONE)
    declared = load_derivations(package)
    other = Derivations(
        place=declared.place,
        counties=declared.counties,
        due=declared.due,
        derivations=tuple(RULE if each.series == "28" else each for each in declared.derivations),
    )
    node = next(each for each in nodes_of(package, other, 2017) if each.key == "28@jingdezhen")
    assert node.area == "28"

    def print_of() -> str:
        return fingerprints(package, other, [node], 2017, dt.date(2018, 7, 1), {2017: {}})[node.key]

    before = print_of()
    assert print_of() == before
    lay("wetland", "wetland-survey", [(WEST, "marsh")], valid_from=dt.date(2018, 1, 1))
    assert print_of() == before  # it holds from 2018 only
    lay("wetland", "wetland-survey", [(WEST, "marsh")], valid_from=dt.date(2017, 1, 1))
    assert print_of() != before


def test_a_difference_beyond_the_tolerance_is_a_conflict_and_of_another_kind_nothing() -> None:
    area = load_retained(ZONE).of("28")
    assert area is not None
    found = retained_area(ZONE, "28", 2017)
    assert isinstance(found.figure, Decimal)
    derived = derive_layer_area(
        RULE,
        _asked("jingdezhen"),
        Text(zh="湿地", en="Wetland"),
        area_at(ZONE, Node("28", "jingdezhen", area="28"), 2017, None),
    )
    # 1 % more, where 0.5 % is allowed.
    apart = against_layers(ZONE, area, replace(derived, figure=derived.figure * Decimal("1.01")), 2017, None)
    assert apart is not None and not apart.holds and apart.settle == "市林业局"
    assert apart.key == "layers:28" and float(apart.difference) == pytest.approx(
        float(found.figure) * 0.01, rel=0.01
    )
    near = against_layers(ZONE, area, replace(derived, figure=derived.figure * Decimal("1.001")), 2017, None)
    assert near is not None and near.holds
    assert against_layers(ZONE, area, replace(derived, sample=False), 2017, None) is None
    assert against_layers(ZONE, area, replace(derived, figure=Missing.MISSING), 2017, None) is None
    assert against_layers(ZONE, area, derived, 2012, None) is None
