"""Correcting one observation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.evidence.actions.append import AppendObservations, Nothing
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
        with store.writing():
            before = self.check()
            statement = {
                "series": self.series,
                "valid_from": self.valid_from.astimezone(UTC).isoformat(),
                "content": list(self._content()),
                "at": timezone.now().isoformat(),
            }
            row = (before["series_id"], before["valid_from"], before["valid_to"], *self._content(), 0)
            AppendObservations(
                pa.table(
                    [pa.array([cell], f.type) for cell, f in zip(row, STAGED, strict=True)], schema=STAGED
                ),
                author=self.author,
                kind=ImportRun.Kind.CORRECTION,
                source=digest_of_json(statement),
                sample=before["sample"],
                reason=self.reason,
                zone=self.zone,
                label=self.series,
                store=store,
                companion=_CorrectionOnRecord(self, before, statement),
            ).execute()
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


@dataclass(slots=True)
class _CorrectionOnRecord(Nothing):
    """Leaves what was and what is in the record of changes."""

    correction: CorrectObservation
    before: dict[str, Any]
    statement: dict[str, Any]

    def finish(self, run: ImportRun) -> None:
        """Leave the entry."""
        audit.record(
            actor=self.correction.author,
            action="evidence.correct",
            zone=run.zone,
            subject_kind="series",
            subject_key=self.correction.series,
            before={name: self.before[name] for name in ("value", "missing", "revision")},
            after=self.statement,
            reason=run.reason,
        )
