"""The page of a body: its open cases, who is in post, and how many of its reports came in time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from ecociv.assessment.actions import MoveRound, OpenRound, SignOff
from ecociv.assessment.stages import Stage
from ecociv.casework.actions import OpenCase
from ecociv.people.models import User
from ecociv.plan.package import load_zone
from ecociv.portal.department_scores import scores_of
from ecociv.supervision.obligations import obligations_of
from ecociv.supervision.parts import parts_of
from ecociv.supervision.reports import Report
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost
from ecociv.supervision.responsibility.timeliness import timeliness
from supervision.cases import report

ZONE, BODY = "jingdezhen", "finance-bureau"
PAGE = f"/departments/{BODY}/"


@pytest.fixture
def office(db, plan_in_database):
    return User.objects.create(username="o", role="leading_group_office", zone=ZONE)


def seen_by(user: User | None) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    page = client.get(PAGE)
    assert page.status_code == 200
    return page.content.decode()


def test_open_cases_are_for_whoever_may_read_them(office):
    fields = {"severity": "minor", "rule": "任务分解表", "description": "无台账"}
    OpenCase(
        ZONE, "inspection-finding", "台账缺失一案", office, parties={"responsible": [BODY]}, fields=fields
    ).execute()
    assert "台账缺失一案" in seen_by(office)
    assert "台账缺失一案" not in seen_by(None)


def test_persons_in_post_today_are_for_people_of_the_zone(office):
    for name, ends in (("李在任", None), ("王离任", dt.date(2016, 12, 31))):
        person = RecordOfficial(ZONE, name, "", office).execute()
        draft = PostDraft(
            BODY, "局长" + name, dt.date(2015, 1, 1), ends, "任字1号", without_document="档案未移交"
        )
        RecordPost(person, draft, office).execute()
    inside, outside = seen_by(office), seen_by(None)
    assert "李在任" in inside and "王离任" not in inside
    assert "李在任" not in outside


def test_shares_by_year_add_up_to_what_was_owed():
    package = load_zone(ZONE)
    years = timeliness(BODY, package, {}, dt.date(2018, 1, 1))
    assert years and [each.year for each in years] == sorted(each.year for each in years)
    for each in years:  # nothing was ever reported
        assert (each.in_time, each.late) == (0, 0) and each.absent == each.owed > 0
        assert each.share == Decimal("0.0")
    assert timeliness(BODY, package, {}, dt.date(2015, 1, 1)) == ()


def test_a_report_on_the_day_is_in_time_and_one_a_day_later_is_late():
    package = load_zone(ZONE)
    until = dt.date(2018, 1, 1)
    dated = [
        (d, owed[0], parts[0].body)
        for d in package.duties
        if len(owed := [o for o in obligations_of(d, package) if o.day < until]) == 1
        and len(parts := parts_of(d, package)) == 1
        and parts[0].body
    ]
    one, owed, named = dated[0]
    body = package.body_on(named, owed.day).key

    def year(*reports: Report):
        return next(
            y for y in timeliness(body, package, {one.place: reports}, until) if y.year == owed.day.year
        )

    absent = year().absent
    on_the_day = year(report(owed.day.year, owed.day.isoformat(), by=body))
    a_day_later = year(report(owed.day.year, (owed.day + dt.timedelta(1)).isoformat(), by=body))
    assert (on_the_day.in_time, on_the_day.late, on_the_day.absent) == (1, 0, absent - 1)
    assert (a_day_later.in_time, a_day_later.late, a_day_later.absent) == (0, 1, absent - 1)
    # one of n, in per cent to one decimal
    assert abs(on_the_day.share - Decimal(100) / absent) <= Decimal("0.05")


def test_scores_are_signed_for_the_zone_and_provisional_for_oversight_and_the_body(office):
    leader = User.objects.create(username="l", role="leader", zone=ZONE)
    own = User.objects.create(username="d", role="department_officer", organisation=BODY, zone=ZONE)
    other = User.objects.create(
        username="e", role="department_officer", organisation="statistics-bureau", zone=ZONE
    )
    round_ = OpenRound(ZONE, "department-2015", 2017, office).execute()
    for user, sees in ((office, True), (leader, True), (own, True), (other, False)):
        found = scores_of(user, ZONE, BODY)
        assert [(each.year, each.provisional) for each in found] == ([(2017, True)] if sees else [])
    assert scores_of(AnonymousUser(), ZONE, BODY) is None
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()
    snapshot = SignOff(round_, leader).execute()
    (signed,) = scores_of(other, ZONE, BODY)
    assert not signed.provisional and str(signed.total) == snapshot.data["results"][BODY]["score"]
    assert signed.url == f"/assessment/{round_.pk}/unit/{BODY}/"
    assert signed.url in seen_by(other) and 'id="scores"' not in seen_by(None)
