"""What all tests share: run-time files in a folder of their own, quick password digests, the plan in the database."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.db import connection, connections, transaction
from django.utils import translation
from hypothesis import settings as property_tests

import emptied
import migrated

# A slow machine is no defect of the code: time is for benchmarks to judge, not for property tests.
property_tests.register_profile("ecociv", deadline=None)
property_tests.load_profile("ecociv")

# Half a million objects of the programme and its libraries live to the end of the run: to look through them for
# garbage again and again takes a fifth of the time of all tests. What tests leave is collected all the same.
gc.set_threshold(50_000, 20, 20)

_VAR = Path(tempfile.mkdtemp(prefix="ecociv-tests-"))


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings away from the developer's own data before any test reads them."""
    settings.ECOCIV_VAR = _VAR
    settings.MEDIA_ROOT = _VAR / "documents"
    settings.STATIC_ROOT = _VAR / "static"
    settings.STATIC_ROOT.mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    default = connections.settings["default"]
    if default["ENGINE"].endswith("sqlite3"):
        # A file, as in use: a database in memory that threads share locks whole tables and knows no waiting.
        default["TEST"]["NAME"] = str(_VAR / "test.sqlite3")


def pytest_collection_finish(session: pytest.Session) -> None:
    """From here on only what tests make is looked through for garbage."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database-only``: the run on a second kind of database repeats nothing that knows none."""
    parser.addoption(
        "--database-only", action="store_true", help="only tests that use a database, by mark or fixture"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what touches no database, where that is asked for; begin with what takes long.

    Workers take whole files in the order of the collection: a file of minutes that came last would leave the other
    worker idle for as long.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None or _empties_tables(item))
    if not config.getoption("--database-only"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
    items[:] = kept


_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}
"""Fixtures through which every other one reaches a database."""


def _empties_tables(item: pytest.Item) -> bool:
    """Whether a test commits what it writes: pytest-django puts these after all that take it back."""
    mark = item.get_closest_marker("django_db")
    if mark is not None and mark.kwargs.get("transaction"):
        return True
    return not {"transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") is not None:
        return True
    return not _DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_runtest_teardown() -> None:
    """A request leaves its language behind in its thread: the next test begins in the zone's own."""
    translation.deactivate()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    gc.unfreeze()  # libraries that count what is left at the end would complain
    shutil.rmtree(_VAR, ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """What all workers share: the folder named by the whole check, else the one of this run."""
    if named := os.environ.get(migrated.FOLDER):
        return Path(named)
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def migrated_file(django_db_blocker: Any, run_folder: Path) -> Path | None:
    """A SQLite file with every table, for processes that need a database of their own; none on PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    with django_db_blocker.unblock():
        return migrated.sqlite_file(run_folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any, run_folder: Path
) -> None:
    """Migrations run once, not in each worker: the test database begins as a copy.

    On PostgreSQL only in a folder that outlives the run, since somebody has to remove what is copied from.
    """
    wanted = connection.settings_dict["TEST"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            shutil.copyfile(migrated.sqlite_file(run_folder), wanted["NAME"])
        elif migrated.FOLDER in os.environ:
            wanted["TEMPLATE"] = migrated.name_on_postgresql(run_folder)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """A file that was copied is not to be made anew; it goes with its folder."""
    return django_db_keepdb or connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_createdb(django_db_createdb: bool) -> bool:
    """Not on SQLite, for the same reason."""
    return django_db_createdb and connection.vendor != "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """Open the closed tables: tests with a live server empty every table at their end.

    Tests of the closing itself close their table again (``tests/people/test_append_only.py``).
    """
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_delete'"
                )
                for (name,) in cursor.fetchall():
                    cursor.execute(f'DROP TRIGGER "{name}"')
    get_commands()["flush"] = emptied.Command()


@pytest.fixture(scope="module")
def plan_in_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The plan of Jingdezhen, loaded once for a module and taken back at its end."""
    from ecociv.plan.actions import LoadZonePackage
    from ecociv.plan.queries import forget_packages

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        forget_packages()
        with transaction.atomic():
            LoadZonePackage("jingdezhen").execute()
            yield
            transaction.set_rollback(True)
    forget_packages()
