"""A store of its own for each test that loads evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def evidence_folder(settings: Any, tmp_path: Path) -> Path:
    """The test's folder; evidence, documents and what is kept go under it."""
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_VAR = str(tmp_path / "var")
    return tmp_path
