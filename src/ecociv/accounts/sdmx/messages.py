"""The two messages of a zone: what its accounts are made of, and the cells of a balance sheet."""

from __future__ import annotations

from django.utils import timezone

from ecociv.accounts.companions import worth
from ecociv.accounts.declaration import load_accounts
from ecociv.accounts.queries import BalanceSheet, areas
from ecociv.accounts.sdmx.codes import Scope
from ecociv.accounts.sdmx.data import Part, sdmx_csv
from ecociv.accounts.sdmx.structure import structure_message
from ecociv.core.text import Text
from ecociv.evidence.mapping import load_places


def data_of(sheet: BalanceSheet, language: str) -> str:
    """A balance sheet as SDMX-CSV 2.0, with values where a price is declared."""
    code = _code(sheet.zone, sheet.area)
    parts = [Part(code, sheet.year, one, worth(sheet.zone, one, sheet.year)) for one in sheet.accounts]
    return sdmx_csv(parts, known_at=sheet.as_of or timezone.now(), language=language)


def structure_of(zone: str) -> bytes:
    """What the data of a zone's accounts mean, as SDMX-ML 3.0; the same for all areas and years.

    Raises
    ------
    ecociv.accounts.queries.AccountsRefused
        The zone declares no accounts.
    """
    return structure_message(scope_of(zone), prepared=timezone.now())


def scope_of(zone: str) -> Scope:
    """The areas and accounts of a zone."""
    names: dict[str, Text] = {_code(zone, key): name for key, name in areas(zone)}
    declared = load_accounts(zone)
    accounts = {key: (declared.form(key), declared.columns(key)) for key in declared.accounts}
    return Scope(zone, next(iter(names.values())), names, accounts)


def _code(zone: str, area: str) -> str:
    return load_places(zone).by_key[area].code or area
