"""Factors and marks of HJ 212, as dated data (``codes.yaml``)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from ecociv.evidence.declared import Declared, LocalText, Unit, read_declaration


class Mark(Declared):
    """A mark of a datum and what is done with the value that carries it."""

    take: Literal["value", "suspect", "above", "absent"]
    name: LocalText


class Factor(Declared):
    """A monitored factor with the unit of its values and of its total."""

    unit: Unit
    total: Unit | None = None
    name: LocalText


class Superseded(Declared):
    """The edition that came after."""

    since: date
    by: str


class Codes(Declared):
    """One edition of the standard's codes."""

    standard: str
    title: LocalText
    valid_from: date = Field(alias="from")
    superseded: Superseded | None = None
    verified: bool
    reason: LocalText | None = None
    flags: dict[str, Mark]
    factors: dict[str, Factor]

    def unit_of(self, factor: str, item: str) -> str | None:
        """Unit of an item of a factor; none when the standard (as entered) does not tell."""
        known = self.factors.get(factor)
        if known is None:
            return None
        return known.total if item == "Cou" else known.unit


@lru_cache(maxsize=1)
def codes() -> Codes:
    """The codes of the edition of 2017."""
    return read_declaration(Path(__file__).with_name("codes.yaml"), Codes)
