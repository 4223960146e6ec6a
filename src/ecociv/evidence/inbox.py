"""Rows for the inbox in bulk: one statement each, past the objects of the models, which cost most of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection

from ecociv.evidence.models import InboxReading

_CHUNK = 500
"""Rows of one statement in SQLite; its 14 values each stay far below the least limit of variables, 32,766."""


class InboxRow(NamedTuple):
    """A row in the order of the columns that are written; ``content`` is what makes two messages the same."""

    key: str
    channel: str
    series_id: int
    valid_from: datetime
    valid_to: datetime
    value: float | None
    missing: str
    censored: str
    censor_limit: float | None
    quality: str
    quality_reason: str
    supplier: str
    note: str
    received_at: datetime

    @property
    def content(self) -> tuple[Any, ...]:
        """Series, period, value or why there is none, and quality."""
        return self[2:10]


_COLUMNS = InboxRow._fields
_TYPES = (
    "text", "text", "bigint", "timestamptz", "timestamptz", "float8", "text", "text", "float8", "text", "text", "text",
    "text", "timestamptz",
)  # fmt: skip


def insert_new(rows: Sequence[InboxRow]) -> set[str]:
    """Insert the rows whose keys are not there yet, in their order; returns the keys that this call put in.

    A key that another process is about to commit is waited for, so that exactly one of two calls has it. To be called in
    a transaction.
    """
    if not rows:
        return set()
    return _insert_arrays(rows) if connection.vendor == "postgresql" else _insert_values(rows)


def contents(keys: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """What the inbox holds under some keys, as :attr:`InboxRow.content`."""
    wanted = list(keys)
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = InboxReading.objects.filter(key__in=wanted[start : start + _CHUNK])
        found.update((row[0], row[1:]) for row in part.values_list("key", *_COLUMNS[2:10]))
    return found


def _names() -> str:
    return ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)


def _insert_arrays(rows: Sequence[InboxRow]) -> set[str]:
    """PostgreSQL: one array for each column.

    Numbers are drawn in the order of the messages, which is the order in which they revise each other; rows go in by key, lest
    two calls with the same keys in another order wait for each other for ever.
    """
    table, names = connection.ops.quote_name(InboxReading._meta.db_table), _names()
    arrays = ", ".join(f"%s::{kind}[]" for kind in _TYPES)
    statement = f"""
        WITH numbered AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS id, u.* FROM unnest({arrays}) AS u ({names})
        )
        INSERT INTO {table} (id, {names}) SELECT id, {names} FROM numbered ORDER BY key
        ON CONFLICT (key) DO NOTHING RETURNING key
        """
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [InboxReading._meta.db_table, *(list(column) for column in zip(*rows, strict=True))]
        )
        return {key for (key,) in cursor.fetchall()}


def _insert_values(rows: Sequence[InboxRow]) -> set[str]:
    """SQLite and others: lists of values, some hundred rows at a time."""
    head = f"INSERT INTO {connection.ops.quote_name(InboxReading._meta.db_table)} ({_names()}) VALUES "
    one = f"({', '.join(['%s'] * len(_COLUMNS))})"
    written = _written_moments()
    inserted: set[str] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            statement = f"{head}{', '.join([one] * len(part))} ON CONFLICT (key) DO NOTHING RETURNING key"
            values = [
                (*row[:3], written(row[3]), written(row[4]), *row[5:13], written(row[13])) for row in part
            ]
            cursor.execute(statement, list(chain.from_iterable(values)))
            inserted.update(key for (key,) in cursor.fetchall())
    return inserted


def _written_moments() -> Callable[[datetime], Any]:
    """Moments as the database keeps them; the values of a message share theirs, so each is written out once."""
    known: dict[datetime, Any] = {}

    def written(moment: datetime) -> Any:
        if moment not in known:
            known[moment] = connection.ops.adapt_datetimefield_value(moment)
        return known[moment]

    return written
