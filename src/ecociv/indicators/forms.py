"""Cells of the zone's declared forms, as far as derivations need them: names and units."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from ecociv.core.text import Text
from ecociv.evidence.declared import declared_files

FOLDER = "forms"


def form_cells(zone: str) -> Mapping[str, Mapping[str, str]]:
    """Unit of each cell by form; empty for a zone without declared forms."""
    read = _cells(declared_files(zone, f"{FOLDER}/*.yaml"))
    return {form: {cell: unit for cell, (unit, _) in cells.items()} for form, cells in read.items()}


def cell_name(zone: str, form: str, cell: str) -> Text:
    """Name of a cell in both languages; its key where the form is not declared."""
    found = _read_all(zone).get(form, {}).get(cell)
    return found[1] if found else Text(zh=f"{form} {cell}", en=f"{form} {cell}")


def _read_all(zone: str) -> Mapping[str, Mapping[str, tuple[str, Text]]]:
    # Hundreds of names are asked for in one computation; the folder is looked at once a second.
    return _cells(_files(zone, os.environ.get("ECOCIV_ZONES"), int(time.monotonic())))


@lru_cache(maxsize=16)
def _files(zone: str, _zones: str | None, _second: int) -> tuple[tuple[str, int], ...]:
    return declared_files(zone, f"{FOLDER}/*.yaml")


@lru_cache(maxsize=8)
def _cells(files: tuple[tuple[str, int], ...]) -> Mapping[str, Mapping[str, tuple[str, Text]]]:
    # The forms' own room checks them (`load_forms`), which takes 25 times as long, a third of a second: more than deriving
    # a changed figure. Here names and units are only looked up, so a plain reading is enough.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, dict[str, tuple[str, Text]]] = {}
    for path, _ in files:
        data = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
        found[str(data["key"])] = {
            str(cell["key"]): (str(cell["unit"]), Text(zh=cell["name"]["zh"], en=cell["name"]["en"]))
            for cell in data["cells"]
        }
    return found
