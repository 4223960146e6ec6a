"""The digest of a batch's rows: the same however the files of the table are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecociv.core.digests import digest_of_json
from ecociv.evidence.schema import OBSERVATIONS

_TEXTS = ("missing", "censored", "quality", "quality_reason", "supplier", "note")
_SAME = ("recorded_at", "source", "load_key", "batch", "sample")
_NUMBERS = {
    "series_id": "<i8",
    "valid_from": "<i8",
    "valid_to": "<i8",
    "value": "<f8",
    "censor_limit": "<f8",
    "revision": "<i4",
    "source_row": "<i4",
}
_DENSE = 1 << 16
_ROW = np.dtype([*_NUMBERS.items(), ("absent", "u1"), ("texts", "S16")], align=False)

assert {*_NUMBERS, *_TEXTS, *_SAME, "month"} == set(OBSERVATIONS.names)


class ContentDigest:
    """SHA-256 over rows in canonical order: by month, series, period and revision.

    What all rows of a batch have in common (when and from what it was recorded, its number) stands first; then each row
    as fixed bytes: numbers as they are (little-endian), its texts together as 128 bits of their BLAKE2b. The rows of a
    month make one digest, and the months make the digest of the batch, so that a change can be named by its month and a
    table of any size is proven one month at a time.
    """

    def __init__(self) -> None:
        self.months: dict[str, tuple[int, str]] = {}
        self._month = ""
        self._rows = 0
        self._hash = sha256()
        self._same: tuple[Any, ...] | None = None

    def update(self, month: str, rows: pa.RecordBatch) -> None:
        """Add rows of one month; months come one after the other."""
        if month != self._month:
            self._close()
            self._month = month
        self._add_common(rows)
        self._rows += rows.num_rows
        self._hash.update(_bytes(rows).view(np.uint8).data)

    def update_all(self, rows: pa.RecordBatch) -> None:
        """Add rows of any months, in order."""
        for month, part in runs_of(rows, "month"):
            self.update(month, part)

    def passing(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of rows as they come, added to the digest on their way."""
        for batch in batches:
            self.update_all(batch)
            yield batch

    def finish(self) -> tuple[int, str]:
        """Number of rows, and the digest of the batch."""
        self._close()
        return sum(count for count, _ in self.months.values()), digest_of_months(self.months)

    def _close(self) -> None:
        if self._rows:
            self.months[self._month] = (self._rows, self._hash.hexdigest())
        self._rows, self._hash, self._same = 0, sha256(), None

    def _add_common(self, rows: pa.RecordBatch) -> None:
        """Add what the rows have in common, whenever it is not what the rows before had: once, in a true batch."""
        columns = [rows.column(name) for name in _SAME]
        if all(_is_constant(column) for column in columns):
            parts = [tuple(column[0].as_py() for column in columns)]
        else:
            parts = list(zip(*(column.to_pylist() for column in columns), strict=True))
        for same in parts:
            if same != self._same:
                self._hash.update(repr((same[0].isoformat(), *same[1:])).encode())
                self._same = same


def _bytes(rows: pa.RecordBatch) -> np.ndarray[Any, Any]:
    out = np.zeros(rows.num_rows, _ROW)
    for name, kind in _NUMBERS.items():
        column = rows.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        if column.null_count == rows.num_rows:
            continue
        if column.null_count:
            column = column.fill_null(0)
        out[name] = column.to_numpy(zero_copy_only=False).astype(kind, copy=False)
    out["absent"] = _is_null(rows.column("value")) + 2 * _is_null(rows.column("censor_limit"))
    out["texts"] = _texts(rows)
    return out


def _texts(rows: pa.RecordBatch) -> np.ndarray[Any, Any]:
    """One digest for the texts of each row; equal texts are digested once."""
    combined, size = np.zeros(rows.num_rows, np.int64), 1
    for name in _TEXTS:
        column = rows.column(name)
        if column.null_count == rows.num_rows or _is_constant(column):
            continue
        codes = column.dictionary_encode(null_encoding="encode")
        if (
            size * len(codes.dictionary) > _DENSE
        ):  # numbers of combinations are made dense, lest they outgrow 64 bits
            dense, combined = np.unique(combined, return_inverse=True)
            size = len(dense)
        combined = combined * len(codes.dictionary) + codes.indices.to_numpy()
        size *= len(codes.dictionary)
    if size <= _DENSE:
        first = np.full(size, -1, np.int64)
        first[combined[::-1]] = np.arange(rows.num_rows - 1, -1, -1)
    else:
        _, first, combined = np.unique(combined, return_index=True, return_inverse=True)
    used = np.flatnonzero(first >= 0)
    texts = rows.select(list(_TEXTS)).take(pa.array(first[used])).to_pylist()
    digests = np.zeros(len(first), "S16")
    for place, row in zip(used, texts, strict=True):
        digests[place] = blake2b(repr([row[name] for name in _TEXTS]).encode(), digest_size=16).digest()
    return digests[combined]


def _is_constant(column: pa.Array) -> bool:
    if pa.types.is_dictionary(column.type):
        if len(column.dictionary) == 1 and not column.null_count:
            return True
        column = column.dictionary_decode()
    if len(column) <= 1 or column.null_count:  # an absent text is not equal to anything, itself included
        return len(column) <= 1 or column.null_count == len(column)
    return bool(pc.all(pc.equal(column, column[0])).as_py())


def digest_of_months(months: dict[str, tuple[int, str]]) -> str:
    """The digest of a batch from those of its months."""
    return digest_of_json([[month, rows, digest] for month, (rows, digest) in sorted(months.items())])


def runs_of(rows: pa.RecordBatch, column: str) -> list[tuple[str, pa.RecordBatch]]:
    """Rows cut where the value of a column changes.

    >>> batch = pa.RecordBatch.from_pydict({"m": ["a", "a", "b"], "n": [1, 2, 3]})
    >>> [(value, part.num_rows) for value, part in runs_of(batch, "m")]
    [('a', 2), ('b', 1)]
    """
    if not rows.num_rows:
        return []
    codes = rows.column(column).dictionary_encode()
    numbers = codes.indices.to_numpy()
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), rows.num_rows]
    return [
        (codes.dictionary[int(numbers[start])].as_py(), rows.slice(start, end - start))
        for start, end in zip(edges, edges[1:], strict=False)
    ]


def _is_null(column: pa.Array) -> np.ndarray[Any, Any]:
    if not column.null_count:
        return np.zeros(len(column), "u1")
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False)).astype("u1")
