"""What a zone declares of liabilities: who keeps the money, who leads, what restoration costs. Pure: no Django."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ecociv.liabilities.valuation.declaration import Dated, Factor
from ecociv.standards.declared import Declared, LocalText, zone_declaration


class Book(Declared):
    """The book of the ledger in which the money stands, and the body that keeps it."""

    key: str
    keeper: str
    title: LocalText


class Lead(Declared):
    """The body that has damage investigated."""

    lead: str


class Authority(Declared):
    """The body that answers for mines."""

    authority: str


class Costs(Dated):
    """What it costs to restore a mine: yuan for a square metre by way of working, and a factor by mineral."""

    rate: dict[Literal["open-pit", "underground"], Factor]
    factor: dict[str, Factor]


class Liabilities(Declared):
    """Everything declared."""

    book: Book
    damage: Lead
    deposits: Authority
    restoration: tuple[Costs, ...] = Field(min_length=1)


def declared(zone: str) -> Liabilities:
    """The zone's ``liabilities.yaml``.

    Raises
    ------
    DeclarationError
        With file, line and key.
    """
    return zone_declaration(zone, "liabilities.yaml", Liabilities)
