"""Instruments of the exchange: declared, dated, cited. Pure: no Django."""

from ecociv.exchange.instruments.declaration import (
    Banking,
    Borrowing,
    Conversion,
    Hours,
    Offset,
    Ratio,
    Region,
    Replacement,
    SectorBan,
    Terms,
    label_of_kind,
    zone_exchange,
)
from ecociv.exchange.instruments.instrument import (
    Instrument,
    InstrumentNotInForce,
    instrument,
    instruments,
    regions,
)

__all__ = [
    "Banking",
    "Borrowing",
    "Conversion",
    "Hours",
    "Instrument",
    "InstrumentNotInForce",
    "Offset",
    "Ratio",
    "Region",
    "Replacement",
    "SectorBan",
    "Terms",
    "instrument",
    "instruments",
    "label_of_kind",
    "regions",
    "zone_exchange",
]
