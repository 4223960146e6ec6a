"""Supervision of the market: looking for what stands out, keeping it with its evidence, deciding about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ecociv.evidence.actions.authors import name_of
from ecociv.exchange.actions.base import require_operator
from ecociv.exchange.instruments import InstrumentNotInForce
from ecociv.exchange.journal.models import JournalEntry
from ecociv.exchange.projections.models import AccountRow, DayRow, TradeRow
from ecociv.exchange.queries import MarketNow, holdings_of, markets, micros
from ecociv.exchange.registry import LIVE
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.rights.base import instrument_on, refuse_unless
from ecociv.exchange.rights.models import AlertDecision, SurveillanceAlert
from ecociv.exchange.surveillance import (
    Alert,
    NoThresholds,
    TradeSeen,
    large_positions,
    ramping,
    thresholds,
    wash_trades,
)
from ecociv.people import audit
from ecociv.people.models import User

LOCAL = ZoneInfo("Asia/Shanghai")
DAY_ENDS = dt.time(15, 0)
"""When a day ends where neither the session was closed by a command nor hours are declared."""


def look(zone: str, day: dt.date) -> list[Alert]:
    """What stands out on a trading day, and in the holdings at its end.

    Raises
    ------
    NoThresholds
        When none are declared for the day.
    """
    rules = thresholds(day)
    owners = dict(AccountRow.objects.filter(venue=zone).values_list("account", "owner"))
    begins = day - dt.timedelta(minutes=rules.wash_trades.window_minutes)
    seen = [
        _seen(row)
        for row in TradeRow.objects.filter(
            venue=zone, day__gte=begins.isoformat(), day__lte=day.isoformat()
        ).order_by("number")
    ]
    today = day.isoformat()
    days = dict(TradeRow.objects.filter(venue=zone, day=today).values_list("number", "day"))
    alerts = [
        alert
        for alert in wash_trades(seen, rules.wash_trades, owners=owners)
        if alert.trades[-1].number in days
    ]
    for market in markets(zone):
        alerts += large_positions(
            market.row.market,
            _holdings(zone, market, day),
            rules.large_position,
            owners=owners,
            limit=market.rules.position or None,
            except_for=_reserves(zone),
        )
        own = [trade for trade in seen if trade.number in days and trade.market == market.row.market]
        alerts += ramping(
            own,
            _close(zone, market, day),
            rules.ramping,
            previous=_previous(zone, market, today),
            owners=owners,
        )
    return alerts


@dataclass(kw_only=True, slots=True)
class LookForAlerts:
    """Look at a trading day and keep what is new; what was found before stays as it was."""

    zone: str
    author: Any
    day: dt.date
    sample: bool = False

    def check(self) -> list[Alert]:
        """What stands out.

        Raises
        ------
        PermissionDenied, NoThresholds
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.zone)
        return look(self.zone, self.day)

    def execute(self) -> list[SurveillanceAlert]:
        """Keep the alerts that were not there; they are given back."""
        with transaction.atomic():
            audit.hold()
            found = {alert.key: alert for alert in self.check()}
            known = set(
                SurveillanceAlert.objects.filter(zone=self.zone, key__in=found).values_list("key", flat=True)
            )
            made = [
                SurveillanceAlert.objects.create(
                    zone=self.zone,
                    key=key,
                    kind=alert.kind,
                    market=alert.market,
                    owner=alert.owner,
                    day=self.day,
                    body=alert.to_json(),
                    author_name=name_of(self.author),
                    sample=self.sample,
                )
                for key, alert in found.items()
                if key not in known
            ]
            audit.record(
                actor=self.author,
                action="exchange.surveillance",
                zone=self.zone,
                subject_kind="exchange",
                subject_key=self.day.isoformat(),
                after=[alert.key for alert in made],
            )
        return made


@dataclass(kw_only=True, slots=True)
class DecideAlert:
    """Say what became of an alert: an inquiry, a measure, or nothing; with the reason."""

    alert: SurveillanceAlert
    author: Any
    decision: str
    note: str
    document: str = ""

    def check(self) -> None:
        """Permission, and what has to be said.

        Raises
        ------
        PermissionDenied, RightsRefused
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.alert.zone)
        reasons = []
        if self.decision not in AlertDecision.Decision.values:
            reasons.append(reason("decision", "请选择处理方式。", "Choose what is decided."))
        if not self.note.strip():
            reasons.append(reason("note-missing", "请说明理由。", "Say why."))
        if self.decision == AlertDecision.Decision.ACTED and not self.document.strip():
            reasons.append(
                reason(
                    "document-missing", "采取措施须有文号。", "A measure needs the number of its document."
                )
            )
        refuse_unless(no(*reasons))

    def execute(self) -> AlertDecision:
        """Add the decision."""
        with transaction.atomic():
            audit.hold()
            self.check()
            made = AlertDecision.objects.create(
                zone=self.alert.zone,
                alert=self.alert,
                decision=self.decision,
                note=self.note.strip(),
                document=self.document.strip(),
                author_name=name_of(self.author),
                sample=self.alert.sample,
            )
            audit.record(
                actor=self.author,
                action="exchange.alert-decision",
                zone=self.alert.zone,
                subject_kind="exchange-alert",
                subject_key=self.alert.key,
                after={"decision": self.decision, "document": self.document},
                reason=self.note,
            )
        return made


def alerts(zone: str) -> QuerySet[SurveillanceAlert]:
    """Alerts with their decisions, the latest first."""
    return (
        SurveillanceAlert.objects.filter(zone=zone)
        .prefetch_related("decisions")
        .order_by("-day", "-recorded_at", "-pk")
    )


def standing(alert: SurveillanceAlert) -> str:
    """``open``, or the last decision."""
    decisions = sorted(alert.decisions.all(), key=lambda one: one.pk)
    return decisions[-1].decision if decisions else "open"


def _seen(row: TradeRow) -> TradeSeen:
    return TradeSeen(row.number, row.at, row.market, row.price, row.quantity, row.buyer, row.seller)


def _holdings(zone: str, market: MarketNow, day: dt.date) -> dict[str, int]:
    """Live units by account at the end of a day; now, where the day is not over."""
    ends = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), LOCAL)
    as_of = ends if ends <= timezone.now() else None
    series = (market.row.vintage, market.row.region)
    found: dict[str, int] = {}
    for held in holdings_of(zone, instrument=market.row.instrument, as_of=as_of):
        if (held.vintage, held.region) == series and held.state in LIVE:
            found[held.account] = found.get(held.account, 0) + held.quantity
    return found


def _reserves(zone: str) -> set[str]:
    rows: Iterable[str] = AccountRow.objects.filter(venue=zone, sort="reserve").values_list(
        "account", flat=True
    )
    return set(rows)


def _previous(zone: str, market: MarketNow, today: str) -> int | None:
    row = DayRow.objects.filter(venue=zone, market=market.row.market, day=today).first()
    return (row.reference or None) if row else None


def _close(zone: str, market: MarketNow, day: dt.date) -> int:
    """The end of trading: when the session was closed, else the declared hours, else three in the afternoon."""
    begins = micros(dt.datetime.combine(day, dt.time(0), LOCAL))
    ends = micros(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), LOCAL))
    closed = (
        JournalEntry.objects.filter(venue=zone, kind="close-session", at__gte=begins, at__lt=ends)
        .filter(command__contains=f'"{market.row.market}"')
        .order_by("-sequence")
        .values_list("at", flat=True)
        .first()
    )
    if closed is not None:
        return closed
    if market.rules.hours:
        return begins + max(end for _, end in market.rules.hours) * 1_000_000
    try:
        hours = instrument_on(zone, market.row.instrument, day).hours
    except InstrumentNotInForce:
        hours = ()
    last = max((dt.time.fromisoformat(span.closes) for span in hours), default=DAY_ENDS)
    return micros(dt.datetime.combine(day, last, LOCAL))


__all__ = ["DecideAlert", "LookForAlerts", "NoThresholds", "alerts", "look", "standing"]
