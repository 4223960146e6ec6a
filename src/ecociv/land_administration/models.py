"""What the room keeps; each folder has its own tables."""

from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.land_administration.differences.models import (
    Difference,
    DifferenceCase,
    DifferenceDescent,
    DifferenceEvent,
    DifferenceJob,
    DifferencePatch,
    DifferenceRun,
)
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.land_administration.rights.models import Registration, RightUnit

__all__ = [
    "Difference",
    "DifferenceCase",
    "DifferenceDescent",
    "DifferenceEvent",
    "DifferenceJob",
    "DifferencePatch",
    "DifferenceRun",
    "DispatchedPatch",
    "ProjectApplication",
    "Registration",
    "RightUnit",
]
