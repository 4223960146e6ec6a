"""Commands and pages of the green economy, on the zone's sample registers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from ecociv.cli.main import main
from ecociv.green_economy.models import IssuanceRequest
from ecociv.green_economy.sample import load_sample_green
from ecociv.people.models import User
from ecociv.registers.sample import load_sample_registers
from green_economy.situations import ZONE

SUSPENDED = "91360202MA0000010U"
pytestmark = pytest.mark.usefixtures("plan_in_database", "registers", "db")


@pytest.fixture(scope="module")
def registers(plan_in_database: None, django_db_blocker: Any) -> None:
    """The sample registers, once for the module; the store of the evidence is empty, so that no month can be judged."""
    with django_db_blocker.unblock():
        load_sample_registers(ZONE)
        assert load_sample_green(ZONE) == {"settlements": 0, "requests": 1, "fees": 0}
        assert load_sample_green(ZONE) == {"settlements": 0, "requests": 0, "fees": 0}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["green", *arguments])


def test_commands_read_the_sample_registers() -> None:
    shares = json.loads(run("procurement", "--format", "json").stdout)
    assert [one["group"] for one in shares] == ["2014年", "2015年", "2016年", "2017年", "2018年", "2019年"]
    bodies = json.loads(run("procurement", "--year", "2016", "--format", "json").stdout)
    assert sum(one["purchases"] for one in bodies) == 14
    credit = json.loads(run("credit", "--year", "2016", "--quarter", "4", "--format", "json").stdout)
    assert credit["on"] == "2016-12-31"
    assert len(credit["classes"]) == 12
    carbon = run("carbon", "LC-2014-01", "--from", "2017", "--to", "2020", "--format", "json")
    assert carbon.exit_code == 0
    assert json.loads(carbon.stdout)["tonnes"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("performance", "HT-2015-01", "--month", "2015-13"), 3, "2015-13"),
        (("performance", "HT-0", "--month", "2015-03"), 3, "HT-0"),
        (("performance", "HT-2015-01", "--month", "2015-03", "--language", "en"), 3, "no series"),
        (("settle", "HT-2015-01", "--month", "2015-03", "--language", "en"), 3, "no series"),
        (("carbon", "LC-9", "--from", "2014", "--to", "2017"), 3, "LC-9"),
        (("carbon", "LC-2014-01", "--from", "2014", "--to", "2016"), 3, "2014, 2017, 2020"),
        (("credit", "--year", "2016", "--quarter", "5"), 2, "quarter"),
    ],
)
def test_what_commands_refuse(arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""


def test_the_check_of_a_borrower_ends_with_1_where_something_stands_against_it() -> None:
    # the sample register suspends a permit of this enterprise in June 2019
    held = run("check-borrower", SUSPENDED, "--on", "2019-05-31", "--format", "json")
    assert (held.exit_code, json.loads(held.stdout)["ok"]) == (0, True)
    told = run("check-borrower", SUSPENDED, "--on", "2019-12-31", "--format", "json")
    assert (told.exit_code, json.loads(told.stdout)["reasons"][0]["code"]) == (1, "permit-suspended")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages(client: Client, language: str) -> None:
    for page in (
        "contracts/",
        "contracts/HT-2015-01/",
        "contracts/HT-2015-01/?month=2015-03",
        "contracts/HT-2015-01/?month=nonsense",
        "procurement/",
        "procurement/2016/",
        "forest-carbon/",
        "forest-carbon/LC-2014-01/",
        "forest-carbon/LC-2016-02/",
    ):
        response = client.get(f"/green/{page}", headers={"accept-language": language})
        assert response.status_code == 200, page
    for page in ("contracts/HT-0/", "procurement/1999/", "forest-carbon/LC-9/"):
        assert client.get(f"/green/{page}").status_code == 404, page


def test_loans_are_for_people_of_the_zone(client: Client, user: Callable[..., User]) -> None:
    assert client.get("/green/credit/").status_code == 302
    client.force_login(user("enterprise", "91360202MA00000021"))
    assert client.get("/green/credit/").status_code == 403
    client.force_login(user("auditor"))
    page = client.get("/green/credit/?quarter=2019-4")
    assert page.status_code == 200
    assert page.context["against"] >= 1


def test_lists_export_what_they_show(client: Client) -> None:
    exported = client.get("/green/procurement/2016/?format=csv&is=green").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(exported)))
    page = client.get("/green/procurement/2016/?is=green")
    assert len([row for row in rows if row and row[0].startswith("CG2016")]) == page.context["table"].total


def test_issuance_is_asked_for_on_the_page(client: Client, user: Callable[..., User]) -> None:
    address = "/green/forest-carbon/LC-2014-01/request/"
    client.force_login(user("department_officer", "finance-bureau"))
    assert client.post(address, {"first": "2017", "last": "2020"}).status_code == 403
    client.force_login(user("department_officer", "forestry-bureau"))
    assert client.post(address, {"first": "x", "last": "2020"}).status_code == 404
    assert client.post(address, {"first": "2017", "last": "2020"}).status_code == 302
    assert IssuanceRequest.objects.count() == 2
    client.post(address, {"first": "2017", "last": "2020"})
    assert IssuanceRequest.objects.count() == 2
    file = client.get("/green/forest-carbon/requests/2/paper.docx")
    assert file.content.startswith(b"PK")
    assert client.get("/green/forest-carbon/requests/9/paper.docx").status_code == 404


def test_settling_on_the_page_says_what_is_missing(client: Client, user: Callable[..., User]) -> None:
    client.force_login(user("department_officer", "environmental-protection-bureau"))
    response = client.post("/green/contracts/HT-2015-01/settle/", {"month": "2015-03"}, follow=True)
    assert "证据库中没有序列" in response.content.decode() or response.status_code == 403
