"""Schemes of compensation by rates and areas, as declared. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ecociv.compensation.agreements.declaration import Clause, NotNegative
from ecociv.compensation.payment import Payment
from ecociv.core.periods import Validity
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    zone_declaration_if_any,
)
from ecociv.standards.compensation import AreaRate

Share = Annotated[Decimal, Field(gt=0, le=1)]


class Source(Declared):
    """Where an area comes from: properties of a departmental return added up, and the share of them that is eligible."""

    network: str
    properties: tuple[str, ...] = Field(min_length=1)
    share: Share = Decimal(1)


class Stated(Declared):
    """Areas that a document states, in hectares by county and year."""

    document: str
    hectares: dict[str, dict[int, NotNegative]]


class Rate(Declared):
    """Yuan a mu and year between two days, with its document."""

    yuan_per_mu: NotNegative
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: Clause


class LandKind(Declared):
    """A kind of land with its area and its dated rates."""

    name: LocalText
    area: Source | None = None
    stated: Stated | None = None
    rates: tuple[Rate, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_area(self) -> Self:
        if (self.area is None) == (self.stated is None):
            raise ValueError("give either area or stated")
        return self


class Scheme(Declared):
    """One kind of compensation (耕地、公益林、湿地、矿山) with its kinds of land.

    Without ``payment`` it is computed and shown only.
    """

    key: str
    title: LocalText
    kind: Literal["farmland", "forest", "wetland", "mining"]
    sample: bool = False
    counties: tuple[str, ...] = Field(min_length=1)
    lands: dict[str, LandKind] = Field(min_length=1)
    payment: Payment | None = None

    def rates(self) -> list[AreaRate]:
        """The rates as the standards take them."""
        return [
            AreaRate(
                key,
                rate.yuan_per_mu,
                Validity(rate.valid_from, rate.valid_to),
                rate.source.citation,
            )
            for key, land in self.lands.items()
            for rate in land.rates
        ]


class _Schemes(Declared):
    schemes: tuple[Scheme, ...]


def schemes(zone: str) -> tuple[Scheme, ...]:
    """The schemes that a zone declares in ``compensation_areas.yaml``; none where there is no file."""
    found = zone_declaration_if_any(zone, "compensation_areas.yaml", _Schemes)
    return found.schemes if found else ()
