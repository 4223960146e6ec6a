"""Who takes part in a round of allocation: from the permits on record, or from a file of outputs."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.projections.models import AccountRow
from ecociv.exchange.registry.rules import AllocationRefused, Applicant, Output
from ecociv.exchange.rights.parties import enterprise, region_of
from ecociv.registers.queries import entries

PERMIT = "discharge-permit"
COLUMNS = ("account", "permitted", "product", "output", "benchmark", "corrections", "paid_percent")
"""Columns of a file of applicants; an account has a row for each product."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who is given nothing in a round, and why."""

    account: str
    name: str
    why: Text


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row of a file that cannot be used."""

    row: int
    text: Text


class FileRefused(ValueError):
    """A file of applicants with faults; nothing of it was used."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__("; ".join(f"row {fault.row}: {fault.text.en}" for fault in faults))
        self.faults = tuple(faults)


def applicants_of_permits(
    zone: str, instrument: Instrument, region: str, on: dt.date, *, paid: Fraction = Fraction(0)
) -> tuple[list[Applicant], list[LeftOut]]:
    """Everybody who has a permit in force for what the instrument stands for, and an account on the exchange.

    Amounts of several permits of one holder are added; the part of a unit is cut off.
    """
    pollutant = instrument.declared.permit
    if pollutant is None:
        raise AllocationRefused(
            Text(
                zh=f"{instrument.label.zh}不载于排污许可证，请用文件分配。",
                en=f"Discharge permits say nothing of {instrument.label.en}: allocate from a file.",
            )
        )
    accounts = set(AccountRow.objects.filter(venue=zone, closed=False).values_list("account", flat=True))
    amounts: dict[str, Decimal] = {}
    for permit in entries(zone, PERMIT, on):
        said = permit.values.get("permitted")
        amount = said.get(pollutant) if isinstance(said, Mapping) else None
        if permit.in_force and amount is not None and not isinstance(amount, Missing):
            holder = str(permit.values.get("holder", ""))
            amounts[holder] = amounts.get(holder, Decimal(0)) + Decimal(amount)
    found: list[Applicant] = []
    left_out: list[LeftOut] = []
    for holder, amount in sorted(amounts.items()):
        known = enterprise(zone, holder, on)
        name = known.title if known else holder
        division = str(known.values.get("division", "")) if known else ""
        if region and region_of(zone, instrument, division) != region:
            continue
        if holder not in accounts:
            left_out.append(
                LeftOut(holder, name, Text(zh="没有交易账户，请先开户", en="no account on the exchange yet"))
            )
            continue
        found.append(Applicant(holder, int(amount), paid=paid))
    return found, left_out


def applicants_of_file(content: bytes) -> list[Applicant]:
    """Applicants out of a CSV file with the columns of `COLUMNS`.

    Raises
    ------
    FileRefused
        With every row that cannot be used.
    """
    faults: list[RowFault] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(
            [RowFault(1, Text(zh="文件不是UTF-8文字。", en="The file is not UTF-8 text."))]
        ) from error
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""))
        read = list(rows)
    except csv.Error as error:
        raise FileRefused(
            [RowFault(1, Text(zh=f"不是CSV文件：{error}。", en=f"This is no CSV file: {error}."))]
        ) from error
    named = list(rows.fieldnames or ())
    strange = sorted(name for name in set(named) if name not in COLUMNS or named.count(name) > 1)
    if strange or "account" not in named:
        what = ", ".join(strange) or "account"
        raise FileRefused(
            [
                RowFault(
                    1,
                    Text(
                        zh=f"表头不对（{what}）；应为：{'、'.join(COLUMNS)}。",
                        en=f"The first row is wrong ({what}); it names: {', '.join(COLUMNS)}.",
                    ),
                )
            ]
        )
    permitted: dict[str, int | None] = {}
    outputs: dict[str, list[Output]] = {}
    paid: dict[str, Fraction] = {}
    for number, row in enumerate(read, start=2):
        try:
            account, said = _row(row)
        except _Fault as fault:
            faults.append(RowFault(number, fault.text))
            continue
        outputs.setdefault(account, []).extend(said.outputs)
        if permitted.get(account) is None:
            permitted[account] = said.permitted
        paid[account] = max(paid.get(account, Fraction(0)), said.paid)
    if not permitted and not faults:
        faults.append(RowFault(2, Text(zh="文件没有数据行。", en="The file has no rows.")))
    if faults:
        raise FileRefused(faults)
    return [
        Applicant(account, amount, tuple(outputs[account]), paid[account])
        for account, amount in permitted.items()
    ]


_LONGEST = 120
"""Characters of an account's key."""


class _Fault(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def _row(row: Mapping[str, Any]) -> tuple[str, Applicant]:
    cell = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    if None in row:
        raise _Fault(Text(zh="列数多于表头。", en="The row has more columns than the first one names."))
    if not cell["account"]:
        raise _Fault(Text(zh="账户为空。", en="The account is empty."))
    if len(cell["account"]) > _LONGEST:
        start = cell["account"][:20]
        raise _Fault(
            Text(
                zh=f"账户“{start}……”超过{_LONGEST}个字符。",
                en=f"The account {start!r}... is longer than {_LONGEST} characters.",
            )
        )
    outputs: tuple[Output, ...] = ()
    if cell["output"] or cell["benchmark"]:
        corrections = tuple(
            _number("corrections", part) for part in cell["corrections"].split(";") if part.strip()
        )
        outputs = (
            Output(
                cell["product"] or "—",
                _number("output", cell["output"]),
                _number("benchmark", cell["benchmark"]),
                corrections,
            ),
        )
    permitted = None
    if cell["permitted"]:
        amount = _number("permitted", cell["permitted"])
        permitted = int(amount)
    paid = Fraction(_number("paid_percent", cell["paid_percent"] or "0")) / 100
    return cell["account"], Applicant(cell["account"], permitted, outputs, paid)


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or abs(number.adjusted()) > 15:
        raise _Fault(
            Text(
                zh=f"“{name}”应为不小于零的数，而不是“{text}”。",
                en=f"{name!r} has to be a number of 0 or more, not {text!r}.",
            )
        )
    return number
