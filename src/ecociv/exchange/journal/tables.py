"""Statements past the objects of the tables: a batch of orders has thousands of rows, and a single one many statements.

Half of the processor time of a durable order went into building the same queries again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from django.db import connection, models

from ecociv.exchange.journal.lines import Entry, digest, header_line

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
    write_tables(venue, [(table, rows)])


def write_tables(venue: str, parts: Sequence[tuple[Table, Sequence[Row]]]) -> None:
    """The same for several tables.

    SQLite lives in this process: one short statement, prepared once, is the quickest way in. To a server each statement
    is a journey, and the driver needs longer to write out a thousand values than the server to store them: the rows go as
    one JSON text a table, all tables in one journey.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for table, rows in parts:
                cursor.executemany(_for_sqlite(table), [(venue, *row) for row in rows])
        return
    statements, values = [], []
    for table, rows in parts:
        statements.append(_for_server(table))
        columns = table.columns
        values.append([venue, json.dumps([dict(zip(columns, row, strict=True)) for row in rows])])
    with connection.cursor() as cursor:
        if connection.settings_dict["OPTIONS"].get("server_side_binding"):
            for statement, given in zip(statements, values, strict=True):  # which takes one statement at a time
                cursor.execute(statement, given)
        elif statements:
            cursor.execute(";".join(statements), [value for given in values for value in given])


@lru_cache(maxsize=64)
def _for_sqlite(table: Table) -> str:
    columns = ("venue", *table.columns)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_name(table)} ({', '.join(map(_quoted, columns))}) VALUES ({places}){_replacing(table)}"


@lru_cache(maxsize=64)
def _for_server(table: Table) -> str:
    names = ", ".join(map(_quoted, table.columns))
    meta = table.model._meta
    typed = ", ".join(f"{_quoted(name)} {meta.get_field(name).db_type(connection)}" for name in table.columns)
    return (
        f"INSERT INTO {_name(table)} (venue, {names}) SELECT %s, {names} "
        f"FROM json_to_recordset(%s::json) AS given({typed}){_replacing(table)}"
    )


def _replacing(table: Table) -> str:
    """What to do with rows whose key is there."""
    if not table.key:
        return ""
    key = ("venue", *table.key)
    news = ", ".join(
        f"{_quoted(name)} = EXCLUDED.{_quoted(name)}" for name in table.columns if name not in table.key
    )
    return f" ON CONFLICT ({', '.join(map(_quoted, key))}) DO UPDATE SET {news}"


def _name(table: Table) -> str:
    return _quoted(table.model._meta.db_table)


def _quoted(name: str) -> str:
    return f'"{name}"'


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
