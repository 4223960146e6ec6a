"""Taking single readings into the inbox: what is acknowledged is never lost, and never counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.models import InboxReading, Series
from ecociv.evidence.readings import Censored, Reading, Refusal, fault

_CONTENT = ("series_id", "valid_from", "valid_to", "value", "missing", "censored", "censor_limit", "quality")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a call: all accepted and repeated readings are safe once this is returned."""

    accepted: int
    repeated: int
    refused: tuple[Refusal, ...]
    received_at: datetime


@dataclass(slots=True)
class ReceiveReadings:
    """Put readings into the inbox in one transaction.

    A reading whose key is known with the same content is *repeated* and safe; the same key with other content is
    refused, for a sender that uses a key twice would lose one of the two.

    Parameters
    ----------
    readings
        In any order, of any registered series.
    channel
        Where they came in: "rest", "mqtt", "sensorthings", "hj212". Keys are unique within it.
    author
        A user, or the name of the intake.
    """

    readings: Sequence[Reading]
    channel: str
    author: Any
    known: dict[str, int] = field(default_factory=dict)
    """Numbers of series by key, kept by callers that send many messages."""

    def execute(self) -> Receipt:
        """Store what can be stored; returns only after the commit."""
        now = timezone.now()
        self._know_series()
        refused: list[Refusal] = []
        rows: dict[str, tuple[int, InboxReading]] = {}
        repeated = 0
        for position, reading in enumerate(self.readings):
            problem = fault(reading)
            if problem is None and reading.series not in self.known:
                problem = (
                    "series-unknown",
                    Text(
                        zh="序列{series}没有登记；请先登记序列",
                        en="series {series} is not registered; register it first",
                    ).fill(series=reading.series),
                )
            if problem is not None:
                refused.append(Refusal(position, reading.key, *problem))
                continue
            row = self._row(reading, now)
            if row.key not in rows:
                rows[row.key] = (position, row)
            elif _same(rows[row.key][1], row):
                repeated += 1
            else:
                refused.append(_reused(position, reading.key))
        with transaction.atomic():
            known = {row.key: row for row in InboxReading.objects.filter(key__in=list(rows))}
            fresh = [row for key, (_, row) in rows.items() if key not in known]
            InboxReading.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
            # Another process may have stored a key in between; what stands in the table decides.
            stored = {row.key: row for row in InboxReading.objects.filter(key__in=[row.key for row in fresh])}
        accepted = 0
        for key, (position, row) in rows.items():
            there = known.get(key) or stored[key]
            if key not in known and there.received_at == now and _same(there, row):
                accepted += 1
            elif _same(there, row):
                repeated += 1
            else:
                refused.append(_reused(position, self.readings[position].key))
        refused.sort(key=lambda item: item.position)
        return Receipt(accepted, repeated, tuple(refused), now)

    def _know_series(self) -> None:
        wanted = {reading.series for reading in self.readings} - set(self.known)
        if wanted:
            self.known.update(Series.objects.filter(key__in=wanted).values_list("key", "pk"))

    def _row(self, reading: Reading, now: datetime) -> InboxReading:
        value = reading.value
        return InboxReading(
            key=f"{self.channel}:{reading.key}",
            channel=self.channel,
            series_id=self.known[reading.series],
            valid_from=reading.valid_from,
            valid_to=reading.valid_to,
            value=value if not isinstance(value, Censored | Missing) else None,
            missing=value.value if isinstance(value, Missing) else "",
            censored=value.sign if isinstance(value, Censored) else "",
            censor_limit=value.limit if isinstance(value, Censored) else None,
            quality=reading.quality.value,
            quality_reason=reading.quality_reason,
            supplier=reading.supplier,
            note=reading.note,
            received_at=now,
        )


def _same(one: InboxReading, other: InboxReading) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _CONTENT)


def _reused(position: int, key: str) -> Refusal:
    return Refusal(
        position,
        key,
        "key-reused",
        Text(
            zh="该报文标识已用于另一内容；更正请用新的标识",
            en="this key already belongs to another content; send a correction under a key of its own",
        ),
    )
