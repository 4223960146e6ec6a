"""`ecociv compensation`, as others call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.compensation.models import Settlement

pytestmark = pytest.mark.django_db
KEY = "zhushan-changjiang"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["compensation", *map(str, arguments)])


def test_settling_computes_and_shows(load: Callable[..., None]) -> None:
    load({"2017-05": 1.5})
    done = run("settle", KEY, "--month", "2017-05", "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    # 0.5 mg/L * 10 m3/s * 31 * 86400 / 10^6 = 13.392 t; half over the limit: 4000 yuan a tonne
    assert (found["amount"], found["total"], found["payer"], found["sample"]) == (
        "53568.00",
        "53568.00",
        "zhushan-district",
        True,
    )
    assert {row["item"] for row in found["readings"]} == {"codmn", "nh3n", "tp", "flow"} and found["trace"][
        "inputs"
    ]
    assert not Settlement.objects.exists(), "nothing is recorded unless asked for"
    assert (
        json.loads(run("settle", KEY, "--month", "2017-05", "--format", "json").stdout)["digest"]
        == found["digest"]
    )
    text = run("settle", KEY, "--month", "2017-05", "--language", "en").output
    assert "own amount: 53568.00" in text and "SAMPLE DATA" in text


def test_what_cannot_be_settled_says_why(load: Callable[..., None]) -> None:
    load({"2017-05": 1.5})
    missing = run("settle", KEY, "--month", "2017-04", "--language", "en")
    assert missing.exit_code == 1 and "is missing in 2017-04" in missing.output
    for arguments, said in (
        (("none", "--month", "2017-05"), "There is no agreement"),
        ((KEY, "--month", "2014-05"), "No version"),
        ((KEY, "--month", "2017"), "settled by the month"),
        ((KEY, "--month", "May"), "neither a month nor a year"),
    ):
        refused = run("settle", *arguments, "--language", "en")
        assert refused.exit_code == 3 and said in refused.output, arguments
    assert run("settle", KEY, "--month", "2017-05", "--final").exit_code == 2
    year = run("settle", "fuliang-zhushan", "--month", "2017-05", "--format", "json")
    assert year.exit_code == 1 and json.loads(year.stdout)["period"] == "2017", "settled by the year"


def test_recording_by_command(
    load: Callable[..., None], user: Callable[..., Any], plan_in_database: None
) -> None:
    load({"2017-05": 1.5})
    finance, other = user("department_officer", "finance-bureau"), user("leader")
    base = ("settle", KEY, "--month", "2017-05", "--language", "en")
    assert run(*base, "--preliminary", "--as", other.username, "--document", "1").exit_code == 3
    assert run(*base, "--final", "--as", finance.username, "--document", "1").exit_code == 3
    assert (
        run(
            *base, "--preliminary", "--as", finance.username, "--document", "1", "--day", "2017-06-15"
        ).exit_code
        == 0
    )
    early = run(*base, "--final", "--as", finance.username, "--document", "2", "--day", "2017-06-20")
    assert early.exit_code == 3 and "may object" in early.output
    assert (
        run(*base, "--final", "--as", finance.username, "--document", "2", "--day", "2017-07-20").exit_code
        == 0
    )
    alone = run(*base, "--book", "--as", finance.username, "--day", "2017-07-25")
    assert alone.exit_code == 3 and "was approved by you" in alone.output
    bookkeeper = user("department_officer", "finance-bureau")
    poor = run(*base, "--book", "--as", bookkeeper.username, "--day", "2017-07-25")
    assert poor.exit_code == 3 and "below its floor" in poor.output
    found = json.loads(run("settle", KEY, "--month", "2017-05", "--format", "json").stdout)
    assert [row["stage"] for row in found["recorded"]] == ["preliminary", "final"]
    assert run("verify").exit_code == 0


def test_the_others(load: Callable[..., None], tmp_path: Path) -> None:
    load({"2017-05": 1.5})
    assert [each["key"] for each in json.loads(run("agreements", "--format", "json").output)] == [
        KEY,
        "fuliang-zhushan",
    ]
    asked = ("simulate", KEY, "--from", "2017", "--to", "2017")
    found = json.loads(run(*asked, "--set", "formula.items.nh3n.steps=[]", "--format", "json").output)
    assert found["totals"]["in_force"]["net"] == "53568.00" and found["totals"]["other"]["net"] == "40176.00"
    assert run(*asked).exit_code == 2 and run(*asked, "--set", "x").exit_code == 2
    assert run(*asked, "--alternative", "none").exit_code == 3 and run(*asked, "--set", "x=1").exit_code == 3
    (fund,) = json.loads(run("allocate", "basin-2016", "--format", "json").output)
    assert fund["paid"]["fuliang-county"] == "1958.33" and run("allocate", "none").exit_code == 3
    areas = run("areas", "--year", "2016", "--format", "json")
    assert areas.exit_code == 1 and any(row["missing"] for row in json.loads(areas.stdout))
    nothing = run("statement", KEY, "--month", "2017-05", "--out", tmp_path / "x.pdf")
    assert nothing.exit_code == 3 and "No settlement" in nothing.output
