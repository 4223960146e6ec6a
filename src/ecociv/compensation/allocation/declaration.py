"""A basin's fund of a year: scores, coefficients and bases of the counties, as declared. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from ecociv.compensation.agreements.declaration import Clause, NotNegative, Positive
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


class Fund(Declared):
    """A fund with the year whose scores divide it; ``amount`` in 10⁴ yuan."""

    key: str
    title: LocalText
    year: int
    amount: Positive
    source: Clause
    sample: bool = False
    edition: str = "Jiangxi basin compensation"
    counties: dict[str, County] = Field(min_length=1)


class _Funds(Declared):
    funds: tuple[Fund, ...]

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        keys = [fund.key for fund in self.funds]
        if len(set(keys)) < len(keys):
            raise ValueError("two funds have the same key")
        return self


def allocations(zone: str) -> tuple[Fund, ...]:
    """The funds that a zone declares in ``compensation_funds.yaml``; none where there is no file."""
    found = zone_declaration_if_any(zone, "compensation_funds.yaml", _Funds)
    return found.funds if found else ()
