"""Yearly self-reports: prefilled from the record, handed in by the body alone, reviewed once, readable as of any day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.casework.models import Notice
from ecociv.people import audit
from ecociv.people.models import AuditEntry
from ecociv.people.recorded import AppendOnlyError
from ecociv.supervision.actions import ReportNotFound, ReportProgress
from ecociv.supervision.draft_actions import WorkDraftRefused
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.models import ReportReview, SelfReport, WorkDraft
from ecociv.supervision.owed import OwedKind
from ecociv.supervision.owed_queries import owed_by
from ecociv.supervision.owed_states import OwedState
from ecociv.supervision.review import ReviewRefused
from ecociv.supervision.self_reports.actions import (
    SaveSelfReportDraft,
    SubmitSelfReport,
    open_self_report,
)
from ecociv.supervision.self_reports.composition import Statement
from ecociv.supervision.self_reports.queries import NoSelfReport, Standing, self_report, self_reports
from ecociv.supervision.self_reports.review import ReviewSelfReport
from ecociv.supervision.states import ReviewOutcome
from supervision.cases import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, BODY, YEAR = "jingdezhen", "finance-bureau", 2024
ACCEPTED, SENT_BACK = ReviewOutcome.ACCEPTED, ReviewOutcome.SENT_BACK


@pytest.fixture
def writer(user: Any) -> Any:
    return user("department_officer", BODY)


@pytest.fixture
def office(user: Any) -> Any:
    return user("leading_group_office")


def said(**changes: Any) -> Statement:
    fields = {
        "summary": "本年度各项工作按计划推进，总体良好。",
        "problems": "资金到位偏慢，个别事项进度滞后。",
        "next_steps": "下一年三月底前补齐资金，按月报告进展。",
        "promised_outcome": "上年所列两项工作均已完成，材料齐全。",
        **changes,
    }
    return Statement(**fields)


def send(author: Any, year: int = YEAR, **more: Any) -> SelfReport:
    statement = more.pop("statement", said())
    return SubmitSelfReport(ZONE, BODY, year, statement, author, **more).execute()


def review(
    author: Any, outcome: ReviewOutcome = ACCEPTED, reason: str = "", revision: int = 1
) -> ReportReview:
    return ReviewSelfReport(ZONE, BODY, YEAR, revision, outcome, reason, author).execute()


def test_the_text_is_composed_from_the_record(writer: Any) -> None:
    opened = open_self_report(ZONE, BODY, YEAR, writer)
    led = opened.facts.led
    assert opened.source == "record" and led
    summary = opened.texts["summary"]
    assert f"牵头{len(led)}项" in summary and f"配合{len(opened.facts.duties) - len(led)}项" in summary
    # Nothing was ever reported: each led duty is one without a report.
    assert f"未报进展{len(led)}项" in summary
    place = led[0].place
    ReportProgress(
        ZONE, place, draft(period=YEAR, narrative="已完成资金筹措方案并报市政府。"), writer
    ).execute()
    again = open_self_report(ZONE, BODY, YEAR, writer)
    assert again.texts[place] == "已完成资金筹措方案并报市政府。"
    assert f"未报进展{len(led) - 1}项" in again.texts["summary"]
    assert next(duty for duty in again.facts.led if duty.place == place).report == "1/1"


def test_handing_in_meets_the_obligation_and_late_is_late(writer: Any) -> None:
    today = timezone.localdate()

    def owed() -> Any:
        rows = owed_by(ZONE, BODY, today)
        return next(o for o in rows if o.kind is OwedKind.SELF_REPORT and o.year == YEAR and o.named == BODY)

    assert owed().state is OwedState.OVERDUE  # due 2024-12-31
    assert self_report(ZONE, BODY, YEAR).standing is Standing.OVERDUE
    made = send(writer)
    assert (made.revision, made.organisation, made.year) == (1, BODY, YEAR)
    assert owed().state is OwedState.REPORTED and owed().late
    standing = self_report(ZONE, BODY, YEAR)
    assert standing.standing is Standing.SUBMITTED and standing.late
    this_year = send(writer, today.year)
    assert not self_report(ZONE, BODY, this_year.year).late
    assert AuditEntry.objects.filter(action="submit-self-report").count() == 2 and audit.verify() is None


def test_the_record_of_the_day_goes_with_it_and_never_comes_from_the_form(writer: Any) -> None:
    facts = open_self_report(ZONE, BODY, YEAR, writer).facts
    place, others = facts.led[0].place, next(duty.place for duty in facts.duties if not duty.leads)
    made = send(writer, statement=said(duties={place: "已完成。", others: "不是本单位牵头的事项"}))
    texts = {each["place"]: each["text"] for each in made.duties}
    assert texts[place] == "已完成。" and texts[others] == ""
    assert all(set(each) >= {"state", "role", "percent", "report"} for each in made.duties)
    assert all(each["trace"] or each["missing"] for each in made.figures)


def test_the_year_before_is_answered_for(writer: Any) -> None:
    send(writer, YEAR - 1)
    assert open_self_report(ZONE, BODY, YEAR, writer).facts.promised == said().next_steps
    with pytest.raises(DraftRefused) as refused:
        send(writer, statement=said(promised_outcome=" "))
    assert [problem.field for problem in refused.value.problems] == ["promised_outcome"]
    made = send(writer)
    assert (made.promised, made.promised_outcome) == (said().next_steps, said().promised_outcome)


@pytest.mark.parametrize(
    ("role", "body"),
    [
        ("department_officer", "forestry-bureau"),
        ("department_officer", ""),
        ("leading_group_office", ""),
        ("leader", BODY),
        ("auditor", ""),
        ("administrator", BODY),
    ],
)
def test_nobody_writes_for_the_body(user: Any, role: str, body: str) -> None:
    other = user(role, body)
    for work in (
        SubmitSelfReport(ZONE, BODY, YEAR, said(), other),
        SaveSelfReportDraft(ZONE, BODY, YEAR, {"summary": "试"}, other),
    ):
        with pytest.raises(PermissionDenied):
            work.execute()
    assert not SelfReport.objects.exists() and not WorkDraft.objects.exists()


def test_who_holds_the_duties_now_writes_what_was_left_undone(officer: Any) -> None:
    # 市环保局 owed the report on 2016; 市生态环境局 holds its duties since 2019.
    standing = self_report(ZONE, "ecology-and-environment-bureau", 2016)
    assert standing.body != "ecology-and-environment-bureau"
    made = SubmitSelfReport(ZONE, standing.body, 2016, said(), officer).execute()
    assert made.organisation == standing.body
    assert self_report(ZONE, "ecology-and-environment-bureau", 2016).current == made


def test_a_draft_is_the_authors_and_goes_when_it_is_handed_in(writer: Any, user: Any) -> None:
    SaveSelfReportDraft(ZONE, BODY, YEAR, {"summary": "写了一半", "nonsense": "x"}, writer).execute()
    assert WorkDraft.objects.get().content == {"summary": "写了一半"}
    assert self_report(ZONE, BODY, YEAR).standing is Standing.DRAFT
    opened = open_self_report(ZONE, BODY, YEAR, writer)
    assert (opened.source, opened.texts["summary"]) == ("draft", "写了一半")
    assert open_self_report(ZONE, BODY, YEAR, user("department_officer", BODY)).source == "record"
    assert open_self_report(ZONE, BODY, YEAR, writer, afresh=True).texts["summary"] != "写了一半"
    with pytest.raises(WorkDraftRefused):
        SaveSelfReportDraft(ZONE, BODY, YEAR, {"summary": "字" * 9000}, writer).execute()
    send(writer)
    assert not WorkDraft.objects.exists()


def test_what_says_nothing_is_refused_field_by_field(writer: Any) -> None:
    with pytest.raises(DraftRefused) as refused:
        send(writer, statement=Statement("无", "", "字" * 4001))
    assert [(p.field, p.reason.code) for p in refused.value.problems] == [
        ("summary", "part-too-short"),
        ("problems", "part-too-short"),
        ("next_steps", "text-too-long"),
    ]
    with pytest.raises(NoSelfReport):
        send(writer, 2999)
    assert not SelfReport.objects.exists()


def test_returned_corrected_accepted_and_as_of_any_moment(writer: Any, office: Any) -> None:
    before = timezone.now()
    send(writer)
    handed_in = timezone.now()
    back = review(office, SENT_BACK, "请补充资金数")
    assert back.answer_by is not None and Notice.objects.filter(user=writer, kind="report").count() == 1
    assert self_report(ZONE, BODY, YEAR).standing is Standing.RETURNED
    returned = timezone.now()
    with pytest.raises(DraftRefused, match="reason"):
        send(writer, statement=said(problems="资金缺口二百万元，正在筹措。"), seen=1)
    second = send(
        writer, statement=said(problems="资金缺口二百万元，正在筹措。"), seen=1, reason="补充资金数"
    )
    assert (second.revision, second.correction_reason) == (2, "补充资金数")
    review(office, revision=2)
    now = self_report(ZONE, BODY, YEAR)
    assert now.standing is Standing.ACCEPTED and len(now.revisions) == 2
    assert self_report(ZONE, BODY, YEAR, before).current is None
    assert self_report(ZONE, BODY, YEAR, handed_in).standing is Standing.SUBMITTED
    then = self_report(ZONE, BODY, YEAR, returned)
    assert (then.standing, then.current and then.current.revision) == (Standing.RETURNED, 1)


def test_a_correction_sees_what_it_corrects(writer: Any) -> None:
    first = send(writer)
    assert send(writer) == first  # the same click twice
    with pytest.raises(DraftRefused, match="handed in"):
        send(writer, statement=said(summary="另一位同事写的总体情况说明。"))
    assert SelfReport.objects.count() == 1


@pytest.mark.parametrize("role", ["department_officer", "leader", "auditor", "administrator"])
def test_only_the_office_reviews_and_once(writer: Any, office: Any, user: Any, role: str) -> None:
    send(writer)
    with pytest.raises(PermissionDenied):
        review(user(role, BODY if "officer" in role else ""))
    with pytest.raises(ReviewRefused):
        review(office, SENT_BACK, " ")
    with pytest.raises(ReportNotFound):
        review(office, revision=7)
    review(office)
    with pytest.raises(ReviewRefused):
        review(user("leading_group_office"), SENT_BACK, "再看")
    assert ReportReview.objects.count() == 1


def test_the_list_of_a_year_has_every_body_that_owes_one(writer: Any, office: Any) -> None:
    send(writer)
    found = {each.body: each.standing for each in self_reports(ZONE, YEAR)}
    assert found[BODY] is Standing.SUBMITTED and len(found) > 30
    assert set(found.values()) == {Standing.SUBMITTED, Standing.OVERDUE}
    early = self_reports(ZONE, YEAR, dt.datetime(2024, 6, 1, tzinfo=dt.UTC))
    assert {each.standing for each in early} == {Standing.OWED}
    assert self_reports(ZONE, 1999) == []


def test_a_revision_stays(writer: Any) -> None:
    made = send(writer)
    for attempt in (made.save, made.delete):
        with pytest.raises(AppendOnlyError):
            attempt()
