"""Whether what an account holds covers what it discharges (持有量与排放量核对), for rights that are not surrendered. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.missing import Missing
from ecociv.core.verdicts import Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.registry.movements import State
from ecociv.exchange.registry.registry import Registry
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.registry.rules.surrendering import usable


@dataclass(frozen=True, slots=True)
class Coverage:
    """Held (free and pledged; not what is offered for sale or frozen) against discharged, in units a year."""

    held: int
    discharged: int | Missing
    verdict: Verdict


def coverage(
    registry: Registry,
    instrument: Instrument,
    account: str,
    year: int,
    region: str,
    discharged: int | Missing,
) -> Coverage:
    """Compare the rights of a year with the verified discharge.

    Units that are reserved for a sale do not count: they would be used and sold at once.

    Returns
    -------
    Coverage
        Unknown (code ``discharge-missing``) where the discharge is missing; a no (code ``uncovered``) where it is
        above what is held.
    """
    held = sum(
        registry.holding(account, instrument.key, series.vintage, series.region, state)
        for series in usable(registry, instrument, year)
        if series.region == region
        for state in (State.FREE, State.PLEDGED)
    )
    if isinstance(discharged, Missing):
        verdict = Verdict(
            None,
            (
                reason(
                    "discharge-missing",
                    "{year} 年排放量：{why}，无法核对。",
                    "Discharge of {year}: {why}; it cannot be compared.",
                    year=year,
                    why=discharged.label,
                ),
            ),
        )
    elif discharged > held:
        verdict = no(
            reason(
                "uncovered",
                "{year} 年排放 {discharged}，持有 {held}，超出 {over}。",
                "{discharged} were discharged in {year} and {held} are held: {over} too much.",
                year=year,
                discharged=discharged,
                held=held,
                over=discharged - held,
            )
        )
    else:
        verdict = Verdict(True)
    return Coverage(held, discharged, verdict)
