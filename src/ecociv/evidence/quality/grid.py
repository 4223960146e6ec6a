"""Observations of a network as a grid: series by slots of time. Pure: no database, no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ABSENT, GOOD, SUSPECT, WITHOUT_VALUE, MARKED = 0, 1, 2, 3, 4
PREFIX = "qc-"
"""Reasons of marks that quality control itself wrote begin so."""
_ONE_PIECE_DAYS = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """Newest revisions of some series of one cadence.

    Attributes
    ----------
    ids
        Numbers of the series, in the order of the rows.
    start
        Where slot 0 begins, a local midnight.
    seconds
        Length of a slot.
    values
        Shape (series, slots); NaN where there is no value. Suspect values are there: ``usable`` leaves them out.
    states
        Shape (series, slots): 0 absent, 1 good, 2 suspect, 3 recorded as missing or beyond a limit,
        4 suspect by an earlier run of quality control.
    rows
        Shape (series, slots): row of the table that the slot came from; -1 where absent.
    """

    ids: tuple[int, ...]
    start: datetime
    seconds: int
    values: NDArray[np.float64]
    states: NDArray[np.int8]
    rows: NDArray[np.int64]

    @property
    def usable(self) -> NDArray[np.float64]:
        """Values that calculations may use; NaN elsewhere."""
        return np.where(self.states == GOOD, self.values, np.nan)

    @property
    def to_examine(self) -> NDArray[np.float64]:
        """Values that are good or were marked by quality control alone; NaN elsewhere."""
        return np.where(np.isin(self.states, (GOOD, MARKED)), self.values, np.nan)

    def moment(self, slot: int) -> datetime:
        """Where a slot begins."""
        return self.start + timedelta(seconds=int(slot) * self.seconds)

    @property
    def years(self) -> tuple[slice, ...]:
        """The slots in pieces that tests calibrated on a year can judge: all of them up to 400 days, else local years."""
        slots = self.values.shape[1]
        if slots * self.seconds <= _ONE_PIECE_DAYS * 86_400:
            return (slice(0, slots),)
        first, last = self.start.year, self.moment(max(slots - 1, 0)).year
        pieces = (
            self.slots_of(
                self.start.replace(year=year, month=1, day=1),
                self.start.replace(year=year + 1, month=1, day=1),
            )
            for year in range(first, last + 1)
        )
        return tuple(piece for piece in pieces if piece.stop > piece.start)

    def slots_of(self, begin: datetime, end: datetime) -> slice:
        """The slots that overlap [begin, end)."""
        first = int((begin - self.start).total_seconds() // self.seconds)
        last = int(-(-(end - self.start).total_seconds() // self.seconds))
        return slice(max(first, 0), max(min(last, self.values.shape[1]), 0))


def grid_of(table: pa.Table, ids: Sequence[int], start: datetime, end: datetime, seconds: int) -> Grid:
    """Lay the rows of the store's answer on a grid; rows of another period than a slot are left out.

    ``table`` holds one revision of each period, as :meth:`EvidenceStore.observations` gives it.
    """
    slots = max(0, int((end - start).total_seconds() // seconds))
    values = np.full((len(ids), slots), np.nan)
    states = np.zeros((len(ids), slots), dtype=np.int8)
    rows = np.full((len(ids), slots), -1, dtype=np.int64)
    if table.num_rows and slots:
        order = np.argsort(np.asarray(ids, dtype=np.int64))
        number = table.column("series_id").to_numpy()
        at = order[np.searchsorted(np.asarray(ids, dtype=np.int64)[order], number)]
        begin = table.column("valid_from").cast(pa.int64()).to_numpy()
        length = table.column("valid_to").cast(pa.int64()).to_numpy() - begin
        zero = int(start.astimezone(UTC).timestamp()) * 1_000_000
        slot, beside = np.divmod(begin - zero, seconds * 1_000_000)
        fits = (beside == 0) & (slot >= 0) & (slot < slots) & (length == seconds * 1_000_000)
        value = table.column("value").to_numpy(zero_copy_only=False).astype(float)
        suspect = pa.compute.equal(table.column("quality"), "suspect").to_numpy(zero_copy_only=False)
        ours = pa.compute.fill_null(pa.compute.starts_with(table.column("quality_reason"), PREFIX), False)
        doubt = np.where(ours.to_numpy(zero_copy_only=False), MARKED, SUSPECT)
        state = np.where(np.isnan(value), WITHOUT_VALUE, np.where(suspect, doubt, GOOD))
        cell = (at[fits], slot[fits])
        values[cell], states[cell], rows[cell] = value[fits], state[fits], np.flatnonzero(fits)
    return Grid(tuple(ids), start, seconds, values, states, rows)


def newest_of(revisions: pa.Table) -> pa.Table:
    """The newest revision of each period among all of them; the order of the rows stays."""
    revision = revisions.column("revision").to_numpy()
    if not revisions.num_rows or revision.max() == 1:
        return revisions
    keys = [revisions.column("series_id").to_numpy()]
    keys += [revisions.column(name).cast(pa.int64()).to_numpy() for name in ("valid_from", "valid_to")]
    order = np.lexsort((revision, *reversed(keys)))
    changes = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    return revisions.take(np.sort(order[np.concatenate([changes, [True]])]))
