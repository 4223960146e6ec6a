"""Pages of layers: a file is sent, asked about, stored, compared, handed out; nobody sees what is not theirs."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pyogrio.raw import write

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from ecociv.territory.uploads import receive, waiting

pytestmark = pytest.mark.django_db
SINCE = dt.date(2016, 1, 1)


@pytest.fixture(autouse=True)
def plan(plan_in_database: None, settings: Any, tmp_path: Path) -> None:
    """A plan, and a folder for layers."""
    settings.ECOCIV_VAR = str(tmp_path / "var")


def _client(role: Role = Role.DEPARTMENT_OFFICER, body: str = "land-resources-bureau") -> Client:
    user = User.objects.create(
        username=f"{role.value}-{User.objects.count()}", role=role.value, organisation=body, zone="jingdezhen"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def _page(response: Any) -> str:
    return response.content.decode()


def _version(key: str, *classes: str, west: float = 117.1, **options: Any) -> LayerVersion:
    boxes = [
        shapely.box(west + place / 100, 29.1, west + (place + 1) / 100, 29.11)
        for place in range(len(classes))
    ]
    features = Features.of(boxes, [f"L{place}" for place in range(len(classes))], list(classes))
    said = {"title": "Control lines", "author": "test", "valid_from": SINCE, **options}
    return AddLayerVersion(features, "jingdezhen", key, "urban-control-lines", **said).execute().version


def _geopackage(tmp_path: Path, crs: str | None) -> SimpleUploadedFile:
    path = tmp_path / "lines.gpkg"
    boxes = [
        shapely.box(520_000, 3_240_000, 521_000, 3_241_000),
        shapely.box(520_900, 3_240_000, 522_000, 3_241_000),
    ]
    write(
        path, shapely.to_wkb(np.array(boxes)),
        [np.array(["A", "B"], dtype=object), np.array(["绿线", "红线"], dtype=object)], ["BSM", "LX"],
        driver="GPKG", geometry_type="Polygon", crs=crs,
    )  # fmt: skip
    return SimpleUploadedFile("lines.gpkg", path.read_bytes())


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_becomes_a_layer_by_answering_what_is_asked(tmp_path: Path) -> None:
    client = _client()
    sent = client.post(
        reverse("portal:layer-import"), {"file": _geopackage(tmp_path, None), "kind": "urban-control-lines"}
    )
    assert sent.status_code == 302
    address = sent["Location"]
    first = client.get(address)
    assert "has no reference system" in _page(first)
    assert first.context["asked"] == "crs"
    answers: dict[str, Any] = {
        "kind": "urban-control-lines", "key": "control-lines", "title": "Lines", "valid_from": "2016-01-01",
        "crs": "EPSG:4548", "overlaps_to": "larger", "do": "examine",
    }  # fmt: skip
    classless = client.post(address, answers)
    assert "Say which field holds the class" in _page(classless)
    # A file is read before anybody has said from when it holds.
    early = client.post(address, {**answers, "valid_from": "", "title": ""})
    assert early.context["form"].errors == {}
    assert classless.context["file_fields"] == ["BSM", "LX"]
    answers |= {"identity_field": "BSM", "class_field": "LX"}
    unknown = client.post(address, answers)
    # The value that no class has waits in the form for its class.
    assert "红线 = " in unknown.context["form"]["class_map"].value()
    answers |= {"class_map": "红线 = yellow-line\n绿线 = green-line"}
    overlapping = client.post(address, answers | {"do": "store"})
    assert "Errors of topology: 1" in _page(overlapping)
    assert not LayerVersion.objects.exists()
    answers |= {"repairs": ["assign-overlaps"]}
    ready = client.post(address, answers)
    assert ready.context["faults"] == []
    assert ready.context["topology"].changes == 1
    stored = client.post(address, answers | {"do": "store"})
    assert stored.status_code == 302, _page(stored)
    version = LayerVersion.objects.get()
    assert (version.layer.owner, version.source_crs, version.count) == (
        "land-resources-bureau",
        "EPSG:4548",
        2,
    )
    page = _page(client.get(reverse("portal:layer-version", args=["control-lines", 1])))
    assert "assign overlaps" in page and "As received" in page
    assert "Yellow line" in page
    # The upload is gone.
    assert client.get(address).status_code == 404


def test_a_wrong_answer_stands_at_its_field_and_an_upload_is_its_senders(tmp_path: Path) -> None:
    client = _client()
    files = [_geopackage(tmp_path, "EPSG:4548")]
    address = client.post(reverse("portal:layer-import"), {"file": files, "kind": "urban-control-lines"})[
        "Location"
    ]
    wrong = client.post(
        address,
        {
            "kind": "urban-control-lines",
            "key": "Lines!",
            "title": "",
            "valid_from": "x",
            "repairs": ["snap"],
            "do": "store",
        },
    )
    assert set(wrong.context["form"].errors) == {"key", "title", "valid_from", "repairs"}
    assert _client(body="other").get(address).status_code == 404
    assert _client(Role.LEADER, "").get(reverse("portal:layer-import")).status_code == 403
    assert client.post(address, {"do": "discard"}).status_code == 302
    assert client.get(address).status_code == 404


def test_a_file_that_is_none_and_a_name_that_is_a_path(tmp_path: Path) -> None:
    client = _client()
    sent = SimpleUploadedFile("a.gpkg", b"no layer at all")
    address = client.post(reverse("portal:layer-import"), {"file": sent, "kind": "land-survey"})["Location"]
    assert "is of no format that is read" in _page(client.get(address))
    user = User.objects.get()
    hostile = SimpleUploadedFile("x", b"1")
    hostile._name = "../../../evil.shp"
    kept = receive([hostile], user, "jingdezhen")
    assert kept.path.name == "evil.shp" and kept.path.parent.name == "files"
    assert waiting("../etc", user, "jingdezhen") is None


def test_list_versions_and_downloads_by_confidentiality() -> None:
    _version("public-lines", "green-line", "blue-line", confidentiality="public")
    _version("secret-lines", "green-line", confidentiality="restricted", owner="land-resources-bureau")
    visitor, owner, other = (
        Client(headers={"accept-language": "en"}),
        _client(),
        _client(body="forestry-bureau"),
    )
    seen = {
        name: _page(each.get(reverse("portal:layers")))
        for name, each in (("v", visitor), ("o", owner), ("x", other))
    }
    assert ["public-lines" in seen[each] for each in "vox"] == [True, True, True]
    assert ["secret-lines" in seen[each] for each in "vox"] == [False, True, False]
    for each, status in ((visitor, 404), (owner, 200), (other, 404)):
        for form in ("gpkg", "geojson", "parquet"):
            assert (
                each.get(reverse("portal:layer-download", args=["secret-lines", 1, form])).status_code
                == status
            )
        assert each.get(reverse("portal:layer-version", args=["secret-lines", 1])).status_code == status
        assert each.get(reverse("portal:layer", args=["secret-lines"])).status_code == status
    response = visitor.get(reverse("portal:layer-download", args=["public-lines", 1, "geojson"]))
    body = json.loads(b"".join(response.streaming_content))
    assert [each["properties"]["class"] for each in body["features"]] == ["green-line", "blue-line"]
    response = visitor.get(reverse("portal:layer-download", args=["public-lines", 1, "parquet"]))
    table = pq.read_table(io.BytesIO(b"".join(response.streaming_content)))
    assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
    assert visitor.get(reverse("portal:layer-download", args=["public-lines", 1, "exe"])).status_code == 404
    assert "public-lines" in visitor.get(reverse("portal:layers"), {"format": "csv"}).content.decode(
        "utf-8-sig"
    )


def test_the_difference_of_two_versions() -> None:
    _version("lines", "green-line", "green-line", confidentiality="public")
    _version(
        "lines",
        "green-line",
        "blue-line",
        "yellow-line",
        confidentiality="public",
        valid_from=dt.date(2017, 1, 1),
    )
    client = _client()
    page = client.get(reverse("portal:layer-difference", args=["lines"]), {"from": "1", "to": "2"})
    assert dict(page.context["counts"])["re-classed"] == 1
    found = {row.identity: row.kind.value for row, _old, _new in page.context["rows"]}
    assert found == {"L1": "reclassed", "L2": "added"}
    assert ("Green line", "Blue line") in [
        (before, after) for before, after, _area, _changed in page.context["areas"]
    ]
    only = client.get(
        reverse("portal:layer-difference", args=["lines"]), {"from": "1", "to": "2", "change": "added"}
    )
    assert [row.identity for row, _old, _new in only.context["rows"]] == ["L2"]
    for query in ({}, {"from": "1", "to": "9"}, {"from": "a", "to": "2"}):
        assert client.get(reverse("portal:layer-difference", args=["lines"]), query).status_code == 404
    assert "Show the difference" in _page(client.get(reverse("portal:layer", args=["lines"])))


def test_a_version_is_withdrawn_with_a_reason_by_the_body_that_keeps_it(client: Client) -> None:
    version = _small_layer()
    page = f"/territory/layers/{version.layer.key}/{version.number}/"
    client.force_login(_officer("forestry-bureau"))
    assert client.get(f"{page}withdraw/").status_code == 403
    client.force_login(_officer(version.layer.owner))
    assert f"{page}withdraw/" in client.get(page).content.decode()
    assert client.post(f"{page}withdraw/", {"reason": ""}).status_code == 200
    assert version.layer.versions.count() == 1
    assert client.post(f"{page}withdraw/", {"reason": "批复撤销"}).status_code == 302
    withdrawal = version.layer.versions.get(number=2)
    assert (withdrawal.withdraws, withdrawal.reason) == (1, "批复撤销")
    assert f"{page}withdraw/" not in client.get(page).content.decode()
    assert client.post(f"{page}withdraw/", {"reason": "再次"}).status_code == 200


def _officer(body: str) -> User:
    return User.objects.create(
        username=f"officer-{body}", role=Role.DEPARTMENT_OFFICER.value, zone="jingdezhen", organisation=body
    )


def _small_layer() -> LayerVersion:
    square = Features.of([shapely.box(117.1, 29.1, 117.2, 29.2)], ["a"], ["ban"])
    return AddLayerVersion(
        square, "jingdezhen", "to-withdraw", "livestock-zone", "禁养区", "test", dt.date(2016, 1, 1),
        owner="agriculture-and-rural-affairs-bureau",
    ).execute().version
