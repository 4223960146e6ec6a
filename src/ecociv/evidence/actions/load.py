"""Loading a file of observations."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.evidence import registry
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.issues import Issue, Severity
from ecociv.evidence.mapping import Mapping, load_mapping
from ecociv.evidence.models import ImportRun, RowIssue
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.report import ImportReport
from ecociv.evidence.staging import Progress, Staged, stage
from ecociv.evidence.store import Comparison, EvidenceStore
from ecociv.people import audit


class ReasonRequired(ValueError):
    """A change to values that are already on record was asked for without saying why."""


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
        with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
            staged = self._stage(Path(folder))
            with self._compare(staged):
                pass
        return staged.report

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
        if (before := self._loaded_before()) is not None:
            return before
        with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
            try:
                staged = self._stage(Path(folder))
            except FileRefused as refusal:
                self._record_refusal(refusal)
                raise
            with self._store().writing(), self._compare(staged) as compared:
                self._require_reason(staged.report)
                run = self._begin(staged)
                self._write(run, staged, compared)
            self._finish(run, staged.report)
        return staged.report

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

    def _compare(self, staged: Staged) -> Comparison:
        report = staged.report
        self._tell(report.rows_read, "comparing")
        load_key = self._load_key(report.sha256)
        before = ImportRun.objects.filter(load_key=load_key, state=ImportRun.State.FINISHED).exists()
        compared = self._store().compare(staged.observations, load_key, loaded_before=before)
        report.values_new = compared.new
        report.values_unchanged = compared.unchanged
        report.values_revised = compared.revised
        return compared

    def _require_reason(self, report: ImportReport) -> None:
        if report.values_revised and not self.reason.strip():
            raise ReasonRequired(
                f"{report.file} changes {report.values_revised} values that are already on record; give a reason for "
                "the revision. Nothing was written."
            )

    def _begin(self, staged: Staged) -> ImportRun:
        mapping, load_key, now = self._mapping(), self._load_key(staged.report.sha256), timezone.now()
        registry.ensure_series(self.zone, mapping, staged.series, sample=self.sample)
        document = keep_document(Path(self.path), received_from=name_of(self.author), sample=self.sample)
        ImportRun.objects.filter(load_key=load_key, state=ImportRun.State.STARTED).update(
            state=ImportRun.State.INTERRUPTED
        )
        return ImportRun.objects.create(
            zone=self.zone,
            document=document,
            mapping=mapping.key,
            mapping_digest=mapping.digest,
            load_key=load_key,
            author=account_of(self.author),
            author_name=name_of(self.author),
            reason=self.reason,
            sample=self.sample,
            started_at=now,
            recorded_at=now,
        )

    def _write(self, run: ImportRun, staged: Staged, compared: Comparison) -> None:
        if staged.report.changed_nothing:
            return
        self._tell(staged.report.rows_read, "writing")
        assert run.recorded_at is not None
        self._store().append_compared(
            compared,
            source=staged.report.sha256,
            load_key=run.load_key,
            batch=str(run.pk),
            sample=self.sample,
            recorded_at=run.recorded_at,
            remarks={"author": run.author_name, "reason": self.reason},
        )

    def _finish(self, run: ImportRun, report: ImportReport) -> None:
        run.state = ImportRun.State.FINISHED
        run.finished_at = timezone.now()
        for name in (
            "rows_read",
            "rows_taken",
            "rows_rejected",
            "rows_repeated",
            "rows_skipped",
            "values_new",
            "values_unchanged",
            "values_revised",
            "values_flagged",
        ):
            setattr(run, name, getattr(report, name))
        with transaction.atomic():
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
            audit.record(
                actor=self.author,
                action="evidence.load",
                zone=self.zone,
                subject_kind="file",
                subject_key=report.sha256,
                after={"mapping": run.mapping, "new": run.values_new, "revised": run.values_revised},
                reason=self.reason,
            )
        report.run, report.state, report.recorded_at = str(run.pk), run.state, run.recorded_at

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
