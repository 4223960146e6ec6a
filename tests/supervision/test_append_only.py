"""The database itself refuses to change or remove a report: on SQLite, and on PostgreSQL where one answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from ecociv.people.models import User
from ecociv.server.environment import database
from ecociv.supervision.models import ProgressReport

ALIAS = "fresh"
TABLE = ProgressReport._meta.db_table


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fresh_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[str]:
    """A new database with the tables as the migrations leave them."""
    with django_db_blocker.unblock():
        if request.param == "sqlite":
            settings = database(tmp_path_factory.mktemp("fresh"), {})
            yield from migrated(settings)
        else:
            yield from on_postgresql()


def on_postgresql() -> Iterator[str]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (extra: postgres)")
    url = os.environ.get("ECOCIV_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        server = psycopg.connect(url, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(
            f"no PostgreSQL answers ({str(error).splitlines()[0]}); name one with ECOCIV_TEST_POSTGRESQL"
        )
    name = f"ecociv_supervision_{uuid.uuid4().hex[:12]}"
    server.execute(f'CREATE DATABASE "{name}"')
    try:
        settings = database(Path(), {"ECOCIV_DATABASE_URL": url})
        yield from migrated({**settings, "NAME": name, "CONN_MAX_AGE": 0})
    finally:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


def migrated(settings: dict[str, Any]) -> Iterator[str]:
    connections.settings[ALIAS] = {**connections.settings["default"], **settings}
    try:
        for room in ("people", "supervision"):
            call_command("migrate", room, database=ALIAS, verbosity=0)
        yield connections[ALIAS].vendor
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


@pytest.fixture
def stored(fresh_database: str, django_db_blocker: Any) -> Iterator[ProgressReport]:
    with django_db_blocker.unblock(), transaction.atomic(using=ALIAS):
        author = User(username="officer", zone="jingdezhen")
        author.skip_history_when_saving = True  # the history would go to the database of the other tests, and stay
        author.save(using=ALIAS)
        report = row(author)
        report.save(using=ALIAS)
        yield report
        transaction.set_rollback(True, using=ALIAS)


def row(author: User, **changes: Any) -> ProgressReport:
    now = timezone.now()
    fields: dict[str, Any] = {
        "zone": "jingdezhen",
        "place": "task:5",
        "number": 1,
        "revision": 1,
        "period": 2016,
        "state": "under-way",
        "percent": 40,
        "percent_basis": "steps",
        "narrative": "已完成前期工作，正在编制实施方案。",
        "organisation": "ecology-and-environment-bureau",
        "author": author,
        "reported_at": now,
        "recorded_at": now,
    }
    return ProgressReport(**{**fields, **changes})


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET narrative = 'better' WHERE number = 1",
        f"UPDATE {TABLE} SET recorded_at = reported_at",
        f"DELETE FROM {TABLE}",
    ],
)
def test_statements_that_change_or_remove_are_refused(stored: ProgressReport, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(using=ALIAS),
        connections[ALIAS].cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ProgressReport.objects.using(ALIAS).get().narrative == stored.narrative


def test_rows_are_still_added(stored: ProgressReport) -> None:
    row(stored.author, number=2).save(using=ALIAS)
    assert ProgressReport.objects.using(ALIAS).count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 1, "revision": 1},
        {"percent": "100.1"},
        {"percent": "-1"},
        {"state": "done"},
        {"done_on": "2016-11-30"},
        {"revision": 2, "correction_reason": ""},
    ],
    ids=[
        "same number and revision",
        "above 100",
        "below 0",
        "done without a day",
        "a day without done",
        "no reason",
    ],
)
def test_rows_that_contradict_themselves_are_refused(stored: ProgressReport, changes: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(using=ALIAS):
        row(stored.author, **{"number": 2, **changes}).save(using=ALIAS)


def test_the_table_can_be_opened_by_taking_the_migration_back(
    fresh_database: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        call_command("migrate", "supervision", "0001", database=ALIAS, verbosity=0)
        try:
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(f"DELETE FROM {TABLE}")
        finally:
            call_command("migrate", "supervision", database=ALIAS, verbosity=0)
