"""Board, wall, proposals and my work as known on an earlier day: what was decided later is not there, and nothing is done."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from ecociv.casework.actions import OpenCase, TakeStep
from ecociv.casework.models import Case, CaseStep
from ecociv.casework.queries import inbox, inbox_known
from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.portal.duties import duty_statuses
from ecociv.portal.work import work_of
from ecociv.supervision.ladder.models import Proposal, ProposalDecision
from ecociv.supervision.ladder.stuck import loads, turns

pytestmark = pytest.mark.usefixtures("plan_in_database")
ZONE = "jingdezhen"


@pytest.fixture
def leader(db):
    return User.objects.create(username="l", role="leader", zone=ZONE)


@pytest.fixture
def decided(leader):
    """A proposal of ten days ago, declined five days ago."""
    now = timezone.now()
    proposal = Proposal.objects.create(
        zone=ZONE,
        trigger="task-overdue",
        kind="task",
        digest="0" * 64,
        occurrence="task:112@2015-12-31",
        subject="task:112",
        title_zh="任务112逾期",
        title_en="Task 112 overdue",
        proposes="supervision-order",
        severity="serious",
        reasons=[{"code": "x", "zh": "逾期", "en": "late", "data": {}}],
        evidence=[],
        bodies=["statistics-bureau"],
        first_day=dt.date(2016, 1, 15),
        day=dt.date(2016, 2, 1),
        recorded_at=now - dt.timedelta(days=10),
    )
    ProposalDecision.objects.create(
        proposal=proposal,
        number=1,
        decision="declined",
        reason="情况已经消除了",
        actor=leader,
        actor_name="领导",
        recorded_at=now - dt.timedelta(days=5),
    )
    return proposal


def interview(office: User) -> Case:
    """A planned interview, which waits for the leader."""
    return OpenCase(
        ZONE,
        "interview",
        "约谈",
        office,
        parties={"responsible": ["statistics-bureau"]},
        fields={"interviewee": "某某", "interviewee_post": "局长", "matter": "水质"},
    ).execute()


def ago(days: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=days)).isoformat()


def test_a_decision_shows_from_its_day_on(leader, decided) -> None:
    client = Client()
    client.force_login(leader)
    page = f"/supervision/proposals/{decided.pk}/"
    for path in ("/supervision/proposals/", "/board/", "/board/wall/", page):
        early, late = (client.get(f"{path}?as_of={ago(n)}").content.decode() for n in (7, 3))
        assert "as-of-banner" in early and ago(7) in early
        assert "任务112逾期" in early or "Task 112" in early
        assert "as-of-banner" not in client.get(path).content.decode()
        assert "情况已经消除了" not in early
    before = client.get(f"{page}?as_of={ago(7)}")
    assert before.context["row"].state == "open" and 'name="decision"' not in before.content.decode()
    after = client.get(f"{page}?as_of={ago(3)}")
    assert after.context["row"].state == "declined" and "情况已经消除了" in after.content.decode()
    assert client.get(f"{page}?as_of={ago(12)}").status_code == 404
    assert not client.get(f"/supervision/proposals/?as_of={ago(12)}").context["total"]
    refused = client.post(
        f"{page}?as_of={ago(7)}", {"decision": "declined", "reason": "不再成立", "seen": "0"}
    )
    assert refused.status_code == 400 and ProposalDecision.objects.count() == 1


def test_my_work_of_an_earlier_day_has_nothing_to_press(leader, decided) -> None:
    client = Client()
    client.force_login(leader)
    assert [row.kind for row in work_of(leader, ZONE, timezone.localdate()) if row.kind == "proposal"] == []
    page = client.get(f"/work/?as_of={ago(7)}")
    (row,) = [row for row in page.context["table"].page_rows if row.kind == "proposal"]
    assert row.url == f"/supervision/proposals/{decided.pk}/?as_of={ago(7)}"
    assert page.context["drafts"] == [] and "as-of-banner" in page.content.decode()
    # a later day of the plan is not looked at with the knowledge of an earlier one
    assert client.get(f"/work/?as_of={ago(7)}&on=2999-01-01").context["day"].isoformat() == ago(7)


def test_the_inbox_of_an_earlier_day_is_that_of_the_day(leader) -> None:
    office = User.objects.create(username="o", role="leading_group_office", zone=ZONE)
    case = interview(office)
    then = timezone.now()
    assert [each.case for each in inbox_known(leader, ZONE, then)] == [case]
    assert [each.case for each in inbox(leader, ZONE, timezone.localdate())] == [case]
    before = CaseStep.objects.get(case=case).recorded_at - dt.timedelta(seconds=1)
    assert inbox_known(leader, ZONE, before) == []
    TakeStep(case, "approve", leader, 1, "同意").execute()
    assert inbox(leader, ZONE, timezone.localdate()) == []
    (waiting,) = inbox_known(leader, ZONE, then)
    assert waiting.case.state == "planned" and Case.objects.get(pk=case.pk).state == "approved"
    assert [each.case.state for each in inbox_known(office, ZONE, timezone.now())] == ["approved"]


def test_bottlenecks_of_an_earlier_day_know_nothing_of_what_came_later(leader) -> None:
    office = User.objects.create(username="o", role="leading_group_office", zone=ZONE)
    case = interview(office)
    plan = current_package(ZONE)
    day = timezone.localdate()
    body = plan.body_on("statistics-bureau", day).key
    then = timezone.now()
    before = CaseStep.objects.get(case=case).recorded_at - dt.timedelta(seconds=1)
    TakeStep(case, "approve", leader, 1, "同意").execute()

    def cases(at: dt.datetime | None) -> int:
        known = duty_statuses(plan, day, day, at)
        return sum(
            each.counts.get("case", 0) for each in loads(leader, plan, known, day, at) if each.body == body
        )

    assert (cases(before), cases(then), cases(None)) == (0, 1, 1)
    # the leader's turn ended with the approval; by what was known before it, the turn still runs
    waits = [
        [(each.body, each.until is None) for each in turns(leader, plan, at)] for at in (before, then, None)
    ]
    assert waits[0] == []
    assert ("leader", True) in waits[1] and ("leader", False) in waits[2]


def test_the_page_of_the_bottlenecks_keeps_the_day(leader) -> None:
    client = Client()
    client.force_login(leader)
    page = client.get(
        f"/supervision/bottlenecks/?as_of={ago(7)}&on=2017-12-31", headers={"accept-language": "en"}
    )
    text = page.content.decode()
    assert "as-of-banner" in text and page.context["day"] == dt.date(2017, 12, 31)
    assert '<input type="hidden" name="on" value="2017-12-31">' in text
    (path,) = {each[1] for each in page.context["blocking"][:1]}
    assert f'href="/{path}/?as_of={ago(7)}"' in text
    told = client.get(
        f"/supervision/bottlenecks/?as_of={ago(7)}&format=csv", headers={"accept-language": "en"}
    )
    assert f"As known on {ago(7)}" in told.content.decode()
    assert "as-of-banner" not in client.get("/supervision/bottlenecks/").content.decode()
