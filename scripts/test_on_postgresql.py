"""Run the tests that touch the database again on PostgreSQL, where there is one.

The server is taken from ECOCIV_TEST_POSTGRESQL, or looked for on the standard local port.
"""

from __future__ import annotations

import os
import subprocess
import sys

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
    "tests/ledger",
    "tests/compensation",
    "tests/land_administration",
]


def reachable(url: str) -> str:
    """An empty text when the server answers, else why not."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3):
            return ""
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]


def main() -> int:
    """Run the tests, or say why they are skipped."""
    url = os.environ.get("ECOCIV_TEST_POSTGRESQL", LOCAL)
    why_not = reachable(url)
    if why_not:
        sys.stdout.write(
            f"skipped: no PostgreSQL answers ({why_not}); name one with ECOCIV_TEST_POSTGRESQL\n"
        )
        return 0
    present = [folder for folder in TESTS if os.path.isdir(folder)]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--create-db", "-m", "not browser and not long", "--database-only", *present]
    return subprocess.run(command, env={**os.environ, "ECOCIV_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
