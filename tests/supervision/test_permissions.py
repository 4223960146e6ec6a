"""Who may report on what: roles x ownership x duties, asked of the action that writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import translation

from ecociv.people.models import User
from ecociv.supervision.actions import CorrectReport, ReportProgress
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.queries import statuses
from ecociv.supervision.states import ReportState
from supervision.cases import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE = "jingdezhen"

# Duties by who leads them today (tests run after 2019):
DUTIES = {
    "led by 市环保局, now 市生态环境局": "task:5",  # supported by 市水务局, 市林业局, counties concerned
    "led by 市国土资源局 (now 市自然资源和规划局) and 市林业局": "task:9",  # supported by 市统计局, 市农业局, all counties
    "led by all counties": "task:156",
    "project of 市环保局": "project:44",  # supported by 市发改委, 市财政局, 市国土资源局
}
ENV, LAND, COUNTIES, PROJECT = DUTIES.values()

# Who may report on which of them. An account that still names a body that is gone may report on nothing.
MATRIX: list[tuple[str, str, set[str]]] = [
    ("department_officer", "ecology-and-environment-bureau", {ENV, PROJECT}),
    ("department_officer", "environmental-protection-bureau", set()),
    ("department_officer", "natural-resources-and-planning-bureau", {LAND, PROJECT}),  # supports the project
    ("department_officer", "forestry-bureau", {LAND, ENV}),  # leads the one, supports the other
    ("department_officer", "statistics-bureau", {LAND}),  # supports it
    ("department_officer", "water-resources-bureau", {ENV}),  # supports it
    ("department_officer", "finance-bureau", {PROJECT}),
    ("department_officer", "education-bureau", set()),
    ("department_officer", "development-and-reform-commission", {PROJECT}),
    ("county_officer", "fuliang-county", {COUNTIES, ENV, LAND}),
    ("county_officer", "leping-city", {COUNTIES, ENV, LAND}),
    ("leading_group_office", "", set(DUTIES.values())),
    ("leading_group_office", "development-and-reform-commission", set(DUTIES.values())),
    ("leader", "", set()),
    ("leader", "ecology-and-environment-bureau", set()),
    ("auditor", "", set()),
    ("administrator", "", set()),
    ("administrator", "ecology-and-environment-bureau", set()),
    ("visitor", "ecology-and-environment-bureau", set()),
]


@pytest.mark.parametrize("place", DUTIES.values(), ids=DUTIES)
@pytest.mark.parametrize(
    ("role", "body", "may"), MATRIX, ids=[f"{role} of {body or '-'}" for role, body, _ in MATRIX]
)
def test_roles_by_ownership_by_duty(user: Any, role: str, body: str, may: set[str], place: str) -> None:
    action = ReportProgress(ZONE, place, draft(period=2015), user(role, body))
    if place in may:
        assert action.execute().created
    else:
        with pytest.raises(PermissionDenied):
            action.execute()
        assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("place", DUTIES.values(), ids=DUTIES)
def test_nobody_without_an_account(place: str) -> None:
    with translation.override("en"), pytest.raises(PermissionDenied, match="Log in first"):
        ReportProgress(ZONE, place, draft(), AnonymousUser()).check()


def test_an_officer_of_another_zone(user: Any) -> None:
    outsider = user("department_officer", "ecology-and-environment-bureau", zone="elsewhere")
    with translation.override("en"), pytest.raises(PermissionDenied, match="another zone"):
        ReportProgress(ZONE, ENV, draft(), outsider).check()


def test_a_closed_account(user: Any) -> None:
    gone = user("department_officer", "ecology-and-environment-bureau", is_active=False)
    with translation.override("en"), pytest.raises(PermissionDenied, match="closed"):
        ReportProgress(ZONE, ENV, draft(), gone).check()


def test_a_refusal_names_the_lead_by_its_name_of_today(user: Any) -> None:
    with translation.override("zh-hans"), pytest.raises(PermissionDenied) as refused:
        ReportProgress(ZONE, ENV, draft(), user("department_officer", "finance-bureau")).check()
    assert (
        str(refused.value)
        == "您代表市财政局；进展由牵头单位（市生态环境局）或设在市发改委的领导小组办公室填报。"
    )


def test_a_supporting_body_reports_on_its_own_part_only(user: Any) -> None:
    supporting = user("department_officer", "forestry-bureau")
    done = draft(state=ReportState.DONE, percent=None, basis=None, done_on=dt.date(2016, 11, 30))
    reported = ReportProgress(ZONE, ENV, done, supporting).execute().report
    assert (reported.role, reported.for_all, reported.percent) == ("support", False, None)
    # The same body leads task 9 with the land bureau: there its report is a lead's, and needs the percentage.
    with pytest.raises(DraftRefused, match="Done needs 100 %"):
        ReportProgress(ZONE, LAND, done, supporting).execute()
    assert ReportProgress(ZONE, LAND, draft(), supporting).execute().report.role == "lead"
    # The office reports for all leads, whatever body its account names.
    office = user("leading_group_office", "forestry-bureau")
    assert ReportProgress(ZONE, ENV, draft(), office).execute().report.role == "lead"


def test_a_supporting_report_does_not_move_the_duty(user: Any) -> None:
    day = dt.date(2016, 12, 31)
    later = dt.date(2100, 1, 1)
    before = statuses(ZONE, day, known_on=later)[ENV].state
    done = draft(state=ReportState.DONE, done_on=dt.date(2016, 11, 30), percent=Decimal(100))
    ReportProgress(ZONE, ENV, done, user("department_officer", "forestry-bureau")).execute()
    assert statuses(ZONE, day, known_on=later)[ENV].state is before
    ReportProgress(ZONE, ENV, done, user("department_officer", "ecology-and-environment-bureau")).execute()
    assert statuses(ZONE, day, known_on=later)[ENV].state.is_done


def test_a_correction_keeps_the_part(user: Any) -> None:
    supporting = user("department_officer", "forestry-bureau")
    ReportProgress(ZONE, ENV, draft(), supporting).execute()
    assert correction(supporting, ENV).execute().report.role == "support"
    changed = draft(narrative="办公室代为更正：配合工作已经完成。", percent=None, basis=None)
    office = user("leading_group_office")
    corrected = CorrectReport(ZONE, ENV, 1, 2, changed, "补充", office).execute().report
    assert (corrected.role, corrected.organisation) == ("support", "forestry-bureau")


# -- corrections ------------------------------------------------------------------------------------------------


def correction(author: User, place: str = LAND, number: int = 1) -> CorrectReport:
    changed = draft(narrative="更正：完成前期工作，实施方案已经印发。")
    return CorrectReport(
        ZONE, place, number=number, seen=1, draft=changed, reason="补充最新情况", author=author
    )


def test_a_body_corrects_its_own_report_and_not_that_of_the_other_lead(user: Any) -> None:
    forestry = user("department_officer", "forestry-bureau")
    land = user("department_officer", "natural-resources-and-planning-bureau")
    ReportProgress(ZONE, LAND, draft(), forestry).execute()
    with translation.override("en"), pytest.raises(PermissionDenied, match="a report by Forestry Bureau"):
        correction(land).execute()
    assert correction(user("department_officer", "forestry-bureau")).execute().created


def test_the_office_corrects_any_report_which_stays_that_of_its_body(user: Any) -> None:
    ReportProgress(ZONE, LAND, draft(), user("department_officer", "forestry-bureau")).execute()
    corrected = correction(user("leading_group_office")).execute().report
    assert (corrected.organisation, corrected.for_all, corrected.revision) == ("forestry-bureau", False, 2)


def test_a_department_does_not_correct_what_the_office_reported_for_all(user: Any) -> None:
    office = user("leading_group_office")
    reported = ReportProgress(ZONE, LAND, draft(), office).execute().report
    assert (reported.for_all, reported.organisation) == (True, "development-and-reform-commission")
    with pytest.raises(PermissionDenied):
        correction(user("department_officer", "forestry-bureau")).execute()


def test_who_may_not_report_may_not_correct_either(user: Any) -> None:
    ReportProgress(ZONE, LAND, draft(), user("department_officer", "forestry-bureau")).execute()
    for role, body in (
        ("auditor", ""),
        ("leader", ""),
        ("administrator", ""),
        ("department_officer", "finance-bureau"),
        ("department_officer", "statistics-bureau"),  # supports, and may not correct a lead's report
    ):
        with pytest.raises(PermissionDenied):
            correction(user(role, body)).execute()


def test_a_successor_corrects_what_its_predecessor_reported(user: Any, officer: User) -> None:
    earlier = user("department_officer", "environmental-protection-bureau")
    ProgressReport(
        zone=ZONE,
        place=ENV,
        number=1,
        revision=1,
        period=2016,
        state="under-way",
        narrative="当时的填报内容，留作记录。",
        organisation="environmental-protection-bureau",
        author=earlier,
        reported_at="2016-12-20T10:00+08:00",
        recorded_at="2016-12-20T10:00+08:00",
    ).save()
    corrected = correction(officer, ENV).execute().report
    assert corrected.organisation == "environmental-protection-bureau"
    assert corrected.reported_at.year == 2016
