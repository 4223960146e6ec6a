"""Series and how long they last: which validity has ended, what would expire, and letting it expire (到期失效)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from ecociv.core.verdicts import Verdict
from ecociv.exchange.instruments import Instrument, InstrumentNotInForce
from ecociv.exchange.registry import LIVE, Movement, Registry, Series, State
from ecociv.exchange.registry.rules import expiry_movement
from ecociv.exchange.registry.rules.lifetime import last_day
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.rights.base import (
    NUMBERED_BY_THE_JOURNAL,
    RightsAction,
    instrument_on,
    refuse_unless,
    registry_read,
)


@dataclass(frozen=True, slots=True)
class SeriesStanding:
    """A series with what there is of it, and until when it is valid.

    Attributes
    ----------
    issued : int
        Units ever made.
    live : tuple of (State, units)
        Units that can still be used, by state, those without any left out.
    holders : tuple of (account, State, claim, units)
        The same, one for each holding.
    ends : date or None
        The last day of validity by the rules of the day asked for; ``None`` where units do not expire, or the instrument
        has no rules then.
    ended : bool
        Whether that day is over.
    """

    series: Series
    issued: int
    live: tuple[tuple[State, int], ...]
    holders: tuple[tuple[str, State, str, int], ...]
    ends: dt.date | None
    ended: bool

    @property
    def units(self) -> int:
        """Units in live states."""
        return sum(quantity for _, quantity in self.live)

    @property
    def may_expire(self) -> bool:
        """Whether there is something to let expire."""
        return self.ended and self.units > 0

    def verdict(self) -> Verdict:
        """Whether the series may be let expire as it stands; codes ``not-expired``, ``reserved``."""
        if not self.may_expire:
            return no(
                reason(
                    "not-expired",
                    "{series} 仍在有效期内，或已没有可失效的单位。",
                    "{series} is still valid, or there is nothing left of it.",
                    series=str(self.series),
                )
            )
        open_ones = sorted({claim for _, state, claim, _ in self.holders if state is State.RESERVED})
        if open_ones:
            return no(
                reason(
                    "reserved",
                    "{series} 有 {count} 笔挂单占用（{claims}），请先收市或撤销后再办理失效。",
                    "{series} is held for {count} open orders, offers or proposals ({claims}): close the session or end them first.",
                    series=str(self.series),
                    count=len(open_ones),
                    claims=", ".join(open_ones[:5]),
                )
            )
        return Verdict(True)


def series_standing(zone: str, series: Series, on: dt.date | None = None) -> SeriesStanding | None:
    """One series as it stands, or ``None`` where it never was."""
    return next((one for one in all_series(zone, on) if one.series == series), None)


def all_series(zone: str, on: dt.date | None = None) -> list[SeriesStanding]:
    """Every series of the registry by instrument, vintage and region, judged by the rules of a day (today)."""
    day = on or timezone.localdate()

    def read(registry: Registry) -> list[SeriesStanding]:
        return [_standing(registry, zone, series, day) for series in sorted(registry.ledgers)]

    return registry_read(zone, read)


def _standing(registry: Registry, zone: str, series: Series, day: dt.date) -> SeriesStanding:
    ledger = registry.ledgers[series]
    holders = tuple(
        (account, state, claim, pool.size)
        for (account, state, claim), pool in sorted(ledger.pools.items())
        if state in LIVE
    )
    units: dict[State, int] = {}
    for _, state, _, quantity in holders:
        units[state] = units.get(state, 0) + quantity
    ends = _ends(zone, series, day)
    live = tuple((state, units[state]) for state in State if units.get(state))
    return SeriesStanding(series, ledger.issued, live, holders, ends, ends is not None and day > ends)


def _ends(zone: str, series: Series, day: dt.date) -> dt.date | None:
    try:
        one: Instrument = instrument_on(zone, series.instrument, day)
    except InstrumentNotInForce:
        return None
    return last_day(series, one)


@dataclass(kw_only=True, slots=True)
class ExpireSeries(RightsAction):
    """Let a series whose validity has ended expire, whoever holds it; nothing of it ever moves again.

    Units that orders, offers or proposals hold are refused: close the session or end them first, as the end of the day does.
    What would expire can be looked at for any day (`standing`); it is let expire on a day that has come, for it is final.
    """

    series: Series

    def standing(self) -> SeriesStanding:
        """The series as it stands on the day of the action.

        Raises
        ------
        RightsRefused
            Where it never was, is still valid, or is held for orders.
        InstrumentNotInForce
        """
        self.instrument(self.series.instrument)
        found = series_standing(self.zone, self.series, self.day())
        if found is None:
            refuse_unless(
                no(
                    reason(
                        "series-unknown",
                        "登记簿中没有 {series}。",
                        "There is no {series} in the registry.",
                        series=str(self.series),
                    )
                )
            )
        assert found is not None
        refuse_unless(found.verdict())
        return found

    def plan(self) -> Movement:
        if self.day() > timezone.localdate():
            refuse_unless(
                no(
                    reason(
                        "day-to-come",
                        "{day} 尚未到来：有效期结束后才能办理失效。",
                        "{day} has not come: a series is let expire after its last day.",
                        day=self.day().isoformat(),
                    )
                )
            )
        found = self.standing()
        self.settle_once(self.series, found.holders)
        return registry_read(
            self.zone,
            lambda registry: expiry_movement(NUMBERED_BY_THE_JOURNAL, registry, self.series, **self.paper()),
        )
