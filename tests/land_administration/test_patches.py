"""Change patches: to the county with the largest part, once, all or none, looked at and closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from ecociv.casework.actions import Attachment, TakeStep
from ecociv.casework.models import Case
from ecociv.land_administration.patches.actions import DispatchPatches, DispatchRefused
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.land_administration.patches.queries import patches_for, tallies, waiting_versions
from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from land_administration.situations import BUREAU, FULIANG, LEPING, ZONE, patches_layer

Make = Callable[..., User]


@pytest.fixture
def bureau(user: Make) -> User:
    return user("department_officer", BUREAU)


def test_each_patch_goes_to_the_county_with_its_largest_part(patches: LayerVersion, bureau: User) -> None:
    done = DispatchPatches(patches, bureau).execute()
    assert [(one.identity, one.county) for one in done.sent] == [
        ("P1", FULIANG),
        ("P2", FULIANG),
        ("P3", LEPING),
    ]
    # P2 reaches from 117.47 to 117.51: three of its four hundredths lie west of the border at 117.50.
    assert done.sent[1].shares == [
        [FULIANG, pytest.approx(0.75, abs=1e-6)],
        [LEPING, pytest.approx(0.25, abs=1e-6)],
    ]
    case = done.sent[0].case
    assert case.subject == "patch:change-2018/P1" and case.origin == "layer:change-2018/1"
    assert {(one.part, one.organisation) for one in case.parties.all()} == {
        ("bureau", BUREAU),
        ("county", "fuliang-county"),
    }
    with pytest.raises(AppendOnlyError):
        done.sent[0].delete()


def test_a_patch_is_dispatched_once_whatever_versions_follow(patches: LayerVersion, bureau: User) -> None:
    DispatchPatches(patches, bureau, ["P1"]).execute()
    again = DispatchPatches(patches, bureau).execute()
    assert ([one.identity for one in again.sent], again.known) == (["P2", "P3"], 1)
    newer = patches_layer(
        Features.of(
            [shapely.box(117.10, 29.1, 117.11, 29.12), shapely.box(117.2, 29.2, 117.21, 29.21)],
            ["P1", "P4"],
            ["new-construction", "other-change"],
        )
    )
    assert [left for _version, left in waiting_versions(bureau, ZONE)] == [0]
    assert [one.identity for one in DispatchPatches(newer, bureau).execute().sent] == ["P4"]


def test_one_patch_outside_every_county_stops_all(counties: LayerVersion, bureau: User) -> None:
    version = patches_layer(
        Features.of(
            [shapely.box(117.1, 29.1, 117.11, 29.11), shapely.box(119.1, 29.1, 119.11, 29.11)],
            ["in", "out"],
            ["new-construction", "new-construction"],
        )
    )
    with pytest.raises(DispatchRefused, match="1 patches lie in no county: out"):
        DispatchPatches(version, bureau).execute()
    assert not DispatchedPatch.objects.exists() and not Case.objects.exists()


def test_who_may_not_dispatch_is_told(patches: LayerVersion, user: Make) -> None:
    with pytest.raises(PermissionDenied):
        DispatchPatches(patches, user("county_officer", "fuliang-county")).execute()


def test_a_layer_of_another_kind_is_no_list_of_patches(counties: LayerVersion, bureau: User) -> None:
    with pytest.raises(DispatchRefused, match="not a layer of change patches"):
        DispatchPatches(counties, bureau).execute()


def test_no_boundaries_no_dispatch(plan_in_database: None, bureau: User) -> None:
    version = patches_layer(Features.of([shapely.box(117.1, 29.1, 117.11, 29.11)], ["a"], ["new-water"]))
    with pytest.raises(DispatchRefused, match="No administrative boundaries hold on 2018-03-01"):
        DispatchPatches(version, bureau).execute()


def photograph(folder: Path) -> Path:
    from PIL import Image

    Image.new("RGB", (8, 8), "green").save(folder / "field.jpg")
    return folder / "field.jpg"


def test_an_unlawful_use_is_put_right_and_verified_by_another(
    patches: LayerVersion, bureau: User, user: Make, tmp_path: Path
) -> None:
    county, colleague = user("county_officer", "fuliang-county"), user("department_officer", BUREAU)
    case = DispatchPatches(patches, bureau, ["P1"]).execute().sent[0].case
    photo = photograph(tmp_path)

    def step(author: User, move: str, **said: Any) -> None:
        case.refresh_from_db()
        documents = [Attachment(photo, photo.name, said.pop("photo"))] if "photo" in said else []
        TakeStep(case, move, author, case.steps_taken, documents=documents, **said).execute()

    later = (timezone.localdate() + dt.timedelta(days=30)).isoformat()
    found = {"finding": "unlawful", "seen_on": timezone.localdate().isoformat(), "seen": "未批先建厂房一处"}
    step(county, "look", fields=found, photo="field-photo")
    step(bureau, "order", reason="违反用途管制", fields={"measure": "拆除复绿", "rectify_by": later})
    step(county, "repair", fields={"done": "已拆除"}, photo="repair-photo")
    with pytest.raises(Exception, match="somebody else takes this step"):
        step(bureau, "close", outcome="put-right")
    step(colleague, "close", outcome="put-right")
    case.refresh_from_db()
    assert case.state == "closed" and case.closed_at is not None
    (row,) = tallies(patches_for(bureau, ZONE))
    assert (row.county, row.count, row.open) == (FULIANG, 1, 0)


def test_the_page_dispatches_lists_filters_and_exports(
    client: Client, patches: LayerVersion, bureau: User, user: Make
) -> None:
    assert client.get("/land/patches/").status_code == 200
    client.force_login(bureau)
    assert f"/land/patches/dispatch/{patches.pk}/" in client.get("/land/patches/").content.decode()
    page = client.post(f"/land/patches/dispatch/{patches.pk}/", {"identities": "P1, P9"})
    assert page.status_code == 200 and "P9" in page.content.decode() and not Case.objects.exists()
    assert client.post(f"/land/patches/dispatch/{patches.pk}/").status_code == 302
    listed = client.get("/land/patches/", {"county": LEPING}).content.decode()
    assert ">P3</a>" in listed and ">P1</a>" not in listed
    rows = client.get("/land/patches/", {"format": "csv", "sort": "-area"}).content.decode().splitlines()
    names = [line.split(",")[0] for line in rows if line.startswith("P")]
    assert names[0] == "P2" and sorted(names) == ["P1", "P2", "P3"]
    client.force_login(user("county_officer", "fuliang-county"))
    assert client.get(f"/land/patches/dispatch/{patches.pk}/").status_code == 403
