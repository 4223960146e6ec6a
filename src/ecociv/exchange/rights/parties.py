"""Who a participant is in the eyes of the rules: sector and basin, out of the register of enterprises."""

from __future__ import annotations

import datetime as dt

from ecociv.exchange.instruments import Instrument
from ecociv.exchange.instruments.declaration import national, zone_exchange
from ecociv.exchange.registry.rules import Party
from ecociv.plan.package import zone_directory
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entry

ENTERPRISE = "enterprise"


def enterprise(zone: str, key: str, on: dt.date) -> Entry | None:
    """The enterprise of an account on a day, as the register has it; ``None`` where it is on none."""
    return entry(zone, ENTERPRISE, key, on)


def party(zone: str, account: str, instrument: Instrument, on: dt.date) -> Party:
    """Sector and region of an account; what the register does not say stays empty, which the rules take as unknown."""
    found = enterprise(zone, account, on)
    if found is None:
        return Party(account)
    industry, division = str(found.values.get("industry", "")), str(found.values.get("division", ""))
    return Party(account, national().sector_of(industry), region_of(zone, instrument, division))


def standing(zone: str, account: str, on: dt.date) -> tuple[str, tuple[str, ...]]:
    """Sector and all regions of an account, as its entry of the journal is to have them; empty where the register is silent."""
    found = enterprise(zone, account, on)
    if found is None:
        return "", ()
    return placed(zone, str(found.values.get("industry", "")), str(found.values.get("division", "")))


def placed(zone: str, industry: str, division: str) -> tuple[str, tuple[str, ...]]:
    """The sector of an industry, and every region and basin in which a county lies, in the order of their keys."""
    regions = (one.key for one in zone_exchange(zone_directory(zone)).regions if division in one.divisions)
    return national().sector_of(industry), tuple(sorted(regions))


def region_of(zone: str, instrument: Instrument, division: str) -> str:
    """The region or basin of an instrument in which a county lies; an empty string where none is declared for it."""
    for one in zone_exchange(zone_directory(zone)).regions:
        if one.key in instrument.regions and division in one.divisions:
            return one.key
    return ""
