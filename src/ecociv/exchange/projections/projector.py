"""Writing the projections: all rows of a batch with one statement a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from ecociv.exchange.engine.engine import Changes
from ecociv.exchange.projections.rows import TABLES, Row, Table, rows_of

_PARAMETERS = 30_000
"""Fewer than either database takes in one statement."""


class TableProjector:
    """Writes what an engine changed."""

    def write(self, venue: str, changes: Any) -> None:
        """Add or replace the rows that changed."""
        assert isinstance(changes, Changes)
        for table, rows in rows_of(changes).values():
            write_rows(venue, table, rows)

    def clear(self, venue: str) -> None:
        """Remove all rows of a venue."""
        for table in TABLES:
            table.model._default_manager.filter(venue=venue).delete()


def write_rows(venue: str, table: Table, rows: Sequence[Row]) -> None:
    """Add rows; those whose key is there are replaced, unless the table only grows."""
    wide = len(table.columns) + 1
    size = max(1, _PARAMETERS // wide)
    with connection.cursor() as cursor:
        for begin in range(0, len(rows), size):
            part = rows[begin : begin + size]
            values = [value for row in part for value in (venue, *row)]
            cursor.execute(_statement(table, len(part)), values)


def _statement(table: Table, count: int) -> str:
    head, line, tail = _pieces(table)
    return head + ",".join([line] * count) + tail


@lru_cache(maxsize=32)
def _pieces(table: Table) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    columns = ("venue", *table.columns)
    head = f"INSERT INTO {quote(table.model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "
    line = "(" + ", ".join(["%s"] * len(columns)) + ")"
    if table.added:
        return head, line, ""
    key = ("venue", *table.key)
    news = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in columns if name not in key)
    return head, line, f" ON CONFLICT ({', '.join(map(quote, key))}) DO UPDATE SET {news}"
