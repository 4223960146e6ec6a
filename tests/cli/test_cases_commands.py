"""`ecociv workdays` and `ecociv cases`, as others call them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from ecociv.casework.actions import OpenCase
from ecociv.cli.main import main
from ecociv.people.models import User


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # 6 and 14 February 2016 are worked in exchange for the festival.
        ("2016-02-05", "5", "2016-02-17"),
        ("2015-12-31", "5", "2016-01-08"),
        ("2015-09-30", "5", "2015-10-13"),
    ],
)
def test_add_and_between(start: str, days: str, end: str) -> None:
    assert run("workdays", "add", start, days).stdout == f"{end}\n"
    assert run("workdays", "between", start, end).stdout == f"{days}\n"


def test_a_year_without_a_notice_is_said() -> None:
    result = run("workdays", "add", "2035-01-01", "5")
    assert result.stdout == "2035-01-08\n"
    assert "Monday to Friday" in result.stderr
    assert (
        json.loads(run("workdays", "add", "2035-01-01", "5", "--format", "json").stdout)["by_notice"] is False
    )
    assert run("workdays", "list", "2035").exit_code == 3


def test_what_departs_from_monday_to_friday() -> None:
    rows = {
        row["day"]: row["kind"]
        for row in json.loads(run("workdays", "list", "2016", "--format", "json").stdout)
    }
    assert rows["2016-02-06"] == rows["2016-02-14"] == "worked"
    assert rows["2016-02-08"] == "off"
    assert "2016-02-07" not in rows  # a Sunday, off anyway


@pytest.mark.parametrize(
    "arguments", [("add", "5 Feb", "5"), ("add", "2016-02-05", "-1"), ("between", "x", "y")]
)
def test_a_wrong_command_line(arguments: tuple[str, ...]) -> None:
    assert run("workdays", *arguments).exit_code == 2


@pytest.fixture
def number(db: None, plan_in_database: None) -> Iterator[str]:
    office = User.objects.create(username="office", role="leading_group_office", zone="jingdezhen")
    yield (
        OpenCase(
            "jingdezhen", "general", "=整治排口", office, "task:112",
            {"responsible": ["finance-bureau"]}, {"request": "整治", "report_by": "2030-12-31"},
        )
        .execute()
        .number
    )  # fmt: skip


def test_cases_are_listed_and_shown(number: str) -> None:
    (row,) = json.loads(run("cases", "list", "--format", "json").stdout)
    assert (row["number"], row["state"], row["overdue"]) == (number, "assigned", False)
    assert json.loads(run("cases", "list", "--overdue", "--format", "json").stdout) == []
    late = json.loads(run("cases", "list", "--overdue", "--day", "2031-02-01", "--format", "json").stdout)
    assert late[0]["working_days_left"] < 0
    assert json.loads(run("cases", "list", "--body", "市林业局", "--format", "json").stdout) == []
    assert (
        len(
            json.loads(
                run("cases", "list", "--body", "市财政局", "--type", "general", "--format", "json").stdout
            )
        )
        == 1
    )
    (cells,) = csv.DictReader(run("cases", "list", "--format", "csv").stdout.splitlines())
    assert cells["title"] == "'=整治排口"
    shown = json.loads(run("cases", "show", number, "--format", "json").stdout)
    assert [step["kind"] for step in shown["steps"]] == ["opened"]
    assert {clock["clock"] for clock in shown["clocks"]} == {"sign", "report"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--zone", "nowhere"),
        ("list", "--type", "nothing"),
        ("list", "--body", "无此单位"),
        ("show", "无此号"),
        ("types", "--zone", "nowhere"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(number: str, arguments: tuple[str, ...]) -> None:
    result = run("cases", *arguments)
    assert result.exit_code == 3
    assert "Traceback" not in result.output
    assert len(result.stderr.strip()) > 20
