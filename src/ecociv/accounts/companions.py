"""The tables beside the balance sheet: supply and use of water, land transitions, liabilities, values, second sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.accounts.cells import Cell
from ecociv.accounts.declaration import Price, load_accounts
from ecociv.accounts.forms import CLOSING, national
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.figures import read_figures
from ecociv.accounts.gather.owed import Owed, owed
from ecociv.accounts.gather.supply import SupplyUseTable, supply_use_table
from ecociv.accounts.gather.transitions import NoTransition, Transition, land_transition, surveys
from ecociv.accounts.intensity import Intensity, intensity_of
from ecociv.accounts.money import DayPrice, Worth, day_price, worth_of
from ecociv.accounts.pilot import check_pilot
from ecociv.accounts.queries import BalanceSheet, balance_sheet, resolve_area, years
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.text import Text
from ecociv.standards.natural_capital import PilotCheck
from ecociv.territory.models import LayerVersion


def sources_of(zone: str, as_of: dt.datetime | None = None) -> Sources:
    """Everything that the accounts of a zone read."""
    return Sources(zone, load_accounts(zone), read_figures(zone, as_of), as_of)


def supply_use(
    zone: str, area: str, year: int, as_of: dt.datetime | None = None
) -> SupplyUseTable | None:
    """Supply and use of water; none where the zone declares no such table."""
    sources, key = sources_of(zone, as_of), resolve_area(zone, area)
    declared = sources.declared.supply_use
    return None if declared is None else supply_use_table(declared, sources.figures, key, year)


def liabilities(zone: str, area: str, year: int, as_of: dt.datetime | None = None) -> tuple[Owed, ...]:
    """What an area owes at the end of a year."""
    return owed(sources_of(zone, as_of), resolve_area(zone, area), year)


def worth(zone: str, sheet: AccountSheet, year: int) -> Worth | None:
    """The value of an account at declared prices; none where no price is declared."""
    price_on = prices_of(zone)
    return worth_of(sheet, year, lambda account, column, day: price_on(account, column, sheet.unit, day))


def prices_of(zone: str) -> Callable[[str, str, str, dt.date], DayPrice | None]:
    """The declared prices of a zone: of a column of an account on a day, for one of a unit; none where none is in force."""
    declared = load_accounts(zone)

    def price_on(account: str, column: str, unit: str, day: dt.date) -> DayPrice | None:
        found: Price | None = declared.price_on(account, column, day)
        return None if found is None else day_price(found.value, found.unit, unit, found.basis.citation)

    return price_on


def land_surveys(zone: str, as_of: dt.datetime | None = None) -> tuple[LayerVersion, ...]:
    """The surveys between which land transitions can be told."""
    declared = load_accounts(zone).transitions
    return () if declared is None else surveys(zone, declared, as_of)


def transition(
    zone: str,
    area: str,
    first: LayerVersion | None = None,
    last: LayerVersion | None = None,
    as_of: dt.datetime | None = None,
) -> Transition | NoTransition:
    """The land transition matrix between two surveys; the last two, when not given.

    The areas of the land account on both days are held against it.
    """
    declared = load_accounts(zone).transitions
    if declared is None:
        return NoTransition(
            Text(zh="没有声明土地转移的图层", en="No layer is declared for land transitions")
        )
    known = surveys(zone, declared, as_of)
    if len(known) < 2 and (first is None or last is None):
        return NoTransition(
            Text(
                zh="土地调查图层不足两期；请导入另一期",
                en="There are fewer than two surveys; import another one",
            )
        )
    first, last = first or known[-2], last or known[-1]
    key = resolve_area(zone, area)
    ends = [_land_at(zone, key, one.valid_from, as_of) for one in (first, last)]
    return land_transition(
        zone, declared, key, first, last, opening=ends[0], closing=ends[1], as_of=as_of
    )


def _land_at(
    zone: str, area: str, day: dt.date, as_of: dt.datetime | None
) -> Mapping[str, Decimal | None] | None:
    if (day.month, day.day) != (12, 31) or day.year not in years(zone):
        return None
    sheet = balance_sheet(zone, area, day.year, as_of)
    if not sheet.has("land"):
        return None
    land = sheet.account("land")
    return {column: land.figure(CLOSING, column) for column in land.columns}


def intensities(sheet: BalanceSheet) -> tuple[Intensity, ...]:
    """The forms of intensities whose two accounts the zone draws up."""
    return tuple(
        intensity_of(key, sheet.account(form.stock), sheet.account(form.by))
        for key, form in national().intensities.items()
        if all(
            sheet.has(account) and set(form.columns) <= set(sheet.account(account).columns)
            for account in (form.stock, form.by)
        )
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A closing stock beside its second source."""

    account: str
    column: str
    name: Text
    unit: str
    first: Cell
    second: Cell
    allowed: Decimal | None
    settle: str

    @property
    def difference(self) -> Decimal | None:
        """Second less first; none where either is missing."""
        one, other = self.first.number, self.second.number
        return None if one is None or other is None else other - one

    @property
    def agrees(self) -> bool | None:
        """Whether both lie within the declared tolerance; none where that cannot be said."""
        if self.difference is None or self.allowed is None:
            return None
        return abs(self.difference) <= self.allowed


def compared(zone: str, sheet: BalanceSheet) -> tuple[Compared, ...]:
    """Every closing stock that has a second source."""
    sources = sources_of(zone, sheet.as_of)
    found = []
    for account in sheet.accounts:
        declared = sources.declared.accounts[account.key]
        for column, second in sources.compared(account.key, sheet.area, sheet.year).items():
            first = account.cells[CLOSING, column]
            allowed = None
            if declared.compare_tolerance and first.number is not None and second.number is not None:
                allowed = declared.compare_tolerance.allowed(first.number, second.number)
            found.append(
                Compared(
                    account.key, column, account.columns[column], account.unit, first, second, allowed,
                    declared.settle,
                )
            )  # fmt: skip
    return tuple(found)


def pilot_checks(sheet: BalanceSheet) -> dict[str, PilotCheck]:
    """The forms of the 2015 pilot that the accounts fill, checked, by key of the account."""
    zone_years = years(sheet.zone)
    before = (
        balance_sheet(sheet.zone, sheet.area, sheet.year - 1, sheet.as_of)
        if sheet.year - 1 in zone_years
        else None
    )
    declared = load_accounts(sheet.zone)
    return {
        account.key: check_pilot(
            account,
            before.account(account.key) if before is not None else None,
            boundary_changed=sheet.year in declared.accounts[account.key].boundary_changes,
        )
        for account in sheet.accounts
        if account.form.pilot
    }


__all__ = [
    "Compared",
    "compared",
    "intensities",
    "land_surveys",
    "liabilities",
    "pilot_checks",
    "prices_of",
    "sources_of",
    "supply_use",
    "transition",
    "worth",
]
