"""An instrument as it is on one day in one zone: what the registry, the market and the pages ask. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from ecociv.core.text import Text
from ecociv.exchange.instruments.declaration import (
    DeclaredInstrument,
    Hours,
    InstrumentKind,
    Medium,
    Offered,
    Region,
    Settlement,
    Terms,
    VintageRule,
    national,
    zone_exchange,
)


class InstrumentNotInForce(LookupError):
    """An instrument is not declared for a zone, or has no terms on a day; ``text`` names both."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Instrument:
    """An instrument with the terms that hold on one day.

    Examples
    --------
    >>> from ecociv.evidence.declared import zone_folder
    >>> so2 = instrument("so2", zone_folder("jingdezhen"), dt.date(2017, 6, 1))
    >>> so2.unit, so2.lot, so2.regions, so2.terms.validity_years
    ('kg', 1, ('jingdezhen',), 5)
    """

    declared: DeclaredInstrument
    terms: Terms
    offered: Offered

    @property
    def key(self) -> str:
        """Key, for instance ``so2``."""
        return self.declared.key

    @property
    def label(self) -> Text:
        """Name in both languages."""
        return self.declared.label

    @property
    def kind(self) -> InstrumentKind:
        """Discharge right, carbon allowance, sink credit, water right or mining right."""
        return self.declared.kind

    @property
    def medium(self) -> Medium:
        """What is polluted or used."""
        return self.declared.medium

    @property
    def unit(self) -> str:
        """Unit of one whole unit of the registry."""
        return self.declared.unit

    @property
    def settlement(self) -> Settlement:
        """Whether units are surrendered, or only have to cover what is discharged."""
        return self.declared.settlement

    @property
    def vintage_rule(self) -> VintageRule:
        """What the vintage of a unit is."""
        return self.declared.vintage

    @property
    def regions(self) -> tuple[str, ...]:
        """Keys of the regions or basins; empty for the whole country."""
        return self.offered.regions

    @property
    def lot(self) -> int:
        """Units; orders are whole multiples."""
        return self.terms.lot

    @property
    def tick(self) -> int:
        """Fen per unit; prices are whole multiples."""
        return self.terms.tick

    @property
    def hours(self) -> tuple[Hours, ...]:
        """Trading hours, local time."""
        return self.terms.hours

    @property
    def band_bp(self) -> int | None:
        """How far a price may lie from the reference, in basis points."""
        return self.terms.band_bp

    @property
    def reserve(self) -> str:
        """Account of the government's reserve."""
        return self.offered.reserve

    @property
    def authority(self) -> str:
        """Key of the body that issues and supervises."""
        return self.offered.authority


def instruments(folder: Path, on: dt.date) -> dict[str, Instrument]:
    """The instruments of a zone that have terms on a day, by key, in the order in which the zone declares them.

    Parameters
    ----------
    folder : Path
        Folder of the zone package.
    on : date
        The day.
    """
    declared = {one.key: one for one in national().instruments}
    found = {}
    for offered in zone_exchange(folder).instruments:
        one = declared[offered.key]
        terms = next((terms for terms in one.terms if terms.hold_on(on)), None)
        if terms is not None:
            found[one.key] = Instrument(one, terms, offered)
    return found


def instrument(key: str, folder: Path, on: dt.date) -> Instrument:
    """One instrument on a day.

    Raises
    ------
    InstrumentNotInForce
        When the zone does not have it, or it has no terms on that day.
    """
    there = instruments(folder, on)
    if key not in there:
        known = "、".join(there) or "—"
        raise InstrumentNotInForce(
            Text(
                zh=f"{on:%Y-%m-%d} 没有交易品种“{key}”。当日有：{known}。",
                en=f"There is no instrument {key!r} on {on:%Y-%m-%d}; on that day there are: {known}.",
            )
        )
    return there[key]


def regions(folder: Path) -> dict[str, Region]:
    """The regions and basins that a zone declares, by key."""
    return {one.key: one for one in zone_exchange(folder).regions}
