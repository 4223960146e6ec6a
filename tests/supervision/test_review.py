"""Reviews by the office: who, once, with a reason, of the newest revision only."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.casework.models import Notice
from ecociv.core.workdays import add_working_days
from ecociv.people.models import AuditEntry
from ecociv.people.recorded import AppendOnlyError
from ecociv.supervision.actions import CorrectReport, ReportNotFound, ReportProgress
from ecociv.supervision.models import ProgressReport, ReportReview
from ecociv.supervision.queries import sent_back, statuses, waiting_for_review
from ecociv.supervision.review import ReviewRefused, ReviewReport, review_each
from ecociv.supervision.states import ReviewOutcome
from supervision.cases import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE, PLACE = "jingdezhen", "task:94"
BODY = "ecology-and-environment-bureau"
ACCEPTED, SENT_BACK = ReviewOutcome.ACCEPTED, ReviewOutcome.SENT_BACK


@pytest.fixture
def office(user: Any) -> Any:
    return user("leading_group_office")


def review(author: Any, outcome: ReviewOutcome = ACCEPTED, reason: str = "", **of: Any) -> ReviewReport:
    fields = {"zone": ZONE, "place": PLACE, "number": 1, "revision": 1, **of}
    return ReviewReport(**fields, outcome=outcome, reason=reason, author=author)


def send(author: Any, **changes: Any) -> ProgressReport:
    return ReportProgress(ZONE, PLACE, draft(**changes), author).execute().report


def correct(author: Any, seen: int = 1) -> ProgressReport:
    changed = draft(percent=Decimal(55))
    return CorrectReport(ZONE, PLACE, 1, seen, changed, "按审核意见更正", author).execute().report


def test_an_accepted_report_waits_no_longer(officer: Any, office: Any) -> None:
    report = send(officer)
    assert list(waiting_for_review(ZONE)) == [report]
    made = review(office).execute()
    assert (made.outcome, made.answer_by, made.reviewer) == ("accepted", None, office)
    assert not waiting_for_review(ZONE).exists() and sent_back(ZONE) == []
    assert ReportReview.objects.get().report == report


def test_sent_back_has_a_reason_a_day_and_a_notice_and_does_not_count(officer: Any, office: Any) -> None:
    report = send(officer)
    before = timezone.localdate()
    made = review(office, SENT_BACK, " 请补充验收材料 ").execute()
    # Five working days, as the zone declares, counted from the day of the review.
    assert made.answer_by in {add_working_days(d, 5).day for d in (before, timezone.localdate())}
    assert made.reason == "请补充验收材料"
    assert sent_back(ZONE) == sent_back(ZONE, BODY) == [report]
    assert sent_back(ZONE, "finance-bureau") == []
    assert not waiting_for_review(ZONE).exists()
    told = Notice.objects.filter(user=officer, subject=PLACE)
    assert told.count() == 1
    assert statuses(ZONE, dt.date(2016, 12, 31), known_on=timezone.localdate())[PLACE].parts[0].latest is None


def test_a_correction_waits_again_and_can_be_reviewed(officer: Any, office: Any) -> None:
    send(officer)
    review(office, SENT_BACK, "数字不对").execute()
    corrected = correct(officer)
    assert list(waiting_for_review(ZONE)) == [corrected] and sent_back(ZONE) == []
    review(office, revision=2).execute()
    assert not waiting_for_review(ZONE).exists()
    assert ReportReview.objects.count() == 2


def test_to_send_back_without_a_reason_is_refused(officer: Any, office: Any) -> None:
    send(officer)
    for text, code in (("  ", "sent-back-without-reason"), ("字" * 2001, "text-too-long")):
        with pytest.raises(ReviewRefused) as refused:
            review(office, SENT_BACK, text).execute()
        assert refused.value.code == code
    assert not ReportReview.objects.exists()


def test_once_a_revision(officer: Any, office: Any, user: Any) -> None:
    send(officer)
    review(office).execute()
    with pytest.raises(ReviewRefused) as refused:
        review(user("leading_group_office"), SENT_BACK, "再看").execute()
    assert refused.value.code == "reviewed-already"
    assert ReportReview.objects.count() == 1


def test_a_revision_that_was_corrected_meanwhile(officer: Any, office: Any) -> None:
    send(officer)
    correct(officer)
    with pytest.raises(ReviewRefused) as refused:
        review(office).execute()
    assert refused.value.code == "corrected-meanwhile"
    with pytest.raises(ReportNotFound):
        review(office, revision=3).execute()


@pytest.mark.parametrize(
    "role", ["department_officer", "county_officer", "leader", "auditor", "administrator"]
)
def test_only_the_office_reviews(officer: Any, user: Any, role: str) -> None:
    send(officer)
    with pytest.raises(PermissionDenied):
        review(user(role, BODY if "officer" in role else "")).execute()
    with pytest.raises(PermissionDenied):
        review(user("leading_group_office", zone="elsewhere")).execute()
    assert not ReportReview.objects.exists()


def test_nobody_reviews_what_they_wrote_themselves(officer: Any, office: Any, user: Any) -> None:
    ReportProgress(ZONE, PLACE, draft(), office).execute()
    with pytest.raises(PermissionDenied):
        review(office).execute()
    send(officer)  # report 2, which the office corrects
    CorrectReport(ZONE, PLACE, 2, 1, draft(percent=Decimal(7)), "代为更正", office).execute()
    with pytest.raises(PermissionDenied):
        review(office, number=2, revision=2).execute()
    other = user("leading_group_office")
    review(other).execute()
    review(other, number=2, revision=2).execute()
    assert not waiting_for_review(ZONE).exists()


def test_a_review_is_on_record_and_stays(officer: Any, office: Any) -> None:
    send(officer)
    made = review(office, SENT_BACK, "缺材料").execute()
    entry = AuditEntry.objects.filter(action="review-progress-report").get()
    assert (entry.actor, entry.subject_key, entry.reason) == (office, "94", "缺材料")
    for attempt in (made.save, made.delete):
        with pytest.raises(AppendOnlyError):
            attempt()


def test_of_several_each_is_judged_for_itself(officer: Any, office: Any, user: Any) -> None:
    send(officer, period=2015)
    send(officer, period=2016)
    own = ReportProgress(ZONE, PLACE, draft(period=2017), office).execute().report
    review(user("leading_group_office")).execute()  # the first is gone already
    results = review_each([review(office, number=n) for n in (1, 2, own.number)])
    assert [each.done for each in results] == [False, True, False]
    assert all(each.refusal for each in results if not each.done)
    assert ReportReview.objects.count() == 2
