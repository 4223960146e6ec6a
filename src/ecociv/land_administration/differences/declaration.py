"""Size classes and the rule by which a difference is known again. Pure: no Django."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration


class Size(Declared):
    """One size class: all areas below so many m2 that no class before it holds."""

    key: str = Field(pattern=r"^[a-z-]+$", max_length=16)
    below: float | None
    name: LocalText


class DifferenceRules(Declared):
    """``rules.yaml``."""

    sizes: tuple[Size, ...] = Field(min_length=1)
    sizes_citation: LocalText
    same_share: float = Field(ge=0.5, lt=1)
    same_citation: LocalText
    most_at_once: int = Field(gt=0)

    @model_validator(mode="after")
    def _sizes_cover_everything(self) -> Self:
        bounds = [one.below for one in self.sizes]
        given = [one for one in bounds[:-1] if one is not None]
        if bounds[-1] is not None or len(given) != len(bounds) - 1 or given != sorted(set(given)):
            raise ValueError("sizes rise, and the last one alone has no bound")
        return self

    def size_of(self, area: float) -> str:
        """Key of the size class of an area in m2.

        >>> [rules().size_of(area) for area in (999.99, 1000, 250000)]
        ['small', 'medium', 'very-large']
        """
        return next(one.key for one in self.sizes if one.below is None or area < one.below)

    def size_name(self, key: str) -> LocalText:
        """Name of a size class."""
        return next(one.name for one in self.sizes if one.key == key)


@lru_cache(maxsize=1)
def rules() -> DifferenceRules:
    """The declared rules."""
    return read_declaration(Path(__file__).with_name("rules.yaml"), DifferenceRules)
