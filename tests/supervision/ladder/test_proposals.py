"""Proposals: once an occurrence, decided by people with the right, one case whoever clicks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from ecociv.casework.models import Case
from ecociv.people.recorded import AppendOnlyError
from ecociv.supervision.ladder.decide import DecidedMeanwhile, DecideProposal, ProposalRefused, prefilled
from ecociv.supervision.ladder.models import Proposal
from ecociv.supervision.ladder.propose import Propose
from ecociv.supervision.ladder.queries import proposals, waiting_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


@pytest.fixture
def proposal() -> Proposal:
    return Proposal.objects.create(
        zone="jingdezhen",
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
        recorded_at=timezone.now(),
    )


def accept(proposal: Proposal, author, seen: int = 0) -> DecideProposal:
    filled = prefilled(proposal)
    fields = {**filled["fields"], "demand": "一个月内办结并报告。"}
    return DecideProposal(
        proposal, author, "accepted", "情况属实，立项督办", seen, parties=filled["parties"], fields=fields
    )


def test_proposing_twice_adds_nothing(user) -> None:
    first = Propose("jingdezhen", dt.date(2016, 3, 1)).execute()
    assert first.new and not Propose("jingdezhen", dt.date(2016, 3, 1)).execute().new


def test_one_case_of_two_leaders(user, proposal) -> None:
    one, other = user("leader"), user("leader")
    row = accept(proposal, one).execute()
    assert row.case is not None and row.case.origin == f"proposal:{proposal.pk}"
    with pytest.raises(DecidedMeanwhile):
        accept(proposal, other).execute()
    assert Case.objects.count() == 1


@pytest.mark.parametrize("role", ["department_officer", "county_officer", "auditor", "administrator"])
def test_only_office_and_leader_decide(user, proposal, role) -> None:
    with pytest.raises(PermissionDenied):
        accept(proposal, user(role, "statistics-bureau")).execute()
    assert not Case.objects.exists()


def test_deferred_then_declined_with_reasons(user, proposal) -> None:
    office = user("leading_group_office")
    with pytest.raises(ProposalRefused):
        DecideProposal(proposal, office, "declined", "", 0).execute()
    later = timezone.localdate() + dt.timedelta(days=3)
    DecideProposal(proposal, office, "deferred", "等待年度数据", 0, later).execute()
    assert proposals(office, "jingdezhen")[0].state(timezone.localdate()) == "deferred"
    assert not waiting_for(office, "jingdezhen", timezone.localdate())
    assert waiting_for(office, "jingdezhen", later)
    DecideProposal(proposal, office, "declined", "情况已经消除", 1).execute()
    with pytest.raises(AppendOnlyError):
        proposal.save()


def test_pages_and_permissions(user, proposal) -> None:
    client = Client()
    for path in (
        "/supervision/",
        "/supervision/proposals/",
        f"/supervision/proposals/{proposal.pk}/",
        "/board/",
        "/board/wall/",
    ):
        assert client.get(path).status_code == 302  # to the log-in
    client.force_login(user("leader"))
    for path in (
        "/supervision/",
        "/supervision/proposals/",
        f"/supervision/proposals/{proposal.pk}/",
        "/board/",
        "/board/wall/",
    ):
        assert client.get(path).status_code == 200, path
    refused = client.post(
        f"/supervision/proposals/{proposal.pk}/", {"decision": "declined", "reason": "", "seen": "0"}
    )
    assert refused.status_code == 400
