"""The table as this process last saw it: its files are listed once for each commit, not once for each question."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction

from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.store.listing import Listing

_KEPT = 16
_LOCK = threading.RLock()
_OPENED: dict[tuple[int, str], _Opened] = {}

Mark = tuple[tuple[int, int] | None, tuple[int, int] | None]
"""What tells whether the log moved: the file of the commit that was read, and the note of the last checkpoint."""


@dataclass(slots=True)
class _Opened:
    table: DeltaTable
    listing: Listing
    mark: Mark


def listing_of(uri: str) -> Listing | None:
    """The files of the table at ``uri`` as it is now; none where there is no table.

    Of a table in a local folder three names of its log are looked at: while neither a next commit nor another
    checkpoint is there, nothing changed. (Commits leave the log only after a later checkpoint.) Where the commit that
    was read is not the same file any more, the table was put back from a copy, and is opened anew. A table on object
    storage is asked each time.
    """
    with _LOCK:
        known = _OPENED.get((os.getpid(), uri))
        if known is not None:
            log = log_of(uri)
            if log is not None:
                mark = _mark(log, known.listing.version)
                if mark == known.mark and not _commit(log, known.listing.version + 1).exists():
                    return known.listing
                if mark[0] != known.mark[0]:
                    known = None
        return _refresh(uri, known)


def log_of(uri: str) -> Path | None:
    """Folder of the commits of a table in a local folder; none for one on object storage."""
    if "://" in uri and not uri.startswith("file://"):
        return None
    return Path(uri.removeprefix("file://")) / "_delta_log"


def _refresh(uri: str, known: _Opened | None) -> Listing | None:
    key = (os.getpid(), uri)
    if known is None:
        try:
            table = DeltaTable(uri)
        except TableNotFoundError:
            _OPENED.pop(key, None)
            return None
    else:
        table = known.table
        table.update_incremental()
    version = int(table.version())
    log = log_of(uri)
    mark: Mark = (None, None) if log is None else _mark(log, version)
    listing = known.listing if known and known.listing.version == version else Listing(table, uri)
    _OPENED[key] = _Opened(table, listing, mark)
    while len(_OPENED) > _KEPT:
        del _OPENED[next(iter(_OPENED))]
    return listing


def _commit(log: Path, version: int) -> Path:
    return log / f"{version:020d}.json"


def _mark(log: Path, version: int) -> Mark:
    return _identity(_commit(log, version)), _identity(log / "_last_checkpoint")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def commit(uri: str, added: list[AddAction], remarks: Mapping[str, str]) -> None:
    """Make files part of the table, in one commit."""
    with _LOCK:
        if _refresh(uri, _OPENED.get((os.getpid(), uri))) is None:
            raise FileNotFoundError(f"There is no table at {uri}; it is made before files are added to it.")
        _OPENED[os.getpid(), uri].table.create_write_transaction(
            [*added],
            mode="append",
            schema=OBSERVATIONS,
            partition_by=["month"],
            commit_properties=CommitProperties(custom_metadata=dict(remarks)),
        )
