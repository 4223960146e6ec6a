"""Documents handed in with a report: all of them with the report, or nothing at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from ecociv.evidence.models import DocumentFiling
from ecociv.people.models import AuditEntry
from ecociv.supervision.actions import CorrectReport, Reported, ReportProgress
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.enclosures import MOST, AttachEvidence, Enclosure
from ecociv.supervision.models import ProgressReport, ReportEvidence
from ecociv.supervision.review import ReviewReport
from ecociv.supervision.states import ReviewOutcome
from supervision.cases import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, PLACE = "jingdezhen", "task:94"


@pytest.fixture
def paper(tmp_path: Path, settings: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path / "stored"

    def make(name: str = "验收材料.pdf", words: bytes = b"%PDF-1.4 one") -> Enclosure:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.upload"
        path.write_bytes(words)
        return Enclosure(path, name)

    return make


def send(author: Any, *documents: Enclosure, place: str = PLACE, **changes: Any) -> Reported:
    return ReportProgress(ZONE, place, draft(**changes), author, documents).execute()


def names(report: ProgressReport) -> list[str]:
    return [each.filing.file_name for each in report.evidence.select_related("filing")]


def codes(refused: pytest.ExceptionInfo[DraftRefused]) -> list[str]:
    return [problem.reason.code for problem in refused.value.problems]


def test_documents_are_filed_for_the_duty_and_stand_with_the_report(officer: Any, paper: Any) -> None:
    report = send(officer, paper(), paper("会议纪要.txt", "会议研究了实施方案。".encode())).report
    assert names(report) == ["验收材料.pdf", "会议纪要.txt"]
    filing = DocumentFiling.objects.get(file_name="验收材料.pdf")
    assert (filing.subject, filing.owner, filing.title) == (PLACE, officer.organisation, "验收材料")
    entry = AuditEntry.objects.get(action="attach-report-evidence")
    assert entry.actor == officer


def test_one_unfit_file_and_nothing_is_on_record(officer: Any, paper: Any) -> None:
    with pytest.raises(DraftRefused) as refused:
        send(
            officer, paper(), paper("空.pdf", b""), paper("程序.pdf", b"MZ\x00\x01\x02"), percent=Decimal(101)
        )
    assert (
        codes(refused)[0] == "percent-out-of-range" and "empty" in codes(refused) and len(codes(refused)) == 3
    )
    assert {problem.field for problem in refused.value.problems[1:]} == {"documents"}
    with pytest.raises(DraftRefused) as refused:
        send(officer, paper(), Enclosure(paper().path, "名不符实.png"))
    assert codes(refused) == ["name-disagrees"]
    # What only the library finds, after the report was written, takes the report back as well.
    with pytest.raises(DraftRefused):
        send(officer, paper(), Enclosure(paper(words=b"%PDF-1.4 two").path, "x.pdf", type="no-such-type"))
    for table in (ProgressReport, ReportEvidence, DocumentFiling):
        assert not table.objects.exists()
    assert not AuditEntry.objects.filter(action__in=["report-progress", "attach-report-evidence"]).exists()


def test_too_many(officer: Any, paper: Any) -> None:
    with pytest.raises(DraftRefused) as refused:
        send(officer, *[paper(words=b"%%PDF-1.4 %d" % n) for n in range(MOST + 1)])
    assert codes(refused) == ["too-many-documents"]


def test_the_same_report_sent_again_with_a_document_keeps_it_once(officer: Any, paper: Any) -> None:
    first = send(officer).report
    for _again in range(2):
        second = send(officer, paper())
        assert (second.created, second.report) == (False, first)
    assert names(first) == ["验收材料.pdf"]
    assert DocumentFiling.objects.count() == 1


def test_a_file_that_is_filed_for_the_duty_is_not_filed_twice(officer: Any, paper: Any) -> None:
    send(officer, paper())
    other = send(officer, paper("改了名.pdf"), period=2015).report
    assert names(other) == ["验收材料.pdf"]
    assert DocumentFiling.objects.count() == 1 and ReportEvidence.objects.count() == 2


def test_a_correction_keeps_the_documents_and_may_bring_only_more(officer: Any, paper: Any) -> None:
    send(officer, paper())
    more = paper("补充.pdf", b"%PDF-1.4 more")
    corrected = CorrectReport(ZONE, PLACE, 1, 1, draft(), "补充材料", officer, [more]).execute().report
    assert names(corrected) == ["验收材料.pdf", "补充.pdf"]
    assert names(ProgressReport.objects.get(revision=1)) == ["验收材料.pdf"]
    with pytest.raises(DraftRefused) as refused:
        CorrectReport(ZONE, PLACE, 1, 2, draft(), "又补一次", officer, [more]).execute()
    assert codes(refused) == ["nothing-changed"]


def test_a_supporting_body_hands_in_its_own(user: Any, paper: Any) -> None:
    forestry = user("department_officer", "forestry-bureau")
    report = send(forestry, paper(), place="task:5").report
    assert (report.role, DocumentFiling.objects.get().owner) == ("support", "forestry-bureau")


def test_documents_can_follow_until_the_review(officer: Any, user: Any, paper: Any) -> None:
    report = send(officer).report
    for stranger in (user("department_officer", "finance-bureau"), user("leader")):
        with pytest.raises(PermissionDenied):
            AttachEvidence(report, [paper()], stranger).execute()
    assert len(AttachEvidence(report, [paper()], officer).execute()) == 1
    assert AttachEvidence(report, [paper()], officer).execute() == []
    office = user("leading_group_office")
    ReviewReport(ZONE, PLACE, 1, 1, ReviewOutcome.ACCEPTED, "", office).execute()
    with pytest.raises(DraftRefused) as refused:
        AttachEvidence(report, [paper(words=b"%PDF-1.4 late")], officer).execute()
    assert codes(refused) == ["revision-closed"]
    assert names(report) == ["验收材料.pdf"]
