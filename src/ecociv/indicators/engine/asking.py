"""What the engines do alike: the same SQL under the same names; where nothing is asked for or nothing is stored, no rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.engine import sql
from ecociv.indicators.engine.base import DAYS, LATEST, MARKS, USABLE, Window

INSTANTS = ("valid_from", "valid_to", "recorded_at")


class SqlEngine(ABC):
    """An engine that runs the statements of `sql` over the files of the table."""

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store

    def latest(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.latest(windows, as_of), ids, windows, LATEST)

    def usable(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.usable(windows, as_of), ids, windows, USABLE)

    def days(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.days(windows, as_of), ids, windows, DAYS)

    def marks(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.marks(windows, as_of), ids, windows, MARKS)

    def _run(
        self, statement: str, ids: Iterable[int], windows: Sequence[Window], shape: pa.Schema
    ) -> pa.Table:
        numbers = sorted(set(ids))
        files = sorted({name for window in windows for name in self._store.files(window.start, window.last)})
        if not numbers or not files:
            return shape.empty_table()
        return self._answer(statement, numbers, files, windows, shape)

    @abstractmethod
    def _answer(
        self,
        statement: str,
        numbers: list[int],
        files: list[str],
        windows: Sequence[Window],
        shape: pa.Schema,
    ) -> pa.Table:
        """Run a statement over some files for some series."""
