"""Sample matters of rights on top of the sample market: emissions, a round, a pledge, a freeze, alerts; marked as sample."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone
from pydantic import Field

from ecociv.evidence.declared import Declared, LocalText, read_declaration
from ecociv.exchange.actions import OpenAccount
from ecociv.exchange.models import AccountRow, MarketRow, VerifiedEmission
from ecociv.exchange.registry import Series
from ecociv.exchange.registry.rules import Applicant, Output
from ecociv.exchange.rights.allocating import AllocateRound
from ecociv.exchange.rights.emissions import RecordVerifiedEmission, SurrenderUnits
from ecociv.exchange.rights.holding import FreezeUnits, PledgeUnits
from ecociv.exchange.rights.watching import LookForAlerts
from ecociv.plan.package import zone_directory

FILE = "exchange_rights_sample.yaml"
AUTHOR = "sample"


class SampleEmission(Declared):
    """Verified emissions; a second entry of a year restates it."""

    account: str
    instrument: str
    year: int
    region: str = ""
    quantity: int = Field(ge=0)
    reason: str = ""


class SampleClaim(Declared):
    """Units that are pledged or frozen; without a vintage they are of this year."""

    account: str
    instrument: str
    vintage: int | None = None
    region: str = ""
    quantity: int = Field(gt=0)
    claim: str


class SampleApplicant(Declared):
    """Somebody who is given rights in the sample round: by output and benchmark, or by what is permitted."""

    account: str
    product: str = ""
    output: Decimal | None = Field(default=None, ge=0)
    benchmark: Decimal = Field(default=Decimal(0), ge=0)
    permitted: int | None = Field(default=None, ge=0)

    def applicant(self) -> Applicant:
        """As the rules of allocation take it."""
        outputs = () if self.output is None else (Output(self.product, self.output, self.benchmark),)
        return Applicant(self.account, self.permitted, outputs)


class SampleRound(Declared):
    """A round of allocation with the account of its reserve; without vintage and day it is of today."""

    instrument: str
    vintage: int | None = None
    region: str
    cap: int = Field(gt=0)
    day: dt.date | None = None
    reserve: str
    reserve_name: str
    applicants: tuple[SampleApplicant, ...]


class SampleSurrender(Declared):
    """A surrender of what there is."""

    account: str
    instrument: str
    year: int


class SampleRights(Declared):
    """What a zone declares as sample rights."""

    document: LocalText
    emissions: tuple[SampleEmission, ...] = ()
    rounds: tuple[SampleRound, ...] = ()
    pledges: tuple[SampleClaim, ...] = ()
    freezes: tuple[SampleClaim, ...] = ()
    surrenders: tuple[SampleSurrender, ...] = ()
    looked_at: tuple[dt.date, ...] = ()


def load_sample_rights(zone: str) -> bool:
    """Load the sample, where the sample market is there and nothing was verified yet; whether anything was done."""
    path = zone_directory(zone) / FILE
    if not path.is_file() or VerifiedEmission.objects.filter(zone=zone).exists():
        return False
    if not MarketRow.objects.filter(venue=zone, sample=True).exists():
        return False
    said = read_declaration(path, SampleRights)
    common: dict[str, Any] = {"zone": zone, "author": AUTHOR}
    paper = f"{said.document.zh}：演示"
    for each in said.emissions:
        RecordVerifiedEmission(
            account=each.account,
            instrument=each.instrument,
            year=each.year,
            region=each.region,
            quantity=each.quantity,
            reason=each.reason,
            document=f"{said.document.zh}：核查报告",
            sample=True,
            **common,
        ).execute()
    for made in said.rounds:
        _round(zone, made, paper)
    for claims, action, name in (
        (said.pledges, PledgeUnits, "pledge"),
        (said.freezes, FreezeUnits, "freeze"),
    ):
        for number, claim in enumerate(claims):
            action(
                series=Series(
                    claim.instrument, claim.vintage or timezone.localdate().year, claim.region
                ),
                account=claim.account,
                quantity=claim.quantity,
                claim=claim.claim,
                document=paper,
                key=f"sample:{name}:{number}",
                **common,
            ).execute()
    for one in said.surrenders:
        SurrenderUnits(
            account=one.account,
            instrument_key=one.instrument,
            year=one.year,
            partial=True,
            document=paper,
            **common,
        ).execute()
    for day in said.looked_at:
        LookForAlerts(day=day, sample=True, **common).execute()
    return True


def _round(zone: str, made: SampleRound, paper: str) -> None:
    if not AccountRow.objects.filter(venue=zone, account=made.reserve).exists():
        OpenAccount(
            zone=zone,
            author=AUTHOR,
            account=made.reserve,
            name=made.reserve_name,
            sort="reserve",
            document=paper,
            key=f"sample:open:{made.reserve}",
        ).execute()
    AllocateRound(
        zone=zone,
        author=AUTHOR,
        series=Series(made.instrument, made.vintage or timezone.localdate().year, made.region),
        cap=made.cap,
        applicants=[one.applicant() for one in made.applicants],
        document=paper,
        on=made.day,
        sample=True,
    ).execute()
