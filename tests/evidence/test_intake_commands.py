"""``ecociv intake``: what the commands say, and what they refuse."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecociv.cli.main import main
from ecociv.evidence.intake.batching import Reject, record_rejects
from ecociv.evidence.intake.passwords import digest_of_password, is_password
from ecociv.evidence.models import InboxReading, RejectedMessage
from evidence.intake_support import Logger, command, message
from evidence.test_intake_play import HEADER, MAPPING, SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text("\n".join([HEADER, *SMALL, ""]), encoding="utf-8")
    return path


def test_play_through_files_reports_in_json_and_by_its_exit_code(small: Path) -> None:
    words = ["intake", "play", str(small), "--mapping", MAPPING, "--through", "file", "--format", "json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1  # one row of the file is rejected
    found = json.loads(result.stdout)
    assert (found["records"], found["records_rejected"], found["channel"]["acknowledged"]) == (4, 1, 4)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--mapping", MAPPING, "--through", "mqtt", "--port", "1"], 4, "No broker answers"),
        (["--mapping", MAPPING, "--through", "file", "--speed", "fast"], 2, "--speed is a number"),
        (["--mapping", MAPPING, "--through", "file", "--speed", "-1"], 2, "--speed is a number"),
        (["--mapping", "none-such", "--through", "file"], 3, "no mapping 'none-such'"),
        (["--mapping", MAPPING, "--through", "file", "--zone", "atlantis"], 3, "no zone 'atlantis'"),
        (["--mapping", "annual-return", "--through", "hj212"], 4, "No device is declared"),
    ],
)
def test_play_refuses_in_one_sentence(small: Path, words: list[str], code: int, said: str) -> None:
    result = CliRunner().invoke(main, ["intake", "play", str(small), *words])
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_rejects_are_listed_with_their_reason() -> None:
    record_rejects("mqtt", [Reject("a/b", "payload", "no JSON", "{\0broken")] * 3)
    assert RejectedMessage.objects.get().count == 3
    text = CliRunner().invoke(main, ["intake", "rejects"]).stdout
    assert "a/b  payload x3  no JSON" in text
    found = json.loads(CliRunner().invoke(main, ["intake", "rejects", "--format", "json"]).stdout)
    assert found[0]["content"] == "{\N{SYMBOL FOR NULL}broken"


def test_no_rejects_is_said() -> None:
    assert "没有被退回的报文" in CliRunner().invoke(main, ["intake", "rejects"]).stdout


def test_a_password_becomes_a_digest() -> None:
    result = CliRunner().invoke(main, ["intake", "password", "--password", "123456"])
    digest = result.stdout.strip()
    assert "123456" not in digest
    assert is_password("123456", digest)
    assert not is_password("123457", digest_of_password("123456"))


def test_hj212_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = command("intake", "hj212", "--port", "0", folder=tmp_path)
    assert process.stderr is not None
    line = next(one for one in process.stderr if one.startswith("Listening"))
    threading.Thread(target=process.stderr.read, daemon=True).start()
    port = int(line.split(" for ")[0].rpartition(":")[2])
    logger = Logger(port)
    logger.send(message("DataTime=20200326180000;w01018-Avg=1,w01018-Flag=N"))
    assert len(logger.answers(1)) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert InboxReading.objects.count() == 1
