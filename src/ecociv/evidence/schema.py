"""Columns of the observation table.

``series_id``      first 63 bits of the SHA-256 of the series key: the same on every machine and in every database
``valid_from/to``  the period for which the value holds, as UTC instants, end exclusive
``recorded_at``    when it became known to the store
``value``          float64; null (never NaN) where ``missing`` or ``censored`` says why
``missing``        kind of absence (``core.missing.Missing``)
``censored``       "<" or ">" with ``censor_limit``, for values below or above what the method can tell
``quality``        "good" or "suspect", with the reason's code
``revision``       1 for the first value known for the period, then 2, 3 ...
``source``         SHA-256 of the file; ``source_row`` the line where the record begins
``load_key``       digest of file and mapping: with ``source_row`` and ``series_id`` it is the idempotency key
``batch``          the run that wrote it; author and reason are on the run
``month``          partition: month of ``valid_from`` by the clock of China, so that a calendar year is twelve partitions
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

import pyarrow as pa

MONTH_ZONE = "Asia/Shanghai"
INSTANT = pa.timestamp("us", "UTC")


class Quality(StrEnum):
    """Whether a value may be used in calculations."""

    GOOD = "good"
    SUSPECT = "suspect"


CONTENT = [
    pa.field("value", pa.float64()),
    pa.field("missing", pa.string()),
    pa.field("censored", pa.string()),
    pa.field("censor_limit", pa.float64()),
    pa.field("quality", pa.string(), nullable=False),
    pa.field("quality_reason", pa.string()),
    pa.field("supplier", pa.string()),
    pa.field("note", pa.string()),
]

STAGED = pa.schema(
    [
        pa.field("series_id", pa.int64(), nullable=False),
        pa.field("valid_from", INSTANT, nullable=False),
        pa.field("valid_to", INSTANT, nullable=False),
        *CONTENT,
        pa.field("source_row", pa.int32(), nullable=False),
    ]
)

OBSERVATIONS = pa.schema(
    [
        pa.field("series_id", pa.int64(), nullable=False),
        pa.field("valid_from", INSTANT, nullable=False),
        pa.field("valid_to", INSTANT, nullable=False),
        pa.field("recorded_at", INSTANT, nullable=False),
        *CONTENT,
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_row", pa.int32(), nullable=False),
        pa.field("load_key", pa.string(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("sample", pa.bool_(), nullable=False),
        pa.field("month", pa.string(), nullable=False),
    ]
)

# What two statements about one period must agree on to be the same statement. Supplier and note are not among
# them: a later file that gives the same figure with another remark has nothing new to say about the figure.
SAME_STATEMENT = ("value", "missing", "censored", "censor_limit", "quality")


def series_id(key: str) -> int:
    """Stable number of a series key, 0 <= id < 2**63.

    >>> series_id("jiangxi-cities-daily/jingdezhen/pm2_5") == series_id("jiangxi-cities-daily/jingdezhen/pm2_5")
    True
    """
    return int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:8], "big") >> 1
