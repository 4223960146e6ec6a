"""The register of issued documents: who issues, which number, what is kept, what can be composed again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.evidence.documents import read_document
from ecociv.people import audit
from ecociv.people.models import AuditEntry, User
from ecociv.people.recorded import AppendOnlyError
from ecociv.reporting.models import Annulment, IssuedDocument
from ecociv.reporting.official import series as series_module
from ecociv.reporting.official.register import (
    AnnulDocument,
    CannotAnnul,
    CannotIssue,
    IssueDocument,
    compare,
)
from ecociv.reporting.official.register_queries import issued_by_number, may_see, numbers_missing, register
from ecociv.reporting.official.series import Series, SeriesNotDeclared
from ecociv.reporting.official.series import series_of as declared
from ecociv.reporting.official.write import Options
from ecociv.reporting.problems import ReportRefused, UnknownForm
from ecociv.supervision.actions import ReportProgress
from ecociv.supervision.self_reports.actions import SubmitSelfReport
from ecociv.supervision.self_reports.composition import Statement
from reporting.official_cases import interview
from supervision.cases import draft

ZONE, DAY, OFFICE = "jingdezhen", dt.date(2017, 3, 31), "景生态办"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def person(role: str = "leading_group_office", body: str = "") -> User:
    count = User.objects.count()
    return User.objects.create(username=f"p{count}", role=role, zone=ZONE, organisation=body)


def issue(author: User, kind: str = "bulletin", **more: Any) -> IssuedDocument:
    options = more.pop("options", Options(day=DAY))
    return IssueDocument(kind, ZONE, options, author, **more).execute()


@pytest.mark.django_db
class TestOne:
    """One at a time."""

    @pytest.fixture(autouse=True)
    def plan(self, plan_in_database: None) -> None:
        """The plan of the zone."""

    def test_numbers_follow_each_other_and_the_file_is_kept(self) -> None:
        office, year = person(), timezone.localdate().year
        first, second = issue(office), issue(office, form=".xlsx")
        assert [first.number, second.number] == [f"{OFFICE}〔{year}〕{n}号" for n in (1, 2)]
        assert (first.dated, first.kind, first.parameters["day"]) == (
            timezone.localdate(),
            "bulletin",
            "2017-03-31",
        )
        assert first.addressees.startswith("各县") and "督查通报" in first.title
        data = read_document(first.document)
        assert data[:2] == b"PK" and issued_by_number(ZONE, second.number) == second
        assert numbers_missing(ZONE) == {}
        entries = AuditEntry.objects.filter(action="issue-document")
        assert [e.subject_key for e in entries.order_by("pk")] == [first.number, second.number]
        assert audit.verify() is None

    def test_composed_again_it_says_the_same(self) -> None:
        office = person()
        made = issue(office)
        again = compare(made)
        assert again.same and again.file and again.refusal is None
        # What is reported afterwards, on the same day too, does not reach back.
        officer = person("department_officer", "ecology-and-environment-bureau")
        ReportProgress(ZONE, "task:94", draft(period=2016), officer).execute()
        assert compare(made).same
        later = issue(office, options=Options(day=timezone.localdate()))
        assert later.content_digest != made.content_digest

    def test_another_content_or_file_is_noticed(self) -> None:
        made = issue(person())
        made.content_digest = "0" * 64
        assert not compare(made).same
        made.document.stored_as = "gone"
        assert not compare(made).file

    def test_what_was_known_then_can_be_issued_today(self) -> None:
        moment = timezone.now() - dt.timedelta(seconds=1)
        made = issue(person(), as_of=moment)
        assert (made.as_of, made.dated) == (moment, timezone.localdate()) and compare(made).same

    @pytest.mark.parametrize(
        "role", ["department_officer", "county_officer", "leader", "auditor", "administrator", "visitor"]
    )
    def test_only_the_office_issues_and_annuls(self, role: str) -> None:
        made = issue(person())
        other = person(role, "finance-bureau" if "officer" in role else "")
        with pytest.raises(PermissionDenied):
            issue(other)
        with pytest.raises(PermissionDenied):
            AnnulDocument(made, "有误", other).execute()
        assert IssuedDocument.objects.count() == 1 and not Annulment.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"options": Options(day=DAY, number="景生态办〔2017〕12号")}, CannotIssue),
            ({"series": "景府发"}, SeriesNotDeclared),
            ({"form": ".odt"}, UnknownForm),
            ({"options": Options()}, ReportRefused),
            ({"kind": "self-report", "options": Options(year=2016, body="市林业局")}, SeriesNotDeclared),
            (
                {"kind": "assessment-bulletin", "options": Options(year=2016, rules="x", trial=True)},
                CannotIssue,
            ),
        ],
    )
    def test_what_is_refused_uses_no_number(self, changes: dict[str, Any], refusal: type[Exception]) -> None:
        office = person()
        with pytest.raises(refusal):
            issue(office, **changes)
        assert not IssuedDocument.objects.exists() and issue(office).serial == 1

    def test_an_annulled_number_stays_used(self) -> None:
        office = person()
        wrong = issue(office)
        for reason in (" ", "字" * 501):
            with pytest.raises(CannotAnnul):
                AnnulDocument(wrong, reason, office).execute()
        AnnulDocument(wrong, "附表有误，由2号代替", office).execute()
        with pytest.raises(CannotAnnul, match="annulled"):
            AnnulDocument(wrong, "再次作废", office).execute()
        assert issue(office).serial == 2 and numbers_missing(ZONE) == {}
        assert read_document(wrong.document) and audit.verify() is None
        for row in (wrong, wrong.annulment):
            for attempt in (row.save, row.delete):
                with pytest.raises(AppendOnlyError):
                    attempt()

    def test_a_body_numbers_its_own_report_in_its_own_series(self, monkeypatch: pytest.MonkeyPatch) -> None:
        officer, office = person("department_officer", "finance-bureau"), person()
        words = "本年度各项工作按计划推进，总体良好。"
        SubmitSelfReport(
            ZONE, "finance-bureau", 2016, Statement(words, words, words, words), officer
        ).execute()
        asked = {"kind": "self-report", "options": Options(year=2016, body="市财政局")}
        with pytest.raises(SeriesNotDeclared, match=r"documents\.yaml"):
            issue(officer, **asked)  # the office's series is not the body's
        basis = {"zh": "测试", "en": "test"}
        own = Series(prefix="景财字", title=basis, body="finance-bureau", verified=False, basis=basis)
        monkeypatch.setattr(series_module, "series_of", lambda zone: (*declared(zone), own))
        with pytest.raises(PermissionDenied):
            issue(office, **asked)
        made = issue(officer, **asked)
        assert (made.series, made.serial) == ("景财字", 1) and compare(made).same
        assert issue(office).series == OFFICE

    def test_nothing_is_issued_for_a_body_that_has_not_reported(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        basis = {"zh": "测试", "en": "test"}
        own = Series(prefix="景财字", title=basis, body="finance-bureau", verified=False, basis=basis)
        monkeypatch.setattr(series_module, "series_of", lambda zone: (own,))
        officer = person("department_officer", "finance-bureau")
        with pytest.raises(CannotIssue, match="handed in no self-report"):
            issue(officer, "self-report", options=Options(year=2016, body="finance-bureau"))
        assert not IssuedDocument.objects.exists()

    def test_who_may_not_see_the_case_does_not_see_its_notice(self) -> None:
        office = person()
        case = interview(office)
        made = issue(office, "interview-notice", options=Options(case=case.number))
        assert register(office, ZONE) == [made]
        assert register(person("department_officer", "finance-bureau"), ZONE) == []
        secret = issue(office, options=Options(day=DAY, secrecy="机密★1年"))
        officer = person("department_officer", "finance-bureau")
        assert not may_see(officer, secret) and may_see(person("leader"), secret)


def test_the_numbering_rules_name_gaps() -> None:
    from ecociv.reporting.official.series import gaps, next_serial

    # 1, 2 and 5 are used: 6 is next, 3 and 4 are missing.
    assert next_serial([1, 2, 5]) == 6 and gaps([1, 2, 5]) == (3, 4)
