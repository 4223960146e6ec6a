"""Declarations of a zone: read once, read again when the file changes, and told apart from a file that is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecociv.standards.declared import (
    DeclarationError,
    Declared,
    zone_declaration,
    zone_declaration_if_any,
)


class Keeper(Declared):
    """One key."""

    keeper: str


@pytest.fixture
def empty_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A zone without any file."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    return folder


def test_a_file_that_is_not_there_is_no_declaration(empty_zone: Path) -> None:
    assert zone_declaration_if_any("here", "keeper.yaml", Keeper) is None
    with pytest.raises(DeclarationError, match=r"keeper\.yaml: there is no such file"):
        zone_declaration("here", "keeper.yaml", Keeper)


def test_it_is_read_once_and_again_when_the_file_changes(empty_zone: Path) -> None:
    file = empty_zone / "keeper.yaml"
    file.write_text("keeper: finance\n")
    first = zone_declaration("here", "keeper.yaml", Keeper)
    assert zone_declaration_if_any("here", "keeper.yaml", Keeper) is first
    file.write_text("keeper: environment\n")
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert zone_declaration("here", "keeper.yaml", Keeper).keeper == "environment"


def test_a_fault_names_file_and_line_each_time(empty_zone: Path) -> None:
    (empty_zone / "keeper.yaml").write_text("keeper: finance\nkeper: finance\n")
    for _ in range(2):
        with pytest.raises(DeclarationError, match=r"keeper\.yaml:2: keper"):
            zone_declaration_if_any("here", "keeper.yaml", Keeper)
