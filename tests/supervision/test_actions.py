"""Recording reports: what is stored, what is recorded of it, and what happens when it is sent twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from ecociv.people import audit
from ecociv.people.models import AuditEntry, User
from ecociv.people.recorded import AppendOnlyError
from ecociv.supervision import actions
from ecociv.supervision.actions import CorrectReport, DutyNotFound, ReportNotFound, ReportProgress
from ecociv.supervision.drafts import DraftRefused, Output
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.states import ReportState
from supervision.cases import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, PLACE = "jingdezhen", "task:94"  # led by 市环保局, with figures


def send(author: User, place: str = PLACE, **changes: Any) -> actions.Reported:
    return ReportProgress(ZONE, place, draft(**changes), author).execute()


def correct(
    author: User, seen: int = 1, number: int = 1, reason: str = "数字抄错", **changes: Any
) -> actions.Reported:
    made = draft(**{"percent": Decimal(60), **changes})
    return CorrectReport(
        ZONE, PLACE, number=number, seen=seen, draft=made, reason=reason, author=author
    ).execute()


def refusals(refused: pytest.ExceptionInfo[DraftRefused]) -> list[str]:
    return [problem.reason.code for problem in refused.value.problems]


def test_a_report_is_stored_as_sent_with_who_and_when(officer: User) -> None:
    before = timezone.now()
    reported = send(officer, outputs={0: Output(Decimal("2.170"), "wan_tonne")})
    stored = ProgressReport.objects.get()
    assert reported.created and reported.report == stored
    assert (stored.place, stored.number, stored.revision, stored.period) == (PLACE, 1, 1, 2016)
    assert (stored.state, stored.percent, stored.percent_basis) == ("under-way", Decimal("40.0"), "steps")
    assert stored.outputs["0"]["value"] == "2.170"
    assert (stored.organisation, stored.author) == ("ecology-and-environment-bureau", officer)
    assert before <= stored.recorded_at == stored.reported_at <= timezone.now()


def test_reports_of_a_duty_are_numbered(officer: User) -> None:
    assert [send(officer, period=year).report.number for year in (2015, 2016, 2017)] == [1, 2, 3]
    assert send(officer, "task:5", period=2015).report.number == 1


def test_each_report_is_in_the_record_of_changes(officer: User) -> None:
    send(officer)
    correct(officer)
    second, first = AuditEntry.objects.about(ZONE, "task", "94")
    assert (first.action, first.before_digest) == ("report-progress", "")
    assert (second.action, second.reason, second.actor) == ("correct-progress-report", "数字抄错", officer)
    assert second.before_digest == first.after_digest != second.after_digest
    assert audit.verify() is None


def test_the_same_report_sent_twice_is_one_report(officer: User) -> None:
    first = send(officer)
    second = send(officer)
    assert not second.created and second.report == first.report
    assert ProgressReport.objects.count() == 1
    assert AuditEntry.objects.filter(action="report-progress").count() == 1


@pytest.mark.parametrize(("seconds", "reports"), [(60, 1), (61, 2)])
def test_within_a_minute(officer: User, monkeypatch: pytest.MonkeyPatch, seconds: int, reports: int) -> None:
    start = timezone.now()
    monkeypatch.setattr(actions.timezone, "now", lambda: start)
    send(officer)
    monkeypatch.setattr(actions.timezone, "now", lambda: start + dt.timedelta(seconds=seconds))
    send(officer)
    assert ProgressReport.objects.count() == reports


def test_another_content_another_duty_or_another_person_is_another_report(officer: User, user: Any) -> None:
    send(officer)
    assert send(officer, percent=Decimal(41)).created
    assert send(officer, "task:5").created
    assert send(user("department_officer", officer.organisation)).created


def test_a_correction_is_a_new_revision_and_the_old_one_stays(officer: User) -> None:
    send(officer)
    corrected = correct(officer).report
    first, second = ProgressReport.objects.order_by("revision")
    assert second == corrected
    assert (first.percent, second.percent) == (Decimal("40.0"), Decimal("60.0"))
    assert (second.number, second.revision, second.correction_reason) == (1, 2, "数字抄错")
    assert second.reported_at == first.reported_at < second.recorded_at


def test_a_correction_needs_a_reason(officer: User) -> None:
    send(officer)
    for reason, code in (("  ", "correction-without-reason"), ("字" * 301, "text-too-long")):
        with pytest.raises(DraftRefused) as refused:
            correct(officer, reason=reason)
        assert refusals(refused) == [code]
    assert correct(officer, reason="字" * 300).created


def test_a_correction_that_changes_nothing_is_refused(officer: User) -> None:
    send(officer)
    with pytest.raises(DraftRefused) as refused:
        correct(officer, percent=Decimal(40))
    assert refusals(refused) == ["nothing-changed"]


def test_two_corrections_of_the_same_revision_do_not_pass_over_each_other(officer: User, user: Any) -> None:
    send(officer)
    correct(officer)
    with pytest.raises(DraftRefused) as refused:
        correct(user("leading_group_office"), percent=Decimal(70))
    assert refusals(refused) == ["changed-meanwhile"]
    assert correct(user("leading_group_office"), seen=2, percent=Decimal(70)).created


def test_the_same_correction_sent_twice_is_one_revision(officer: User) -> None:
    send(officer)
    assert correct(officer).created and not correct(officer).created
    assert ProgressReport.objects.count() == 2


def test_a_report_that_does_not_hold_together_is_not_recorded(officer: User) -> None:
    with pytest.raises(DraftRefused, match="Done needs 100 %") as refused:
        send(officer, state=ReportState.DONE, done_on=dt.date(2016, 11, 30))
    assert refusals(refused) == ["done-without-100"]
    assert (
        not ProgressReport.objects.exists()
        and not AuditEntry.objects.filter(action="report-progress").exists()
    )


@pytest.mark.parametrize("place", ["task:177", "task:0", "task:", "task:5x", "indicator:1", "task:²", ""])
def test_a_duty_that_the_plan_does_not_have(officer: User, place: str) -> None:
    with pytest.raises(DutyNotFound, match="task:112"):
        send(officer, place)


def test_a_report_that_does_not_exist_cannot_be_corrected(officer: User) -> None:
    with pytest.raises(ReportNotFound):
        correct(officer)


def test_a_stored_report_is_neither_changed_nor_removed(officer: User) -> None:
    report = send(officer).report
    report.percent = Decimal(90)
    for attempt in (
        report.save,
        report.delete,
        ProgressReport.objects.all().delete,
        lambda: ProgressReport.objects.update(percent=1),
        lambda: ProgressReport.objects.bulk_update([report], ["percent"]),
    ):
        with pytest.raises(AppendOnlyError, match="next revision"):
            attempt()


def test_refusals_are_said_in_the_readers_language(officer: User) -> None:
    made = ReportProgress(ZONE, PLACE, draft(period=2030), officer)
    with translation.override("zh-hans"), pytest.raises(DraftRefused) as refused:
        made.check()
    assert refused.value.problems[0].reason.text.zh.startswith("不能填报2030年")
