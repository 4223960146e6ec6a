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
from ecociv.evidence.inbox import InboxRow, contents, insert_new
from ecociv.evidence.models import Series
from ecociv.evidence.readings import Censored, Reading, Refusal, fault


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
        rows: dict[str, tuple[int, InboxRow]] = {}
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
            if (first := rows.setdefault(row.key, (position, row)))[1] is row:
                continue
            if first[1].content == row.content:
                repeated += 1
            else:
                refused.append(_reused(position, reading.key))
        with transaction.atomic():
            inserted = insert_new([row for _, row in rows.values()])
            stored = contents(key for key in rows if key not in inserted) if len(inserted) < len(rows) else {}
        for key, there in stored.items():
            position, row = rows[key]
            if there == row.content:
                repeated += 1
            else:
                refused.append(_reused(position, self.readings[position].key))
        refused.sort(key=lambda item: item.position)
        return Receipt(len(inserted), repeated, tuple(refused), now)

    def _know_series(self) -> None:
        wanted = {reading.series for reading in self.readings} - set(self.known)
        if wanted:
            self.known.update(Series.objects.filter(key__in=wanted).values_list("key", "pk"))

    def _row(self, reading: Reading, now: datetime) -> InboxRow:
        value = reading.value
        number = missing = censored = limit = None
        if isinstance(value, Missing):
            missing = value.value
        elif isinstance(value, Censored):
            censored, limit = value.sign, float(value.limit)
        else:
            number = float(value)
        return InboxRow(
            key=f"{self.channel}:{reading.key}",
            channel=self.channel,
            series_id=self.known[reading.series],
            valid_from=reading.valid_from,
            valid_to=reading.valid_to,
            value=number,
            missing=missing or "",
            censored=censored or "",
            censor_limit=limit,
            quality=reading.quality.value,
            quality_reason=reading.quality_reason,
            supplier=reading.supplier,
            note=reading.note,
            received_at=now,
        )


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
