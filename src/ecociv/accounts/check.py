"""Everything that the accounts must hold to, for all areas and years: what breaks it, where, and who settles it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ecociv.accounts.companions import compared, pilot_checks, supply_use, transition
from ecociv.accounts.declaration import load_accounts
from ecociv.accounts.gather.supply import KIND_NAMES, SupplyUseTable
from ecociv.accounts.gather.transitions import NoTransition, class_names
from ecociv.accounts.queries import BalanceSheet, areas, balance_sheet, state, years
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.standards.natural_capital import Change
from ecociv.standards.natural_capital.balance import add_up

NOT_ADDED = frozenset({"inflow", "outflow"})
"""Rows of the city that are not the sums of its counties: water between two counties crosses no boundary of the city."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One identity that does not hold."""

    code: str
    area: str
    year: int
    account: str
    text: Text
    settle: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "code": self.code,
            "area": self.area,
            "year": self.year,
            "account": self.account,
            "text": self.text.to_mapping(),
            "settle": self.settle,
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: how many sheets and identities were looked at, and what was found."""

    sheets: int
    columns: int
    findings: tuple[Finding, ...]
    missing: int

    @property
    def breaks(self) -> tuple[Finding, ...]:
        """Identities that are broken; missing entries are no breach."""
        return tuple(one for one in self.findings if one.code != "entry-missing")


def check(
    zone: str,
    chosen: Iterable[int] | None = None,
    *,
    as_of: dt.datetime | None = None,
    second_sources: bool = False,
) -> Checked:
    """Check the accounts of a zone.

    Parameters
    ----------
    chosen
        Years; all of them, when not given.
    second_sources
        Whether closing stocks are held against layers, and the land transition against the account, too. Measuring layers
        takes seconds the first time.
    """
    span = tuple(chosen) if chosen is not None else tuple(years(zone))
    return _checked(zone, span, as_of, second_sources, state(zone))


@lru_cache(maxsize=16)
def _checked(
    zone: str, span: tuple[int, ...], as_of: dt.datetime | None, second_sources: bool, _state: tuple[object, ...]
) -> Checked:
    findings: list[Finding] = []
    sheets = columns = missing = 0
    for year in span:
        of_year = [balance_sheet(zone, key, year, as_of) for key, _ in areas(zone)]
        for sheet in of_year:
            sheets += 1
            columns += sum(len(one.balance.items) for one in sheet.accounts if one.balance is not None)
            missing += sheet.gaps
            findings += _of_sheet(sheet, second_sources=second_sources)
        findings += counties_add_up(of_year[0], of_year[1:])
    if second_sources:
        findings += _transitions(zone, as_of)
    return Checked(sheets, columns, tuple(findings), missing)


def _of_sheet(sheet: BalanceSheet, *, second_sources: bool) -> Iterator[Finding]:
    for account in sheet.accounts:
        for reason in account.verdict.reasons:
            yield Finding(reason.code, sheet.area, sheet.year, account.key, reason.text)
    own = {account.key: set(account.verdict.codes) for account in sheet.accounts}
    for key, form in pilot_checks(sheet).items():
        for reason in form.verdict.reasons:
            if reason.code not in own[key]:
                yield Finding(f"pilot-{reason.code}", sheet.area, sheet.year, key, reason.text)
    table = supply_use(sheet.zone, sheet.area, sheet.year, sheet.as_of)
    for reason in table.table.verdict.reasons if table else ():
        code = "entry-missing" if reason.code == "flow-missing" else reason.code
        yield Finding(code, sheet.area, sheet.year, "supply-use", reason.text)
    if table is not None and sheet.has("water"):
        yield from _water_agrees(sheet, table)
    if not second_sources:
        return
    for one in compared(sheet.zone, sheet):
        if one.agrees is False and one.difference is not None:
            name = one.name
            text = Text(
                zh=f"{name.zh}：第二来源比账户{beyond(one.difference).zh}",
                en=f"{name.en}: the second source has {beyond(one.difference).en} than the account",
            )
            yield Finding("second-source", sheet.area, sheet.year, one.account, text, one.settle)


def _water_agrees(sheet: BalanceSheet, table: SupplyUseTable) -> Iterator[Finding]:
    """What the account of water says was taken and given back is what the units of the economy took and gave back."""
    account, declared = sheet.account("water"), load_accounts(sheet.zone).supply_use
    taken = [row for row, its in account.form.rows.items() if its.flow == Change.EXTRACTION]
    stated = (
        ("abstracted", [account.total(row) for row in taken if any(at == row for at, _ in account.cells)]),
        ("returned", [account.total("returned")]),
    )
    for kind, rows in stated:
        of_account, of_units = add_up(rows), table.total(kind)
        if declared is None or not rows or of_account is None or of_units is None:
            continue
        if abs(of_units - of_account) > declared.tolerance:
            name, more = KIND_NAMES[kind], beyond(of_units - of_account)
            text = Text(
                zh=f"{name.zh}：供给使用表比水资源账户{more.zh}",
                en=f"{name.en}: supply and use have {more.en} than the account of water",
            )
            yield Finding("water-differs", sheet.area, sheet.year, "supply-use", text)


def beyond(gap: Decimal, unit: Text | None = None) -> Text:
    """A difference in words: so much more, or so much less.

    >>> beyond(Decimal("-3150")).zh, beyond(Decimal("0.50"), Text(zh="公顷", en="hectare")).en
    ('少3150', '0.50 hectare more')
    """
    size, zh, en = plain(abs(gap)), unit.zh if unit else "", f" {unit.en}" if unit else ""
    side = Text(zh="多", en="more") if gap > 0 else Text(zh="少", en="less")
    return Text(zh=f"{side.zh}{size}{zh}", en=f"{size}{en} {side.en}")


def counties_add_up(city: BalanceSheet, counties: list[BalanceSheet]) -> Iterator[Finding]:
    """Cells of the city that are not the sums of those of its counties; what is missing in either is no breach."""
    for account in city.accounts:
        if account.form.kind == "flow":
            continue
        for (row, column), cell in account.cells.items():
            if row in NOT_ADDED or cell.number is None:
                continue
            parts = [each.account(account.key).cells.get((row, column)) for each in counties]
            known = [part for part in parts if part and part.missing is not Missing.NOT_APPLICABLE]
            total = add_up(part.number for part in known) if known else None
            if total is not None and abs(total - cell.number) > account.tolerance * max(1, len(known)):
                gap: Decimal = total - cell.number
                name, what = account.columns[column], account.form.rows[row].name
                yield Finding(
                    "counties",
                    city.area,
                    city.year,
                    account.key,
                    Text(
                        zh=f"{name.zh}{what.zh}：各县合计比全市{beyond(gap).zh}",
                        en=f"{name.en}, {what.en}: the counties add up to {beyond(gap).en} than the city",
                    ),
                )


def _transitions(zone: str, as_of: dt.datetime | None) -> Iterator[Finding]:
    declared = load_accounts(zone)
    if declared.transitions is None:
        return
    tolerance = declared.transitions.tolerance
    settle = declared.accounts["land"].settle if "land" in declared.accounts else ""
    for key, _ in areas(zone):
        found = transition(zone, key, as_of=as_of)
        if isinstance(found, NoTransition):
            continue
        names = class_names()
        for column, gaps in found.matrix.residual.items():
            for gap, day in zip(gaps, (found.first, found.last), strict=True):
                if gap is None or abs(gap) <= tolerance:
                    continue
                name, more = names[column], beyond(round_half_even(gap, 2), Text(zh="公顷", en="hectare"))
                text = Text(
                    zh=f"{name.zh}：{day}账户面积比转移矩阵{more.zh}",
                    en=f"{name.en}: on {day} the account has {more.en} than the transition matrix",
                )
                yield Finding("land-transition", key, day.year, "land-transition", text, settle)
