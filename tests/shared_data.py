"""Real files that are not part of the project: tests that read them are skipped where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_file(name: str) -> Path:
    """A file under ``shared/data`` beside the project (``ECOCIV_SHARED_DATA`` names another folder).

    Skips the test, saying which file is absent.
    """
    path = Path(os.environ.get("ECOCIV_SHARED_DATA") or _DEFAULT) / name
    if not path.is_file():
        pytest.skip(f"the real file {name} is not on this machine")
    return path
