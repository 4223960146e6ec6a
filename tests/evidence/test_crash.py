"""kill -9 at each stage of intake, then the same again: nothing acknowledged is lost, nothing is doubled, seals hold."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

CHILD = '''
"""Does things with the evidence, one after the other, and dies by SIGKILL where it is told to."""
import json, os, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

works, place = sys.argv[1:3]
import django
django.setup()
from django.conf import settings
from ecociv.evidence import queries
from ecociv.evidence.actions import CompactEvidence, CorrectObservation, FlushInbox, LoadFile, ReceiveReadings
from ecociv.evidence.actions import append, flush, load, receive
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.models import EvidenceSeal, ImportRun, InboxReading
from ecociv.evidence.readings import Reading
from ecociv.evidence.seals import chain
from ecociv.evidence.seals.observations import verify_observations
from ecociv.evidence.store import EvidenceStore, compaction
from ecociv.evidence import parsing
from deltalake import DeltaTable

FOLDER = Path(settings.ECOCIV_VAR)
KEY = "two-cities/jingdezhen/pm2_5"
START = datetime(2015, 1, 1, tzinfo=UTC) - timedelta(hours=8)


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name):
    setattr(owner, name, die)


def after(owner, name):
    true = getattr(owner, name)
    def run(*args, **named):
        true(*args, **named)
        die()
    setattr(owner, name, run)


PLACES = {
    "nowhere": lambda: None,
    "while reading the file": lambda: after(parsing.RecordReader, "read"),
    "before comparing": lambda: before(EvidenceStore, "compare"),
    "when the batch is announced": lambda: before(chain, "intent_of"),
    "before the commit": lambda: before(EvidenceStore, "append"),
    "after the commit": lambda: after(EvidenceStore, "append"),
    "within the sealing": lambda: before(chain, "finish"),
    "after the sealing": lambda: after(append.AppendObservations, "_write"),
    "while claiming": lambda: after(flush._Claim, "describe"),
    "while marking": lambda: before(flush._Claim, "finish"),
    "within the marking": lambda: after(flush._Claim, "finish"),
    "within the acknowledgement": lambda: after(receive, "insert_new"),
    "before the merged file": lambda: before(compaction, "_write"),
    "after the merged file": lambda: after(compaction, "_write"),
    "before the merging commit": lambda: before(DeltaTable, "create_write_transaction"),
    "after the merging commit": lambda: after(DeltaTable, "create_write_transaction"),
}
PLACES[place]()


def reading(day, value, number):
    start = START + timedelta(days=day)
    return Reading(KEY, start, start + timedelta(days=1), value, f"m{number}")


def messages():
    return [reading(0, 31.0, 1), reading(5, 50.0, 2), reading(5, 55.0, 3)]


def state():
    broken = verify_observations()
    found = queries.observations([KEY], all_revisions=True).get(KEY, [])
    print(json.dumps({
        "history": [[(item.valid_from - START).days, item.value, item.revision] for item in found],
        "rows": EvidenceStore().count(),
        "break": broken.to_json() if broken else None,
        "seals": EvidenceSeal.objects.count(),
        "open": ImportRun.objects.filter(state="started").count(),
        "waiting": InboxReading.objects.filter(flushed_at=None).count(),
        "inbox": InboxReading.objects.count(),
    }))


mapping = Mapping.model_validate_json((FOLDER / "mapping.json").read_text())
WORKS = {
    "load": lambda: LoadFile(FOLDER / "air.csv", mapping, "tester").execute(),
    "restate": lambda: LoadFile(FOLDER / "restated.csv", mapping, "tester", reason="calibration").execute(),
    "receive": lambda: ReceiveReadings(messages(), "rest", "tester").execute(),
    "flush": lambda: FlushInbox().execute(),
    "compact": lambda: CompactEvidence().execute(),
    "correct": lambda: CorrectObservation(KEY, START, 99.0, "tester", "read wrongly").execute(),
    "state": state,
}
for work in works.split(","):
    WORKS[work]()
'''


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run-time folder with an empty database, a mapping and two files; copied for each test."""
    from evidence.conftest import two_city_mapping

    folder = tmp_path_factory.mktemp("crash") / "var"
    folder.mkdir()
    (folder / "child.py").write_text(CHILD)
    (folder / "mapping.json").write_text(two_city_mapping().model_dump_json())
    lines = [f"景德镇,2015-01-0{day},{29 + day},10" for day in range(1, 4)]
    (folder / "air.csv").write_text("\n".join(["city,date,pm2_5,so2", *lines, ""]))
    (folder / "restated.csv").write_text("\n".join(["city,date,pm2_5,so2", "景德镇,2015-01-01,77,10", ""]))
    made = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v0"],
        env=environment(folder),
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
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


def do(folder: Path, works: str, place: str = "nowhere") -> list[dict[str, Any]]:
    """Do things in a process of their own, which is killed exactly where a place is named; the states it told."""
    run = subprocess.run(
        [sys.executable, str(folder / "child.py"), works, place],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
    )
    expected = 0 if place == "nowhere" else -signal.SIGKILL
    assert run.returncode == expected, f"{works} at {place!r} ended with {run.returncode}: {run.stderr}"
    return [json.loads(line) for line in run.stdout.splitlines()]


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
