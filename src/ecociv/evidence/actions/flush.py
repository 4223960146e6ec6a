"""Taking acknowledged readings from the inbox to the observation table, exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.evidence.actions.append import Appended, AppendObservations
from ecociv.evidence.models import ImportRun, InboxReading
from ecociv.evidence.schema import STAGED
from ecociv.evidence.seals import chain
from ecociv.evidence.store import Comparison, EvidenceStore

AT_A_TIME = 50_000
"""Readings that go to the table in one commit."""

KEPT = timedelta(days=7)
"""How long a flushed reading stays in the inbox: a sender who repeats a message within it is told that it is known.
The real-time protocols repeat within minutes, HJ 212 stations resend what they kept through an outage within days."""

_REASON = "A later message of the station gives another value for the same period."


@dataclass(frozen=True, slots=True)
class Flushed:
    """What a flush came to."""

    readings: int
    new: int
    unchanged: int
    revised: int
    batches: tuple[str, ...]


@dataclass(slots=True)
class FlushInbox:
    """Move acknowledged readings to the table.

    Readings are claimed under the number of their batch, written in one commit that carries this number, and marked in
    the transaction that seals the batch. Whatever is cut off where, the next flush finds out whether the commit is in
    the table: it finishes the batch, or lets the readings go and takes them again. Two messages about one period
    become two revisions in the order in which they were acknowledged.

    Parameters
    ----------
    author
        Name on record of the runs.
    limit
        Readings in one commit.
    """

    store: EvidenceStore | None = None
    author: Any = "inbox"
    zone: str = ""
    limit: int = AT_A_TIME

    def check(self) -> int:
        """How many readings wait."""
        return InboxReading.objects.filter(flushed_at=None).count()

    def execute(self) -> Flushed:
        """Flush until nothing waits that was there at the beginning."""
        if not InboxReading.objects.filter(flushed_at=None).exists():
            return Flushed(0, 0, 0, 0, ())
        store = self.store or EvidenceStore()
        readings = new = unchanged = revised = 0
        batches: list[str] = []
        with store.writing():
            chain.repair(store)
            self._settle()
            last = InboxReading.objects.filter(flushed_at=None).order_by("-pk").values_list("pk", flat=True)
            end = last.first() or 0
            for sample in (False, True):
                while claim := self._claim(sample, end):
                    batch = self._take(claim, sample, store)
                    batches.append(str(batch.run.pk))
                    readings, new = readings + len(claim), new + batch.new
                    unchanged, revised = unchanged + batch.unchanged, revised + batch.revised
        return Flushed(readings, new, unchanged, revised, tuple(batches))

    # -- steps -----------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Decide on claims that an earlier flush left: mark those in a finished batch, let go of the others."""
        for batch in (
            InboxReading.objects.filter(flushed_at=None)
            .exclude(batch=None)
            .values_list("batch", flat=True)
            .distinct()
        ):
            claimed = InboxReading.objects.filter(batch=batch, flushed_at=None)
            there = ImportRun.objects.filter(pk=str(batch), state=ImportRun.State.FINISHED).exists()
            if there:
                claimed.update(flushed_at=timezone.now())
            else:
                claimed.update(batch=None)

    def _claim(self, sample: bool, end: int) -> list[InboxReading]:
        """The oldest readings that wait."""
        return list(
            InboxReading.objects.filter(
                Q(batch=None) & Q(flushed_at=None), pk__lte=end, series__sample=sample
            ).order_by("pk")[: self.limit]
        )

    def _take(self, claim: list[InboxReading], sample: bool, store: EvidenceStore) -> Appended:
        source = digest_of_json([reading.key for reading in claim])
        return AppendObservations(
            staged_readings(claim),
            author=self.author,
            kind=ImportRun.Kind.MESSAGES,
            source=source,
            sample=sample,
            reason=_REASON,
            zone=self.zone,
            label="The inbox",
            store=store,
            companion=_Claim([reading.pk for reading in claim]),
        ).execute()


@dataclass(frozen=True, slots=True)
class _Claim:
    """Binds the readings to the batch before it is written, and marks them when it is sealed.

    No entry in the record of changes: the run and its seal say as much, and a flush comes every few seconds.
    """

    readings: list[int]

    def register(self) -> None:
        """Series are registered before a message is accepted."""

    def describe(self, run: ImportRun, compared: Comparison) -> None:
        """Claim the readings under the run, in the transaction that announces it."""
        for start in range(0, len(self.readings), 500):
            InboxReading.objects.filter(pk__in=self.readings[start : start + 500]).update(batch=run.pk)

    def finish(self, run: ImportRun) -> None:
        """Mark the readings of the batch."""
        InboxReading.objects.filter(batch=run.pk).update(flushed_at=timezone.now())


@dataclass(slots=True)
class PurgeInbox:
    """Remove readings that have been in the table for longer than ``kept``."""

    kept: timedelta = KEPT

    def check(self) -> int:
        """How many would go."""
        return int(self._old().count())

    def execute(self) -> int:
        """Remove them; returns how many."""
        with transaction.atomic():
            count, _ = self._old().delete()
        return int(count)

    def _old(self) -> Any:
        return InboxReading.objects.filter(flushed_at__lt=timezone.now() - self.kept)


def staged_readings(readings: list[InboxReading]) -> pa.Table:
    """Readings in the shape ``STAGED``; ``source_row`` is their order of acknowledgement, from 1."""
    columns: dict[str, list[Any]] = {name: [] for name in STAGED.names}
    for number, reading in enumerate(readings, start=1):
        row = {
            "series_id": reading.series_id,
            "valid_from": reading.valid_from,
            "valid_to": reading.valid_to,
            "value": reading.value,
            "missing": reading.missing or None,
            "censored": reading.censored or None,
            "censor_limit": reading.censor_limit,
            "quality": reading.quality,
            "quality_reason": reading.quality_reason or None,
            "supplier": reading.supplier or None,
            "note": reading.note or None,
            "source_row": number,
        }
        for name, value in row.items():
            columns[name].append(value)
    return pa.table([pa.array(columns[field.name], field.type) for field in STAGED], schema=STAGED)
