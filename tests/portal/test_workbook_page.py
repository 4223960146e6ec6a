"""The plan as a workbook: out, edited, back in, confirmed; and everything that must not happen on the way."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ecociv.evidence.models import Document
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.models import PlanItemRevision
from ecociv.plan.queries import current_package, forget_packages, history

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


@pytest.fixture(autouse=True)
def fresh_packages() -> Any:
    forget_packages()
    yield
    forget_packages()


@pytest.fixture
def office() -> Client:
    user = User.objects.create_user(
        "office", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone="jingdezhen"
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def workbook(client: Client) -> bytes:
    response = client.get(reverse("portal:workbook-download"))
    assert response.status_code == 200
    return response.content


def edited(data: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell_of(data: bytes, sheet: str, number: int, heading: str) -> str:
    """Address of a cell by the row's number and part of the column's heading."""
    rows = list(openpyxl.load_workbook(io.BytesIO(data))[sheet].iter_rows())
    for head in rows[:6]:
        columns = [cell for cell in head if cell.value and heading in str(cell.value)]
        if columns:
            letter = columns[0].column_letter
            for row in rows:
                if str(row[0].value) == str(number):
                    return f"{letter}{row[0].row}"
    raise AssertionError(f"{heading} of {number} not found")


def send(client: Client, data: bytes, name: str = "计划.xlsx") -> Any:
    return client.post(reverse("portal:workbook"), {"workbook": SimpleUploadedFile(name, data)})


def test_anyone_may_take_the_workbook_and_only_the_office_sends_one(client: Client) -> None:
    data = workbook(client)
    assert data[:2] == b"PK"
    assert send(client, data).status_code in (302, 403)
    assert PlanItemRevision.objects.filter(revision=2).count() == 0
    leader = User.objects.create_user("leader", password="long enough 1", role=Role.LEADER, zone="jingdezhen")
    client.force_login(leader)
    assert send(client, data).status_code == 403


def test_an_unchanged_workbook_has_no_difference(office: Client) -> None:
    response = send(office, workbook(office))
    assert response.status_code == 302
    assert "same as the plan" in office.get(response["Location"]).content.decode()


def test_an_edited_cell_is_shown_confirmed_and_on_record(office: Client) -> None:
    data = workbook(office)
    sent = send(
        office, edited(data, "任务分解表", cell_of(data, "任务分解表", 12, "配合"), "市环保局、市财政局")
    )
    page = office.get(sent["Location"]).content.decode()
    assert "task:12" in page and "1 changed cell" in page
    nothing_yet = current_package("jingdezhen").task(12)
    refused = office.post(sent["Location"], {"change": ["0"], "reason": " "})
    assert refused.status_code == 422
    assert current_package("jingdezhen").task(12) == nothing_yet
    done = office.post(sent["Location"], {"change": ["0"], "reason": "list settled on 3 March"})
    assert done.status_code == 302
    assert current_package("jingdezhen").task(12).support == ("市环保局", "市财政局")
    newest = history("jingdezhen", "task", "12")[0]
    assert (newest.source, newest.reason) == ("workbook", "list settled on 3 March")
    again = office.post(sent["Location"], {"change": ["0"], "reason": "twice"})  # a double click
    assert again.status_code in (302, 422)
    assert history("jingdezhen", "task", "12").count() == 2


def test_a_bad_cell_is_named_and_blocks_everything(office: Client) -> None:
    data = workbook(office)
    address = cell_of(data, "任务分解表", 12, "牵头")
    sent = send(office, edited(data, "任务分解表", address, "市火星局"))
    page = office.get(sent["Location"]).content.decode()
    assert "市火星局" in page
    response = office.post(sent["Location"], {"change": ["0"], "reason": "why not"})
    assert response.status_code == 422
    assert history("jingdezhen", "task", "12").count() == 1


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04 broken", "序号,名称\n1,某\n".encode()])
def test_what_is_no_workbook_is_refused_in_a_sentence(office: Client, data: bytes) -> None:
    response = office.post(reverse("portal:workbook"), {"workbook": SimpleUploadedFile("a.xlsx", data)})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Document.objects.exists()  # what cannot be a plan is not kept among the documents


def test_an_unknown_digest_is_not_found(office: Client) -> None:
    assert office.get(reverse("portal:workbook-review", args=["0" * 64])).status_code == 404
    assert office.get(reverse("portal:workbook-review", args=["..%2f..%2fetc"])).status_code == 404


def test_the_annual_report_page_needs_a_log_in_for_the_file(client: Client, office: Client) -> None:
    address = reverse("portal:annual-report")
    assert client.get(address).status_code == 200
    assert client.get(address, {"year": "2016", "form": "docx"}).status_code in (302, 403)
    assert office.get(address, {"year": "1999", "form": "docx"}).status_code == 422
    made = office.get(address, {"year": "2016", "form": "xlsx"})
    assert made.status_code == 200 and made.content[:2] == b"PK"
