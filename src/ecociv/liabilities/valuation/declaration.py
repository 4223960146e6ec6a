"""The declared methods of valuation, by date. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from ecociv.core.decimals import to_decimal
from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.trace import Citation
from ecociv.standards.declared import Declared, LocalText, read_declaration

Medium = Literal["surface-water", "groundwater", "air", "soil"]
Factor = Annotated[Decimal, BeforeValidator(lambda value: to_decimal(value))]


class Cited(Declared):
    """Where something comes from; ``verified`` is false where it was not read in the original."""

    standard: str
    clause: str = ""
    year: int


class Dated(Declared):
    """Something in force from one day to another."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    citation: Cited
    verified: bool = False

    @property
    def validity(self) -> Validity:
        """The days in force."""
        return Validity(self.from_, self.to)

    @property
    def cited(self) -> Citation:
        """The source, as a trace has it."""
        return Citation(self.citation.standard, self.citation.clause, self.citation.year, self.verified)


class Range(Declared):
    """The range in which a factor lies; one value where both ends are the same."""

    lowest: Factor
    highest: Factor

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"the lowest, {self.lowest}, is above the highest, {self.highest}")
        return self


class DeclaredFactor(Declared):
    """A factor of a method, with its range by medium and function class (``any`` for all classes)."""

    name: LocalText
    ranges: dict[Medium, dict[str, Range]]

    def range_of(self, medium: str, function_class: str) -> Range | None:
        """The range for a class of a medium."""
        classes = self.ranges.get(medium, {})  # type: ignore[call-overload]
        found: Range | None = classes.get(function_class, classes.get("any"))
        return found


class VirtualTreatment(Dated):
    """An edition of the virtual treatment cost method."""

    key: str
    name: LocalText
    formula: str
    factors: dict[str, DeclaredFactor]

    def classes(self, medium: str) -> tuple[str, ...]:
        """Function classes of a medium; empty where the edition has nothing to say of it."""
        found: dict[str, Any] = {}
        for factor in self.factors.values():
            found |= dict.fromkeys(factor.ranges.get(medium, {}))  # type: ignore[call-overload]
        return tuple(key for key in found if key != "any")


class Discount(Dated):
    """The yearly rate at which losses and gains of other years are compared."""

    lowest: Factor
    usual: Factor
    highest: Factor


class Methods(Declared):
    """Every method of valuation."""

    discount: tuple[Discount, ...]
    virtual_treatment: tuple[VirtualTreatment, ...]


@lru_cache(maxsize=1)
def methods() -> Methods:
    """The methods as declared beside this file."""
    return read_declaration(Path(__file__).with_name("methods.yaml"), Methods)


_Dated = TypeVar("_Dated", bound=Dated)


def in_force(found: tuple[_Dated, ...], day: dt.date, what: str) -> _Dated:
    """The edition in force on a day.

    Raises
    ------
    OutsideValidity
        Where none was; nothing is taken in its place.
    """
    for one in found:
        if one.validity.contains(day):
            return one
    known = ", ".join(str(one.validity) for one in found)
    raise OutsideValidity(f"No edition of {what} was in force on {day}; declared are: {known}.")
