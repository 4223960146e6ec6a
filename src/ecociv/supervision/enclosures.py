"""Documents handed in with a report (佐证材料): filed in the library for the same duty, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.evidence.documents import digest_of_file
from ecociv.evidence.library.actions import FileDocument
from ecociv.evidence.library.formats import FileNotTaken, recognise
from ecociv.evidence.library.recording import FilingRefused
from ecociv.evidence.models import DocumentFiling
from ecociv.people import audit
from ecociv.plan.queries import current_package
from ecociv.supervision.drafts import DraftRefused, Problem
from ecociv.supervision.models import ProgressReport, ReportEvidence
from ecociv.supervision.permissions import require_correct, require_report
from ecociv.supervision.sentences import reason

FIELD = "documents"
MOST = 10
"""Documents of one report."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to be handed in with a report.

    Parameters
    ----------
    path
        Where the bytes are.
    name
        The name under which the file was sent.
    title
        Title as it stands on the document; the name without its ending when "".
    type
        Key of the library's list of document types.
    """

    path: Path
    name: str
    title: str = ""
    type: str = "report"


def problems_with(enclosures: Sequence[Enclosure]) -> tuple[Problem, ...]:
    """Everything that is wrong with the files, each by its own sentence; nothing when all can be taken."""
    found = []
    if len(enclosures) > MOST:
        found.append(
            Problem(
                FIELD,
                reason(
                    "too-many-documents",
                    "共{count}个文件，一份填报最多{most}个：请合并后再上传。",
                    "There are {count} files; a report takes {most} at most. Put some of them together.",
                    count=len(enclosures),
                    most=MOST,
                ),
            )
        )
    for each in enclosures:
        try:
            recognise(each.path, each.name)
        except FileNotTaken as refused:
            found.append(Problem(FIELD, Reason(refused.code, refused.text, {"name": each.name})))
    return tuple(found)


def enclose(report: ProgressReport, enclosures: Sequence[Enclosure], author: Any) -> list[ReportEvidence]:
    """File the documents and enter them with the report, inside the caller's transaction; each file once.

    A file that is filed for the duty already is not filed a second time: the report then rests on that entry.

    Raises
    ------
    DraftRefused
        With the library's sentence, when it does not take one of them; nothing is then written.
    """
    have = set(report.evidence.values_list("document_id", flat=True))
    added = []
    for each in enclosures:
        try:
            filing = _filed(report, each, author)
        except FileNotTaken as refused:
            raise DraftRefused((_problem(each, refused.code, refused.text),)) from refused
        except FilingRefused as refused:
            raise DraftRefused(
                tuple(_problem(each, "filing-refused", text) for text in refused.texts)
            ) from refused
        if filing.document_id not in have:
            have.add(filing.document_id)
            added.append(_entered(report, filing))
    if added:
        _audit(report, added, author)
    return added


def brings_new(report: ProgressReport, enclosures: Sequence[Enclosure]) -> bool:
    """Whether any of the files is not with the report already."""
    have = set(report.evidence.values_list("document_id", flat=True))
    return any(digest_of_file(each.path) not in have for each in enclosures)


def carry_over(before: ProgressReport, after: ProgressReport) -> None:
    """The documents of a revision stand with its correction too."""
    for each in before.evidence.select_related("filing"):
        _entered(after, each.filing)


@dataclass(frozen=True, slots=True)
class AttachEvidence:
    """Hand in documents for a revision that is on record and waits for its review.

    After the review the revision stays as it was judged: documents then come with a correction.
    """

    report: ProgressReport
    documents: Sequence[Enclosure]
    author: Any

    def check(self) -> None:
        """Refuse whoever may not correct the report, a revision that was reviewed or corrected, and unfit files.

        Raises
        ------
        PermissionDenied, DraftRefused
        """
        report = self.report
        package = current_package(report.zone)
        duty = next((each for each in package.duties if each.place == report.place), None)
        if duty is None:
            raise DraftRefused((Problem("", _gone()),))
        today = timezone.localdate()
        require_report(self.author, duty, package, today)
        require_correct(self.author, report, package, today)
        revisions = ProgressReport.objects.of(report.zone, report.place).filter(number=report.number)
        newest = revisions.order_by("-revision").select_related("review").first()
        if newest is None or newest.pk != report.pk or getattr(newest, "review", None) is not None:
            raise DraftRefused((Problem(FIELD, _closed()),))
        problems = problems_with(self.documents)
        if problems:
            raise DraftRefused(problems)

    def execute(self) -> list[ReportEvidence]:
        """File the documents; those that the report has already are left out."""
        with transaction.atomic():
            self.check()
            return enclose(self.report, self.documents, self.author)


def _gone() -> Reason:
    return reason("duty-gone", "计划中已没有这一项。", "The plan no longer has this duty.")


def _closed() -> Reason:
    return reason(
        "revision-closed",
        "这一版已审核或已更正，不能再补材料：请在更正时上传。",
        "This revision was reviewed or corrected; hand the documents in with a correction.",
    )


def _filed(report: ProgressReport, each: Enclosure, author: Any) -> DocumentFiling:
    known = (
        DocumentFiling.objects.of_zone(report.zone)
        .newest()
        .exclude(change="withdrawal")
        .filter(subject=report.place, document_id=digest_of_file(each.path))
        .visible_to(author)
        .first()
    )
    if known is not None:
        return known
    return (
        FileDocument(
            path=each.path,
            subject=report.place,
            type=each.type,
            title=each.title.strip() or Path(each.name).stem,
            author=author,
            owner=report.organisation,
            # Whether the author may report on the duty is decided before; a supporting body files its own.
            lead=frozenset({getattr(author, "organisation", "") or report.organisation}),
            name=each.name,
            zone=report.zone,
        )
        .execute()
        .filing
    )


def _entered(report: ProgressReport, filing: DocumentFiling) -> ReportEvidence:
    row = ReportEvidence(
        report=report, document_id=filing.document_id, filing=filing, recorded_at=timezone.now()
    )
    row.save()
    return row


def _problem(each: Enclosure, code: str, text: Text) -> Problem:
    return Problem(FIELD, Reason(code, text, {"name": each.name}))


def _audit(report: ProgressReport, added: Sequence[ReportEvidence], author: Any) -> None:
    kind, _colon, number = report.place.partition(":")
    audit.record(
        actor=author,
        action="attach-report-evidence",
        zone=report.zone,
        subject_kind=kind,
        subject_key=number,
        before=None,
        after={
            "report": report.number,
            "revision": report.revision,
            "documents": [each.document_id for each in added],
        },
        reason="",
    )
