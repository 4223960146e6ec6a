"""What the sample of the room is made of. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from pydantic import Field

from ecociv.evidence.declared import Declared, read_declaration, zone_folder


class Level(Declared):
    """Mean flow in m3/s and mean total nitrogen in mg/L of a section."""

    flow: float = Field(gt=0)
    total_nitrogen: float = Field(gt=0)


class Years(Declared):
    """First and last year."""

    first: int
    last: int


class Restated(Declared):
    """A flow that is corrected before a period is settled."""

    section: str
    month: str
    flow_share: float
    before: str
    reason: str


class Funding(Declared):
    """Money that the counties begin with."""

    day: dt.date
    from_: str = Field(alias="from")
    to: dict[str, Decimal]
    document: str


class Objected(Declared):
    """An objection to a period; without an answer it is still open."""

    agreement: str
    period: str
    body: str
    reason: str
    upheld: bool | None = None
    answer: str = ""


class Bank(Declared):
    """A statement of the bank for one body's account: some entries it has not seen, and a fee that the book has not."""

    body: str
    first: dt.date
    last: dt.date
    file: str
    unseen: int
    fee: Decimal


class PaidYears(Declared):
    """Years of a programme that are booked, the one that waits to be booked, and the one that waits for approval."""

    booked: tuple[int, ...] = ()
    approved: int | None = None
    computed: int | None = None


class CompensationSample(Declared):
    """Everything of the sample."""

    seed: int
    mapping: str
    file: str
    years: Years
    sections: dict[str, Level]
    wet_months: dict[int, float]
    missing_flow: tuple[tuple[str, str], ...]
    restated: Restated
    funding: Funding
    objections: tuple[Objected, ...]
    preliminary_only: dict[str, str]
    bank: Bank
    paid_years: dict[str, PaidYears] = {}


def compensation_sample(zone: str) -> CompensationSample | None:
    """The declared sample of a zone; none where it declares none."""
    path = zone_folder(zone) / "compensation_sample.yaml"
    return read_declaration(path, CompensationSample) if path.is_file() else None
