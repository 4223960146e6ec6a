"""Declared criteria by which alternatives are ranked. Pure: no Django."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration


class Criterion(Declared):
    """One criterion, scored from 0 to 1.

    Attributes
    ----------
    best, worst
        Metres with the full score and with none; between them the score is linear.
    traits
        All of them have to be known to be true of the project, or the criterion does not apply.
    """

    key: str = Field(pattern=r"^[a-z-]+$")
    measure: Literal["limited-share", "encouraged-share", "distance", "compactness"]
    layer: str = ""
    classes: tuple[str, ...] = ()
    best: float = 0.0
    worst: float = 0.0
    traits: tuple[str, ...] = ()
    weight: int = Field(ge=0, le=100)
    name: LocalText
    said: LocalText

    @model_validator(mode="after")
    def _distance_has_a_layer(self) -> Self:
        if (self.measure == "distance") != bool(self.layer) or (self.layer and self.best == self.worst):
            raise ValueError("a distance names a layer and two different distances, and nothing else does")
        return self

    def score_of(self, metres: float | None) -> float:
        """Score of a distance; none is farther than both.

        >>> town = criteria().criterion("town")
        >>> town.score_of(0), town.score_of(1250), town.score_of(None)
        (1.0, 0.75, 0.0)
        """
        if metres is None:
            metres = max(self.best, self.worst)
        return min(1.0, max(0.0, (metres - self.worst) / (self.best - self.worst)))


class Criteria(Declared):
    """``criteria.yaml``."""

    citation: LocalText
    most_cells: int = Field(gt=0)
    most_alternatives: int = Field(gt=0)
    grid_factor: float = Field(ge=1)
    criteria: tuple[Criterion, ...]

    def criterion(self, key: str) -> Criterion:
        """One criterion by its key."""
        return next(one for one in self.criteria if one.key == key)


@lru_cache(maxsize=1)
def criteria() -> Criteria:
    """The declared criteria."""
    return read_declaration(Path(__file__).with_name("criteria.yaml"), Criteria)
