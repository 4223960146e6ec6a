"""Commands and pages of prices, with what they refuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ecociv.cli.main import main
from ecociv.people.models import User
from ecociv.tariffs.models import HearingPaper
from ecociv.tariffs.sample import load_sample_tariffs

ZONE, SETS_PRICES = "jingdezhen", "development-and-reform-commission"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tariff", *arguments])


# -- commands ------------------------------------------------------------------------------------------------------


def test_bill_command() -> None:
    result = run(
        "bill",
        "water-household",
        "--use",
        "26",
        "--from",
        "2016-03-01",
        "--to",
        "2016-03-31",
        "--format",
        "json",
    )
    said = json.loads(result.stdout)
    # 26 x (1.80 + 0.95 + 0.10)
    assert said["amount_yuan"] == "74.10"
    assert said["sample"] is True


def test_check_command_ends_with_1_where_the_guidance_is_not_followed() -> None:
    given = ("check", "water-household", "--on", "2016-06-01", "--households", "2000", "--format", "json")
    assert run(*given).exit_code == 0
    result = run(*given, "--tiers", "180,264", "--prices", "2,3,5")
    assert result.exit_code == 1
    assert [one["code"] for one in json.loads(result.stdout)["reasons"]] == ["ratio-too-low"]


def test_compare_command_reads_real_consumption(tmp_path: Path) -> None:
    file = tmp_path / "use.csv"
    file.write_text("persons,use_m3\n3,120\n3,360\n", encoding="utf-8")
    result = run(
        *("compare", "water-household", "--on", "2016-06-01", "--tiers", "180,264", "--prices", "2,3,6"),
        *("--consumption", str(file), "--format", "json"),
    )
    said = json.loads(result.stdout)
    assert said["households"] == 2
    assert said["generated"] is False
    # 120 x 1.80 + 360 m3 as 204 x 1.80 + 96 x 2.70 + 60 x 5.40, and 480 x 1.05 surcharges: 216 + 950.4 + 504
    assert said["comparison"]["whole"]["fen_before"] == 1_670_40


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("bill", "nope", "--use", "1", "--from", "2016-03-01", "--to", "2016-03-31"), 3, "water-household"),
        (
            ("bill", "water-household", "--use", "x", "--from", "2016-03-01", "--to", "2016-03-31"),
            2,
            "commas",
        ),
        (
            ("bill", "water-household", "--use", "1", "--from", "1999-03-01", "--to", "1999-03-31"),
            3,
            "in force",
        ),
        (("check", "water-household", "--tiers", "1", "--prices", "2"), 2, "2 tiers, but 1 prices"),
        (("check", "water-household", "--tiers", "9,5", "--prices", "2,3,6"), 3, "above the one before"),
        (("compare", "water-household"), 2, "--with"),
        (("list", "--zone", "atlantis"), 3, "atlantis"),
    ],
)
def test_what_commands_refuse(arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert result.stdout == ""


def test_a_faulty_file_is_told_row_by_row(tmp_path: Path) -> None:
    file = tmp_path / "use.csv"
    file.write_text("persons,use_m3\n3,abc\n0,1\n", encoding="utf-8")
    result = run(
        "check", "water-household", "--on", "2016-06-01", "--consumption", str(file), "--language", "en"
    )
    assert result.exit_code == 3
    assert "2 use_m3" in result.stderr and "3 persons" in result.stderr


@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database")
def test_hearing_command(tmp_path: Path) -> None:
    out = tmp_path / "paper.docx"
    result = run(
        *("hearing", "water-household", "--on", "2016-06-01", "--tiers", "180,264", "--prices", "2,3,6"),
        *("--households", "2000", "--title", "方案", "--out", str(out)),
    )
    assert result.exit_code == 0, result.output
    assert out.read_bytes().startswith(b"PK")
    assert HearingPaper.objects.get().title == "方案"


# -- pages ---------------------------------------------------------------------------------------------------------

pages = pytest.mark.usefixtures("plan_in_database", "db")


@pages
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", ["", "simulator/", "bill/", "hearings/", "hearings/1/"])
def test_pages_are_open_to_visitors(client: Client, page: str, language: str) -> None:
    load_sample_tariffs(ZONE)
    response = client.get(f"/tariffs/{page}", headers={"accept-language": language})
    assert response.status_code == 200
    assert ("sample" if language == "en" else "示例") in response.content.decode() or page == "bill/"


@pages
def test_the_simulator_keeps_the_proposal_in_its_address(client: Client) -> None:
    address = "/tariffs/simulator/?tariff=water-household&on=2016-06-01&accumulation=year&tiers=180,264&prices=2,3,6"
    page = client.get(address)
    assert page.status_code == 200
    assert page.context["figures"].after.tiers[0].up_to == 180
    rows = list(csv.DictReader(io.StringIO(client.get(address + "&format=csv").content.decode("utf-8-sig"))))
    assert len(rows) > 18


@pages
@pytest.mark.parametrize(
    "query",
    [
        "tiers=264,180&prices=2,3,6",
        "tiers=180&prices=2,3,6",
        "tiers=a&prices=2,3",
        "tiers=180,264&prices=2,3,6&on=1999-01-01",
        "prices=1e999999",
        "tiers=180,264&prices=2,3,NaN",
    ],
)
def test_a_proposal_that_cannot_stand_is_marked(client: Client, query: str) -> None:
    given = "tariff=water-household&accumulation=year&"
    if "on=" not in query:
        given += "on=2016-06-01&"
    response = client.get(f"/tariffs/simulator/?{given}{query}")
    assert response.status_code == 422
    assert "field-error" in response.content.decode()


@pages
def test_a_citizen_computes_a_bill(client: Client) -> None:
    query = "tariff=water-household&first=2016-03-01&last=2016-03-31&use=26&persons=3"
    page = client.get(f"/tariffs/bill/?{query}")
    assert str(page.context["bill"].amount) == "74.10"
    # 200 m3 before: 4 of 26 m3 in the first tier, 22 in the second, and 26 x 1.05: 7.20 + 59.40 + 27.30
    page = client.get(f"/tariffs/bill/?{query}&used_before=200")
    assert str(page.context["bill"].amount) == "93.90"


@pages
@pytest.mark.parametrize(
    "query",
    [
        "first=2016-03-31&last=2016-03-01&use=26&persons=3",
        "first=1999-03-01&last=1999-03-31&use=26&persons=3",
        "first=2016-03-01&last=2016-03-31&use=-1&persons=3",
        "first=2016-03-01&last=2016-03-31&use=1&persons=3&leaked=2",
        "first=2016-01-01&last=2016-01-31&use=1&persons=3&used_before=5",
    ],
)
def test_a_bill_that_cannot_be(client: Client, query: str) -> None:
    response = client.get(f"/tariffs/bill/?tariff=water-household&{query}")
    assert response.status_code == 422
    assert response.context.get("bill") is None


PROPOSAL = {
    "tariff": "water-household",
    "on": "2016-06-01",
    "accumulation": "year",
    "tiers": "180,264",
    "prices": "2,3,6",
    "title": "方案",
}


@pages
def test_the_body_that_sets_prices_compiles_a_paper_from_a_file(
    client: Client, user: Callable[..., User]
) -> None:
    client.force_login(user("department_officer", SETS_PRICES))
    bad = SimpleUploadedFile("use.csv", b"persons,use_m3\n3,x\n")
    response = client.post("/tariffs/hearings/new/", {**PROPOSAL, "consumption": bad})
    assert response.status_code == 422
    assert response.context["faults"][0][:2] == (2, "use_m3")
    assert not HearingPaper.objects.exists()
    good = SimpleUploadedFile("use.csv", b"persons,use_m3\n3,120\n4,300\n")
    response = client.post("/tariffs/hearings/new/", {**PROPOSAL, "consumption": good})
    assert response.status_code == 302
    paper = HearingPaper.objects.get()
    assert (paper.source, paper.figures.generated) == ("use.csv", False)
    file = client.get(f"/tariffs/hearings/{paper.serial}/paper.docx")
    assert file.content.startswith(b"PK")
    assert client.get(f"/tariffs/hearings/{paper.serial}/paper.exe").status_code == 404


@pages
def test_others_do_not_compile(client: Client, user: Callable[..., User]) -> None:
    assert client.post("/tariffs/hearings/new/", PROPOSAL).status_code == 302  # to the log-in
    client.force_login(user("department_officer", "water-affairs-bureau"))
    assert client.post("/tariffs/hearings/new/", PROPOSAL).status_code == 403
    assert not HearingPaper.objects.exists()
