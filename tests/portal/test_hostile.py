"""Pages under addresses and methods that no link of ours makes."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecociv.evidence.models import Place
from ecociv.people.models import User
from ecociv.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

READ_ONLY = [
    "/",
    "/indicators/",
    "/indicators/35/",
    "/tasks/",
    "/tasks/1/",
    "/projects/",
    "/projects/1/",
    "/departments/",
    "/departments/environmental-protection-bureau/",
    "/plan-check/",
    "/plan/workbook/download/",
    "/search/",
    "/reports/annual/",
]


@pytest.fixture
def office() -> Client:
    user = User.objects.create_user(
        "office", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone="jingdezhen"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "3000-01-01"])
def test_a_day_beyond_every_calendar_is_no_day_and_is_not_remembered(day: str) -> None:
    client = Client()
    usual = re.search(r"\d{4}-\d\d-\d\d", client.get("/").content.decode())
    for page in (
        "/",
        "/tasks/",
        "/projects/",
        "/indicators/",
        "/departments/environmental-protection-bureau/",
    ):
        assert client.get(page, {"on": day}).status_code == 200, page
    assert usual and usual[0] in client.get("/").content.decode()


@pytest.mark.parametrize("day", ["1900-01-01", "2999-12-31"])
def test_the_first_and_the_last_day_are_shown(day: str) -> None:
    client = Client()
    for page in (
        "/",
        "/tasks/",
        "/tasks/?view=timeline",
        "/projects/",
        "/indicators/",
        "/indicators/35/",
        "/tasks/1/",
    ):
        assert client.get(page, {"on": day}).status_code == 200, page


@pytest.mark.parametrize("year", ["²", "٢٠١٦", "9" * 5000, "-2016", "2016.0", "x"])
def test_a_report_for_a_year_that_is_none(office: Client, year: str) -> None:
    answer = office.get(reverse("portal:annual-report"), {"year": year, "form": "docx"})
    assert answer.status_code == 422 and "Choose a year and a form" in answer.content.decode()


@pytest.mark.parametrize("page", READ_ONLY)
def test_a_page_to_read_is_read_and_nothing_else(page: str) -> None:
    client = Client()
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(page).status_code == 405, method
    head = client.head(page)
    assert head.status_code == 200 and head.content == b""


@pytest.mark.parametrize("page", ["/tasks/", "/search/", "/"])
def test_more_parameters_than_any_form_has_are_refused_with_a_page(page: str) -> None:
    answer = Client(raise_request_exception=False).get(page + "?" + "a=1&" * 3000)
    assert answer.status_code == 400 and reverse("portal:home") in answer.content.decode()


def test_pages_of_somebody_logged_in_are_not_kept(office: Client) -> None:
    for page in ("/tasks/1/", "/account/", "/plan/workbook/download/", "/nope/"):
        assert "no-store" in office.get(page)["Cache-Control"], page
    assert "Cache-Control" not in Client().get("/tasks/1/")


def test_places_take_as_many_queries_however_many_there_are() -> None:
    admin = User.objects.create(username="admin", role=Role.ADMINISTRATOR, zone="jingdezhen")
    client = Client()
    client.force_login(admin)
    address = reverse("admin:evidence_place_changelist")
    city = Place.objects.create(key="city", kind="city", name_zh="市", name_en="City")

    def queries_with(stations: int) -> int:
        for number in range(stations):
            Place.objects.create(
                key=f"s{stations}{number}", kind="station", name_zh="站", name_en="Station", parent=city
            )
        with CaptureQueriesContext(connection) as made:
            assert client.get(address).status_code == 200
        return len(made)

    assert queries_with(1) == queries_with(8)
