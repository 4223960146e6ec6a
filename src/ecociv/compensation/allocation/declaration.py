"""A basin's fund of a year: scores, coefficients and bases of the counties, as declared. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from ecociv.compensation.agreements.declaration import Clause, NotNegative, Positive
from ecociv.compensation.payment import Payment
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    zone_declaration_if_any,
)


class Penalty(Declared):
    """The share that is withheld after a major pollution event, with the document that says so."""

    share: Annotated[Decimal, Field(ge=0, le=1)]
    document: str


class County(Declared):
    """What a county brings; scores on one scale, ``base`` in 10⁴ yuan."""

    water_quality: NotNegative
    water_treatment: NotNegative
    forest: NotNegative
    water_management: NotNegative
    coefficient: Positive = Decimal(1)
    base: NotNegative = Decimal(0)
    penalty: Penalty | None = None

    @property
    def figures(self) -> dict[str, Decimal]:
        """What the fund is divided by, under the names of `ecociv.standards.compensation.BasinCounty`."""
        return {
            "water_quality": self.water_quality,
            "water_treatment": self.water_treatment,
            "forest": self.forest,
            "water_management": self.water_management,
            "coefficient": self.coefficient,
            "base": self.base,
            "withheld": self.penalty.share if self.penalty else Decimal(0),
        }


class Fund(Declared):
    """A fund with the year whose scores divide it; ``amount`` in 10⁴ yuan.

    ``programme`` is what the funds of all years have in common; ``from_pool`` is the part of the amount that was withheld in
    earlier years and comes from the pool.
    """

    key: str
    title: LocalText
    year: int
    amount: Positive
    source: Clause
    sample: bool = False
    edition: str = "Jiangxi basin compensation"
    counties: dict[str, County] = Field(min_length=1)
    programme: str = "basin"
    from_pool: NotNegative = Decimal(0)

    @model_validator(mode="after")
    def _pool_within_amount(self) -> Self:
        if self.from_pool > self.amount:
            raise ValueError(f"from_pool, {self.from_pool}, is more than the amount, {self.amount}")
        return self


class FundProgramme(Declared):
    """What the funds of all years have in common; without ``payment`` they are computed and shown only."""

    title: LocalText
    payment: Payment | None = None


class Funds(Declared):
    """What a zone declares in ``compensation_funds.yaml``."""

    programmes: dict[str, FundProgramme] = {}
    funds: tuple[Fund, ...] = ()

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [fund.key for fund in self.funds]
        if len(set(keys)) < len(keys):
            raise ValueError("two funds have the same key")
        years = [(fund.programme, fund.year) for fund in self.funds]
        if len(set(years)) < len(years):
            raise ValueError("two funds of one programme have the same year")
        return self


def allocations(zone: str) -> tuple[Fund, ...]:
    """The funds that a zone declares in ``compensation_funds.yaml``; none where there is no file."""
    return funds(zone).funds


def funds(zone: str) -> Funds:
    """Funds and their programmes, as declared; nothing where there is no file."""
    return zone_declaration_if_any(zone, "compensation_funds.yaml", Funds) or Funds()
