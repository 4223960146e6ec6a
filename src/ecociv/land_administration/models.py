"""What the room keeps; each folder has its own tables."""

from ecociv.land_administration.patches.models import DispatchedPatch

__all__ = ["DispatchedPatch"]
