"""Two leaders accept the same proposal at the same moment: one case; on the database in use."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from ecociv.casework.models import Case
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages
from ecociv.supervision.ladder.decide import DecidedMeanwhile, DecideProposal, prefilled
from ecociv.supervision.ladder.models import Proposal, ProposalDecision

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_leaders_at_once_open_one_case(user) -> None:
    forget_packages()
    LoadZonePackage("jingdezhen").execute()
    proposal = Proposal.objects.create(
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
        reasons=[],
        evidence=[],
        bodies=["statistics-bureau"],
        first_day=dt.date(2016, 1, 15),
        day=dt.date(2016, 2, 1),
        recorded_at=timezone.now(),
    )
    people = [user("leader") for _ in range(4)]
    filled = prefilled(proposal)
    start = Barrier(len(people))

    def run(person):
        start.wait()
        try:
            return DecideProposal(
                proposal,
                person,
                "accepted",
                "情况属实，立项",
                0,
                parties=filled["parties"],
                fields={"demand": "办结", "basis": "逾期"},
            ).execute()
        except DecidedMeanwhile as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(people)) as pool:
        results = list(pool.map(run, people))
    assert sum(isinstance(each, ProposalDecision) for each in results) == 1, results
    assert sum(isinstance(each, DecidedMeanwhile) for each in results) == 3, results
    assert Case.objects.count() == 1
    forget_packages()
