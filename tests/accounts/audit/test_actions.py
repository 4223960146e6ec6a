"""From opening to conclusion: who may, what is asked for first, what cannot be changed, what was known when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.situations import ZONE
from accounts.terms import COUNTY, FIRST, LAST, magistrate, person, sample_returns
from ecociv.accounts.audit.actions import (
    CommentOnDraft,
    Conclude,
    DrawRecords,
    OpenAudit,
    PublishSample,
    RequestEvidence,
    ReviewPaper,
    SendDraft,
    WritePaper,
)
from ecociv.accounts.audit.models import AuditPaper, LeavingAudit
from ecociv.accounts.audit.sampling import sample_of
from ecociv.accounts.audit.standing import AuditStanding, audits_for, requests_of, standing_of
from ecociv.accounts.audit.term import AuditRefused
from ecociv.people.audit import verify
from ecociv.people.models import AuditEntry, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder", "plan_in_database", "returns")]


@pytest.fixture(scope="module")
def returns() -> Iterator[None]:
    with sample_returns():
        yield


@pytest.fixture
def people() -> dict[str, User]:
    return {
        "office": person("office", "leading_group_office"),
        "leader": person("leader", "leader"),
        "auditor": person("auditor", "auditor"),
        "second": person("second", "auditor"),
        "county": person("county", "county_officer", COUNTY),
        "other": person("other", "county_officer", "leping-city"),
    }


@pytest.fixture
def audit(people: dict[str, User]) -> LeavingAudit:
    return OpenAudit(magistrate(people["office"]), COUNTY, FIRST, LAST, people["auditor"]).execute()


def test_only_auditors_open_and_a_term_is_audited_once(people: dict[str, User], audit: LeavingAudit) -> None:
    assert audit.number == f"离任审计〔{timezone.localdate().year}〕1号"
    for name in ("office", "leader", "county"):
        with pytest.raises(PermissionDenied):
            OpenAudit(audit.official, COUNTY, FIRST, LAST, people[name]).execute()
    with pytest.raises(AuditRefused, match="audited already"):
        OpenAudit(audit.official, COUNTY, FIRST, LAST, people["second"]).execute()
    with pytest.raises(DatabaseError), transaction.atomic():
        LeavingAudit.objects.filter(pk=audit.pk).update(body="x")


def test_the_sample_follows_from_what_was_published(people: dict[str, User], audit: LeavingAudit) -> None:
    auditor = people["auditor"]
    with pytest.raises(AuditRefused, match="Publish"):
        DrawRecords(audit, auditor).execute()
    PublishSample(audit, "审计-1", auditor, 8).execute()
    with pytest.raises(AuditRefused, match="cannot be exchanged"):
        PublishSample(audit, "审计-2", auditor).execute()
    DrawRecords(audit, auditor).execute()
    now = standing_of(audit)
    assert len(now.sample) == 8 == sum(now.published["sizes"].values())
    # Anybody who knows the published list and seed draws the same records.
    assert [one["key"] for one in sample_of(now.published)] == [one["key"] for one in now.sample]
    assert [paper.about for paper in now.papers] == [one["key"] for one in now.sample]
    with pytest.raises(AuditRefused, match="drawn already"):
        DrawRecords(audit, auditor).execute()


def test_papers_are_reviewed_by_another(people: dict[str, User], audit: LeavingAudit) -> None:
    auditor, second = people["auditor"], people["second"]
    with pytest.raises(AuditRefused, match="what was done"):
        WritePaper(audit, auditor, "采伐核对", "", "", "none", hand_in=True).execute()
    paper = WritePaper(audit, auditor, "采伐核对", "核对采伐许可证", "少报3150立方米", "serious", hand_in=True).execute()
    with pytest.raises(AuditRefused, match="another auditor"):
        ReviewPaper(audit, paper.number, True, "", auditor).execute()
    with pytest.raises(AuditRefused, match="sent back"):
        ReviewPaper(audit, paper.number, False, "", second).execute()
    ReviewPaper(audit, paper.number, False, "附许可证编号", second).execute()
    assert standing_of(audit).findings["serious"] == 0
    WritePaper(audit, auditor, "采伐核对", "核对采伐许可证1至9号", "少报3150立方米", "serious", paper.number, hand_in=True).execute()
    before = timezone.now()
    ReviewPaper(audit, paper.number, True, "", second).execute()
    assert standing_of(audit).findings == {"minor": 0, "serious": 1, "grave": 0}
    assert standing_of(audit, before).findings["serious"] == 0  # as it was known then
    with pytest.raises(AuditRefused, match="cannot be changed"):
        WritePaper(audit, auditor, "采伐核对", "x", "", "none", paper.number).execute()
    assert AuditPaper.objects.filter(audit=audit, number=paper.number).count() == 4


def test_a_request_is_a_case_with_a_clock(people: dict[str, User], audit: LeavingAudit) -> None:
    case = RequestEvidence(audit, COUNTY, "2016年采伐许可证台账", people["auditor"]).execute()
    assert requests_of(audit) == [case] and case.due is not None and case.type == "audit-evidence-request"
    with pytest.raises(PermissionDenied):
        RequestEvidence(audit, COUNTY, "x", people["county"]).execute()


def test_the_body_sees_the_draft_and_comments_before_the_conclusion(people: dict[str, User], audit: LeavingAudit) -> None:
    auditor, county = people["auditor"], people["county"]
    assert audits_for(county, ZONE) == [] and audits_for(people["leader"], ZONE) == [audit] == audits_for(people["office"], ZONE)
    with pytest.raises(AuditRefused, match="Send the draft"):
        Conclude(audit, "average", "理由", auditor).execute()
    with pytest.raises(AuditRefused, match="No draft"):
        CommentOnDraft(audit, "意见", county).execute()
    SendDraft(audit, auditor).execute()
    assert audits_for(county, ZONE) == [audit] and audits_for(people["other"], ZONE) == []
    with pytest.raises(AuditRefused, match="may comment until"):
        Conclude(audit, "average", "理由", auditor).execute()
    with pytest.raises(PermissionDenied):
        CommentOnDraft(audit, "意见", people["other"]).execute()
    CommentOnDraft(audit, "对水资源存量的口径有异议", county).execute()
    WritePaper(audit, auditor, "补充", "核对", "", "none").execute()
    with pytest.raises(AuditRefused, match="not reviewed"):
        Conclude(audit, "average", "理由", auditor).execute()
    WritePaper(audit, auditor, "补充", "核对", "", "none", 1, hand_in=True).execute()
    ReviewPaper(audit, 1, True, "", people["second"]).execute()
    with pytest.raises(AuditRefused, match="reasons"):
        Conclude(audit, "average", " ", auditor).execute()
    with pytest.raises(AuditRefused, match="Choose a class"):
        Conclude(audit, "splendid", "理由", auditor).execute()
    with pytest.raises(PermissionDenied):
        Conclude(audit, "average", "理由", people["office"]).execute()
    step = Conclude(audit, "fairly-good", "损失由干旱造成", auditor).execute()
    assert step.data["class"] == "fairly-good" and step.data["dossier"]["proposal"]["class"] == "average"
    with pytest.raises(AuditRefused, match="concluded"):
        CommentOnDraft(audit, "再议", county).execute()
    assert standing_of(audit).state == "concluded"
    assert verify() is None and AuditEntry.objects.filter(subject_kind="leaving-audit").count() >= 7


def test_after_the_days_for_comment_the_auditor_goes_on(people: dict[str, User], audit: LeavingAudit) -> None:
    SendDraft(audit, people["auditor"]).execute()
    until = standing_of(audit).comment_until
    assert until is not None and until > timezone.localdate()
    passed = timezone.localdate() - dt.timedelta(days=1)
    with mock.patch.object(AuditStanding, "comment_until", property(lambda _: passed)):
        assert Conclude(audit, "average", "逾期未提出意见", people["auditor"]).check()["class"] == "average"
