"""Yearly payments on their pages and by command: who sees what, the steps, files, the statement."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse
from docx import Document as Word

from ecociv.cli.main import main
from ecociv.compensation.models import YearlyPayment
from ecociv.compensation.yearly.preparing import PreparedYear
from ecociv.ledger.models import Entry

pytestmark = pytest.mark.django_db
FULIANG, LEPING = "fuliang-county", "leping-city"


def at(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


@pytest.fixture
def reader(user: Callable[..., Any], plan_in_database: None) -> Callable[..., Client]:
    def make(role: str, organisation: str = "") -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user(role, organisation))
        return client

    return make


def take(client: Client, key: str, step: str, day: str, document: str = "景财〔1〕") -> Any:
    said = {"step": step, f"{step}-day": day, f"{step}-document": document}
    if step == "approve":
        said["approve-seen"] = str(YearlyPayment.objects.latest("pk").pk)
    return client.post(at("compensation-year-step", key, 2016), said)


def test_the_basin_from_its_page_to_the_book(reader: Callable[..., Client]) -> None:
    finance, leader = reader("department_officer", "finance-bureau"), reader("leader")
    page = at("compensation-year", "basin", 2016)
    text = finance.get(page).content.decode()
    assert "Nothing is on record yet" in text and "19,583,300.00" in text and "52,000,000.00" in text
    assert "Record what the year comes to" in text and "Book the payment" not in text
    assert "Record what the year comes to" not in leader.get(page).content.decode()
    assert take(leader, "basin", "compute", "2017-03-01").status_code == 403
    assert take(finance, "basin", "compute", "2017-03-01", "").status_code == 422
    early = take(finance, "basin", "compute", "2015-03-01")
    assert early.status_code == 422 and "2016-01-01 at the earliest" in early.content.decode()
    assert take(finance, "basin", "compute", "2017-03-01").status_code == 302
    assert "approve it" in finance.get(at("compensation-years")).content.decode()
    assert take(finance, "basin", "approve", "2017-03-10").status_code == 302
    alone = take(finance, "basin", "book", "2017-03-20")
    assert alone.status_code == 422 and "was approved by you" in alone.content.decode()
    bookkeeper = reader("department_officer", "finance-bureau")
    assert take(bookkeeper, "basin", "book", "2017-03-20").status_code == 302
    assert "Booked on 2017-03-20" in finance.get(page).content.decode()
    assert Entry.objects.get().lines.count() == 5, "four counties and the payer; nothing was withheld in 2016"
    county, forestry = reader("county_officer", FULIANG), reader("department_officer", "forestry-bureau")
    entry = at("ledger-entry", "compensation", 1)
    own = county.get(entry).content.decode()
    assert "19,583,300.00" in own and "52,000,000.00" not in own and "Leping" not in own
    assert entry in county.get(page).content.decode(), "a link to what the county reads"
    assert entry not in forestry.get(page).content.decode() and forestry.get(entry).status_code == 404
    assert "Nothing is on record yet" in finance.get(f"{page}?as_of=2017-01-01").content.decode()
    listed = finance.get(at("compensation-years") + "?format=csv&is=booked").content.decode("utf-8-sig")
    assert "52000000.00" in listed and "compensation/1" in listed
    assert finance.get(at("compensation-years") + "?programme=none&sort=-own&page=9").status_code == 200


def test_what_is_approved_is_what_the_page_showed(
    reader: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    finance, page = reader("department_officer", "finance-bureau"), at("compensation-year", "basin", 2016)
    take(finance, "basin", "compute", "2017-03-01")
    seen = YearlyPayment.objects.get()
    assert f'name="approve-seen" value="{seen.pk}"' in finance.get(page).content.decode()
    with monkeypatch.context() as patched:
        patched.setattr(PreparedYear, "says_the_same", lambda self, other: False)
        take(finance, "basin", "compute", "2017-03-02")
    newer = YearlyPayment.objects.latest("pk")
    said = {"step": "approve", "approve-day": "2017-03-10", "approve-document": "批"}
    step = at("compensation-year-step", "basin", 2016)
    refused = finance.post(step, {**said, "approve-seen": str(seen.pk)})
    text = refused.content.decode()
    assert refused.status_code == 422 and "It was computed again since" in text
    assert f'name="approve-seen" value="{newer.pk}"' in text, "the page that comes back shows the newest"
    assert finance.post(step, said).status_code == 404, "an approval of nothing"
    assert finance.post(step, {**said, "approve-seen": str(newer.pk)}).status_code == 302


def test_a_county_sees_its_own_and_an_enterprise_nothing(reader: Callable[..., Client]) -> None:
    finance = reader("department_officer", "finance-bureau")
    take(finance, "basin", "compute", "2017-03-01")
    county, enterprise = reader("county_officer", FULIANG), reader("enterprise", "91360222MA0000001W")
    pages = [
        at("compensation-years"),
        at("compensation-year", "basin", 2016),
        at("compensation-funds") + "?fund=basin-2016",
    ]
    for address in pages:
        assert enterprise.get(address).status_code == 403, address
        assert Client().get(address).status_code == 302, address
    own = [county.get(address).content.decode() for address in pages]
    assert "19,583,300.00" in own[0] and "52,000,000.00" not in own[0]
    for text in own[1:]:
        assert LEPING not in text and "Leping" not in text, "of another county neither amount nor arithmetic"
    assert "You see what concerns your own county" in own[1] and "1958.33" in own[1]
    file = county.get(at("compensation-year-statement", "basin", 2016, "docx")).content
    said = "\n".join(
        cell.text for table in Word(io.BytesIO(file)).tables for row in table.rows for cell in row.cells
    )
    assert (
        "19,583,300.00" in said
        and "52,000,000.00" not in said
        and LEPING not in said
        and "Leping" not in said
    )
    whole = finance.get(at("compensation-year-statement", "basin", 2016, "docx")).content
    said = "\n".join(
        cell.text for table in Word(io.BytesIO(whole)).tables for row in table.rows for cell in row.cells
    )
    assert "52,000,000.00" in said
    assert enterprise.get(at("compensation-year-statement", "basin", 2016, "docx")).status_code == 403


def test_what_there_is_not(reader: Callable[..., Client]) -> None:
    finance = reader("department_officer", "finance-bureau")
    for address in (
        at("compensation-year", "none", 2016), at("compensation-year", "basin", 2017), at("compensation-year", "basin", 99999), at("compensation-year", "mining", 99999),
        at("compensation-year-statement", "basin", 2016, "odt"),
    ):  # fmt: skip
        assert finance.get(address).status_code == 404, address
    assert finance.post(at("compensation-year-step", "basin", 2016), {"step": "none"}).status_code == 404
    assert take(finance, "basin", "book", "2017-03-01").status_code == 404
    assert finance.get(at("compensation-year-statement", "basin", 2016, "pdf")).status_code == 302
    unknown = finance.get(at("compensation-year", "farmland", 2016)).content.decode()
    assert "area is not known" in unknown
    refused = take(finance, "farmland", "compute", "2017-03-01")
    assert refused.status_code == 422 and "No county has all its areas" in refused.content.decode()


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["compensation", *map(str, arguments)])


def test_by_command(user: Callable[..., Any], plan_in_database: None, tmp_path: Path) -> None:
    finance = user("department_officer", "finance-bureau").username
    asked = ("yearly", "mining", "--year", "2016", "--language", "en")
    done = run(*asked, "--format", "json")
    found = json.loads(done.stdout)
    # 141 and 498 ha at 15 mu a hectare and 800 yuan a mu: 1,692,000 and 5,976,000 yuan
    assert done.exit_code == 0 and found["amounts"] == {FULIANG: "1692000.00", LEPING: "5976000.00"}
    assert found["recorded"] == [] and not YearlyPayment.objects.exists(), (
        "nothing is recorded unless asked for"
    )
    assert run(*asked, "--compute").exit_code == 2 and run("yearly", "mining", "--compute").exit_code == 2
    assert run("yearly", "none", "--year", "2016").exit_code == 3
    paper = ("--as", finance, "--document", "景财〔2〕", "--day", "2017-03-01")
    assert run(*asked, "--approve", *paper).exit_code == 3
    alone = run(*asked, "--compute", "--approve", "--book", *paper)
    assert alone.exit_code == 3 and "was approved by you" in alone.output, "computed and approved, and not booked"
    bookkeeper = user("department_officer", "finance-bureau").username
    assert bookkeeper in run(*asked, "--book", *paper).output, "the refusal names who has to book it"
    everything = run(*asked, "--book", "--as", bookkeeper, "--day", "2017-03-01", "--format", "json")
    assert everything.exit_code == 0, everything.output
    rows = json.loads(everything.stdout)["recorded"]
    assert [(row["stage"], row["entry"]) for row in rows] == [
        ("computed", None),
        ("approved", "compensation/1"),
    ]
    states = json.loads(run("yearly", "mining", "--format", "json").stdout)
    assert [(row["year"], row["state"]) for row in states] == [(2017, "to-compute"), (2016, "booked")]
    assert run("verify").exit_code == 0
    out = tmp_path / "x.docx"
    assert (
        run("statement", "mining", "--month", "2016", "--out", out).exit_code == 0
        and out.stat().st_size > 1000
    )
    assert run("statement", "mining", "--month", "2018", "--out", out).exit_code == 3
