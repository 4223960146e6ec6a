"""Statements past the objects of the tables: a batch of orders has thousands of rows, and a single one many statements.

Half of the processor time of a durable order went into building the same queries again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from django.db import connection, models

from ecociv.exchange.journal.lines import Entry, digest, header_line

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


def head(venue: str) -> tuple[int, str]:
    """Sequence and digest of the last entry of a journal; those of the header where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequence, digest FROM exchange_journalentry WHERE venue = %s ORDER BY sequence DESC LIMIT 1", [venue]
        )
        found = cursor.fetchone()
    return (found[0], found[1]) if found else (0, digest(header_line(venue)))


def entries_of(venue: str, keys: Sequence[str]) -> dict[str, Entry]:
    """The entries that stand for idempotency keys, by key."""
    places = ", ".join(["%s"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_ENTRY} FROM exchange_journalentry WHERE venue = %s AND key IN ({places})", [venue, *keys]
        )
        return {row[3]: Entry(*row) for row in cursor.fetchall()}


_ENTRY = ", ".join(each.name for each in fields(Entry))
