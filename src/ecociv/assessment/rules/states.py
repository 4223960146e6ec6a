"""The words of the columns: no score, and how the score of an item came about."""

from __future__ import annotations

from enum import IntEnum

NONE = -1
"""No score, no total, no grade."""


class State(IntEnum):
    """How the score of an item came about."""

    SCORED = 0
    GIVEN = 1
    FIXED = 2
    ZERO = 3
    REDISTRIBUTED = 4
    EXCLUDED = 5
    NO_WEIGHT = 6
    """The item does not count for the unit's group."""
