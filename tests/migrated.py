"""The database with the tables of all migrations: made once for a run of the tests, and copied by whoever needs one.

To migrate from nothing takes ten seconds of a processor. The folder that all workers share holds the SQLite file, or the
name of the database on PostgreSQL that others are copied from. ``ECOCIV_TEST_MIGRATED`` names a folder that outlives one
run; run as a program, this makes what the folder still lacks.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = "ECOCIV_TEST_MIGRATED"
_FILE, _NAME = "migrated.sqlite3", "postgresql-database"


def sqlite_file(folder: Path) -> Path:
    """A SQLite database with every table and no row beyond those that migrations write: to be copied, never opened."""
    return _made_once(folder, _FILE, _make_file)


def name_on_postgresql(folder: Path) -> str:
    """The database that ``CREATE DATABASE ... TEMPLATE`` copies."""
    return _made_once(folder, _NAME, _make_on_postgresql).read_text(encoding="utf-8")


def drop_on_postgresql(folder: Path, url: str) -> None:
    """Remove what :func:`name_on_postgresql` made on the server, if it did."""
    made = folder / _NAME
    if not made.exists():
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{made.read_text(encoding="utf-8")}" WITH (FORCE)')
    made.unlink()


def _made_once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Whoever comes first makes it, and others wait; what was broken off is made anew."""
    found = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            unfinished = folder / f"{name}.unfinished"
            unfinished.unlink(missing_ok=True)
            make(unfinished)
            unfinished.rename(found)
    return found


def _make_file(path: Path) -> None:
    _migrate(str(path))


def _make_on_postgresql(path: Path) -> None:
    name = f"ecociv_migrated_{os.getpid()}"
    _migrate(name)
    path.write_text(name, encoding="utf-8")


def _migrate(name: str) -> None:
    """Let Django make a test database of this name, and leave the settings as they were."""
    from django.conf import settings
    from django.db import connection

    given: dict[str, Any] = connection.settings_dict
    real, wanted = given["NAME"], given["TEST"]["NAME"]
    given["TEST"]["NAME"] = name
    connection.close()
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        given["TEST"]["NAME"] = wanted
        given["NAME"] = settings.DATABASES[connection.alias]["NAME"] = real


def main() -> None:
    """Make the database of the kind that the settings name."""
    import django

    folder = Path(os.environ[FOLDER])
    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        sqlite_file(folder)
    else:
        name_on_postgresql(folder)


if __name__ == "__main__":
    sys.exit(main())
