"""What a zone declares of its tiered prices (``tariffs.yaml``). Pure: no Django.

Volumes are cubic metres of one accumulation period, prices yuan a cubic metre. Everything is dated and cited; a zone whose
tariffs are not in its sources declares samples, and every page and paper then says so.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.text import Text
from ecociv.evidence.declared import (
    DeclarationError,
    Declared,
    LocalText,
    zone_declaration_if_any,
)

Utility = Literal["water", "gas"]
Accumulation = Literal["month", "quarter", "year"]
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""Months of each accumulation period; quarters and years are those of the calendar."""

LITRES = 1000
"""Litres in a cubic metre: volumes are whole litres."""
RATE = 10_000
"""Prices are whole ten-thousandths of a yuan a cubic metre, so that 2.8350 yuan is a whole number."""
LARGEST_VOLUME = Decimal(1_000_000)
LARGEST_PRICE = Decimal(1000)
"""Beyond these (m3, yuan/m3) whole-number arithmetic of a million households could run over, and no tariff lies there."""


class Tier(Declared):
    """A tier (阶梯): up to a volume, at a price; the last tier has no end.

    ``extra_per_person`` is by how much its end rises for each person above the declared household size.
    """

    up_to: Decimal | None = Field(default=None, gt=0, le=LARGEST_VOLUME)
    price: Decimal = Field(ge=0, le=LARGEST_PRICE)
    extra_per_person: Decimal = Field(default=Decimal(0), ge=0, le=LARGEST_VOLUME)


class Surcharge(Declared):
    """A charge on each cubic metre whatever the tier (代征费): sewage treatment, water resource fee.

    ``exempt`` names the exemptions whose free volume is free of this too.
    """

    key: str
    name: LocalText
    price: Decimal = Field(ge=0, le=LARGEST_PRICE)
    exempt: tuple[str, ...] = ()


class Exemption(Declared):
    """Households for whom a volume is free (减免), such as those on the minimum living allowance.

    The free volume is the first of each accumulation period: so many cubic metres for each of its months. It still counts
    towards the tiers.
    """

    key: str
    name: LocalText
    free_per_month: Decimal = Field(gt=0, le=LARGEST_VOLUME)


class HouseholdSize(Declared):
    """Up to so many persons the tiers hold as they stand."""

    persons: int = Field(ge=1, le=50)


class LeakRule(Declared):
    """What a confirmed leak behind the meter costs: a share is waived, the rest is charged at one tier's price.

    What leaked does not count towards the tiers.
    """

    waived_share: Decimal = Field(ge=0, le=1)
    price_tier: int = Field(ge=1)
    citation: LocalText
    verified: bool = False


class ChangeRule(Declared):
    """What happens when a tariff begins within an accumulation period.

    The use of a reading is always divided by days. ``prorated``: each tariff counts from zero with tiers and free volumes
    in proportion to its days in the period; ``carried``: the use before counts towards the new tariff's whole tiers.
    """

    tiers: Literal["prorated", "carried"]
    citation: LocalText
    verified: bool = False


class TariffVersion(Declared):
    """A tariff as it stood from one day to another, both included."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    accumulation: Accumulation
    tiers: tuple[Tier, ...] = Field(min_length=1, max_length=6)
    household: HouseholdSize | None = None
    surcharges: tuple[Surcharge, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    leak: LeakRule | None = None
    change: ChangeRule
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _stands(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to: {self.valid_to} lies before {self.valid_from}")
        bounds = [tier.up_to for tier in self.tiers[:-1]]
        if any(bound is None for bound in bounds) or self.tiers[-1].up_to is not None:
            raise ValueError("tiers: each tier but the last has an end (up_to), and the last has none")
        if any(low >= high for low, high in pairwise([bound for bound in bounds if bound is not None])):
            raise ValueError("tiers: each ends (up_to) above the one before it")
        if any(low.price > high.price for low, high in pairwise(self.tiers)):
            raise ValueError("tiers: a price is not below the one before it")
        extras = [tier.extra_per_person for tier in self.tiers[:-1]]
        if any(low > high for low, high in pairwise(extras)):
            raise ValueError("tiers: extra_per_person does not fall, or the tiers of large households cross")
        if self.tiers[-1].extra_per_person:
            raise ValueError("tiers: the last tier has no end that extra_per_person could raise")
        if any(extras) != (self.household is not None):
            raise ValueError("household: give the size, and extra_per_person with it, or neither")
        if self.leak is not None and self.leak.price_tier > len(self.tiers):
            raise ValueError(f"leak.price_tier: there are {len(self.tiers)} tiers")
        for names, what in (
            ([one.key for one in self.surcharges], "surcharges"),
            ([one.key for one in self.exemptions], "exemptions"),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"{what}: a key occurs twice")
        known = {one.key for one in self.exemptions}
        for surcharge in self.surcharges:
            if unknown := set(surcharge.exempt) - known:
                raise ValueError(f"surcharges: there is no exemption {', '.join(sorted(unknown))}")
        for number in self._numbers():
            if number != number.quantize(Decimal("0.0001")):
                raise ValueError(f"{number}: prices have at most four decimals")
        for volume in self._volumes():
            if volume != volume.quantize(Decimal("0.001")):
                raise ValueError(f"{volume}: volumes have at most three decimals (litres)")
        return self

    def _numbers(self) -> list[Decimal]:
        return [tier.price for tier in self.tiers] + [one.price for one in self.surcharges]

    def _volumes(self) -> list[Decimal]:
        return [
            *(tier.up_to for tier in self.tiers if tier.up_to is not None),
            *(tier.extra_per_person for tier in self.tiers),
            *(one.free_per_month for one in self.exemptions),
        ]

    @property
    def months(self) -> int:
        """Months of the accumulation period."""
        return MONTHS[self.accumulation]

    @property
    def validity(self) -> Validity:
        """The days on which it is in force."""
        return Validity(self.valid_from, self.valid_to)

    def exemption(self, key: str) -> Exemption | None:
        """An exemption by its key."""
        return next((one for one in self.exemptions if one.key == key), None)


class NoTariffThen(OutsideValidity):
    """A day on which no version of the tariff is in force; ``text`` says when one is."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Tariff(Declared):
    """A tiered tariff with its versions, oldest first."""

    key: str
    utility: Utility
    name: LocalText
    body: str
    sample: bool
    versions: tuple[TariffVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.versions):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(
                    f"versions: the one from {before.valid_from} has to end before {after.valid_from}"
                )
        return self

    def version_on(self, day: dt.date) -> TariffVersion:
        """The version in force on a day.

        Raises
        ------
        OutsideValidity
            When none is.
        """
        for version in self.versions:
            if version.validity.contains(day):
                return version
        spans = ", ".join(str(version.validity) for version in self.versions)
        raise NoTariffThen(
            Text(
                zh=f"{self.name.zh}的有效期为{'、'.join(str(version.validity) for version in self.versions)}，{day}没有有效的价格。",
                en=f"The tariff {self.key} is in force {spans}, not on {day}.",
            )
        )


class Elasticity(Declared):
    """How use answers to the average price: a per cent more of price changes it by so many per cent.

    ``stated`` is one that whoever compares states beside the declared range, with where it is from.
    """

    central: Decimal = Field(le=0, ge=-2)
    weak: Decimal = Field(le=0, ge=-2)
    strong: Decimal = Field(le=0, ge=-2)
    stated: Decimal | None = Field(default=None, le=0, ge=-2)
    stated_source: str = ""
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.strong <= self.central <= self.weak:
            raise ValueError("strong <= central <= weak, all of them 0 or below")
        return self

    @property
    def answers(self) -> tuple[tuple[str, Decimal], ...]:
        """Each elasticity by its kind: weak, central, strong, and stated where one is."""
        found = [("weak", self.weak), ("central", self.central), ("strong", self.strong)]
        return (*found, *((("stated", self.stated),) if self.stated is not None else ()))


class Distribution(Declared):
    """Households to be generated where no real consumption is at hand: log-normal use by household size.

    ``mean_first`` and ``mean_further``: mean m3 a month of the first and of each further person; ``sigma``: standard
    deviation of the logarithm; ``vacant``: share with no use at all; ``season``: weights of the twelve months.
    """

    seed: int = Field(ge=0)
    sizes: dict[int, Decimal]
    mean_first: Decimal = Field(gt=0)
    mean_further: Decimal = Field(ge=0)
    sigma: Decimal = Field(gt=0, le=2)
    vacant: Decimal = Field(ge=0, lt=1)
    season: tuple[int, ...] = Field(min_length=12, max_length=12)
    exempt: dict[str, Decimal] = Field(default_factory=dict)
    note: LocalText

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum(self.sizes.values()) != 1 or any(size < 1 or share < 0 for size, share in self.sizes.items()):
            raise ValueError("sizes: shares of household sizes add up to 1")
        if min(self.season) < 0 or sum(self.season) == 0:
            raise ValueError("season: weights of the months, not negative and not all 0")
        if sum(self.exempt.values()) > 1 or any(share < 0 for share in self.exempt.values()):
            raise ValueError("exempt: shares of households, together at most 1")
        return self


class Tariffs(Declared):
    """``tariffs.yaml`` of a zone."""

    tariffs: tuple[Tariff, ...] = Field(min_length=1)
    elasticities: dict[Utility, Elasticity]
    distributions: dict[Utility, Distribution]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        keys = [one.key for one in self.tariffs]
        if len(set(keys)) != len(keys):
            raise ValueError("tariffs: a key occurs twice")
        for utility in {one.utility for one in self.tariffs}:
            if utility not in self.elasticities or utility not in self.distributions:
                raise ValueError(f"{utility}: give its elasticity and its distribution")
        return self

    def tariff(self, key: str) -> Tariff:
        """A tariff by its key.

        Raises
        ------
        UnknownTariff
        """
        for one in self.tariffs:
            if one.key == key:
                return one
        known = ", ".join(one.key for one in self.tariffs)
        raise UnknownTariff(f"There is no tariff {key!r}; there are: {known}.")


class UnknownTariff(DeclarationError):
    """A tariff that the zone does not declare."""


def zone_tariffs(zone: str) -> Tariffs | None:
    """The tariffs of a zone; none where it declares none.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    return zone_declaration_if_any(zone, "tariffs.yaml", Tariffs)


def require_tariffs(zone: str) -> Tariffs:
    """The tariffs of a zone that has to have some.

    Raises
    ------
    DeclarationError
        Also where the zone declares none.
    """
    found = zone_tariffs(zone)
    if found is None:
        raise DeclarationError(f"The zone {zone} declares no tariffs: write a tariffs.yaml in its folder.")
    return found
