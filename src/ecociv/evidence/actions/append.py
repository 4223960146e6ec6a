"""Adding observations: the one way to the table, for files, returns, corrections, messages and quality marks."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import Document, ImportRun, Series
from ecociv.evidence.schema import STAGED
from ecociv.evidence.seals import chain
from ecociv.evidence.seals.digest import ContentDigest
from ecociv.evidence.staged import AppendRefused, check_staged, series_of
from ecociv.evidence.store import Comparison, EvidenceStore, Stamp, Written, scratch_folder
from ecociv.evidence.store.compare import IN_MEMORY
from ecociv.people import audit


class ReasonRequired(ValueError):
    """A change to values that are already on record was asked for without saying why."""


_ASKED = 10_000


class InsideTransaction(RuntimeError):
    """Observations were to be added while the caller held a database transaction open."""


def _refuse_inside_transaction() -> None:
    blocks = transaction.get_connection().atomic_blocks
    if blocks and not blocks[-1]._from_testcase:  # as Django's own atomic(durable=True) tells
        raise InsideTransaction(
            "Observations are added outside database transactions: what a batch is about to write has to be on record "
            "before it is written. End the transaction (transaction.atomic) first. Nothing was written."
        )


@dataclass(frozen=True, slots=True)
class Appended:
    """What a batch came to; ``run`` is its :class:`~ecociv.evidence.models.ImportRun`."""

    run: ImportRun
    new: int
    unchanged: int
    revised: int

    @property
    def recorded_at(self) -> datetime:
        """When it became known to the store."""
        assert self.run.recorded_at is not None
        return self.run.recorded_at


class Companion(Protocol):
    """What an intake does beside its batch, at the points where it stays true whatever is cut off."""

    def register(self) -> None:
        """Register series and documents, once it is clear that the batch may be written."""

    def describe(self, run: ImportRun, compared: Comparison) -> None:
        """Put on record what is known before the batch is written, in the transaction that announces it."""

    def finish(self, run: ImportRun) -> None:
        """Put on record that the batch is written, in the transaction that seals it."""


class Nothing:
    """No companion."""

    def register(self) -> None:
        """Do nothing."""

    def describe(self, run: ImportRun, compared: Comparison) -> None:
        """Do nothing."""

    def finish(self, run: ImportRun) -> None:
        """Leave the entry in the record of changes."""
        audit.record(
            actor=run.author or run.author_name,
            action="evidence.append",
            zone=run.zone,
            subject_kind="batch",
            subject_key=str(run.pk),
            after={"kind": run.kind, "new": run.values_new, "revised": run.values_revised},
            reason=run.reason,
        )


@dataclass(slots=True)
class AppendObservations:
    """Add a batch of observations: what is new or says something else is written in one commit and sealed.

    Values on record stay: another value for the same period is the next revision. A batch that says what is known
    writes nothing. Where it speaks of one period several times, each statement follows the one before it in the order
    of ``source_row``. Millions of rows are taken at bounded memory.

    Not to be called inside a database transaction of the caller: what the batch is about to write has to be on record
    before it is written, and the writers' lock is held meanwhile.

    Parameters
    ----------
    table
        In the shape :data:`ecociv.evidence.schema.STAGED`: a table, a reader of record batches, or a Parquet file.
    author
        A user, or the name of a command or an intake.
    reason
        Why; needed when values on record change.
    kind
        A kind of :class:`~ecociv.evidence.models.ImportRun`: "file", "return", "correction", "messages", "quality",
        "bulk".
    source
        SHA-256 of what the rows were read from: a file, the canonical JSON of a return.
    sample
        Whether it is generated sample data; its series must be sample series too.
    load_key
        Given, a row with the same series and ``source_row`` under the same key is one and the same statement and never
        written twice, whatever was said since. Not given, every batch speaks anew.
    label
        What the batch is called in messages, such as the name of the file.
    """

    table: pa.Table | pa.RecordBatchReader | Path
    author: Any
    kind: str
    source: str
    sample: bool
    reason: str = ""
    zone: str = ""
    load_key: str = ""
    label: str = ""
    document: Document | None = None
    mapping: str = ""
    mapping_digest: str = ""
    store: EvidenceStore | None = None
    companion: Companion = field(default_factory=Nothing)

    def check(self) -> tuple[int, int, int]:
        """How many observations are new, unchanged and revised, without writing.

        Raises
        ------
        AppendRefused
            When rows are not what observations must be.
        """
        with self._staged() as folder:
            staged = self._stage(Path(folder))
            with self._compare(staged) as compared:
                return compared.new, compared.unchanged, compared.revised

    def execute(self) -> Appended:
        """Write the batch; once this returns, it is there for good.

        Raises
        ------
        InsideTransaction
            When the caller has a database transaction open.
        AppendRefused
            When rows are not what observations must be, or belong to no registered series. Nothing is written.
        ReasonRequired
            When values on record would change and no reason is given. Nothing is written.
        """
        _refuse_inside_transaction()
        store = self._store()
        with self._staged() as folder:
            staged = self._stage(Path(folder))
            with store.writing():
                chain.repair(store)
                with self._compare(staged) as compared:
                    self._require_reason(compared)
                    self.companion.register()
                    self._check_series(staged)
                    run = self._write(compared)
        return Appended(run, run.values_new, run.values_unchanged, run.values_revised)

    # -- steps -----------------------------------------------------------------------------------------

    def _store(self) -> EvidenceStore:
        if self.store is None:
            self.store = EvidenceStore()
        return self.store

    def _staged(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="staged-", dir=scratch_folder())

    def _stage(self, folder: Path) -> Path | pa.Table:
        """The rows in memory where they are few, else in a file."""
        staged: Path | pa.Table
        if isinstance(self.table, Path):
            small = pq.read_metadata(self.table).num_rows <= IN_MEMORY
            staged = pq.read_table(self.table) if small else self.table
            check_staged(staged)
            return staged.select(STAGED.names).cast(STAGED) if isinstance(staged, pa.Table) else staged
        given = self.table
        reader = given.to_reader() if isinstance(given, pa.Table) else given
        if missing := set(STAGED.names) - set(reader.schema.names):
            raise AppendRefused("columns", f"the columns {', '.join(sorted(missing))} are missing")
        staged = _gathered((batch.select(STAGED.names).cast(STAGED) for batch in reader), folder)
        check_staged(staged)
        return staged

    def _compare(self, staged: Path | pa.Table) -> Comparison:
        before = (
            bool(self.load_key)
            and ImportRun.objects.filter(load_key=self.load_key, state=ImportRun.State.FINISHED).exists()
        )
        return self._store().compare(staged, self.load_key, loaded_before=before)

    def _require_reason(self, compared: Comparison) -> None:
        if compared.revised and not self.reason.strip():
            raise ReasonRequired(
                f"{self.label or 'The batch'} changes {compared.revised} values that are already on record; give a "
                "reason for the revision. Nothing was written."
            )

    def _check_series(self, staged: Path | pa.Table) -> None:
        wanted = series_of(staged)
        known = _registered(wanted)
        if unknown := [number for number in wanted if number not in known]:
            raise AppendRefused(
                "series-unknown",
                f"{len(unknown)} of {len(wanted)} series are not registered, the first has number {unknown[0]}; "
                "register them first",
            )
        if mixed := [number for number, sample in known.items() if sample != self.sample]:
            key = Series.objects.values_list("key", flat=True).get(pk=mixed[0])
            raise AppendRefused(
                "sample-mixed",
                f"series {key} holds {'real' if self.sample else 'sample'} data and the batch is "
                f"{'sample' if self.sample else 'real'} data; the two never share a series",
            )

    def _write(self, compared: Comparison) -> ImportRun:
        now = timezone.now()
        run = ImportRun(
            kind=self.kind,
            zone=self.zone or settings.ECOCIV_ZONE,
            document=self.document,
            mapping=self.mapping,
            mapping_digest=self.mapping_digest,
            author=account_of(self.author),
            author_name=name_of(self.author),
            reason=self.reason,
            sample=self.sample,
            started_at=now,
            recorded_at=now,
            values_new=compared.new,
            values_unchanged=compared.unchanged,
            values_revised=compared.revised,
        )
        run.load_key = self.load_key or run.pk.hex
        stamp = Stamp(now, self.source, run.load_key, str(run.pk), self.sample)
        nothing = not compared.parts
        written = Written()
        if not nothing:
            digest = ContentDigest()
            written = self._store().put(digest.passing(compared.rows(stamp)))
            rows, content = digest.finish()
            run.intent = chain.intent_of(rows, digest.months, content)
        try:
            self._announce(run, compared, nothing)
        except BaseException:
            written.discard()
            raise
        if nothing:
            return run
        remarks = {
            "batch": stamp.batch,
            "source": self.source,
            "author": run.author_name,
            "reason": self.reason,
        }
        self._store().append(written, remarks)
        with transaction.atomic():
            chain.seal(run)
            self.companion.finish(run)
        return run

    def _announce(self, run: ImportRun, compared: Comparison, nothing: bool) -> None:
        """Put down what is about to be written; where that is nothing, the run is finished."""
        with transaction.atomic():
            run.save(force_insert=True)
            self.companion.describe(run, compared)
            if nothing:
                chain.finish(run)
                self.companion.finish(run)


def _registered(numbers: list[int]) -> dict[int, bool]:
    """Which of the series are registered, and whether they are sample series.

    Asked by plain SQL: thousands of numbers pass Django's lookups one by one, several times over.
    """
    known: dict[int, bool] = {}
    table = Series._meta.db_table
    with connection.cursor() as cursor:
        for start in range(0, len(numbers), _ASKED):
            listed = ", ".join(str(int(number)) for number in numbers[start : start + _ASKED])
            cursor.execute(f"SELECT id, sample FROM {table} WHERE id IN ({listed})")
            known.update((number, bool(sample)) for number, sample in cursor.fetchall())
    return known


def _gathered(batches: Iterator[pa.RecordBatch], folder: Path) -> Path | pa.Table:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows > IN_MEMORY:
            break
    if rows <= IN_MEMORY:
        return pa.Table.from_batches(held, STAGED)
    path = folder / "staged.parquet"
    with pq.ParquetWriter(path, STAGED, compression="lz4") as writer:
        for batch in itertools.chain(held, batches):
            writer.write_batch(batch)
    return path
