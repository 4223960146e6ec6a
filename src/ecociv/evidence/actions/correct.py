"""Correcting one observation."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import ImportRun, Series
from ecociv.evidence.schema import STAGED, Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.people import audit


class CorrectionRefused(ValueError):
    """A correction that has no reason, names nothing on record, or changes nothing."""


@dataclass(slots=True)
class CorrectObservation:
    """Give one period of a series another value. The old value stays on record as the revision before.

    Parameters
    ----------
    series
        Key of the series.
    valid_from
        Where the period begins, as an instant with a time zone.
    value
        The right value in the series' unit, or the kind of absence.
    author
        A user, or the name of a command.
    reason
        Why the value on record was wrong.
    quality
        ``Quality.SUSPECT`` keeps the value and takes it out of calculations.
    """

    series: str
    valid_from: datetime
    value: float | Missing
    author: Any
    reason: str
    zone: str = "jingdezhen"
    quality: Quality = Quality.GOOD
    store: EvidenceStore | None = None

    def check(self) -> dict[str, Any]:
        """The observation on record that would be corrected.

        Raises
        ------
        CorrectionRefused
            When there is no reason, no such observation, no finite value, or no change.
        """
        if not self.reason.strip():
            raise CorrectionRefused("A correction needs its reason: it is kept with the new value for good.")
        if not isinstance(self.value, Missing) and not math.isfinite(self.value):
            raise CorrectionRefused(
                f"{self.value} is no value. Give a finite number, or the kind of absence (core.missing.Missing)."
            )
        series = Series.objects.filter(key=self.series).first()
        if series is None:
            raise CorrectionRefused(f"There is no series {self.series!r}.")
        found = (
            self._store()
            .observations([series.pk], start=self.valid_from)
            .filter(
                pa.compute.field("valid_from")
                == pa.scalar(self.valid_from.astimezone(UTC), pa.timestamp("us", "UTC"))
            )
            .to_pylist()
        )
        if not found:
            raise CorrectionRefused(
                f"Series {self.series} has no observation that begins at {self.valid_from}."
            )
        before: dict[str, Any] = found[0]
        if self._content()[:5] == tuple(
            before[name] for name in ("value", "missing", "censored", "censor_limit", "quality")
        ):
            raise CorrectionRefused(
                f"{self.series} at {self.valid_from} already has this value; nothing to correct."
            )
        return before

    def execute(self) -> int:
        """Record the correction; returns the number of the new revision."""
        store = self._store()
        with store.writing(), tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
            before = self.check()
            now = timezone.now()
            statement = {
                "series": self.series,
                "valid_from": self.valid_from.astimezone(UTC).isoformat(),
                "content": list(self._content()),
                "at": now.isoformat(),
            }
            digest = digest_of_json(statement)
            row = (before["series_id"], before["valid_from"], before["valid_to"], *self._content(), 0)
            staged = Path(folder) / "correction.parquet"
            pq.write_table(
                pa.table(
                    [pa.array([cell], f.type) for cell, f in zip(row, STAGED, strict=True)], schema=STAGED
                ),
                staged,
            )
            run = ImportRun.objects.create(
                kind=ImportRun.Kind.CORRECTION,
                zone=self.zone,
                load_key=digest[:16],
                author=account_of(self.author),
                author_name=name_of(self.author),
                reason=self.reason,
                sample=before["sample"],
                started_at=now,
                recorded_at=now,
            )
            with store.compare(staged, digest[:16]) as compared:
                store.append_compared(
                    compared,
                    source=digest,
                    load_key=digest[:16],
                    batch=str(run.pk),
                    sample=before["sample"],
                    recorded_at=now,
                    remarks={"author": run.author_name, "reason": self.reason},
                )
        run.state, run.finished_at, run.values_revised = ImportRun.State.FINISHED, timezone.now(), 1
        with transaction.atomic():
            run.save()
            audit.record(
                actor=self.author,
                action="evidence.correct",
                zone=self.zone,
                subject_kind="series",
                subject_key=self.series,
                before={
                    "value": before["value"],
                    "missing": before["missing"],
                    "revision": before["revision"],
                },
                after=statement,
                reason=self.reason,
            )
        return int(before["revision"]) + 1

    def _store(self) -> EvidenceStore:
        if self.store is None:
            self.store = EvidenceStore()
        return self.store

    def _content(self) -> tuple[Any, ...]:
        """(value, missing, censored, limit, quality, quality reason, supplier, note)."""
        value = None if isinstance(self.value, Missing) else float(self.value)
        missing = self.value.value if isinstance(self.value, Missing) else None
        reason = None if self.quality is Quality.GOOD else "corrected"
        return value, missing, None, None, self.quality.value, reason, None, self.reason
