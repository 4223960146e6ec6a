"""The cells of accounts as SDMX-CSV 2.0. Pure: no Django."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.accounts.cells import Cell
from ecociv.accounts.money import Worth
from ecociv.accounts.sdmx.shape import EVERY_CAUSE, Shape, item_code, shape
from ecociv.accounts.seea import MONEY, MONEY_DECIMALS, RESIDUAL_FLOW, monetary_rows
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text

PRICE_UNVERIFIED = Text(zh="单价待核实", en="The price is to be verified")


@dataclass(frozen=True, slots=True)
class Part:
    """One account of an area (GB/T 2260) and year, with its value where a price is declared."""

    area: str
    year: int
    sheet: AccountSheet
    worth: Worth | None = None


def sdmx_csv(parts: Iterable[Part], *, known_at: dt.datetime, language: str = "en") -> str:
    """Accounts as SDMX-CSV 2.0.

    Parameters
    ----------
    known_at
        The moment of the knowledge: a later restatement gives another file, and each says which it is.
    language
        Of the comments.

    Returns
    -------
    str
        One line for each cell, missing ones with their status and kind; the unexplained residual as cause
        ``unexplained``; values in yuan with the cause ``_T``.
    """
    declared = shape()
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, declared.header, restval="", lineterminator="\r\n")
    writer.writeheader()
    for part in parts:
        same = {
            "STRUCTURE": "dataflow", "STRUCTURE_ID": declared.dataflow_id, "ACTION": "I", "FREQ": "A",
            "REF_AREA": part.area, "ACCOUNT": part.sheet.key, "TIME_PERIOD": str(part.year),
            # Without an offset: readers of SDMX take a time with one for a fault.
            "KNOWN_AT": known_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "CONF_STATUS": declared.confidential["public"],
        }  # fmt: skip
        for line in _physical(declared, part.sheet, language):
            writer.writerow({**same, **line})
        if part.worth is not None:
            for line in _monetary(declared, part.sheet, part.worth, language):
                writer.writerow({**same, **line})
    return buffer.getvalue()


def _physical(declared: Shape, sheet: AccountSheet, language: str) -> Iterator[Mapping[str, str]]:
    same = {"UNIT_MEASURE": sheet.unit, "DECIMALS": str(sheet.form.decimals)}
    for key, row in sheet.form.rows.items():
        for column in sheet.columns:
            cell = sheet.cells.get((key, column))
            if cell is not None:
                yield {
                    **same, "ITEM": item_code(sheet.key, column), "SEEA_FLOW": row.flow,
                    "CAUSE": item_code(sheet.key, key), **_cell(declared, cell, language),
                }  # fmt: skip
    for column, gap in sheet.line("residual").items():
        yield {
            **same, "ITEM": item_code(sheet.key, column), "SEEA_FLOW": RESIDUAL_FLOW, "CAUSE": RESIDUAL_FLOW,
            "SAMPLE": _yes(sheet.sample),
            **_amount(declared, gap, sheet.absence("residual", column)),
        }  # fmt: skip


def _cell(declared: Shape, cell: Cell, language: str) -> dict[str, str]:
    found = {
        "SOURCE": cell.source,
        "GRADE": cell.grade,
        "SAMPLE": _yes(cell.sample),
        "COMMENT_OBS": cell.reason.in_language(language) if cell.reason else "",
    }
    if cell.missing is not None:
        secret = "withheld" if cell.missing is Missing.WITHHELD else "public"
        return found | {
            "OBS_STATUS": declared.missing[cell.missing],
            "CONF_STATUS": declared.confidential[secret],
            "ABSENCE": cell.missing.value,
        }
    assert cell.number is not None
    status = declared.estimated if "estimate" in cell.marks else declared.observed
    return found | {"OBS_VALUE": plain(cell.number), "OBS_STATUS": status}


def _amount(declared: Shape, value: Decimal | None, absence: Missing = Missing.MISSING) -> dict[str, str]:
    if value is None:
        return {"OBS_STATUS": declared.missing[absence], "ABSENCE": absence.value}
    return {"OBS_VALUE": plain(value), "OBS_STATUS": declared.observed}


def _monetary(
    declared: Shape, sheet: AccountSheet, worth: Worth, language: str
) -> Iterator[Mapping[str, str]]:
    same = {
        "UNIT_MEASURE": MONEY, "DECIMALS": str(MONEY_DECIMALS), "CAUSE": EVERY_CAUSE, "SOURCE": "price",
        "SAMPLE": _yes(sheet.sample),
        "COMMENT_OBS": "" if worth.verified else PRICE_UNVERIFIED.in_language(language),
    }  # fmt: skip
    for row in monetary_rows(worth):
        for column, value in row.amounts.items():
            yield {
                **same, "ITEM": item_code(sheet.key, column), "SEEA_FLOW": row.flow, **_amount(declared, value)
            }  # fmt: skip


def _yes(value: bool) -> str:
    return "Y" if value else "N"
