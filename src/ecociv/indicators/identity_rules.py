"""Identities that a zone declares between figures of different hands (``identities.yaml``)."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ecociv.core.quantities import same_dimension
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    LocalText,
    Tolerance,
    Unit,
    zone_declaration_if_any,
)
from ecociv.indicators.expressions import Evaluator, Expression, FormulaError, evaluator, quantity
from ecociv.indicators.inputs import CellInput

FILE = "identities.yaml"


class CellSide(Declared):
    """A figure by formula from cells."""

    inputs: dict[str, CellInput] = Field(min_length=1)
    formula: str
    unit: Unit

    @model_validator(mode="after")
    def _units_agree(self) -> Self:
        _ = self.ready
        return self

    @cached_property
    def ready(self) -> Evaluator:
        """The formula with its units checked."""
        try:
            given = {name: item.unit for name, item in self.inputs.items()}
            return evaluator(Expression.parse(self.formula), given, self.unit)
        except FormulaError as error:
            raise ValueError(str(error)) from error


class SeriesSide(Declared):
    """A derived figure of the zone."""

    series: str
    unit: Unit


class RegisterSide(Declared):
    """What the entries on a register make of a series that is derived from it, whether the year is complete or not."""

    register_share: str
    unit: Unit


class ConstantSide(Declared):
    """A published constant."""

    constant: str
    note: LocalText

    @property
    def unit(self) -> str:
        """Its unit."""
        return quantity(self.constant)[1]


class MeanSide(Declared):
    """The mean of all usable readings of a year, at one place or over a group."""

    network: str
    property_: str = Field(alias="property")
    place: str | None = None
    group: str | None = None
    unit: Unit

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if (self.place is None) == (self.group is None):
            raise ValueError("give either place or group")
        return self


Side = Annotated[CellSide | SeriesSide | RegisterSide | ConstantSide | MeanSide, Field(union_mode="smart")]


class Parts(Declared):
    """Cells of the city against the sum of a group."""

    key: str
    kind: Literal["parts"]
    title: LocalText
    form: str
    cells: tuple[str, ...] = Field(min_length=1)
    group: str
    tolerance: Tolerance
    settle: str
    note: LocalText | None = None


class Sides(Declared):
    """Two figures that must agree."""

    key: str
    kind: Literal["sides"]
    title: LocalText
    left: Side
    right: Side
    tolerance: Tolerance
    settle: str
    note: LocalText | None = None
    """Why the two may differ without a fault, such as other definitions."""

    @model_validator(mode="after")
    def _same_thing(self) -> Self:
        if not same_dimension(self.left.unit, self.right.unit):
            raise ValueError(
                f"the sides are in {self.left.unit!r} and {self.right.unit!r}, which cannot be compared"
            )
        return self


class Identities(Declared):
    """All identities of a zone."""

    identities: tuple[Annotated[Parts | Sides, Field(discriminator="kind")], ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        keys = [item.key for item in self.identities]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"declared twice: {', '.join(twice)}")
        return self


def load_identities(zone: str) -> Identities:
    """The identities of a zone; none where it declares none.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    return zone_declaration_if_any(zone, FILE, Identities) or Identities()


__all__ = [
    "CellSide",
    "ConstantSide",
    "DeclarationError",
    "Identities",
    "MeanSide",
    "Parts",
    "RegisterSide",
    "SeriesSide",
    "Sides",
    "Tolerance",
    "load_identities",
]
