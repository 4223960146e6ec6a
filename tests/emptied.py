"""What tests committed is taken away again: rows are deleted where there are any.

Django empties every table after a test that commits, with ``TRUNCATE`` on PostgreSQL: a second of the server for 136 tables
with their indexes, however few hold a row. It then writes the rows about content types and permissions anew; here they stay.
"""

from __future__ import annotations

from typing import Any

from django.core.management.color import no_style
from django.core.management.commands import flush
from django.db import ProgrammingError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = ("django_content_type", "auth_permission")
"""Written by Django itself for every table, and by nothing else."""


class Command(flush.Command):
    """``flush`` for tests: the same outcome, but for sequences, which go on as they do for Django's own test cases."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, list[int]] = {}

    def handle(self, **options: Any) -> None:
        """Delete; the way of Django where somebody wrote to the tables that are kept or where the role may not."""
        connection = connections[options["database"]]
        if options.get("reset_sequences", True) or not self._untouched(connection):
            super().handle(**options)
            self.kept.pop(connection.alias, None)
            return
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        tables = [name for name in names if name not in KEPT]
        if connection.vendor == "sqlite":
            connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))
            return
        try:
            _delete_on_postgresql(connection, tables)
        except ProgrammingError:  # only a superuser may pass over triggers and the order of references
            super().handle(**options)

    def _untouched(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether the rows that are kept are those that were there at first."""
        found = []
        with connection.cursor() as cursor:
            for table in KEPT:
                cursor.execute(f'SELECT count(*), coalesce(max(id), 0) FROM "{table}"')
                found += list(cursor.fetchone())
        return self.kept.setdefault(connection.alias, found) == found


def _delete_on_postgresql(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in filled:
            cursor.execute(f'DELETE FROM "{name}"')
