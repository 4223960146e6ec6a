"""The declared rules of the room, and who answers for its parts in a zone. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration, zone_declaration


class PayBand(Declared):
    """Up to so many percentage points below what was promised, so many per cent of the fee are paid."""

    shortfall: Decimal = Field(ge=0, le=100)
    pay: Decimal = Field(ge=0, le=100)


class PaymentRule(Declared):
    """How attainment turns into payment.

    Periods without a usable value are left out as long as they are at most ``missing_most`` per cent; where more are
    missing all of them count as not attained. Beyond the last band nothing is paid.
    """

    key: str
    missing_most: Decimal = Field(ge=0, le=100)
    bands: tuple[PayBand, ...] = Field(min_length=1)
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(a.shortfall >= b.shortfall or a.pay < b.pay for a, b in pairwise(self.bands)):
            raise ValueError("bands: a larger shortfall comes later and pays no more")
        return self


class DiscountBand(Declared):
    """Up to this relative uncertainty (per cent) so many per cent of the change are taken off."""

    up_to: Decimal = Field(gt=0)
    deduct: Decimal = Field(ge=0, lt=100)


class CarbonDiscount(Declared):
    """Deduction for the uncertainty of a sample of plots; beyond the last band more plots are needed.

    ``lost_plots_most``: per cent of the plots of the first survey that may be missing in the second.
    """

    confidence: Decimal = Field(gt=0, lt=1)
    bands: tuple[DiscountBand, ...] = Field(min_length=1)
    lost_plots_most: Decimal = Field(ge=0, le=100)
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(a.up_to >= b.up_to or a.deduct > b.deduct for a, b in pairwise(self.bands)):
            raise ValueError("bands: more uncertainty comes later and takes no less off")
        return self


class GreenRules(Declared):
    """``rules.yaml`` beside this file."""

    payment_rules: tuple[PaymentRule, ...]
    carbon_discount: CarbonDiscount

    def payment_rule(self, key: str) -> PaymentRule:
        """A payment rule by its key.

        Raises
        ------
        KeyError
            For one that nobody declared.
        """
        for rule in self.payment_rules:
            if rule.key == key:
                return rule
        raise KeyError(f"There is no payment rule {key!r}.")


class FeeBook(Declared):
    """The book in which fees of treatment contracts are booked and paid; ``since`` is the first day of an entry."""

    key: str
    title: LocalText
    keeper: str
    since: dt.date
    sample: bool = False


class GreenBodies(Declared):
    """``green_economy.yaml`` of a zone: who settles contracts and who asks for issuance, by body.

    Without ``book`` the fees of contracts are settled and not booked.
    """

    contracts: str
    forest_carbon: str
    procurement_return: str
    citation: LocalText
    verified: bool = False
    book: FeeBook | None = None


@lru_cache(maxsize=1)
def rules() -> GreenRules:
    """The national rules.

    >>> [rule.key for rule in rules().payment_rules]
    ['banded', 'strict']
    """
    return read_declaration(Path(__file__).with_name("rules.yaml"), GreenRules)


def bodies(zone: str) -> GreenBodies:
    """Who answers for what in a zone.

    Raises
    ------
    DeclarationError
        Where the zone declares nobody, or the file cannot be read.
    """
    return zone_declaration(zone, "green_economy.yaml", GreenBodies)
