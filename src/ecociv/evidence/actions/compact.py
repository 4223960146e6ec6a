"""Keeping the table quick to read: merging small files, and removing those that nobody reads any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.compaction import LARGE, RETENTION, Merged, compact, vacuum


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a run came to: files merged, and files removed for good."""

    merged: Merged
    removed: int


@dataclass(slots=True)
class CompactEvidence:
    """Merge the small files of each month and remove old ones.

    Not one observation changes, appears or goes: the seals hold as before (``ecociv evidence verify``). Readers are
    not disturbed: a merged file stays for ``retention``, and a reader that finds one gone lists the files anew.

    Parameters
    ----------
    at_least
        Small files that a month must have to be merged.
    large
        Bytes from which a file is left as it is.
    retention
        How long merged files stay; the table allows nothing below its own week. None removes nothing.
    """

    store: EvidenceStore | None = None
    at_least: int = 2
    large: int = LARGE
    retention: timedelta | None = RETENTION

    def check(self) -> int:
        """Number of files in the table."""
        store = self.store or EvidenceStore()
        return len(store.files())

    def execute(self) -> Compacted:
        """Merge, then remove."""
        store: Any = self.store or EvidenceStore()
        merged = compact(store, at_least=self.at_least, large=self.large)
        removed = 0 if self.retention is None else vacuum(store, self.retention)
        return Compacted(merged, removed)
