"""What pages and commands read of rights: holdings with their serial numbers, obligations, who may read what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.exchange.instruments import Instrument, InstrumentNotInForce
from ecociv.exchange.registry import Block, Registry, Series
from ecociv.exchange.registry.rules import Assessment, Coverage, SurrenderPlan, coverage, plan_surrender
from ecociv.exchange.rights.base import instrument_on, registry_read
from ecociv.exchange.rights.emissions import emissions
from ecociv.exchange.rights.models import VerifiedEmission
from ecociv.exchange.zone import operator
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action


@dataclass(frozen=True, slots=True)
class SerialHolding:
    """Units of one account, series, state and claim, with their serial numbers."""

    account: str
    series: Series
    state: str
    claim: str
    quantity: int
    blocks: tuple[Block, ...]


def serial_holdings(
    zone: str, account: str = "", instrument: str = "", *, at_most: int | None = None
) -> list[SerialHolding]:
    """Holdings with their serial blocks, in order of account, series and state.

    Parameters
    ----------
    at_most : int or None
        Blocks of each holding; the rest are counted in ``quantity`` only.
    """

    def read(registry: Registry) -> list[SerialHolding]:
        return [
            SerialHolding(holder, series, state.value, claim, pool.size, tuple(pool.pairs()[:at_most]))
            for series, ledger in sorted(registry.ledgers.items())
            if not instrument or series.instrument == instrument
            for (holder, state, claim), pool in sorted(ledger.pools.items())
            if not account or holder == account
        ]

    return sorted(registry_read(zone, read), key=lambda one: (one.account, one.series, one.state, one.claim))


@dataclass(frozen=True, slots=True)
class Obligation:
    """What an account has to surrender or to hold for one year.

    ``plan`` is what would be surrendered now; ``covered`` is the comparison, for rights that are not surrendered; both
    are ``None`` where the instrument has no terms today.
    """

    emission: VerifiedEmission
    instrument: Instrument | None
    plan: SurrenderPlan | None
    covered: Coverage | None


def obligations(zone: str, account: str, day: dt.date | None = None) -> list[Obligation]:
    """Obligations of an account, the latest year first."""
    latest: dict[tuple[str, int, str], list[VerifiedEmission]] = {}
    for row in emissions(zone, account):
        latest.setdefault((row.instrument, row.year, row.region), []).append(row)
    return [_obligation(zone, account, rows, day) for rows in latest.values()]


def obligation_of(
    zone: str, account: str, instrument: str, year: int, region: str = "", *, credits: int = 0
) -> Obligation | None:
    """One obligation with a plan that uses credits, or ``None`` where nothing was verified."""
    rows = list(emissions(zone, account, instrument, year, region))
    return _obligation(zone, account, rows, None, credits) if rows else None


def _obligation(
    zone: str, account: str, rows: list[VerifiedEmission], day: dt.date | None, credits: int = 0
) -> Obligation:
    last = rows[0]
    try:
        one = instrument_on(zone, last.instrument, day)
    except InstrumentNotInForce:
        return Obligation(last, None, None, None)
    known = [Assessment(row.year, row.quantity, row.revision, row.document) for row in rows]

    def read(registry: Registry) -> tuple[SurrenderPlan | None, Coverage | None]:
        if one.settlement == "surrender":
            return (
                plan_surrender(registry, one, account, known, credits=credits, region=last.region or None),
                None,
            )
        return None, coverage(registry, one, account, last.year, last.region, last.quantity)

    plan, covered = registry_read(zone, read)
    return Obligation(last, one, plan, covered)


def may_operate(user: Any, zone: str) -> bool:
    """Whether somebody acts for the body that operates the exchange."""
    return allowed(user, Action.KEEP_REGISTER, zone=zone, lead=[operator(zone, timezone.localdate())])


def may_read_account(user: Any, zone: str, account: str) -> bool:
    """People of the zone read every account, an enterprise its own."""
    return allowed(user, Action.READ, zone=zone, lead=[account])


def may_act_for(user: Any, zone: str, account: str) -> bool:
    """Whether somebody may surrender for an account: its holder, or the operator."""
    return allowed(user, Action.TRADE, zone=zone, lead=[account, operator(zone, timezone.localdate())])
