"""Overlay of two layers of polygons: patches by pair of classes with areas on the ellipsoid that add up (图层叠加)."""

from ecociv.territory.overlay.cleaning import Note, Remark, RepairRule
from ecociv.territory.overlay.compute import overlay
from ecociv.territory.overlay.engines import ENGINES, EngineMissing, OverlayCancelled, WorkerLost
from ecociv.territory.overlay.options import DoubleCover, How, OverlayRefused
from ecociv.territory.overlay.result import Patches, PatchTable, Report, Side, Summary, SummaryRow

__all__ = [
    "ENGINES",
    "DoubleCover",
    "EngineMissing",
    "How",
    "Note",
    "OverlayCancelled",
    "OverlayRefused",
    "PatchTable",
    "Patches",
    "Remark",
    "RepairRule",
    "Report",
    "Side",
    "Summary",
    "SummaryRow",
    "WorkerLost",
    "overlay",
]
