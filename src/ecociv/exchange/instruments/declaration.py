"""What is traded (交易品种), declared with dates and sources: nationally here, and in each zone's ``exchange.yaml``. Pure.

An instrument has terms for each span of time. Asking for a day on which it has none is an error, never a default.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError, Declared, LocalText, declaration_at
from ecociv.exchange.market.receiving import Ban

Medium = Literal["water", "air", "carbon", "water-use", "mineral"]
InstrumentKind = Literal["discharge-right", "carbon-allowance", "sink-credit", "water-right", "mining-right"]
VintageRule = Literal["none", "issue-year", "compliance-year"]
Settlement = Literal["surrender", "coverage", "none"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Ratio(Declared):
    """So many units given for so many made."""

    given: int = Field(gt=0)
    made: int = Field(gt=0)

    @property
    def share(self) -> Fraction:
        """Units made for one unit given."""
        return Fraction(self.made, self.given)


class Hours(Declared):
    """A span of a trading day, local time."""

    opens: Clock
    closes: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"the session opens at {self.opens} and closes at {self.closes}")
        return self


class Banking(Declared):
    """Carrying units into a later vintage (结转): at most ``base`` and so many for each unit sold net."""

    base: int = Field(ge=0)
    per_net_sale: Ratio | None = None


class Borrowing(Declared):
    """Using units of the next vintage (预支): from which shortfall on, and up to which part of it (basis points)."""

    minimum_gap_bp: int = Field(ge=0, le=10_000)
    limit_of_gap_bp: int = Field(gt=0, le=10_000)
    years: int = Field(default=1, gt=0)


class Offset(Declared):
    """Credits that count in place of allowances (抵销), up to a part of the verified emissions (basis points)."""

    instruments: tuple[Key, ...]
    limit_bp: int = Field(gt=0, le=10_000)


class Conversion(Declared):
    """Units of this instrument for units of another."""

    to: Key
    ratio: Ratio
    across_regions: bool = False
    citation: LocalText
    verified: bool = False


class SectorBan(Declared):
    """Holders between which the units do not pass: ``*`` stands for any other sector."""

    one: str
    other: str
    citation: LocalText
    verified: bool = False

    def forbids(self, giver: str, taker: str) -> bool:
        """Whether it stands between two sectors, in either direction.

        Examples
        --------
        >>> ban = SectorBan(one="power", other="*", citation={"zh": "38号", "en": "No. 38"})
        >>> ban.forbids("power", "ceramics"), ban.forbids("ceramics", "power"), ban.forbids("power", "power")
        (True, True, False)
        """
        return Ban(self.one, self.other, self.citation).forbids(giver, taker)


class Replacement(Declared):
    """Reduction replacement (削减替代): existing units given up for units of a new project."""

    met: Ratio
    missed: Ratio
    """Where the quality of last year missed the standard."""


class Terms(Declared):
    """What holds for an instrument from a day on."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    lot: int = Field(gt=0)
    """Units; orders are whole multiples."""
    tick: int = Field(gt=0)
    """Fen per unit; prices are whole multiples."""
    price_years: int = Field(default=1, gt=0)
    """Years that a price per unit and year is paid for."""
    validity_years: int | None = Field(default=None, gt=0)
    idle_years: int | None = Field(default=None, gt=0)
    """Years without use after which the government may reclaim."""
    band_bp: int | None = Field(default=None, gt=0, le=10_000)
    block_band_bp: int | None = Field(default=None, gt=0, le=10_000)
    block_minimum: int | None = Field(default=None, gt=0)
    hours: tuple[Hours, ...] = ()
    block_hours: tuple[Hours, ...] = ()
    banking: Banking | None = None
    borrowing: Borrowing | None = None
    offset: Offset | None = None
    conversions: tuple[Conversion, ...] = ()
    sector_bans: tuple[SectorBan, ...] = ()
    across_regions: bool = False
    """Whether units pass from one region or basin into another."""
    replacement: Replacement | None = None
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if (self.block_minimum is None) != (self.block_band_bp is None):
            raise ValueError("block_minimum and block_band_bp go together")
        return self

    def hold_on(self, day: dt.date) -> bool:
        """Whether they are in force on a day, the last one included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def one_after_the_other(spans: Sequence[Terms | BenchmarkPrice], what: str) -> None:
    """Refuse spans of time of which two hold on the same day.

    Raises
    ------
    ValueError
        Naming the first two that overlap.
    """
    ordered = sorted(spans, key=lambda one: one.valid_from)
    for one, other in pairwise(ordered):
        if one.valid_to is None or one.valid_to >= other.valid_from:
            raise ValueError(f"{what} from {one.valid_from} and {other.valid_from} overlap")


class DeclaredInstrument(Declared):
    """An instrument with all its terms."""

    key: Key
    kind: InstrumentKind
    medium: Medium
    label: LocalText
    unit: str
    unit_label: LocalText
    vintage: VintageRule
    settlement: Settlement
    divisible: bool = True
    permit: str | None = None
    """What discharge permits call it; ``None`` where permits say nothing of it."""
    terms: tuple[Terms, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        one_after_the_other(self.terms, f"{self.key}: the terms")
        return self


class Sector(Declared):
    """Industries that the rules of passing on tell apart, by the beginning of their code in GB/T 4754."""

    key: Key
    label: LocalText
    industries: tuple[str, ...] = Field(min_length=1)


class National(Declared):
    """The instruments that the law of the country knows."""

    sectors: tuple[Sector, ...] = ()
    other_sector: Key = "industry"
    instruments: tuple[DeclaredInstrument, ...]

    def sector_of(self, industry: str) -> str:
        """The sector of an industry code; an empty string where there is no code."""
        code = industry.strip().upper()
        if not code:
            return ""
        bare = code.lstrip("ABCDEFGHIJKLMNOPQRST")
        for sector in self.sectors:
            if any(
                code.startswith(mark) or (bare == code and bare.startswith(mark[1:] or "-"))
                for mark in sector.industries
            ):
                return sector.key
        return self.other_sector

    @model_validator(mode="after")
    def _once(self) -> Self:
        keys = [one.key for one in self.instruments]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"declared twice: {', '.join(twice)}")
        known = set(keys)
        for one in self.instruments:
            for terms in one.terms:
                named = {conversion.to for conversion in terms.conversions}
                named |= set(terms.offset.instruments) if terms.offset else set()
                if named - known:
                    raise ValueError(f"{one.key}: there is no instrument {', '.join(sorted(named - known))}")
        return self


class Region(Declared):
    """Where units belong: an administrative region, or a basin."""

    key: Key
    label: LocalText
    kind: Literal["division", "basin", "mine"]
    divisions: tuple[str, ...] = ()
    """Codes of the counties that lie in it (of a basin: whose outfalls drain into it)."""
    verified: bool = False
    note: LocalText | None = None


class BenchmarkPrice(Declared):
    """The lowest price of the government's own sales (基准价) from a day on: fen per unit and year."""

    valid_from: dt.date
    valid_to: dt.date | None = None
    price: int = Field(gt=0)
    citation: LocalText
    verified: bool = False

    def hold_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day, the last one included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Offered(Declared):
    """An instrument as the zone has it."""

    key: Key
    regions: tuple[Key, ...] = ()
    """Empty where units belong to the whole country."""
    authority: str
    reserve: str
    """Account of the government's reserve."""
    benchmark_prices: tuple[BenchmarkPrice, ...] = ()
    """One after the other; on a day that none of them covers the government's sales have no floor."""
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _apart(self) -> Self:
        one_after_the_other(self.benchmark_prices, f"{self.key}: the benchmark prices")
        return self

    def benchmark_on(self, day: dt.date) -> BenchmarkPrice | None:
        """The benchmark price in force on a day, or ``None``."""
        return next((one for one in self.benchmark_prices if one.hold_on(day)), None)


class ZoneExchange(Declared):
    """What a zone declares in ``exchange.yaml``."""

    regions: tuple[Region, ...]
    instruments: tuple[Offered, ...]

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {one.key for one in self.regions}
        for one in self.instruments:
            strange = sorted(set(one.regions) - known)
            if strange:
                raise ValueError(f"{one.key}: there is no region {', '.join(strange)}")
        keys = [one.key for one in self.instruments]
        if len(keys) != len(set(keys)):
            raise ValueError("an instrument is offered twice")
        return self


_NATIONAL = Path(__file__).with_name("national.yaml")


def national() -> National:
    """The national instruments as declared beside this file, as they are now."""
    return declaration_at(_NATIONAL, National)


def zone_exchange(folder: Path) -> ZoneExchange:
    """What a zone package declares about its exchange, as it is now.

    Raises
    ------
    DeclarationError
        With file and line.
    """
    declared = declaration_at(folder / "exchange.yaml", ZoneExchange)
    known = {one.key for one in national().instruments}
    strange = sorted({one.key for one in declared.instruments} - known)
    if strange:
        raise DeclarationError(
            f"exchange.yaml: there is no instrument {', '.join(strange)}; there are: {', '.join(sorted(known))}."
        )
    return declared


def label_of_kind(kind: InstrumentKind) -> Text:
    """A kind of instrument in both languages."""
    return _KINDS[kind]


_KINDS: dict[str, Text] = {
    "discharge-right": Text(zh="排污权", en="Discharge right"),
    "carbon-allowance": Text(zh="碳排放配额", en="Carbon allowance"),
    "sink-credit": Text(zh="碳汇（减排量）", en="Sink credit"),
    "water-right": Text(zh="水权", en="Water right"),
    "mining-right": Text(zh="矿业权", en="Mining right"),
}
