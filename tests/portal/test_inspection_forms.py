"""The forms of a tour: from plan to report by plain posts, with permissions and faults at their fields."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision.inspection.models import InspectionFinding, InspectionTour, UnitVisit

pytestmark = pytest.mark.usefixtures("plan_in_database")

TODAY = dt.date.today()  # noqa: DTZ011
PLANNED = {
    "title": "三季度督查",
    "starts": TODAY,
    "ends": TODAY,
    "scope": ["task"],
    "purpose": "看任务是否落实",
}


def signed_in(role: str, organisation: str = "") -> Client:
    client = Client()
    client.force_login(
        User.objects.create(username=role, role=role, zone="jingdezhen", organisation=organisation)
    )
    return client


@pytest.fixture
def office(db):
    return signed_in("leading_group_office")


def photograph(name: str = "a.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "green").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def under_way(office: Client) -> str:
    assert office.post("/inspections/new/", PLANNED).status_code == 302
    tour = f"/inspections/{InspectionTour.objects.get().pk}/"
    assert (
        office.post(tour + "publish/", {"seed": "种子", "size": 9, "how": "proportional"}).status_code == 302
    )
    assert office.post(tour + "draw/").status_code == 302
    assert office.post(tour + "begin/").status_code == 302
    return tour


def unit_of(tour: str) -> str:
    step = InspectionTour.objects.get().steps.get(state="drawn")
    assert tour.endswith(f"/{step.tour_id}/") and len(step.data["sample"]) >= 9
    return step.data["sample"][0]["key"]


def finding(on: str, **other: object) -> dict[str, object]:
    said = {
        "unit": on,
        "title": "台账缺失",
        "severity": "serious",
        "rule": "实施意见第三部分",
        "description": "现场未见台账",
        "body": current_package("jingdezhen").resolve("市环保局").key,
        "found_on": TODAY,
        "longitude": "117.2",
        "latitude": "29.3",
        "photographs": [photograph(), photograph("b.jpg")],
    }
    return {**said, **other}


def test_a_tour_from_plan_to_report(office):
    tour = under_way(office)
    unit = unit_of(tour)
    auditor = signed_in("auditor")
    assert (
        auditor.post(tour + "visit/", {"unit": unit, "visited_on": TODAY, "outcome": "findings"}).status_code
        == 302
    )
    assert auditor.post(tour + "finding/", finding(unit)).status_code == 302
    found = InspectionFinding.objects.get()
    assert (found.unit, found.longitude, found.photographs.count()) == (unit, 117.2, 2)
    assert found.case.type == "inspection-finding"
    page = auditor.get(tour).content.decode()
    assert found.case.number in page and "117.20000" in page and "report/" not in page
    assert office.post(tour + "report/", {"conclusion": "一处问题"}).status_code == 302
    assert "一处问题" in office.get(tour).content.decode()


def test_faults_stand_at_their_fields_and_nothing_is_recorded(office):
    page = office.post("/inspections/new/", {**PLANNED, "title": "", "ends": TODAY - dt.timedelta(1)})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"title", "ends"}
    assert "看任务是否落实" in page.content.decode()  # what was typed stays
    assert not InspectionTour.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"longitude": "29.3", "latitude": "117.2"}, "longitude"),  # exchanged
        ({"latitude": ""}, "latitude"),
        ({"longitude": "", "latitude": ""}, "place_text"),
        ({"photographs": []}, "photographs"),
        ({"photographs": [SimpleUploadedFile("a.jpg", b"no photograph", "image/jpeg")]}, "photographs"),
        ({"unit": "task:99999"}, "unit"),
        ({"found_on": TODAY + dt.timedelta(1)}, "found_on"),
    ],
)
def test_a_finding_with_a_fault_says_where(office, wrong, field):
    tour = under_way(office)
    page = office.post(tour + "finding/", finding(unit_of(tour), **wrong))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not InspectionFinding.objects.exists()


def test_a_unit_that_could_not_be_inspected_needs_a_note(office):
    tour = under_way(office)
    page = office.post(
        tour + "visit/", {"unit": unit_of(tour), "visited_on": TODAY, "outcome": "not-possible"}
    )
    assert page.status_code == 422 and list(page.context["form"].errors) == ["note"]
    assert not UnitVisit.objects.exists()


def test_steps_are_taken_in_their_order_and_once(office):
    office.post("/inspections/new/", PLANNED)
    tour = f"/inspections/{InspectionTour.objects.get().pk}/"
    assert office.post(tour + "draw/").status_code == 302
    assert InspectionTour.objects.get().steps.count() == 1
    too_many = office.post(tour + "publish/", {"seed": "x", "size": 90000, "how": "proportional"})
    assert too_many.status_code == 422 and list(too_many.context["form"].errors) == ["size"]
    assert office.post(tour + "publish/", {"seed": "x", "size": 9, "how": "proportional"}).status_code == 302
    assert office.post(tour + "publish/", {"seed": "y", "size": 9, "how": "proportional"}).status_code == 302
    assert InspectionTour.objects.get().steps.get(state="published").data["seed"] == "x"


def test_an_announced_number_has_to_be_given(office):
    office.post("/inspections/new/", PLANNED)
    tour = f"/inspections/{InspectionTour.objects.get().pk}/"
    office.post(
        tour + "publish/", {"seed": "x", "size": 9, "how": "proportional", "public_number_of": "彩票"}
    )
    page = office.post(tour + "draw/", {"public_number": ""})
    assert page.status_code == 422 and list(page.context["form"].errors) == ["public_number"]
    assert office.post(tour + "draw/", {"public_number": "0307"}).status_code == 302


@pytest.mark.parametrize(
    ("role", "plans", "inspects"),
    [
        ("auditor", False, True),
        ("department_officer", False, False),
        ("leader", False, False),
        ("administrator", False, False),
    ],
)
def test_who_plans_and_who_inspects(office, role, plans, inspects):
    tour = under_way(office)
    person = signed_in(
        role, current_package("jingdezhen").resolve("市环保局").key if role == "department_officer" else ""
    )
    assert person.get("/inspections/new/").status_code == (200 if plans else 403)
    assert person.post(tour + "report/", {"conclusion": "x"}).status_code == (302 if plans else 403)
    assert person.get(tour + "visit/").status_code == (200 if inspects else 403)
    assert person.post(tour + "finding/", finding(unit_of(tour))).status_code == (302 if inspects else 403)
    assert Client().get("/inspections/new/").status_code == 302
