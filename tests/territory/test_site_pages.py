"""Site checks by page, by interface and by command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from ecociv.cli.site import group
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.people.tokens import CreateToken, Scope
from ecociv.territory.models import LayerVersion, SiteCheck, SiteCheckBatch
from ecociv.territory.site_check.batch import run_batch
from territory.site_layers import ZONE, lay_all

GOOD = "POLYGON((117.06 29.11, 117.07 29.11, 117.07 29.12, 117.06 29.12, 117.06 29.11))"
CROSSING = "POLYGON((117.135 29.11, 117.155 29.11, 117.155 29.12, 117.135 29.12, 117.135 29.11))"
ASKED = {"purpose": "housing", "on": "2018-06-01", "title": "试验<b>小区</b>"}


@pytest.fixture(scope="module")
def layers(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, LayerVersion]]:
    from ecociv.plan.actions import LoadZonePackage
    from ecociv.plan.queries import forget_packages

    with django_db_blocker.unblock(), transaction.atomic():
        forget_packages()
        LoadZonePackage(ZONE).execute()
        yield lay_all()
        transaction.set_rollback(True)
    forget_packages()


@pytest.fixture
def officer(layers: dict[str, LayerVersion], db: None) -> User:
    return User.objects.create(
        username="officer", role=Role.DEPARTMENT_OFFICER, zone=ZONE, organisation="市规划局"
    )


@pytest.fixture
def client(officer: User) -> Client:
    made = Client(headers={"accept-language": "en"})
    made.force_login(officer)
    return made


def test_a_site_is_checked_read_and_taken_away(client: Client) -> None:
    prefilled = client.get("/territory/site-check", {"geometry": GOOD})
    assert prefilled.status_code == 200 and GOOD.encode() in prefilled.content
    sent = client.post("/territory/site-check/", ASKED | {"geometry": CROSSING})
    assert sent.status_code == 302
    made = SiteCheck.objects.get()
    page = client.get(sent["Location"]).content.decode()
    for words in ("Not permitted", "Leave out", "25.0000", "<svg", "100.0000", made.digest, "red-line"):
        assert words in page
    assert "<b>小区</b>" not in page and "&lt;b&gt;小区" in page
    assert "No line" not in page and 'style="' not in page
    listed = client.get("/territory/site-checks/", {"answer": "not-permitted", "q": made.reference})
    assert made.reference in listed.content.decode()
    assert made.reference not in client.get("/territory/site-checks/?answer=permitted").content.decode()
    table = client.get("/territory/site-checks/?format=csv").content.decode("utf-8-sig")
    assert made.digest in table and table.startswith("Number,")
    stored = json.loads(client.get(f"/territory/site-checks/{made.number}/result.json").content)
    assert stored["answer"] == "not-permitted"
    assert client.get(f"/territory/site-checks/{made.number}/certificate.docx").content[:2] == b"PK"
    assert client.get(f"/territory/site-checks/{made.number}/certificate.exe").status_code == 404
    again = client.post(f"/territory/site-checks/{made.number}/repeat/", follow=True)
    assert "the same to the last byte" in again.content.decode()


def test_what_cannot_be_checked_is_said_on_the_form(client: Client) -> None:
    for given, words in (
        ({"geometry": "POLYGON((117 29, 117.01 29.01, 117.01 29, 117 29.01, 117 29))"}, "crosses itself"),
        ({"geometry": ""}, "Give the outline"),
        ({"geometry": "hello"}, "cannot be read"),
        ({"geometry": GOOD, "industry": "C99"}, "is no purpose"),
        ({"geometry": GOOD, "on": "yesterday"}, "mend what is marked"),
        ({"geometry": GOOD, "as_of": "2999-01-01"}, "has not come yet"),
        ({"geometry": "POLYGON((1 1, 2 1, 2 2, 1 1))"}, "does not lie in this zone"),
        ({"file": SimpleUploadedFile("x.geojson", b"nonsense")}, "alert-danger"),
    ):
        answer = client.post("/territory/site-check/", ASKED | given)
        assert answer.status_code == 422 and words in answer.content.decode(), words
    assert not SiteCheck.objects.exists()
    # The map sends a geometry alone, to be completed on the form.
    drawn = client.post("/territory/site-check", {"geometry": GOOD, "on": "2016-05-04"})
    assert (
        drawn.status_code == 200 and GOOD in drawn.content.decode() and "2016-05-04" in drawn.content.decode()
    )


def test_visitors_and_other_zones_see_nothing(client: Client, officer: User) -> None:
    client.post("/territory/site-check/", ASKED | {"geometry": GOOD})
    number = SiteCheck.objects.get().number
    stranger = User.objects.create(
        username="far", role=Role.LEADING_GROUP_OFFICE, zone="elsewhere", organisation="x"
    )
    far = Client(headers={"accept-language": "en"})
    far.force_login(stranger)
    for other in (Client(), far):
        for address in (
            "site-check/",
            "site-checks/",
            f"site-checks/{number}/",
            f"site-checks/{number}/result.json",
            "site-batches/",
        ):
            assert other.get(f"/territory/{address}").status_code in (302, 403), address


def test_a_file_of_sites_becomes_a_batch(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import ecociv.portal.views.site_batches as pages

    queued: list[int] = []
    monkeypatch.setattr(pages, "check_batch", queued.append)
    sheet = f'name,wkt\n甲,"{GOOD}"\n乙,"{CROSSING}"\n'.encode()
    sent = client.post("/territory/site-batches/", ASKED | {"file": SimpleUploadedFile("sites.csv", sheet)})
    assert sent.status_code == 302 and queued == [SiteCheckBatch.objects.get().pk]
    assert 'http-equiv="refresh"' in client.get(sent["Location"]).content.decode()
    run_batch(queued[0])
    page = client.get(sent["Location"]).content.decode()
    assert 'http-equiv="refresh"' not in page and "Not permitted" in page
    assert client.get(f"{sent['Location']}?format=xlsx").content[:2] == b"PK"
    assert client.get(f"{sent['Location']}sites.gpkg").content[:6] == b"SQLite"
    wrong = client.post(
        "/territory/site-batches/",
        ASKED | {"file": SimpleUploadedFile("sites.csv", b"name,wkt\nx,POINT EMPTY\n")},
    )
    assert wrong.status_code == 422 and "has no geometry" in wrong.content.decode()


def test_the_interface_takes_and_gives_checks(officer: User, client: Client) -> None:
    _made, token = CreateToken(officer, "map", [Scope.READ.value], officer).execute()
    headers = {"Authorization": f"Bearer {token}"}
    send = Client()

    def post(body: Any) -> Any:
        return send.post(
            "/api/v1/site-check", json.dumps(body), content_type="application/json", headers=headers
        )

    geometry = {
        "type": "Polygon",
        "coordinates": [[[117.06, 29.11], [117.07, 29.11], [117.07, 29.12], [117.06, 29.11]]],
    }
    made = post({"geometry": geometry, "purpose": "housing", "on": "2018-06-01"})
    assert made.status_code == 201 and made.json()["answer"] == "conditions"
    number = made.json()["number"]
    assert send.get(f"/api/v1/site-check/{number}", headers=headers).json()["digest"] == made.json()["digest"]
    assert Client().get(f"/api/v1/site-check/{number}").status_code == 404
    assert client.post("/api/v1/site-check", "{}", content_type="application/json").status_code == 401
    for body, status in (
        ({"geometry": "POLYGON EMPTY", "purpose": "housing"}, 422),
        ({"geometry": geometry, "purpose": "nothing"}, 422),
        ({"geometry": geometry, "purpose": "housing", "on": "soon"}, 422),
        ({"geometry": geometry, "purpose": "housing", "colour": "red"}, 422),
        ([], 422),
    ):
        assert post(body).status_code == status, body


@pytest.mark.usefixtures("officer")
def test_the_command_checks_and_repeats(tmp_path: Path) -> None:
    run = CliRunner()
    found = run.invoke(group, ["check", CROSSING, "--on", "2018-06-01"])
    assert found.exit_code == 1 and json.loads(found.stdout)["answer"] == "not-permitted", found.output
    out = tmp_path / "sheet.docx"
    (tmp_path / "site.wkt").write_text(GOOD, encoding="utf-8")
    sheet = ["check", str(tmp_path / "site.wkt"), "--on", "2018-06-01", "--format", "docx", "--out", str(out)]
    assert run.invoke(group, sheet).exit_code == 1 and out.read_bytes()[:2] == b"PK"
    again = run.invoke(group, ["repeat", str(SiteCheck.objects.order_by("-pk")[0].number)])
    assert again.exit_code == 0 and json.loads(again.stdout)["same"]
    (tmp_path / "sites.csv").write_text(f'name,wkt\n甲,"{GOOD}"\n', encoding="utf-8")
    many = run.invoke(
        group, ["check", str(tmp_path / "sites.csv"), "--batch", "--on", "2018-06-01", "--format", "csv"]
    )
    assert many.exit_code == 1 and "conditions" in many.stdout
    for wrong, code in (
        (["check", "nowhere.gpkg"], 3),
        (["check", "POLYGON EMPTY"], 3),
        (["check", GOOD, "--format", "pdf"], 2),
    ):
        assert run.invoke(group, wrong).exit_code == code
