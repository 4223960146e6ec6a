"""Run the tests that touch the database again on PostgreSQL, where there is one.

The server is taken from ECOCIV_TEST_POSTGRESQL, or looked for on the standard local port. The tables are migrated once,
in a database that those of the tests are copied from and that is removed at the end. ``migrate`` makes it beforehand, in
the folder that ECOCIV_TEST_MIGRATED names, and with it the file that tests on SQLite copy; ``remove`` removes it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import migrated  # noqa: E402 - of the tests

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
TESTS = [
    "tests/people",
    "tests/plan",
    "tests/evidence",
    "tests/indicators",
    "tests/casework",
    "tests/supervision",
    "tests/assessment",
    "tests/land_administration",
    "tests/api",
    "tests/portal",
    "tests/territory",
    "tests/registers",
    "tests/ledger",
    "tests/compensation",
    "tests/tariffs",
    "tests/exchange",
    "tests/liabilities",
    "tests/green_economy",
    "tests/accounts",
]


def reachable(url: str) -> str:
    """An empty text when the server answers, else why not."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3):
            return ""
    except psycopg.Error as error:  # nobody there, not let in, or an address that is none
        return str(error).strip().splitlines()[0]


def migrate(url: str) -> int:
    """Make what the tests copy, of each kind of database; ``url`` is empty without PostgreSQL."""
    for address in ("", url) if url else ("",):
        environment = {
            **os.environ,
            "ECOCIV_DATABASE_URL": address,
            "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "ecociv.server.settings",
        }
        done = subprocess.run([sys.executable, migrated.__file__], env=environment, check=False)
        if done.returncode != 0:
            return done.returncode
    return 0


def run(url: str) -> int:
    """The tests themselves."""
    present = [folder for folder in TESTS if os.path.isdir(folder)]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--create-db", "-m", "not browser and not long", "--database-only", *present]
    with tempfile.TemporaryDirectory(prefix="ecociv-migrated-") as own:
        folder = os.environ.get(migrated.FOLDER, own)
        try:
            environment = {**os.environ, "ECOCIV_DATABASE_URL": url, migrated.FOLDER: folder}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            migrated.drop_on_postgresql(Path(folder), url)


def main(wanted: str = "") -> int:
    """Run the tests, or say why they are skipped."""
    url = os.environ.get("ECOCIV_TEST_POSTGRESQL", LOCAL)
    why_not = reachable(url)
    if wanted == "migrate":
        return migrate("" if why_not else url)
    if wanted == "remove":
        if not why_not:
            migrated.drop_on_postgresql(Path(os.environ[migrated.FOLDER]), url)
        return 0
    if why_not:
        sys.stdout.write(
            f"skipped: no PostgreSQL answers ({why_not}); name one with ECOCIV_TEST_POSTGRESQL\n"
        )
        return 0
    return run(url)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
