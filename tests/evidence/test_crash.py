"""kill -9 at each stage of intake, then the same again: nothing acknowledged is lost, nothing is doubled, seals hold."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

CHILD = Path(__file__).with_name("crash_child.py")


@pytest.fixture(scope="module")
def prepared(processes: None, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path | None) -> Path:
    """A run-time folder with an empty database, a mapping and two files; copied for each test."""
    from evidence.conftest import two_city_mapping

    folder = tmp_path_factory.mktemp("crash") / "var"
    folder.mkdir()
    (folder / "mapping.json").write_text(two_city_mapping().model_dump_json())
    lines = [f"景德镇,2015-01-0{day},{29 + day},10" for day in range(1, 4)]
    (folder / "air.csv").write_text("\n".join(["city,date,pm2_5,so2", *lines, ""]))
    (folder / "restated.csv").write_text("\n".join(["city,date,pm2_5,so2", "景德镇,2015-01-01,77,10", ""]))
    if migrated_file is not None:
        shutil.copyfile(migrated_file, folder / "db.sqlite3")
    else:
        do(folder, "migrate")
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    shutil.copytree(prepared, tmp_path / "var")
    return tmp_path / "var"


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ECOCIV_")}
    source = Path(__file__).resolve().parents[2] / "src"
    return kept | {
        "ECOCIV_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "ecociv.server.settings",
        "PYTHONPATH": str(source),
    }


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What makes the processes: it has everything loaded and forks."""
    global _forge
    with subprocess.Popen(
        [sys.executable, str(CHILD)],
        env=environment(tmp_path_factory.mktemp("processes")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as _forge:
        yield
        assert _forge.stdin is not None
        _forge.stdin.close()


_forge: subprocess.Popen[str]


def do(folder: Path, works: str, place: str = "nowhere") -> list[dict[str, Any]]:
    """Do things in a process of their own, which is killed exactly where a place is named; the states it told."""
    assert _forge.stdin is not None and _forge.stdout is not None
    _forge.stdin.write(json.dumps([str(folder), works, place]) + "\n")
    _forge.stdin.flush()
    code, out, errors = json.loads(_forge.stdout.readline())
    expected = 0 if place == "nowhere" else -signal.SIGKILL
    assert code == expected, f"{works} at {place!r} ended with {code}: {errors}"
    return [json.loads(line) for line in out.splitlines()]


def assert_sound(state: dict[str, Any], seals: int) -> None:
    assert state["break"] is None
    assert (state["open"], state["seals"]) == (0, seals)


LOADED = [[0, 30.0, 1], [1, 31.0, 1], [2, 32.0, 1]]


@pytest.mark.parametrize(
    "place",
    [
        "while reading the file",
        "before comparing",
        "when the batch is announced",
        "before the commit",
        "after the commit",
        "within the sealing",
        "after the sealing",
    ],
)
def test_a_file_is_loaded_once(folder: Path, place: str) -> None:
    do(folder, "load", place)
    between, state = do(folder, "state,load,state")  # the proof is asked in the midst of it
    assert between["break"] is None
    assert between["history"] in ([], LOADED)
    assert (state["history"], state["rows"]) == (LOADED, 6)  # 3 days of 2 properties
    assert_sound(state, seals=1)


@pytest.mark.parametrize(
    "place",
    ["while claiming", "before the commit", "after the commit", "while marking", "within the marking"],
)
def test_the_inbox_is_flushed_once(folder: Path, place: str) -> None:
    do(folder, "load,receive")
    do(folder, "flush", place)
    (state,) = do(folder, "flush,state")
    # 31 for the first day revises 30; 50 and then 55 for the sixth day are two revisions
    assert state["history"] == [[0, 30.0, 1], [0, 31.0, 2], *LOADED[1:], [5, 50.0, 1], [5, 55.0, 2]]
    assert (state["waiting"], state["inbox"]) == (0, 3)
    assert_sound(state, seals=2)


def test_an_acknowledgement_that_never_came_leaves_nothing(folder: Path) -> None:
    do(folder, "load")
    do(folder, "receive", "within the acknowledgement")
    before, after = do(folder, "state,receive,receive,state")
    assert before["inbox"] == 0  # the sender got no answer and sends again
    assert after["inbox"] == 3


@pytest.mark.parametrize("place", ["before the commit", "after the commit", "within the sealing"])
def test_a_correction_is_made_once_or_not_at_all(folder: Path, place: str) -> None:
    do(folder, "load")
    do(folder, "correct", place)
    (state,) = do(folder, "state")
    done = place != "before the commit"
    assert state["history"] == [LOADED[0], *([[0, 99.0, 2]] if done else []), *LOADED[1:]]
    assert_sound(state, seals=2 if done else 1)


@pytest.mark.parametrize(
    "place",
    [
        "before the merged file",
        "after the merged file",
        "before the merging commit",
        "after the merging commit",
    ],
)
def test_compaction_can_be_cut_off_anywhere(folder: Path, place: str) -> None:
    do(folder, "load,restate")
    do(folder, "compact", place)
    known = [LOADED[0], [0, 77.0, 2], *LOADED[1:]]
    between, state = do(folder, "state,compact,state")
    assert (between["history"], between["rows"]) == (known, 7)
    assert (state["history"], state["rows"]) == (known, 7)
    assert_sound(state, seals=2)
