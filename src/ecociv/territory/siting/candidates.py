"""What is looked for, and the places that could hold it: parcels or cells of a grid on permitted ground. Pure: no Django."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from ecociv.core.text import Text
from ecociv.territory.layers.features import Features, areal, areas_of
from ecociv.territory.rules.buffers import LocalPlane
from ecociv.territory.siting.declaration import criteria


class SitingRefused(ValueError):
    """A search that cannot be made; ``text`` says why and what to change."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Attributes
    ----------
    area : float
        Least contiguous area in m2.
    cell : float
        Side of the grid's cells in m; from the area, where 0.
    weights : mapping
        Weights that differ from the declared ones, by key of the criterion; 0 leaves one out.
    documents : mapping
        Numbers of documents at hand, by key of the exemption.
    most : int
        How many alternatives are kept.
    """

    area: float
    cell: float = 0.0
    weights: Mapping[str, int] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    most: int = 20


@dataclass(frozen=True, eq=False)
class Candidate:
    """A place that is large enough: a parcel, or a piece of a cell of the grid; ``area`` in m2."""

    identity: str
    name: str
    geometry: Any
    area: float


def parcels(blocks: list[Any], candidates: Features, wanted: Wanted) -> list[Candidate]:
    """The largest contiguous piece of each parcel on permitted ground, where it is large enough."""
    if not blocks or not len(candidates):
        return []
    tree = shapely.STRtree(blocks)
    found = []
    for place, shape in enumerate(candidates.geometries):
        whole = shape if shape.is_valid else areal(shapely.make_valid(shape))
        pieces = [
            part
            for row in np.sort(tree.query(whole, predicate="intersects"))
            for part in shapely.get_parts(areal(shapely.intersection(whole, blocks[row])))
        ]
        if not pieces:
            continue
        sizes = areas_of(np.asarray(pieces, dtype=object))
        largest = int(np.argmax(sizes))
        if sizes[largest] >= wanted.area:
            found.append(
                Candidate(
                    str(candidates.identities[place]),
                    str(candidates.names[place]),
                    pieces[largest],
                    float(sizes[largest]),
                )
            )
    return found


def cells_of(blocks: list[Any], plane: LocalPlane, wanted: Wanted) -> list[Candidate]:
    """Cells of a grid in metres, clipped to permitted ground; a piece counts where it is large enough."""
    declared = criteria()
    side = wanted.cell or declared.grid_factor * math.sqrt(wanted.area)
    if side * side < wanted.area:
        raise SitingRefused(
            Text(
                zh=f"格网边长{side:g}米的面积小于所需面积，请不小于{math.ceil(math.sqrt(wanted.area))}米。",
                en=f"A cell of {side:g} m holds less than the area wanted; take at least {math.ceil(math.sqrt(wanted.area))} m.",
            )
        )
    if not blocks:
        return []
    flat = [plane.to_plane(one) for one in blocks]
    west, south, east, north = shapely.total_bounds(flat)
    columns = np.arange(math.floor(west / side), math.floor(east / side) + 1)
    rows = np.arange(math.floor(south / side), math.floor(north / side) + 1)
    if len(columns) * len(rows) > declared.most_cells:
        raise SitingRefused(
            Text(
                zh=f"格网有{len(columns) * len(rows)}个单元，最多{declared.most_cells}个：请缩小范围或加大格网边长。",
                en=f"The grid has {len(columns) * len(rows)} cells, more than {declared.most_cells}: narrow the search or take larger cells.",
            )
        )
    column, row = (one.ravel() for one in np.meshgrid(columns, rows))
    cells = plane.to_degrees(shapely.box(column * side, row * side, (column + 1) * side, (row + 1) * side))
    within, cell = shapely.STRtree(cells).query(blocks, predicate="intersects")
    found: list[Candidate] = []
    for place in np.lexsort((within, cell)):
        number = int(cell[place])
        parts = shapely.get_parts(areal(shapely.intersection(cells[number], blocks[int(within[place])])))
        if not len(parts):
            continue
        for part, size in zip(parts, areas_of(parts), strict=True):
            if size >= wanted.area:
                name = f"{int(column[number])}/{int(row[number])}"
                found.append(Candidate(f"{name}/{len(found)}", "", part, float(size)))
    return found
