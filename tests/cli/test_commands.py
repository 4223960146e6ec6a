"""Commands as others call them: names, JSON keys, exit codes, quiet in a pipe."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def run_json(*arguments: str) -> Any:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _commands(
    group: click.Group, context: click.Context, path: tuple[str, ...] = ()
) -> list[tuple[str, ...]]:
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += _commands(command, context, (*path, name))
    return found


@pytest.mark.parametrize("path", _commands(main, click.Context(main)), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
    body = result.output.split("\n\n")[1]
    assert len(body.strip()) > 20


def test_help_documents_the_exit_codes() -> None:
    output = run("--help").output
    assert "Exit codes" in output
    assert all(
        group in output
        for group in ("plan", "evidence", "indicator", "report", "standards", "zone", "sample")
    )


def test_summary_has_the_agreed_keys() -> None:
    summary = run_json("plan", "summary", "jingdezhen")
    assert list(summary) == [
        "zone",
        "indicators",
        "series",
        "tasks",
        "projects",
        "programmes",
        "organisations",
        "tasks_by_lead",
    ]
    assert (
        summary["zone"],
        summary["indicators"],
        summary["tasks"],
        summary["projects"],
        summary["programmes"],
    ) == (
        "jingdezhen",
        49,
        176,
        53,
        10,
    )
    assert summary["tasks_by_lead"]["市发改委"] == 38


def test_tasks_have_the_agreed_keys_and_canonical_names() -> None:
    tasks = run_json("plan", "tasks", "jingdezhen")
    assert [task["number"] for task in tasks] == list(range(1, 177))
    for task in tasks:
        assert {"number", "system", "lead", "support", "start", "due", "targets"} <= set(task)
        assert task["lead"]
    assert tasks[111]["targets"][0]["series"] == "46"
    assert tasks[134]["support"][3] == "市建设局"  # printed 建设局
    # task 53 shares the goal cell of task 52
    assert (
        tasks[52]["goal_shared_with"] == 52
        and tasks[52]["targets"] == tasks[51]["targets"]
        and tasks[52]["due"] == 2020
    )


def test_check_has_the_agreed_keys() -> None:
    findings = run_json("plan", "check", "jingdezhen")
    assert {"code", "severity", "places", "message_zh", "message_en"} <= set(findings[0])
    assert ["indicator:46", "task:112"] in [finding["places"] for finding in findings]
    errors = json.loads(run("plan", "check", "jingdezhen", "--severity", "error", "--format", "json").stdout)
    assert {finding["severity"] for finding in errors} == {"error"}


def test_an_unknown_zone_is_one_sentence_and_exit_code_3() -> None:
    result = run("plan", "summary", "atlantis")
    assert result.exit_code == 3
    assert "atlantis" in result.stderr and "jingdezhen" in result.stderr
    assert "Traceback" not in result.output and result.stdout == ""


def test_a_wrong_option_is_exit_code_2() -> None:
    assert run("plan", "summary", "jingdezhen", "--format", "xml").exit_code == 2
    assert run("plan", "summarise").exit_code == 2


def _table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_a_function_over_a_table_reports_bad_cells_by_row_and_column(tmp_path: Path) -> None:
    source = _table(tmp_path / "days.csv", "station,pm2_5,pm10\n景德镇,62,118\nb,abc,10\nc,,40\n")
    out = tmp_path / "out.csv"
    result = run(
        "standards", "eval", "air.daily_aqi", "--csv", source, "--out", out, "--set", "edition=HJ 633-2012"
    )
    assert result.exit_code == 1
    assert "row 3" in result.stderr and "pm2_5" in result.stderr and "abc" in result.stderr
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    # 2012: PM2.5 62 lies between 35 (50) and 75 (100): 50 + 50 * 27 / 40 = 83.75 -> 84; PM10 118: 50 + 50 * 68 / 100 = 84
    assert (rows[0]["station"], rows[0]["value"], rows[0]["primary"]) == ("景德镇", "84", "pm10+pm2_5")
    assert rows[1]["value"] == ""
    assert rows[2]["value"] == "40"  # PM10 40 of 50: index 40


@pytest.mark.parametrize(
    ("function", "content", "says"),
    [
        ("air.daily_aq", b"pm10\n1\n", "functions are"),
        ("fire.daily", b"pm10\n1\n", "modules are"),
        ("air.daily_aqi", b"", "empty"),
        ("air.daily_aqi", b"pm10\n", "no rows"),
        ("air.daily_aqi", b"colour\n1\n", "inputs are"),
        ("air.daily_aqi", "城市,pm10\n景,1\n".encode("gb18030"), "UTF-8"),
        ("air.daily_aqi", b"pm10\n-5\n", "rows 2 to 2"),
    ],
)
def test_a_table_that_cannot_be_used_leaves_nothing_behind(
    tmp_path: Path, function: str, content: bytes, says: str
) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(content)
    result = run(
        "standards",
        "eval",
        function,
        "--csv",
        source,
        "--out",
        tmp_path / "out.csv",
        "--set",
        "edition=HJ 633-2012",
    )
    assert result.exit_code == 3, result.output
    assert says in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_a_table_is_not_written_over_itself(tmp_path: Path) -> None:
    source = _table(tmp_path / "days.csv", "pm10\n5\n")
    assert run("standards", "eval", "air.daily_aqi", "--csv", source, "--out", source).exit_code == 2
    assert source.read_text() == "pm10\n5\n"


def test_standards_are_listed_and_shown_with_their_marks() -> None:
    listed = run_json("standards", "list")
    assert {"HJ 633-2012", "HJ 633-2026"} <= {item["number"] for item in listed}
    shown = run_json("standards", "show", "HJ 633-2012")
    assert (shown["to"], shown["superseded_by"]) == ("2026-02-28", "HJ 633-2026")
    unknown = run("standards", "show", "HJ 633-1999")
    assert unknown.exit_code == 3 and "HJ 633-2012" in unknown.stderr


@pytest.mark.django_db
def test_loading_a_zone_twice_and_showing_an_indicator(transactional_db: None) -> None:
    first = run("zone", "load", "jingdezhen")
    assert first.exit_code == 0 and "added" in first.output
    again = run("zone", "load", "jingdezhen")
    assert "0 items added, 0 revised" in again.output
