"""Layers: written once, read by box, in force by two times, and nobody sees what is not theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.utils import timezone

from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.people.roles import Role
from ecociv.territory.actions import AddLayerVersion, LayerRefused, WithdrawLayerVersion
from ecociv.territory.layers.features import Features, FeaturesRefused
from ecociv.territory.layers.geopackage import LayerFile, LayerFileUnreadable, write_features
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, may_read, version_in_force, versions_in_force
from ecociv.territory.store import intact, path_of

LEFT = shapely.box(117.0, 29.0, 117.01, 29.01)
RIGHT = shapely.box(117.01, 29.0, 117.02, 29.01)


def two_lines(first: str = "green-line") -> Features:
    return Features.of(
        [LEFT, RIGHT], ["a", "b"], [first, "blue-line"], ["甲", ""], [{"批文": "〔2016〕3号"}, {}]
    )


def test_what_is_written_is_read_and_the_same_features_give_the_same_file(tmp_path: Path) -> None:
    write_features(two_lines(), tmp_path / "one.gpkg", title="控制线")
    write_features(two_lines(), tmp_path / "two.gpkg", title="控制线")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
    file = LayerFile(tmp_path / "one.gpkg")
    read = file.features()
    assert list(read.identities) == ["a", "b"] and read.attributes[0] == {"批文": "〔2016〕3号"}
    assert shapely.equals_exact(read.geometries, [LEFT, RIGHT], normalize=True).all()
    assert read.content_digest() == two_lines().content_digest()
    assert [one.identity for one in file.in_box(117.011, 29.001, 117.012, 29.002)] == ["b"]
    assert [one.identity for one in file.meeting(shapely.Point(117.01, 29.005))] == ["a", "b"]
    assert file.of_identity("b").class_key == "blue-line" and file.of_identity("c") is None
    # One hundredth of a degree either way at 29 degrees north: near 973.6 m x 1108.5 m.
    assert file.area_by_class()["green-line"][1] == pytest.approx(973.6 * 1108.5, rel=2e-3)
    info = pyogrio.read_info(tmp_path / "one.gpkg")
    assert info["crs"] == "EPSG:4490" and info["features"] == 2


def test_a_digest_of_content_does_not_depend_on_order() -> None:
    turned = Features.of(
        [RIGHT, LEFT], ["b", "a"], ["blue-line", "green-line"], ["", "甲"], [{}, {"批文": "〔2016〕3号"}]
    )
    assert turned.content_digest() == two_lines().content_digest()
    assert two_lines("yellow-line").content_digest() != two_lines().content_digest()


@pytest.mark.parametrize(
    ("geometries", "identities", "said"),
    [
        ([LEFT, shapely.Point(1, 1)], ["a", "b"], "Features 2 are empty or no polygons"),
        ([LEFT, RIGHT], ["a", "a"], "Features 2 repeat an identity"),
        ([LEFT, RIGHT], ["a", ""], "Features 2 have no identity"),
    ],
)
def test_features_that_make_no_layer_are_named(geometries: list, identities: list, said: str) -> None:
    with pytest.raises(FeaturesRefused, match=said):
        Features.of(geometries, identities, ["green-line", "blue-line"])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.gpkg").write_text("no database")
    with pytest.raises(LayerFileUnreadable, match="cannot be read"):
        LayerFile(tmp_path / "no.gpkg")


def add(features: Features | None = None, **said: object) -> LayerVersion:
    given = {
        "features": features or two_lines(),
        "zone": "jingdezhen",
        "key": "lines",
        "kind": "urban-control-lines",
        "title": "城市控制线",
        "author": "test",
        "valid_from": dt.date(2016, 1, 1),
        "owner": "市规划局",
    }
    return AddLayerVersion(**(given | said)).execute().version  # type: ignore[arg-type]


@pytest.mark.django_db
def test_the_version_in_force_follows_both_times() -> None:
    first = add()
    known_then = timezone.now()
    second = add(two_lines("yellow-line"), valid_from=dt.date(2018, 1, 1), reason="修编")
    assert (first.number, second.number) == (1, 2) and intact(second.sha256)
    assert version_in_force("jingdezhen", "lines", dt.date(2017, 12, 31)) == first
    assert version_in_force("jingdezhen", "lines", dt.date(2018, 1, 1)) == second
    assert version_in_force("jingdezhen", "lines", dt.date(2018, 1, 1), known_then) == first
    assert version_in_force("jingdezhen", "lines", dt.date(2015, 12, 31)) is None
    assert len(layer_file(second).features()) == 2
    withdrawal = WithdrawLayerVersion(second, "批复撤销", "test").execute()
    assert withdrawal.withdraws == 2
    assert version_in_force("jingdezhen", "lines", dt.date(2018, 1, 1)) == first
    with pytest.raises(LayerRefused, match="withdrawn already"):
        WithdrawLayerVersion(second, "again", "test").execute()
    with pytest.raises(AppendOnlyError):
        first.delete()


@pytest.mark.django_db
def test_the_same_state_sent_twice_is_one_version() -> None:
    added = AddLayerVersion(
        two_lines(), "jingdezhen", "lines", "urban-control-lines", "城市控制线", "test", dt.date(2016, 1, 1)
    )
    assert not added.execute().known
    assert added.execute().known and LayerVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_class_that_the_kind_lacks_is_listed_and_nothing_is_kept() -> None:
    with pytest.raises(LayerRefused) as refused:
        add(two_lines("pink-line"), valid_to=dt.date(2015, 1, 1))
    said = [text.en for text in refused.value.texts]
    assert said[0].startswith("The last day of validity lies before the first")
    assert "has no class 'pink-line' (1 features, rows 1)" in said[1]
    assert not LayerVersion.objects.exists()


@pytest.mark.django_db
def test_a_restricted_version_is_for_its_body_the_office_and_those_who_audit() -> None:
    version = add(confidentiality="restricted")
    people = {
        name: User(username=name, role=role, zone="jingdezhen", organisation=body)
        for name, role, body in (
            ("own", Role.DEPARTMENT_OFFICER, "市规划局"),
            ("other", Role.DEPARTMENT_OFFICER, "市林业局"),
            ("office", Role.LEADING_GROUP_OFFICE, "市发改委"),
            ("auditor", Role.AUDITOR, ""),
        )
    }
    seen = {name for name, user in people.items() if may_read(user, version)}
    assert seen == {"own", "office", "auditor"}
    listed = {
        name
        for name, user in people.items()
        if versions_in_force("jingdezhen", dt.date(2017, 1, 1), user=user)
    }
    assert listed == seen


@pytest.mark.django_db
def test_a_damaged_file_is_noticed() -> None:
    version = add()
    path = path_of(version.sha256)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert not intact(version.sha256)
    path.unlink()


def test_the_areas_of_a_layer_are_measured_once(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Import, file and record all need them; a million polygons take seconds each time."""
    from ecociv.territory.layers import features as room

    measured: list[int] = []
    measure = room.areas_of

    def counted(geometries: Any) -> Any:
        measured.append(len(geometries))
        return measure(geometries)

    monkeypatch.setattr(room, "areas_of", counted)
    given = room.Features.of([shapely.box(117.2, 29.2, 117.3, 29.3)], ["A"], ["mining"])
    added = AddLayerVersion(
        given, "jingdezhen", "rights", "mining-right", "矿业权", "test", dt.date(2014, 1, 1)
    ).execute()
    assert measured == [1] and float(added.version.area) == pytest.approx(given.areas().sum(), abs=0.01)
    with pytest.raises(ValueError, match="read-only"):
        given.areas()[0] = 0.0
