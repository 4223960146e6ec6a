"""kill -9 anywhere: no acknowledged command is lost, none is doubled, and the replay is the same bit for bit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

pytestmark = pytest.mark.long

CHILD = Path(__file__).with_name("exchange_crash_child.py")
PLACES = (
    "before the machine applies",
    "after the machine applied",
    "before the journal is written",
    "after the journal is written",
    "after the projections",
    "before the commit",
    "after the commit",
    "before the acknowledgement",
    "before a snapshot",
    "within a snapshot",
    "after a snapshot",
)
COMMANDS = 111
"""One market, three accounts with money and units, one session, a hundred orders."""


@dataclass
class Exchange:
    """A database of its own in which processes live and die."""

    folder: Path
    database: str
    forge: subprocess.Popen[str]

    def run(self, *requests: tuple[str, str, float]) -> list[list[Any]]:
        """Processes that run at the same time: works, place of death, seconds until they are killed (0: never)."""
        said = []
        for number, (wanted, place, seconds) in enumerate(requests):
            folder = self.folder / str(number)
            folder.mkdir(exist_ok=True)
            said.append([str(folder), self.database, wanted, place, seconds])
        assert self.forge.stdin is not None and self.forge.stdout is not None
        self.forge.stdin.write(json.dumps(said) + "\n")
        self.forge.stdin.flush()
        told: list[list[Any]] = json.loads(self.forge.stdout.readline())
        return told

    def do(self, wanted: str, place: str = "nowhere") -> str:
        """One process that ends as expected: naturally, or killed at its place."""
        code, out, errors = self.run((wanted, place, 0))[0]
        expected = 0 if place == "nowhere" else -signal.SIGKILL
        assert code == expected, f"{wanted} at {place!r} ended with {code}: {errors}"
        return str(out)

    def state(self) -> dict[str, Any]:
        """What the database holds."""
        found: dict[str, Any] = json.loads(self.do("state"))
        return found

    def acknowledged(self) -> dict[str, list[Any]]:
        """Commands of which some process was told that they were taken, with what it was told."""
        told: dict[str, list[Any]] = {}
        for file in self.folder.glob("*/acknowledged.txt"):
            for line in file.read_text().splitlines():
                key, sequence, outcome = json.loads(line)
                assert told.setdefault(key, [sequence, outcome]) == [sequence, outcome]
        return told

    def look(self) -> dict[str, Any]:
        """The state, once nothing that was acknowledged is missing or another than was told."""
        found = self.state()
        assert found["broken"] is None, found["broken"]
        assert len(found["journal"]) == found["count"]
        for key, told in self.acknowledged().items():
            assert found["journal"].get(key) == told, key
        return found


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ECOCIV_") or key == "ECOCIV_DATABASE_URL"}
    tests = Path(__file__).resolve().parents[1]
    return kept | {
        "ECOCIV_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "ecociv.server.settings",
        "PYTHONPATH": f"{tests.parent / 'src'}:{tests}",
    }


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """What makes the processes: it has everything loaded and forks."""
    with subprocess.Popen(
        [sys.executable, str(CHILD)],
        env=environment(tmp_path_factory.mktemp("forge")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as made:
        yield made
        assert made.stdin is not None
        made.stdin.close()


TEMPLATE, COPY = f"crash_{os.getpid()}_empty", f"crash_{os.getpid()}"
"""Names of databases on PostgreSQL."""


def on_server(*statements: str) -> None:
    """Run statements on the server of the tests."""
    import psycopg

    with psycopg.connect(os.environ["ECOCIV_DATABASE_URL"], autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


@pytest.fixture(scope="module")
def empty_tables(
    forge: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory, migrated_file: Path | None
) -> Iterator[str]:
    """A database with empty tables, to be copied for each test."""
    folder = tmp_path_factory.mktemp("tables")
    if migrated_file is not None:
        yield str(shutil.copyfile(migrated_file, folder / "db.sqlite3"))
        return
    on_server(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)", f"CREATE DATABASE {TEMPLATE}")
    Exchange(folder, TEMPLATE, forge).do("migrate")
    yield TEMPLATE
    on_server(f"DROP DATABASE {TEMPLATE} WITH (FORCE)")


@pytest.fixture
def exchange(forge: subprocess.Popen[str], empty_tables: str, tmp_path: Path) -> Iterator[Exchange]:
    """An exchange with empty tables, on the kind of database that the tests run on."""
    if connection.vendor == "sqlite":
        for file in Path(empty_tables).parent.glob("db.sqlite3*"):  # with the log that a dead process left
            shutil.copy(file, tmp_path / file.name)
        yield Exchange(tmp_path, str(tmp_path / "db.sqlite3"), forge)
        return
    on_server(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)", f"CREATE DATABASE {COPY} TEMPLATE {empty_tables}")
    yield Exchange(tmp_path, COPY, forge)
    on_server(f"DROP DATABASE {COPY} WITH (FORCE)")


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """What comes of the commands where nobody dies, in memory."""
    from ecociv.exchange.engine.engine import Engine
    from exchange.exchange_crash_child import START, commands

    engine = Engine()
    outcomes = {}
    for number, (key, command) in enumerate(commands()):
        outcomes[key] = [number + 1, engine.apply(json.loads(json.dumps(command)), START + number * 1_000_000)]
    assert len(outcomes) == COMMANDS and len(engine.state.orders) > 5 and engine.state.numbers["trade"] > 30
    return {"digest": engine.digest(), "journal": outcomes}


def test_killed_at_each_place_and_sent_again(exchange: Exchange, undisturbed: dict[str, Any]) -> None:
    """One database after the other would take minutes to make: the processes die one after the other in the same."""
    for place in PLACES:
        # each sends from the beginning, as a client does who does not know what was taken
        exchange.do("send", place)
        exchange.look()
    exchange.do("send")
    found = exchange.look()
    assert len(exchange.acknowledged()) == found["count"] == COMMANDS
    assert found["journal"] == undisturbed["journal"]
    assert found["digest"] == undisturbed["digest"]
    assert found["snapshots"] >= 1


@pytest.mark.parametrize(
    "place", ["after the journal is written", "before the commit", "after the commit", "before the acknowledgement", "within a snapshot", "while catching up"]
)
def test_killed_once(exchange: Exchange, undisturbed: dict[str, Any], place: str) -> None:
    if place == "while catching up":
        exchange.do("send to 60")
        exchange.do("send from 60", place)
    else:
        exchange.do("send", place)
    taken = exchange.look()["count"]
    acknowledged = len(exchange.acknowledged())
    if place in ("after the commit", "before the acknowledgement"):
        assert taken > acknowledged  # written and not yet told: sent again it is not done again
    else:
        assert taken >= acknowledged
    exchange.do("send")
    found = exchange.look()
    assert (found["digest"], found["journal"]) == (undisturbed["digest"], undisturbed["journal"])


def test_killed_from_outside_while_others_go_on(exchange: Exchange) -> None:
    """Two processes with six threads each send the same commands at once; one or both are killed at some moment."""
    for seconds in (0.15, 0.3, 0.45):
        exchange.run(("send by threads", "nowhere", seconds), ("send by threads", "nowhere", seconds * 2))
        exchange.look()
    exchange.run(("send by threads", "nowhere", 0), ("send by threads", "nowhere", 0))
    found = exchange.look()
    assert found["count"] == COMMANDS and len(exchange.acknowledged()) == COMMANDS
