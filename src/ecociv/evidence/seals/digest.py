"""The digest of a batch's rows: the same however the files of the table are laid out."""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import Any

import numpy as np
import pyarrow as pa

from ecociv.core.digests import digest_of_json
from ecociv.evidence.schema import OBSERVATIONS

_TEXTS = (
    "missing",
    "censored",
    "quality",
    "quality_reason",
    "supplier",
    "note",
    "source",
    "load_key",
    "batch",
)
_NUMBERS = {
    "series_id": "<i8",
    "valid_from": "<i8",
    "valid_to": "<i8",
    "recorded_at": "<i8",
    "value": "<f8",
    "censor_limit": "<f8",
    "revision": "<i4",
    "source_row": "<i4",
}
_ROW = np.dtype(
    [*_NUMBERS.items(), ("sample", "u1"), ("absent", "u1"), *((name, "S16") for name in _TEXTS)], align=False
)
_TEXT_WIDTH = 16

assert {*_NUMBERS, *_TEXTS, "sample", "month"} == set(OBSERVATIONS.names)


class ContentDigest:
    """SHA-256 over rows in canonical order: by month, series, period and revision.

    Each row is written as fixed bytes: numbers as they are (little-endian), texts as 128 bits of their BLAKE2b. The
    rows of a month make one digest, and the months make the digest of the batch, so that a change can be named by its
    month and a table of any size is proven one month at a time.
    """

    def __init__(self) -> None:
        self.months: dict[str, tuple[int, str]] = {}
        self._month = ""
        self._rows = 0
        self._hash = sha256()
        self._texts: dict[str | None, bytes] = {None: bytes(_TEXT_WIDTH)}

    def update(self, month: str, rows: pa.RecordBatch) -> None:
        """Add rows of one month; months come one after the other."""
        if month != self._month:
            self._close()
            self._month = month
        self._rows += rows.num_rows
        self._hash.update(memoryview(self._bytes(rows)).cast("B"))

    def update_all(self, rows: pa.RecordBatch) -> None:
        """Add rows of any months, in order."""
        for month, part in runs_of(rows, "month"):
            self.update(month, part)

    def finish(self) -> tuple[int, str]:
        """Number of rows, and the digest of the batch."""
        self._close()
        return sum(count for count, _ in self.months.values()), digest_of_months(self.months)

    def _close(self) -> None:
        if self._rows:
            self.months[self._month] = (self._rows, self._hash.hexdigest())
        self._rows, self._hash = 0, sha256()

    def _bytes(self, rows: pa.RecordBatch) -> np.ndarray[Any, Any]:
        out = np.zeros(rows.num_rows, _ROW)
        for name, kind in _NUMBERS.items():
            column = rows.column(name)
            if pa.types.is_timestamp(column.type):
                column = column.cast(pa.int64())
            if column.null_count:
                column = column.fill_null(0)
            out[name] = column.to_numpy(zero_copy_only=False).astype(kind, copy=False)
        out["sample"] = rows.column("sample").to_numpy(zero_copy_only=False)
        out["absent"] = _is_null(rows.column("value")) + 2 * _is_null(rows.column("censor_limit"))
        for name in _TEXTS:
            column = rows.column(name)
            if column.null_count == rows.num_rows:
                continue
            codes = column.dictionary_encode(null_encoding="encode")
            words = np.frombuffer(b"".join(map(self._text, codes.dictionary.to_pylist())), "S16")
            out[name] = words[0] if len(words) == 1 else words[codes.indices.to_numpy()]
        return out

    def _text(self, text: str | None) -> bytes:
        known = self._texts.get(text)
        if known is None:
            assert text is not None
            known = blake2b(text.encode(), digest_size=_TEXT_WIDTH).digest()
            if len(self._texts) < 100_000:
                self._texts[text] = known
        return known


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
