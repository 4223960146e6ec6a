"""Loading a file of observations."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.evidence import registry
from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.issues import Issue, Severity
from ecociv.evidence.mapping import Mapping, load_mapping
from ecociv.evidence.models import ImportRun, RowIssue
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.report import ImportReport
from ecociv.evidence.seals import chain
from ecociv.evidence.staging import Progress, Staged, stage
from ecociv.evidence.store import Comparison, EvidenceStore, scratch_folder
from ecociv.people import audit


@dataclass(slots=True)
class LoadFile:
    """Load a file through a declared mapping: good rows in one commit, a report on the others.

    The same file through the same mapping adds nothing the second time, whatever was loaded in between; a file that
    agrees with what is known adds nothing; a file that disagrees makes new revisions and needs a ``reason``.

    Parameters
    ----------
    path
        The file, plain or packed by gzip.
    mapping
        A mapping or its key.
    author
        A user, or the name of a command.
    reason
        Why; needed when values on record change.
    sample
        Whether the file is generated sample data. It then feeds series of its own, never the real ones.
    progress
        Called with the rows read so far and the stage.
    """

    path: Path | str
    mapping: Mapping | str
    author: Any
    reason: str = ""
    zone: str = "jingdezhen"
    sample: bool = False
    store: EvidenceStore | None = None
    progress: Progress | None = None

    def check(self) -> ImportReport:
        """Read and compare without writing.

        Raises
        ------
        FileRefused, DeclarationError, SeriesConflict
            When the file or its mapping cannot be used at all.
        """
        with tempfile.TemporaryDirectory(prefix="load-", dir=scratch_folder()) as folder:
            staged = self._stage(Path(folder))
            report = staged.report
            self._tell(report.rows_read, "comparing")
            counts = self._append(staged).check()
        report.values_new, report.values_unchanged, report.values_revised = counts
        return report

    def execute(self) -> ImportReport:
        """Load the file.

        Raises
        ------
        FileRefused
            When the file as a whole is wrong (columns, encoding, nothing usable in it, or rejected rows where the
            mapping takes all or nothing). Nothing is written but the record of the refusal.
        ReasonRequired
            When values on record would change and no reason is given.
        """
        self._finish_what_was_cut_off()
        if (before := self._loaded_before()) is not None:
            return before
        with tempfile.TemporaryDirectory(prefix="load-", dir=scratch_folder()) as folder:
            try:
                staged = self._stage(Path(folder))
            except FileRefused as refusal:
                self._record_refusal(refusal)
                raise
            self._tell(staged.report.rows_read, "comparing")
            appended = self._append(staged).execute()
        report = staged.report
        report.values_new, report.values_unchanged = appended.new, appended.unchanged
        report.values_revised = appended.revised
        report.run, report.state = str(appended.run.pk), appended.run.state
        report.recorded_at = appended.recorded_at
        return report

    # -- steps -----------------------------------------------------------------------------------------

    def _store(self) -> EvidenceStore:
        if self.store is None:
            self.store = EvidenceStore()
        return self.store

    def _mapping(self) -> Mapping:
        if not isinstance(self.mapping, Mapping):
            self.mapping = load_mapping(self.mapping, zone=self.zone)
        return self.mapping

    def _tell(self, rows: int, stage_name: str) -> None:
        if self.progress is not None:
            self.progress(rows, stage_name)

    def _load_key(self, sha256: str) -> str:
        return digest_of_json({"file": sha256, "mapping": self._mapping().digest, "sample": self.sample})[:16]

    def _finish_what_was_cut_off(self) -> None:
        if ImportRun.objects.filter(state=ImportRun.State.STARTED).exists():
            with self._store().writing():
                chain.repair(self._store())

    def _loaded_before(self) -> ImportReport | None:
        """The report of an earlier loading of the same bytes through the same mapping, if its rows are still there.

        A store that was lost or put back from an older copy is filled again by the long way.
        """
        path, mapping = Path(self.path), self._mapping()
        if not path.is_file():
            return None
        load_key = self._load_key(digest_of_file(path))
        run = (
            ImportRun.objects.filter(load_key=load_key, state=ImportRun.State.FINISHED)
            .order_by("started_at")
            .first()
        )
        if run is None or run.document is None or not self._store().holds(load_key):
            return None
        issues = [
            Issue(
                item.row, item.field, item.found, item.code, Severity(item.severity), item.rule, item.remedy
            )
            for item in run.issues.all()
        ]
        return ImportReport(
            file=path.name,
            sha256=run.document.sha256,
            mapping=mapping.key,
            zone=self.zone,
            sample=self.sample,
            run=str(run.pk),
            state="already-loaded",
            recorded_at=run.recorded_at,
            rows_read=run.rows_read,
            rows_taken=run.rows_taken,
            rows_rejected=run.rows_rejected,
            rows_repeated=run.rows_repeated,
            rows_skipped=run.rows_skipped,
            values_unchanged=run.values_new + run.values_unchanged + run.values_revised,
            values_flagged=run.values_flagged,
            issues=issues,
            issues_in_all=max(len(issues), run.rows_rejected),
            caveats=mapping.caveats,
        )

    def _stage(self, folder: Path) -> Staged:
        mapping = self._mapping()
        staged = stage(Path(self.path), mapping, folder, zone=self.zone, sample=self.sample, tell=self._tell)
        registry.check_series(mapping, staged.series, sample=self.sample)
        return staged

    def _append(self, staged: Staged) -> AppendObservations:
        mapping, report = self._mapping(), staged.report
        return AppendObservations(
            staged.observations,
            author=self.author,
            kind=ImportRun.Kind.FILE,
            source=report.sha256,
            sample=self.sample,
            reason=self.reason,
            zone=self.zone,
            load_key=self._load_key(report.sha256),
            label=report.file,
            mapping=mapping.key,
            mapping_digest=mapping.digest,
            store=self._store(),
            companion=_FileOnRecord(self, staged),
        )

    def _record_refusal(self, refusal: FileRefused) -> None:
        path = Path(self.path)
        if not path.is_file():
            return
        mapping, now = self._mapping(), timezone.now()
        ImportRun.objects.create(
            zone=self.zone,
            mapping=mapping.key,
            mapping_digest=mapping.digest,
            load_key=self._load_key(digest_of_file(path)),
            author=account_of(self.author),
            author_name=name_of(self.author),
            reason=self.reason,
            sample=self.sample,
            state=ImportRun.State.REFUSED,
            started_at=now,
            finished_at=now,
            refusal_zh=refusal.text.zh,
            refusal_en=refusal.text.en,
        )


@dataclass(slots=True)
class _FileOnRecord:
    """Keeps the file, its series and its report row by row beside the batch."""

    load: LoadFile
    staged: Staged

    def register(self) -> None:
        """Register the series and keep the file."""
        load, mapping = self.load, self.load._mapping()
        load._tell(self.staged.report.rows_read, "writing")
        registry.ensure_series(load.zone, mapping, self.staged.series, sample=load.sample)
        keep_document(Path(load.path), received_from=name_of(load.author), sample=load.sample)

    def describe(self, run: ImportRun, compared: Comparison) -> None:
        """Put the report on record before the batch is written: should it be cut off, the report is there."""
        report = self.staged.report
        run.document_id = report.sha256
        for name in (
            "rows_read",
            "rows_taken",
            "rows_rejected",
            "rows_repeated",
            "rows_skipped",
            "values_flagged",
        ):
            setattr(run, name, getattr(report, name))
        run.save()
        RowIssue.objects.bulk_create(
            [
                RowIssue(
                    run=run,
                    row=item.row,
                    field=item.field[:80],
                    found=item.found,
                    code=item.code,
                    severity=item.severity.value,
                    rule_zh=item.rule.zh,
                    rule_en=item.rule.en,
                    remedy_zh=item.remedy.zh,
                    remedy_en=item.remedy.en,
                )
                for item in report.issues
            ],
            batch_size=500,
        )

    def finish(self, run: ImportRun) -> None:
        """Leave the entry in the record of changes."""
        audit.record(
            actor=self.load.author,
            action="evidence.load",
            zone=run.zone,
            subject_kind="file",
            subject_key=self.staged.report.sha256,
            after={"mapping": run.mapping, "new": run.values_new, "revised": run.values_revised},
            reason=run.reason,
        )
