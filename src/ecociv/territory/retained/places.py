"""What a figure from layers rests on: layer versions, and the figure of each county."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.territory.retained.coverage import Patch


@dataclass(frozen=True, slots=True)
class UsedVersion:
    """A layer version that a figure rests on."""

    layer: str
    kind: str
    number: int
    title: str
    sha256: str
    valid_from: str
    recorded_at: Any
    sample: bool
    public: bool

    @property
    def label(self) -> str:
        """Layer and version, as lists of patches name it."""
        return f"{self.layer} v{self.number}"

    @property
    def source_id(self) -> str:
        """Layer, version and digest of the file."""
        return f"layer:{self.layer}/{self.number}@{self.sha256[:12]}"


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """The figure of a county: published so that all of them add up, where they are areas.

    Attributes
    ----------
    area, whole : Decimal
        m2 to the ledger's hundredth: what is covered, and the county itself.
    """

    key: str
    name: str
    figure: Decimal | None
    area: Decimal
    whole: Decimal
    patches: int
    largest: tuple[Patch, ...] = field(repr=False)
