"""Layer files as stored parts: read in blocks in the order of identities, so that no layer is in memory as a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.overlay.cleaning import Note, RepairRule, clean
from ecociv.territory.overlay.parts import HeldParts, StoredParts, segment_name, write_segment
from ecociv.territory.overlay.result import Side

BLOCK = 5_000
"""Features read at a time: some ten megabytes."""


def store_layer(
    file: LayerFile, classes: Collection[str], folder: Path, rule: RepairRule = RepairRule.STRUCTURE
) -> tuple[StoredParts, Side]:
    """Clean the features of some classes and store them in a new folder.

    Returns
    -------
    StoredParts, Side
        Polygons in the plane; identities and classes in the order of identities, which does not depend on the file.
    """
    folder.mkdir(parents=True)
    identities: list[Any] = []
    names: list[Any] = []
    notes: list[Note] = []
    columns: list[dict[str, Any]] = []
    first = 0
    for number, (ids, of_class, shapes) in enumerate(file.by_identity(classes, at_a_time=BLOCK)):
        cleaned = clean(shapes, rule)
        write_segment(folder / segment_name(number), cleaned.polygons)
        held = HeldParts(cleaned.polygons, cleaned.feature)
        count = len(held.polygons)
        columns.append(
            {
                "feature": held.feature + first,
                "bounds": held.bounds,
                "vertices": held.vertices,
                "area": held.area,
                "segment": np.full(count, number, dtype=np.int64),
                "within": np.arange(count),
            }
        )
        notes += [replace(note, feature=note.feature + first) for note in cleaned.notes]
        identities.append(ids)
        names.append(of_class)
        first += len(ids)
    if not columns:
        nothing = HeldParts(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))
        none = np.empty(0, dtype=object)
        return StoredParts.of(nothing, folder), Side(none, none)
    together = {name: np.concatenate([block[name] for block in columns]) for name in columns[0]}
    return (
        StoredParts.write_index(folder, together),
        Side(np.concatenate(identities), np.concatenate(names), tuple(notes)),
    )
