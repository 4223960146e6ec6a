"""A mark: the same statement with another quality. Pure: no database, no store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ecociv.evidence.schema import STAGED


def requalified(rows: pa.Table, quality: str, reasons: Sequence[str | None]) -> pa.Table:
    """The same statements with another quality, in the shape that is appended."""
    table = rows.select([name for name in STAGED.names if name in rows.schema.names])
    replaced = {
        "quality": pa.array([quality] * len(reasons), pa.string()),
        "quality_reason": pa.array(list(reasons), pa.string()),
        "source_row": pa.array(np.arange(len(reasons), dtype=np.int32)),
    }
    return pa.table([replaced.get(name, table.column(name)) for name in STAGED.names], schema=STAGED)
