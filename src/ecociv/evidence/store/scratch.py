"""A folder of this process's own for what does not fit in memory, and tidying after processes that were killed."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import IO

from django.conf import settings

ABANDONED = 86_400.0
"""Seconds after which something in the folder that no lock tells of is taken to be nobody's."""

_LOCK = threading.Lock()
_OWN: dict[tuple[int, Path], tuple[Path, IO[bytes]]] = {}


def scratch_folder() -> Path:
    """Where sorting overflows to and batches are staged: under ``ECOCIV_VAR``, which has room for the evidence.

    Each process has a folder of its own, and holds a lock beside it as long as it lives. A process that makes its folder
    removes those whose lock nobody holds: the lock of a killed process goes with it, whatever its number was.
    """
    var = getattr(settings, "ECOCIV_VAR", None)
    root = Path(var) / "scratch" if var else Path(tempfile.gettempdir()) / "ecociv-scratch"
    key = (os.getpid(), root)
    with _LOCK:
        known = _OWN.get(key)
        if known is None or not known[0].is_dir():
            root.mkdir(parents=True, exist_ok=True)
            clean(root)
            known = _OWN[key] = _make(root)
            atexit.register(_leave, os.getpid(), *known)
        return known[0]


def clean(root: Path) -> int:
    """Remove the folders that no living process owns; returns how many."""
    removed = 0
    for lock in root.glob("*.lock"):
        with lock.open("rb") as held:
            if not _taken(held):
                continue
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            removed += 1
    for path in root.iterdir():
        if path.suffix != ".lock" and not path.with_name(f"{path.name}.lock").exists() and _is_old(path):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
    return removed


def _make(root: Path) -> tuple[Path, IO[bytes]]:
    while True:
        folder = root / f"process-{uuid.uuid4().hex}"
        lock = folder.with_name(f"{folder.name}.lock")
        held = lock.open("wb")
        # Another process may tidy between the making of the lock and its being held: then there is another try.
        if _taken(held) and lock.exists():
            folder.mkdir()
            return folder, held
        held.close()


def _leave(process: int, folder: Path, held: IO[bytes]) -> None:
    if process == os.getpid():  # a child that was forked has no part in it
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)
        held.close()


def _taken(held: IO[bytes]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > ABANDONED
    except FileNotFoundError:
        return False
