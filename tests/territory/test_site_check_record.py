"""Checks on record: made again bit for bit, read only by whom they are for, in batches of all or none, on one page."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.core.exceptions import PermissionDenied
from django.db import transaction

from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.people.roles import Role
from ecociv.reporting.problems import NoChineseFont, UnknownForm
from ecociv.reporting.site_check.content import certificate_data, certificate_map
from ecociv.reporting.site_check.write import write_certificate
from ecociv.territory.models import LayerVersion, SiteCheck, SiteCheckBatch
from ecociv.territory.site_check.actions import CheckSite, SiteRequest, repeat
from ecociv.territory.site_check.batch import BatchRefused, OpenBatch, as_geopackage, run_batch
from ecociv.territory.site_check.queries import may_read_check
from territory.site_layers import ZONE, lay, lay_all

ON = dt.date(2018, 6, 1)
GOOD = "POLYGON((117.06 29.11, 117.07 29.11, 117.07 29.12, 117.06 29.12, 117.06 29.11))"
CROSSING = "POLYGON((117.135 29.11, 117.155 29.11, 117.155 29.12, 117.135 29.12, 117.135 29.11))"


@pytest.fixture(scope="module")
def layers(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, LayerVersion]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield lay_all()
        transaction.set_rollback(True)


@pytest.fixture
def zone(layers: dict[str, LayerVersion], db: None) -> dict[str, LayerVersion]:
    return layers


def user(name: str, role: Role, body: str = "", zone: str = ZONE) -> User:
    return User.objects.create(username=name, role=role, zone=zone, organisation=body)


def made(geometry: Any = GOOD, purpose: str = "housing", author: Any = "test", **said: Any) -> SiteCheck:
    return CheckSite(SiteRequest(geometry, purpose, ON, **said), ZONE, author, "示例小区").execute()


def test_a_check_is_numbered_kept_and_made_again_to_the_last_byte(zone: dict[str, LayerVersion]) -> None:
    first, second = made(), made(CROSSING)
    assert (first.number, second.number) == (1, 2) and first.reference.endswith("-00001")
    kept = SiteCheck.objects.get(pk=second.pk)
    assert kept.answer == "not-permitted" and kept.sample and len(kept.versions) == len(zone)
    assert repeat(kept).same
    # A later version of a layer changes what holds now, and nothing of what was known then.
    lay(
        "red-line",
        "ecological-red-line",
        [(shapely.box(117.0, 29.0, 117.2, 29.2), "class-one")],
        reason="修编",
    )
    assert repeat(kept).same and made().answer == "not-permitted"
    with pytest.raises(AppendOnlyError):
        kept.delete()
    kept.result["answer"] = "permitted"
    kept.digest = "0" * 64
    again = repeat(kept)
    assert not again.same and again.differs == ("answer",) and not again.rules_changed


def test_only_people_of_the_zone_ask_and_restricted_results_stay_with_their_body(
    zone: dict[str, LayerVersion],
) -> None:
    lay(
        "secret",
        "protected-area",
        [(shapely.box(117.06, 29.11, 117.07, 29.12), "reserve-core")],
        confidentiality="restricted",
        owner="市林业局",
    )
    owner = user("owner", Role.DEPARTMENT_OFFICER, "市林业局")
    colleague = user("colleague", Role.DEPARTMENT_OFFICER, "市林业局")
    other = user("other", Role.DEPARTMENT_OFFICER, "市规划局")
    leader = user("leader", Role.LEADER)
    far = user("far", Role.LEADING_GROUP_OFFICE, "甲", zone="elsewhere")
    check = made(author=owner)
    assert check.restricted and check.answer == "not-permitted"
    for reader, may in ((owner, True), (colleague, True), (leader, True), (other, False), (far, False)):
        assert may_read_check(reader, check) is may
        assert SiteCheck.objects.visible_to(reader).filter(pk=check.pk).exists() is may
    blind = made(author=other)
    assert blind.withheld and not blind.restricted and blind.answer == "undecided" and repeat(blind).same
    assert may_read_check(colleague, blind)
    with pytest.raises(PermissionDenied):
        made(author=far)
    # The map of a certificate shows nobody what they may not see.
    hidden, shown = (certificate_map(check, "en", "x", reader) for reader in (other, owner))
    assert "Nature reserve" not in hidden and "Nature reserve" in shown


def batch(path: Path, author: Any = "test") -> SiteCheckBatch:
    return OpenBatch(path, SiteRequest("", "housing", ON), ZONE, author).execute()


def test_a_batch_is_checked_whole_and_comes_back_as_a_layer(
    zone: dict[str, LayerVersion], tmp_path: Path
) -> None:
    (tmp_path / "sites.csv").write_text(
        f'name,purpose,wkt\n甲,,"{GOOD}"\n乙,paddy-rice,"{GOOD}"\n丙,,"{CROSSING}"\n', encoding="utf-8-sig"
    )
    seen: list[tuple[int, int]] = []
    opened = batch(tmp_path / "sites.csv")
    done = run_batch(opened.pk, lambda at, total: seen.append((at, total)))
    assert done.state == "done" and done.done == done.total == 3 and seen == [(3, 3)]
    checks = list(done.checks.order_by("row"))
    assert [each.title for each in checks] == ["甲", "乙", "丙"]
    assert [each.answer for each in checks] == ["conditions", "permitted", "not-permitted"]
    assert [each.number for each in checks] == [1, 2, 3] and all(repeat(each).same for each in checks)
    assert run_batch(opened.pk).checks.count() == 3  # once more changes nothing
    as_geopackage(checks, tmp_path / "out.gpkg")
    info = pyogrio.read_info(tmp_path / "out.gpkg")
    assert info["features"] == 3 and info["crs"] == "EPSG:4490" and "answer" in info["fields"]


def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_named(
    zone: dict[str, LayerVersion], tmp_path: Path
) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(
        f'name,purpose,wkt\n甲,,"{GOOD}"\n乙,nothing,"{GOOD}"\n丙,,POINT EMPTY\n', encoding="utf-8"
    )
    with pytest.raises(BatchRefused) as refused:
        batch(path)
    assert [(each["row"], each["code"]) for each in refused.value.report] == [(2, "purpose"), (3, "empty")]
    # Outside the zone shows only in the checking: nothing is recorded then either.
    path.write_text(f'name,wkt\n甲,"{GOOD}"\n远,"POLYGON((1 1, 2 1, 2 2, 1 1))"\n', encoding="utf-8")
    done = run_batch(batch(path).pk)
    assert done.state == "refused" and [each["code"] for each in done.report] == ["outside-zone"]
    assert not SiteCheck.objects.exists()
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BatchRefused, match="needs a column of geometry"):
        batch(path)


def test_a_batch_reads_any_layer_of_polygons(zone: dict[str, LayerVersion], tmp_path: Path) -> None:
    shapes = [shapely.from_wkt(GOOD), shapely.from_wkt(CROSSING)]
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"名称": f"地块{n}"},
                "geometry": json.loads(shapely.to_geojson(one)),
            }
            for n, one in enumerate(shapes)
        ],
    }
    path = tmp_path / "sites.geojson"
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    done = run_batch(batch(path).pk)
    assert done.state == "done", done.report
    assert [each.title for each in done.checks.order_by("row")] == ["地块0", "地块1"]
    assert made(GOOD).result["site"]["area_m2"] == done.checks.get(row=1).result["site"]["area_m2"]


def test_the_certificate_is_one_page_and_says_what_it_rests_on(zone: dict[str, LayerVersion]) -> None:
    check = made(
        CROSSING, file_notes=[{"zh": "图纸中有2个对象未导入。", "en": "2 objects were not imported."}]
    )
    data = certificate_data(check, "en")
    # Whoever reads the certificate alone learns that the drawing held more.
    assert data["noted"] == "Of the outline: 2 objects were not imported"
    assert data["answer_text"] == "Not permitted" and "Sample data" in data["sample"]
    assert any(text.startswith("Leave out") and "25.0000 %" in text for text in data["changes"])
    drawing = certificate_map(check, "en", "Test")
    assert drawing.count("<path") > 3 and "Site" in drawing and "To be left out" in drawing
    word = write_certificate(check, "docx", language="zh")
    body = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml").decode()
    assert check.reference in body and check.digest in body and "不符合" in body
    assert "地块图形：图纸中有2个对象未导入" in body
    assert word == write_certificate(check, "docx", language="zh")
    with pytest.raises(UnknownForm):
        write_certificate(check, "xlsx")
    try:
        page = write_certificate(check, "pdf", language="en")
    except NoChineseFont:
        pytest.skip("no font with Chinese characters on this machine")
    assert page.startswith(b"%PDF") and page.count(b"/Type /Page\n") + page.count(b"/Type/Page/") <= 1
