"""Pages of responsibility and inspection: who sees what, and that they stand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from ecociv.people.models import User
from ecociv.supervision.inspection.actions import PlanTour, PublishTour
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost

pytestmark = pytest.mark.usefixtures("plan_in_database")


@pytest.fixture
def office(db):
    return User.objects.create(username="o", role="leading_group_office", zone="jingdezhen")


def body_key() -> str:
    from ecociv.plan.queries import current_package

    return current_package("jingdezhen").resolve("市环保局").key


def test_a_record_of_a_person_is_for_people_of_the_zone(office):
    person = RecordOfficial("jingdezhen", "李四", "", office).execute()
    RecordPost(
        person,
        PostDraft(
            body_key(),
            "局长",
            dt.date(2015, 8, 1),
            dt.date(2017, 3, 31),
            "任字1号",
            without_document="档案未移交",
        ),
        office,
    ).execute()
    visitor, known = Client(), Client()
    known.force_login(office)
    address = f"/responsibility/official/{person.pk}/?on=2018-01-01"
    assert visitor.get(address).status_code == 403
    page = known.get(address)
    assert (
        page.status_code == 200 and "李四" in page.content.decode() and "2017-03-31" in page.content.decode()
    )
    assert "李四" not in visitor.get(f"/responsibility/body/{body_key()}/").content.decode()
    assert "李四" not in visitor.get("/responsibility/?q=局长").content.decode()
    assert "李四" in known.get("/responsibility/?q=李四").content.decode()
    assert known.get(address + "&format=csv").content.startswith(b"\xef\xbb\xbf")


def test_the_seed_is_public_and_the_reasons_are_not(office):
    today = dt.date.today()  # noqa: DTZ011
    tour = PlanTour("jingdezhen", "督查", today, today, ("task",), "x", office).execute()
    visitor, known = Client(), Client()
    known.force_login(office)
    assert visitor.get(f"/inspections/{tour.pk}/seed/").status_code == 404
    data = PublishTour(tour, "种子1", 10, office).execute().data
    page = visitor.get(f"/inspections/{tour.pk}/seed/").content.decode()
    assert "种子1" in page and data["commitment"] in page
    assert visitor.get(f"/inspections/{tour.pk}/").status_code == 403
    assert known.get(f"/inspections/{tour.pk}/").status_code == 200
    assert known.get("/inspections/").status_code == 200
