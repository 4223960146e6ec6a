"""What a zone declares beside its accounts: prices, land transitions, water supply and use, liabilities. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ecociv.accounts.forms import Basis
from ecociv.core.missing import Missing
from ecociv.evidence.declared import Declared, LocalText, Unit


def several(value: object) -> object:
    """A single text where a list is meant."""
    return (value,) if isinstance(value, str) else value


def listed(value: object) -> object:
    """A single mapping where a list is meant."""
    return (value,) if isinstance(value, dict) else value


Cells = Annotated[tuple[str, ...], BeforeValidator(several)]


class Nothing(Declared):
    """No figure, and why: a cell that the zone does not fill says so."""

    kind: Missing
    reason: LocalText


class Price(Declared):
    """A price of one unit, dated: outside its dates there is none."""

    account: str
    column: str
    value: Decimal = Field(ge=0)
    unit: Unit
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    basis: Basis
    note: LocalText | None = None

    def holds(self, on: dt.date) -> bool:
        """Whether the price is in force on a day."""
        return self.from_ <= on and (self.to is None or on <= self.to)


class Transitions(Declared):
    """The layer whose versions give the land transition matrix, and the classes of it for each column of the land account."""

    layer: str
    classes: dict[str, Cells]
    tolerance: Decimal = Field(default=Decimal("0.05"), ge=0)


class Flow(Declared):
    """A flow: cells of a return (of the area, or of a group of places within it), or a reason why there is none."""

    return_: str = Field(default="", alias="return")
    cell: Cells = ()
    less: Cells = ()
    group: str = ""
    none: Nothing | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.return_ and self.cell) == bool(self.none):
            raise ValueError("give return and cell, or none")
        return self


class WaterUser(Declared):
    """A unit of the economy that takes, passes on, returns and consumes water."""

    name: LocalText
    abstracted: Flow | None = None
    received: Flow | None = None
    supplied: Flow | None = None
    returned: Flow | None = None
    consumed: Flow | None = None


class SupplyUse(Declared):
    """The water supply and use table."""

    unit: Unit = "wan_m3"
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    units: dict[str, WaterUser] = Field(min_length=2)
    passed: tuple[tuple[str, str, Flow], ...] = ()


class Limit(Declared):
    """A limit from a year on; or why there is none, such as one that is left to the upper level."""

    from_: int = Field(alias="from")
    to: int | None = None
    value: Decimal | None = None
    missing: Nothing | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.value is None) == (self.missing is None):
            raise ValueError("give either value or missing")
        return self


class Permits(Declared):
    """Permitted amounts against which each emitter is held: the entry whose holder is the emitter's credit code.

    Attributes
    ----------
    register_ : str
        Kind of register entry.
    field : str
        The field of amounts a year, in ``unit``.
    item : str
        Which of the amounts.
    return_, cell, group
        What each emitter of the group reported.
    detail : str
        Detail of the place that holds its credit code.
    """

    register_: str = Field(alias="register")
    field: str
    item: str
    unit: Unit
    return_: str = Field(alias="return")
    cell: str
    group: str
    detail: str = "credit_code"


class Liability(Declared):
    """Something that the zone owes its nature (负债): what exceeds a limit, or falls short of it.

    Attributes
    ----------
    kind : str
        ``overuse``, ``pollution`` or ``restoration``.
    exceeds : bool
        True where an amount above the limit is owed, false where one below it is.
    sections_above_target : bool
        The river length in sections worse than their target class, instead of an amount and a limit.
    permits : Permits, optional
        What emitters emitted above their permits, instead of an amount and a limit.
    limits : tuple of Limit
        In ``unit``, by year; a year without one has no answer.
    places : tuple of str
        Areas for which the limits are set; others have no limit of their own.
    price : Decimal, optional
        Yuan for one unit, where a valuation is declared; otherwise physical only.
    """

    key: str
    name: LocalText
    kind: Literal["overuse", "pollution", "restoration"]
    unit: Unit
    amount: Annotated[tuple[Flow, ...], BeforeValidator(listed)] = ()
    exceeds: bool = True
    limits: tuple[Limit, ...] = ()
    places: tuple[str, ...] = ()
    sections_above_target: bool = False
    permits: Permits | None = None
    basis: Basis
    price: Decimal | None = None
    price_basis: Basis | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ways = [bool(self.amount), self.sections_above_target, self.permits is not None]
        if sum(ways) != (0 if self.kind == "restoration" else 1):
            raise ValueError(
                "give exactly one of amount with limits, sections_above_target, permits; restoration needs none of them"
            )
        if (self.price is None) != (self.price_basis is None):
            raise ValueError("a price needs its price_basis, and the reverse")
        return self

    def limit(self, year: int) -> Limit | None:
        """The limit in force in a year, or none."""
        found = [one for one in self.limits if one.from_ <= year and (one.to is None or year <= one.to)]
        return found[-1] if found else None
