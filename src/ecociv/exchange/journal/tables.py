"""Writing many rows at once, past the objects of the tables: a batch of orders has thousands of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models

_PARAMETERS = 30_000
"""Fewer than PostgreSQL takes in one statement."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """How rows are written: columns without the venue, and which of them are the key.

    Rows of a table without a key are only ever added.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()


def write_rows(venue: str, table: Table, rows: Sequence[Row]) -> None:
    """Add rows; those whose key is there are replaced, unless the table only grows."""
    head, line, tail = _pieces(table, connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # one short statement, prepared once, is the quickest way in
            cursor.executemany(head + line + tail, [(venue, *row) for row in rows])
            return
        size = max(1, _PARAMETERS // (len(table.columns) + 1))
        for begin in range(0, len(rows), size):
            part = rows[begin : begin + size]
            values = [value for row in part for value in (venue, *row)]
            cursor.execute(head + ",".join([line] * len(part)) + tail, values)


@lru_cache(maxsize=64)
def _pieces(table: Table, vendor: str) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    columns = ("venue", *table.columns)
    head = f"INSERT INTO {quote(table.model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "
    line = "(" + ", ".join(["%s"] * len(columns)) + ")"
    if not table.key:
        return head, line, ""
    key = ("venue", *table.key)
    news = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in columns if name not in key)
    return head, line, f" ON CONFLICT ({', '.join(map(quote, key))}) DO UPDATE SET {news}"
