"""What a derivation reads: cells of returns, constants, dated parameters, the yearly figure of a return, its standard."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, Unit
from ecociv.indicators.expressions import quantity


class CellInput(Declared):
    """A cell of a return, of the place itself or summed over a group of places, in one year or since one.

    ``unit`` is the unit in which the formula takes it; the series may be in another of the same dimension.
    ``or_sum_of`` is the group whose places are added where the place has no figure of its own (flows and stocks only).
    ``where`` keeps the members of the group whose details agree. ``members`` is the share of the members that must have
    a figure. ``may_be_absent`` says that what was never reported, or does not apply, enters as nothing; a figure that is
    reported as missing or withheld never does.
    """

    form: str
    cell: str
    unit: Unit
    group: str | None = None
    where: dict[str, str | int | float | bool] = Field(default_factory=dict)
    or_sum_of: str | None = None
    members: float = Field(default=1.0, gt=0, le=1)
    since: int | None = Field(default=None, ge=1900, le=2999)
    may_be_absent: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.where and self.group is None:
            raise ValueError("where chooses among the members of a group; give the group")
        if self.group is not None and self.or_sum_of is not None:
            raise ValueError(
                "give group (always summed) or or_sum_of (summed where the place has none), not both"
            )
        return self


class ConstantInput(Declared):
    """A number with its unit that the formula needs, such as the density of water, with its reason."""

    constant: str
    note: LocalText

    @model_validator(mode="after")
    def _readable(self) -> Self:
        _ = self.value
        return self

    @cached_property
    def value(self) -> tuple[Any, str]:
        """The number and its unit."""
        return quantity(self.constant)


class ParameterInput(Declared):
    """A dated parameter of the standards library that is one number."""

    parameter: str
    unit: Unit


FormulaInput = Annotated[CellInput | ConstantInput | ParameterInput, Field(union_mode="smart")]


class YearlyReturn(Declared):
    """A yearly figure of the indicator itself in a return: the fallback where there are no primary records."""

    network: str
    property_: str | None = Field(default=None, alias="property")
    parts: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _figure_or_parts(self) -> Self:
        if (self.property_ is None) == (not self.parts):
            raise ValueError("give either property or parts")
        return self

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read."""
        return (self.property_,) if self.property_ else tuple(self.parts.values())


class Standard(Declared):
    """The document that lays down the formula or the definition."""

    number: str
    clause: str = ""
    year: int | None = None
    verified: bool = True
