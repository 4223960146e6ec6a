"""Two leaders sign at once: one wins, the other is told."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from ecociv.assessment.actions import MoveRound, OpenRound, SignOff
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.refusals import AssessmentRefused
from ecociv.assessment.stages import Stage
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages

ZONE = "jingdezhen"


def audited() -> tuple[AssessmentRound, User]:
    office = User.objects.create(username="f-office", role="leading_group_office", zone=ZONE)
    leader = User.objects.create(username="f-leader", role="leader", zone=ZONE)
    round_ = OpenRound(ZONE, "county-2015", 2017, office).execute()
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()
    return round_, leader


@pytest.mark.django_db(transaction=True)
def test_two_leaders_sign_at_once_and_one_wins() -> None:
    forget_packages()
    LoadZonePackage(ZONE).execute()
    round_, leader = audited()
    second = User.objects.create(username="f-second", role="leader", zone=ZONE)
    start, came = threading.Barrier(2), []

    def sign(who: User) -> None:
        try:
            start.wait(timeout=30)
            came.append(SignOff(AssessmentRound.objects.get(pk=round_.pk), who).execute().number)
        except AssessmentRefused as error:
            came.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(who,)) for who in (leader, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    forget_packages()
    assert sorted(map(str, came)) == ["1", "moved-on"]
    assert Snapshot.objects.filter(round=round_).count() == 1
    assert [each.stage for each in round_.steps.order_by("number")].count("signed") == 1
