"""How each figure is made, and the drawing of what an indicator rests on."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.text import Text
from ecociv.core.trace import TraceInput
from ecociv.indicators.graph import graph_of
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.portal.lineage import NODE_WIDTH, lay_out, wrapped
from ecociv.portal.sources import return_address, source_of
from portal.indicator_records import ZONE, file_and_compute, use_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> None:
    use_folder(settings, tmp_path)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_every_series_of_the_plan_has_its_derivation(client: Client) -> None:
    rows = rows_of(client.get("/derivations/?format=csv", headers=ENGLISH))
    assert len(rows) == 57
    assert all(row["Formula"] for row in rows)
    (person,) = [row for row in rows if row["No."] == "1"]
    assert person["Inputs"] == "economy: gdp.current; economy: population.resident"
    assert person["Levels"] == "city and counties"


@pytest.mark.usefixtures("folder")
def test_years_say_what_there_is_and_what_is_missing(client: Client) -> None:
    file_and_compute()
    rows = {
        row["Indicator"]: row["Years"]
        for row in rows_of(client.get("/derivations/?format=csv", headers=ENGLISH))
    }
    assert rows["GDP per person"] == "2012"  # computed for 2015; the base year was not
    assert rows["Total energy consumption"] == "2012, 2015"
    only = rows_of(client.get("/derivations/?missing=2015&format=csv", headers=ENGLISH))
    assert "GDP per person" not in {row["Indicator"] for row in only}
    page = client.get("/derivations/?q=1", headers=ENGLISH).content.decode()
    assert "2015: there" in page


def test_filters_of_the_derivations(client: Client) -> None:
    surveys = rows_of(client.get("/derivations/?kind=survey_share&format=csv", headers=ENGLISH))
    assert {row["No."] for row in surveys} == {"40", "41", "43", "45"}
    assert "Nothing matches" in client.get("/derivations/?q=zzzz", headers=ENGLISH).content.decode()


@pytest.mark.parametrize("number", [1, 3, 19, 29, 34, 35, 40])
def test_the_drawing_has_every_node_of_the_graph_and_links_that_lead_somewhere(
    client: Client, number: int
) -> None:
    client.force_login(
        User.objects.create_user(
            "office", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone=ZONE
        )
    )
    page = client.get(f"/indicators/{number}/lineage/", headers=ENGLISH)
    text = page.content.decode()
    graph = graph_of(ZONE, number)
    assert text.count('class="lineage-node') == len(graph["nodes"])
    assert text.count('class="lineage-edge"') == len(graph["edges"])
    links = {box.url for box in page.context["drawn"].boxes if box.url}
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_an_unknown_indicator_has_no_drawing(client: Client) -> None:
    assert client.get("/indicators/50/lineage/").status_code == 404


@given(
    st.lists(st.tuples(st.integers(0, 3), st.text("水用量ab ", max_size=40)), min_size=1, max_size=14),
    st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=20),
)
def test_no_two_nodes_of_a_drawing_overlap(
    nodes: list[tuple[int, str]], pairs: list[tuple[int, int]]
) -> None:
    listed = [{"id": str(at), "kind": "input", "column": column} for at, (column, _) in enumerate(nodes)]
    edges = [
        {"from": str(a), "to": str(b)}
        for a, b in pairs
        if a < len(nodes) and b < len(nodes) and nodes[a][0] < nodes[b][0]
    ]
    words = {str(at): text for at, (_, text) in enumerate(nodes)}
    drawn = lay_out(listed, edges, words=words, notes={"0": "note"}, addresses={})
    assert len(drawn.boxes) == len(nodes)
    assert len(drawn.edges) == len(edges)
    for one in drawn.boxes:
        assert one.y >= 0
        assert one.y + one.height <= drawn.height + 0.01
        assert one.x + NODE_WIDTH <= drawn.width
        for other in drawn.boxes:
            apart = one.y + one.height <= other.y + 0.01 or other.y + other.height <= one.y + 0.01
            assert one is other or one.x != other.x or apart


@given(st.text("水用量ab -", max_size=120))
def test_wrapping_loses_no_sign_but_spaces(text: str) -> None:
    assert "".join(wrapped(text)).replace(" ", "") == text.replace(" ", "")


def test_a_leaf_leads_to_its_series_and_its_return() -> None:
    leaf = TraceInput(
        Text(zh="用水", en="Water"), 1, source_id=f"sample/water-use/{ZONE}/use.total@abc:7", valid="2016"
    )
    source = source_of(leaf.source_id, leaf.valid)
    assert source is not None
    assert source.series_url == f"/series/sample/water-use/{ZONE}/use.total/"
    assert source.return_url == f"/returns/sample/water-use/{ZONE}/2016/"
    assert (
        return_address(source.key, "2016", inside=True) == f"/returns/sample/water-use/{ZONE}/2016/history/"
    )
    assert (source.digest, source.row) == ("abc", "7")
    hourly = source_of("jingdezhen-stations-hourly/jingdezhen-taida/pm2_5", "2016")
    assert hourly is not None
    assert hourly.return_url == ""  # stations file no returns


@pytest.mark.parametrize(
    "text", ["", "no series", "a/b", "../../etc/passwd", "a/b/c/d@1:2", "@x:1", "<b>/x/y"]
)
def test_what_names_no_series_leads_nowhere(text: str) -> None:
    assert source_of(text) is None


@pytest.mark.parametrize("period", ["", "2016-13-01", "soon", "20166", "2016/../.."])
def test_what_is_no_period_of_a_return_leads_nowhere(period: str) -> None:
    assert return_address(f"water-use/{ZONE}/use.total", period) == ""
