"""A table whose rows can be added and never changed, held by the database itself.

Python code can be gone round (a bulk update, a console); a trigger cannot, short of dropping it, which needs
another right than writing rows.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

MESSAGE = "rows of this table are added, never changed or removed"


def statements(vendor: str, table: str) -> list[str]:
    """The statements that close a table, for SQLite or PostgreSQL.

    >>> [line.split(" ON ")[0] for line in statements("sqlite", "t")]
    ['CREATE TRIGGER IF NOT EXISTS t_no_update BEFORE UPDATE', 'CREATE TRIGGER IF NOT EXISTS t_no_delete BEFORE DELETE']
    """
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for event in ("UPDATE", "DELETE")
        ]
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
            f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        ]
    raise ValueError(f"{vendor!r} is not a database that ecociv closes tables on; use SQLite or PostgreSQL.")


def removals(vendor: str, table: str) -> list[str]:
    """The statements that open it again (for a migration backwards)."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{event}" for event in ("update", "delete")]
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"DROP FUNCTION IF EXISTS {table}_refuse()",
    ]


class AppendOnly(Operation):
    """Migration operation that closes a table against change."""

    reversible = True
    reduces_to_sql = False

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in statements(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in removals(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Close {self.table} against change"
