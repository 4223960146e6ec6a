"""What a command says when it is asked for something that cannot be, when it is stopped, and when nobody listens."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main

HEADER = "city,date,aqi,aqi_range,quality,pm2_5,pm10,so2,co,no2,o3,rank\n"
ROW = "景德镇,2015-01-01,75,58~93,良,51.7,93.7,57.1,0.805,24.3,78,258\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result, code: int, *words: str) -> None:
    """The exit code, one message with these words on standard error, and nothing on standard output."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == code, result.output
    assert result.stdout == "" and result.stderr.count("\n") <= 4
    for word in words:
        assert word in result.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command",
    [
        ("evidence", "mappings", "--zone", "atlantis"),
        ("sample", "load", "atlantis"),
        ("indicator", "show", "atlantis", "35", "--year", "2016"),
        ("indicator", "compute", "atlantis", "--year", "2016"),
        ("report", "annual", "atlantis", "--year", "2016", "--out", "report.docx"),
        ("zone", "load", "atlantis"),
        ("zone", "validate", "../jingdezhen"),
    ],
    ids=" ".join,
)
def test_a_zone_that_is_not_there(command: tuple[str, ...]) -> None:
    refused(run(*command), 3, command[2] if command[0] != "evidence" else "atlantis")


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["-5", "0", "1899", "3000", "99999", "9" * 30, "this"])
@pytest.mark.parametrize("command", ["show", "compute"])
def test_a_year_that_no_calendar_has(command: str, year: str) -> None:
    number = ("35",) if command == "show" else ()
    refused(run("indicator", command, "jingdezhen", *number, "--year", year), 2, "--year")


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["2011", "2999"])  # the base year is 2012
def test_a_year_of_which_there_can_be_nothing_is_not_computed(year: str) -> None:
    from ecociv.indicators.models import IndicatorValue

    refused(run("indicator", "compute", "jingdezhen", "--year", year), 3, "base year", "2012")
    assert not IndicatorValue.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        ("yesterday", "2016-12-31"),
        ("2016-13-01", "2016-12-31"),
        ("", "2016-12-31"),
        ("9999-12-31", "yet to come"),
        ("0001-01-01", "1900"),
        pytest.param((dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).date().isoformat(), "yet to come", id="in-three-days"),
    ],
)
def test_a_day_of_which_nobody_can_say_what_was_known(as_of: str, says: str) -> None:
    refused(run("indicator", "show", "jingdezhen", "35", "--year", "2016", "--as-of", as_of), 2, says)


@pytest.mark.django_db
def test_a_day_before_any_rule_of_the_lights() -> None:
    result = run("indicator", "compute", "jingdezhen", "--year", "2016", "--as-of", "1999-01-01")
    refused(result, 3, "1999-01-01", "2012-01-01")  # the rule has held since 2012


@pytest.mark.parametrize("text", ["2016-12-31", "20161231", "2016-W52-6"])
def test_a_day_is_known_to_its_end_however_it_is_written(text: str) -> None:
    from ecociv.cli.indicator import moment

    china = dt.timezone(dt.timedelta(hours=8))
    assert moment(text) == dt.datetime(2016, 12, 31, 23, 59, 59, 999_999, tzinfo=china)
    assert moment("2016-12-31T18:00") == dt.datetime(2016, 12, 31, 18, 0, tzinfo=china)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [gzip.compress((HEADER + ROW * 50).encode(), mtime=0)[:60], b"\x1f\x8b" + b"no pack" * 9],
    ids=["cut-short", "no-pack"],
)
def test_a_packed_file_that_is_broken(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "air.csv.gz"
    file.write_bytes(content)
    refused(run("evidence", "load", file, "--mapping", "jiangxi-cities-daily", "--language", "en"), 3, "gzip", "Get it again")


@pytest.mark.django_db
def test_a_declaration_that_is_no_mapping(tmp_path: Path) -> None:
    file = tmp_path / "air.csv"
    file.write_text(HEADER + ROW, encoding="utf-8")
    refused(run("evidence", "load", file, "--mapping", "_places"), 3, "_places", "annual-return")


@pytest.mark.parametrize(("language", "says"), [("zh", "文件是空的。请"), ("en", "The file is empty. Choose")])
def test_a_plan_file_is_refused_in_the_readers_language(tmp_path: Path, language: str, says: str) -> None:
    empty = tmp_path / "plan.xlsx"
    empty.touch()
    refused(run("plan", "diff", empty, "--zone", "jingdezhen", "--language", language), 3, says)


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        ('pm10\n"1\n2\n', (), "line 2"),  # an open quote would make one cell of all that follows
        ("pm10\n" + "1" * 200_000 + "\n", (), "line 2"),
        ("pm10,pm10\n1,2\n", (), "two columns"),
        ("pm10\n1\n", ("--set", "on=soon"), "on=2016-12-31"),
    ],
)
def test_a_table_that_would_be_misread(tmp_path: Path, content: str, more: tuple[str, ...], says: str) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(content, encoding="utf-8")
    refused(run("standards", "eval", "air.daily_aqi", "--csv", source, "--out", out, *more), 3, says)
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_a_setting_without_a_value_and_an_output_that_is_no_file(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("pm10\n1\n")
    evaluate = ("standards", "eval", "air.daily_aqi", "--csv", source, "--out")
    refused(run(*evaluate, tmp_path / "out.csv", "--set", "edition"), 2, "NAME=VALUE")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused(run(*evaluate, pipe, "--set", "edition=HJ 633-2012"), 2, "no ordinary file")
    assert pipe.is_fifo()  # a device or a pipe is not replaced by a file


def _start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    start = f"import sys; from ecociv.cli.main import main; sys.argv[1:] = {list(arguments)!r}; main()"
    return subprocess.Popen(
        [sys.executable, "-c", start],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def test_first_commands_at_the_same_time_make_one_database(tmp_path: Path) -> None:
    """In processes of their own: here the database is the tests'."""
    folder = tmp_path / "运行"
    settings = {"ECOCIV_VAR": str(folder), "ECOCIV_DATABASE_URL": "", "ECOCIV_EVIDENCE_URI": ""}
    commands = [_start("evidence", "mappings", **settings) for _ in range(3)]
    told = []
    for command in commands:
        said, complained = command.communicate()
        assert command.returncode == 0, complained.decode()
        assert b"jiangxi-cities-daily" in said
        told.append(complained.decode())
    assert any("making the database" in words for words in told)
    assert not list(folder.glob("*.unfinished"))
    program = [str(Path(sys.executable).with_name("ecociv")), "evidence", "mappings"]
    again = subprocess.run(program, env={**os.environ, **settings}, capture_output=True, check=False)
    assert (again.returncode, again.stderr) == (0, b"") and b"jiangxi-cities-daily" in again.stdout


def test_a_database_that_was_broken_off_half_way_is_finished(
    tmp_path: Path, migrated_file: Path | None
) -> None:
    from django.apps import apps

    settings = {"ECOCIV_VAR": str(tmp_path), "ECOCIV_DATABASE_URL": "", "ECOCIV_EVIDENCE_URI": ""}
    file, missing = tmp_path / "db.sqlite3", set()
    if migrated_file is None:
        file.touch()  # no table yet, as after a power cut
    else:  # all tables but those of the reports, on which no others depend: much less to wait for
        shutil.copyfile(migrated_file, file)
        missing = {model._meta.db_table for model in apps.get_app_config("reporting").get_models()}
        with closing(sqlite3.connect(file)) as database, database:
            for table in missing:
                database.execute(f'DROP TABLE "{table}"')
            database.execute("DELETE FROM django_migrations WHERE app = 'reporting'")
    (tmp_path / "db.sqlite3.unfinished").touch()
    command = _start("indicator", "show", "jingdezhen", "35", "--year", "2016", **settings)
    said, complained = command.communicate()
    assert command.returncode == 0, complained.decode()
    assert not (tmp_path / "db.sqlite3.unfinished").exists()
    with closing(sqlite3.connect(file)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert missing <= tables and "plan_planitemrevision" in tables


def test_a_reader_who_leaves_is_no_failure_of_the_command() -> None:
    command = _start("plan", "tasks", "jingdezhen")
    assert command.stdout is not None and command.stderr is not None
    command.stdout.close()
    assert command.stderr.read() == b"" and command.wait() == 141
    command.stderr.close()


def test_ctrl_c_ends_with_one_word_and_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("pm10\n" + "12\n" * 2_000_000)
    out = tmp_path / "out.csv"
    command = _start(
        "standards", "eval", "air.daily_aqi", "--csv", str(source), "--out", str(out), "--set", "edition=HJ 633-2012"
    )
    until = time.monotonic() + 60
    while not (tmp_path / "out.csv.part").exists() and time.monotonic() < until:
        time.sleep(0.02)
    command.send_signal(signal.SIGINT)
    said, complained = command.communicate()
    assert (command.returncode, said, complained) == (130, b"", b"stopped\n")
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_a_full_disk_is_one_sentence() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        start = "import sys; from ecociv.cli.main import main; sys.argv[1:] = ['zone', 'list']; main()"
        done = subprocess.run([sys.executable, "-c", start], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4 and b"No space left" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("value", "missing", "zh", "en"),
    [
        (94.2, None, "数值: 94.2 %", "value: 94.2 %"),
        (0.0, None, "数值: 0.0 %", "value: 0.0 %"),
        ({"primary": 6.6, "secondary": 57.8, "tertiary": 35.6}, None, "数值: 6.6:57.8:35.6 %", "6.6:57.8:35.6 %"),
        (None, "missing", "数值: 缺失  (", "value: missing  ("),
        (None, "withheld", "数值: 不公开  (", "value: withheld  ("),
    ],
)
def test_a_value_is_shown_in_the_readers_words(value: object, missing: str | None, zh: str, en: str) -> None:
    from ecociv.indicators.listing import indicator_as_text

    found = {
        "name": {"zh": "某指标", "en": "Some indicator"},
        "year": 2016,
        "sample": False,
        "value": value,
        "missing": missing,
        "unit_label": {"zh": "%", "en": "%"},
        "target": None,
        "trace": None,
    }
    assert zh in indicator_as_text(found, "zh") and en in indicator_as_text(found, "en")
