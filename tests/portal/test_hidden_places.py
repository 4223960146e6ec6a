"""A place that is not public does not exist for visitors on any page of the evidence; people of the zone see it."""

from __future__ import annotations

import pytest
from django.test import Client

from ecociv.evidence.models import ObservedProperty, Place, Series
from ecociv.people.models import User
from ecociv.people.roles import Role

pytestmark = pytest.mark.django_db
PAGES = ("/stations/", "/series/", "/stations/?format=csv", "/series/?format=csv", "/water/", "/air/")


@pytest.fixture
def two_stations(plan_in_database: None) -> None:
    """An open and a hidden air station, an open and a hidden section, each with one series."""
    so2 = ObservedProperty.objects.create(key="so2", name_zh="二氧化硫", name_en="Sulphur dioxide")
    nh3n = ObservedProperty.objects.create(key="nh3n", name_zh="氨氮", name_en="Ammonia nitrogen")
    for name, closed in (("open", False), ("secluded", True)):
        details = {"public": False} if closed else {}
        for kind, prop, averaging in (("station", so2, "PT1H"), ("section", nh3n, "P1M")):
            place = Place.objects.create(
                key=f"{name}-{kind}",
                kind=kind,
                name_zh=f"{name}点",
                name_en=f"{name} {kind}",
                details=details,
            )
            Series(
                key=f"net/{name}-{kind}/{prop.key}", property=prop, place=place, network="net", unit="mg / m3",
                statistic="mean", averaging=averaging,
            ).save(force_insert=True)  # fmt: skip


def test_visitors_do_not_see_it(client: Client, two_stations: None) -> None:
    shown = {page: client.get(page).content.decode("utf-8-sig") for page in PAGES}
    assert not [page for page, text in shown.items() if "secluded" in text]
    assert all("open-" in shown[page] for page in PAGES[:2])
    for page in (
        "/stations/secluded-station/",
        "/series/net/secluded-station/so2/",
        "/water/secluded-section/",
    ):
        assert client.get(page).status_code == 404, page
        assert client.get(page.replace("secluded", "open")).status_code != 403, page
    assert client.get("/stations/open-station/").status_code == 200
    assert client.get("/series/net/open-station/so2/").status_code == 200


def test_people_of_the_zone_see_it(client: Client, two_stations: None) -> None:
    client.force_login(
        User.objects.create_user("auditor", password="x" * 12, role=Role.AUDITOR, zone="jingdezhen")
    )
    assert "secluded-station" in client.get("/stations/").content.decode()
    assert client.get("/series/net/secluded-station/so2/").status_code == 200
