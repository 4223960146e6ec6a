"""``ecociv returns``: list, template, file and status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.evidence.models import ReturnRevision
from evidence.returns_zone import ZONE, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def zone(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    make_zone(tmp_path / "zones")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["returns", *arguments, "--zone", ZONE])


def test_list_says_what_is_overdue() -> None:
    found = json.loads(run("list", "--overdue", "--form", "staff", "--format", "json").stdout)
    # The form is in force for the eight quarters of 2015 and 2016, all of them long past.
    assert sorted(each["period"] for each in found) == [
        f"{y}-Q{q}" for y in (2015, 2016) for q in (1, 2, 3, 4)
    ]
    assert {each["timeliness"] for each in found} == {"overdue"}
    assert found[0]["due_by_notice"] is True and found[0]["state"] == "not-begun"


def test_out_filled_tried_and_handed_in(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    made = run("template", "water", "--place", "north", "--period", "2015", "--out", str(path))
    assert made.exit_code == 0, made.output
    assert run("file", str(path)).exit_code == 1  # every required cell is empty
    book = openpyxl.load_workbook(path)
    for cell, value in (("F6", 100), ("F7", 40), ("F8", 60)):
        book.worksheets[0][cell] = value
    book.save(path)
    trial = run("file", str(path))
    assert trial.exit_code == 0 and not ReturnRevision.objects.exists()
    done = json.loads(run("file", str(path), "--submit", "--format", "json").stdout)
    assert done["problems"] == [] and len(done["written"]) == 1
    status = json.loads(
        run("status", "water", "--place", "north", "--period", "2015", "--format", "json").stdout
    )
    assert [each["step"] for each in status["steps"]] == ["opened", "submitted"]
    assert status["lock"]["opens"]["en"] and status["chain"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "nothing", "--place", "north", "--period", "2015"),
        ("status", "water", "--place", "nowhere", "--period", "2015"),
        ("status", "water", "--place", "north", "--period", "twenty"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 3 and len(result.output.strip().splitlines()) == 1
