"""Reading settlements: what is on record of a period, the calendar of an agreement, what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.models import Settlement
from ecociv.compensation.settlements.actions import last_day_to_object, last_day_to_pay
from ecociv.core.text import Text
from ecociv.ledger.money import yuan


def settlements(zone: str, agreement: str = "", as_of: dt.datetime | None = None) -> QuerySet[Settlement]:
    """Every settlement of a zone, or of one agreement, as known at a moment."""
    rows = Settlement.objects.filter(zone=zone)
    if agreement:
        rows = rows.filter(agreement=agreement)
    return rows.filter(recorded_at__lte=as_of) if as_of is not None else rows


def newest(zone: str, agreement: str, period: str, as_of: dt.datetime | None = None) -> Settlement | None:
    """The settlement that holds of a period: the final one, else the latest preliminary one."""
    rows = settlements(zone, agreement, as_of).filter(period=period)
    return rows.filter(stage=Settlement.Stage.FINAL).first() or rows.order_by("-pk").first()


def recorded(
    zone: str, agreement: str, period: str, as_of: dt.datetime | None = None
) -> list[dict[str, Any]]:
    """What is on record of a period, oldest first, as plain values."""
    rows = settlements(zone, agreement, as_of).filter(period=period).order_by("pk")
    return [
        {
            "id": row.pk,
            "stage": row.stage,
            "day": row.day.isoformat(),
            "document": row.document,
            "own": None if row.own is None else str(yuan(row.own)),
            "corrections": [
                {
                    "period": each.corrects.period,
                    "before": None if each.before is None else str(yuan(each.before)),
                    "after": None if each.after is None else str(yuan(each.after)),
                    "difference": str(yuan(each.difference)),
                }
                for each in row.corrections.select_related("corrects")
            ],
            "total": str(yuan(row.total)),
            "digest": row.digest,
            "entry": _entry(row, as_of),
        }
        for row in rows.select_related("transfer__entry__book")
    ]


def _entry(row: Settlement, as_of: dt.datetime | None) -> str | None:
    transfer = getattr(row, "transfer", None)
    if transfer is None or (as_of is not None and transfer.recorded_at > as_of):
        return None
    return f"{transfer.entry.book.key}/{transfer.entry.number}"


STATES: dict[str, Text] = {
    "to-compute": Text(zh="待核算", en="To be computed"),
    "late": Text(zh="核算逾期", en="Computation is late"),
    "objection-days": Text(zh="异议期", en="Open to objection"),
    "objected": Text(zh="有异议待处理", en="Objection to decide"),
    "upheld": Text(zh="异议成立，待重算", en="Objection upheld, to be computed again"),
    "to-finalise": Text(zh="待最终结算", en="To become final"),
    "to-pay": Text(zh="待划转", en="To be paid"),
    "overdue": Text(zh="划转逾期", en="Payment overdue"),
    "paid": Text(zh="已划转", en="Paid"),
    "nothing-to-pay": Text(zh="无应付", en="Nothing to pay"),
    "not-settled": Text(zh="不予结算", en="Not settled"),
}
"""Where a period stands, in words; the key goes into files and addresses."""


@dataclass(frozen=True, slots=True)
class PeriodState:
    """A period of the calendar: where it stands, until when the next step is due, and what is on record."""

    agreement: Agreement
    period: SettlementPeriod
    state: str
    due: dt.date | None
    settlement: Settlement | None

    @property
    def words(self) -> Text:
        """The state in words."""
        return STATES[self.state]


def calendar_of(
    zone: str, agreement: Agreement, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> list[PeriodState]:
    """Every period of an agreement that is over by a day (that of the moment), newest first; three queries."""
    today = on or timezone.localdate(as_of)
    rows = (
        settlements(zone, agreement.key, as_of)
        .defer("content", "version")
        .select_related("transfer__entry__book")
        .prefetch_related("objections__decision", "corrections")
        .order_by("pk")
    )
    by_period: dict[str, Settlement] = {}
    for row in rows:
        known = by_period.get(row.period)
        if known is None or known.stage != Settlement.Stage.FINAL:
            by_period[row.period] = row
    return [
        _state(agreement, period, by_period.get(str(period)), today, as_of)
        for period in _periods(agreement, today)
    ][::-1]


def _periods(agreement: Agreement, today: dt.date) -> Iterable[SettlementPeriod]:
    for version in agreement.versions:
        by_month = version.calendar.period == "month"
        span = SettlementPeriod(version.valid_from.year, version.valid_from.month if by_month else 0)
        while version.valid.contains(span.first) and version.valid.contains(span.last) and span.last < today:
            yield span
            span = span.next


def _state(
    agreement: Agreement,
    period: SettlementPeriod,
    row: Settlement | None,
    today: dt.date,
    as_of: dt.datetime | None,
) -> PeriodState:
    if row is None:
        calendar = agreement.version_on(period.first, period.last).calendar
        due = period.next.first.replace(day=calendar.preliminary_day)
        return PeriodState(agreement, period, "late" if today > due else "to-compute", due, None)
    if row.stage == Settlement.Stage.FINAL:
        return _final(agreement, period, row, today, as_of)
    objections = [each for each in row.objections.all() if as_of is None or each.recorded_at <= as_of]
    answers = [
        each.answer if each.answer and (as_of is None or each.answer.recorded_at <= as_of) else None
        for each in objections
    ]
    until = last_day_to_object(row)
    if any(answer is None for answer in answers):
        return PeriodState(agreement, period, "objected", None, row)
    if any(answer and answer.upheld for answer in answers):
        return PeriodState(agreement, period, "upheld", None, row)
    if today <= until:
        return PeriodState(agreement, period, "objection-days", until, row)
    return PeriodState(agreement, period, "to-finalise", None, row)


def _final(
    agreement: Agreement,
    period: SettlementPeriod,
    row: Settlement,
    today: dt.date,
    as_of: dt.datetime | None,
) -> PeriodState:
    if row.total == 0:
        state = "not-settled" if row.own is None else "nothing-to-pay"
        return PeriodState(agreement, period, state, None, row)
    if _entry(row, as_of) is not None:
        return PeriodState(agreement, period, "paid", None, row)
    due = last_day_to_pay(row)
    return PeriodState(agreement, period, "overdue" if today > due else "to-pay", due, row)
