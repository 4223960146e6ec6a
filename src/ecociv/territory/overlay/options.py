"""How layers are overlaid, and the refusal of what cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ecociv.territory.overlay.cleaning import RepairRule
from ecociv.territory.overlay.tiles import VERTICES


class How(StrEnum):
    """Which parts of the layers become patches."""

    INTERSECTION = "intersection"
    """What both cover."""
    IDENTITY = "identity"
    """All of the first layer, cut by the second."""
    UNION = "union"
    """All of both."""


class DoubleCover(StrEnum):
    """What happens where a layer overlaps itself."""

    REPORT = "report"
    """Both features give patches, area is counted twice, and the report names the pairs."""
    FIRST = "first"
    """The feature that comes first in the layer keeps what two share: every place counts once."""
    REFUSE = "refuse"
    """No overlay; the error names the pairs."""


class OverlayRefused(ValueError):
    """The layers cannot be overlaid as asked; the message names features and remedy."""


@dataclass(frozen=True)
class Options:
    """How layers are overlaid.

    Attributes
    ----------
    least_area, least_width : float or None
        Tolerance for slivers in m2 and m; None takes the marked parameter ``land.minimum_patch.overlay``.
    tile_vertices : int
        Vertices that a tile reads at most; bounds memory and does not change the result.
    keep_geometries : bool
        Whether patches keep their geometries, or only areas are wanted.
    """

    how: How = How.INTERSECTION
    repair: RepairRule = RepairRule.STRUCTURE
    double_cover: DoubleCover = DoubleCover.REPORT
    least_area: float | None = None
    least_width: float | None = None
    tile_vertices: int = VERTICES
    keep_geometries: bool = True
