"""The forms of the 2015 pilot (国办发〔2015〕82号), filled from the accounts. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal

from ecociv.accounts.forms import CLOSING
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.standards.natural_capital import PilotCheck, check_pilot_form

Amounts = dict[str, Decimal | None]


def filled(sheet: AccountSheet) -> dict[str, Amounts]:
    """The rows of the form with what the account has; a missing cell is none, one that does not apply is not there."""
    return {
        row: amounts
        for row in sheet.form.rows
        if (
            amounts := {
                column: cell.number
                for column in sheet.columns
                if column not in sheet.outside
                and (cell := sheet.cells.get((row, column))) is not None
                and cell.missing is not Missing.NOT_APPLICABLE
            }
        )
    }


def check_pilot(
    sheet: AccountSheet, previous: AccountSheet | None = None, *, boundary_changed: bool = False
) -> PilotCheck:
    """A filled form, checked by the rules of the pilot.

    Parameters
    ----------
    previous
        The account of the year before, whose closing the opening must equal.

    Raises
    ------
    ecociv.standards.natural_capital.AccountError
        The account is no form of the pilot.
    """
    before = None
    if previous is not None:
        before = {
            column: previous.figure(CLOSING, column)
            for column in sheet.columns
            if column not in previous.outside
        }
    return check_pilot_form(
        sheet.form.pilot,
        filled(sheet),
        previous_closing=before,
        boundary_changed=boundary_changed,
        tolerance=sheet.tolerance,
    )
