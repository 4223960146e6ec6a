"""Sample reports, officials, tours and rounds: there after the first loading, marked, told by every page, never twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pydantic import ValidationError as DeclarationFault

from ecociv.assessment import standing as standing_module
from ecociv.assessment.actions import GiveScore
from ecociv.assessment.models import AssessmentRound, EntryDocument, Snapshot
from ecociv.assessment.sample import load_sample_rounds
from ecociv.assessment.stages import ScoredBy, Stage
from ecociv.assessment.standing import standing_of
from ecociv.assessment.verify import recompute
from ecociv.casework.models import Case
from ecociv.people.actions import create_sample_accounts
from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import ReportProgress
from ecociv.supervision.drafts import Draft
from ecociv.supervision.inspection.models import InspectionTour, TourState
from ecociv.supervision.inspection.queries import estimate_of, tour_standing
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.queries import statuses
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.sample import load_sample_officials, load_sample_reports, load_sample_tours
from ecociv.supervision.sample.accounts import tasks_led
from ecociv.supervision.sample.declaration import SampleOfficial
from ecociv.supervision.states import ReportState

pytestmark = pytest.mark.django_db
ZONE = "jingdezhen"


@pytest.fixture
def accounts(plan_in_database: None, settings: Any, tmp_path: Any) -> dict[str, User]:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    create_sample_accounts(
        ZONE,
        department="ecology-and-environment-bureau",
        county="fuliang-county",
        office="development-and-reform-commission",
    )
    return {user.username: user for user in User.objects.all()}


def page(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    client.cookies["ecociv_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


MARK = '<span class="sample-mark">sample</span>'


def test_reports_are_marked_wherever_they_are_told(accounts: dict[str, User]) -> None:
    assert load_sample_reports(ZONE) == 12
    assert load_sample_reports(ZONE) == 0
    rows = list(ProgressReport.objects.of(ZONE))
    assert all(row.sample for row in rows)
    assert {row.state for row in rows} == {
        state.value for state in ReportState
    }  # every state has its example
    assert {getattr(row, "review", None) and row.review.outcome for row in rows} == {
        "accepted",
        "sent-back",
        None,
    }
    found = statuses(ZONE, timezone.localdate())
    told = {row.place for row in rows}
    assert {place for place, status in found.items() if status.sample} == told
    place = rows[0].place
    assert found[place].to_json()["sample"] is True
    kind, number = place.split(":")
    assert MARK in page(accounts["office"], f"/{kind}s/{number}/")
    assert MARK in page(accounts["office"], "/tasks/")
    waiting = page(accounts["office"], "/work/review/")
    assert waiting.count(MARK) == sum(getattr(row, "review", None) is None for row in rows)


def test_only_a_sample_comes_in_at_another_moment_and_none_ahead(accounts: dict[str, User]) -> None:
    draft = Draft(2017, ReportState.UNDER_WAY, "按计划推进，无困难问题。")
    duty = next(place for place in _led_by(accounts["department"]))
    then = timezone.now() - dt.timedelta(days=400)
    for sample, moment in ((False, then), (True, timezone.now() + dt.timedelta(days=1))):
        with pytest.raises(ValueError, match="Only sample data"):
            ReportProgress(ZONE, duty, draft, accounts["department"], sample=sample, came_in=moment).execute()
    made = (
        ReportProgress(ZONE, duty, draft, accounts["department"], sample=True, came_in=then).execute().report
    )
    assert made.reported_at == then and made.recorded_at > then  # when it went on record is never invented
    with (  # the table stays closed after its new column
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE supervision_progressreport SET sample = %s", [False])


def _led_by(user: User) -> list[str]:
    return [task.place for task in tasks_led(user, current_package(ZONE), timezone.localdate())]


def test_officials_say_that_they_are_invented(accounts: dict[str, User]) -> None:
    assert load_sample_officials(ZONE) == 4
    assert load_sample_officials(ZONE) == 0
    assert all(each.sample and "样例" in str(each) for each in Official.objects.all())
    assert page(accounts["office"], "/responsibility/").count(MARK) == 5  # five posts of four persons
    with pytest.raises(DeclarationFault, match="样例"):
        SampleOfficial.model_validate(
            {
                "name": "张三",
                "note": "",
                "posts": [{"body": "office", "title": "主任", "starts": "2015-01-01", "source": "x"}],
            }
        )


def test_a_tour_is_under_way_with_visits_and_findings(accounts: dict[str, User]) -> None:
    assert load_sample_tours(ZONE) == 1
    assert load_sample_tours(ZONE) == 0
    tour = InspectionTour.objects.get()
    standing = tour_standing(tour)
    assert tour.sample and standing.state is TourState.UNDER_WAY
    assert len(standing.drawn["sample"]) == 12 and tour.findings.count() == 2
    assert all(case.sample for case in Case.objects.filter(type="inspection-finding"))
    found = estimate_of(standing)
    assert found is not None and found.visited == 4  # five visits, one of which was not possible
    for address in ("/inspections/", f"/inspections/{tour.pk}/", f"/inspections/{tour.pk}/seed/"):
        assert MARK in page(accounts["auditor"], address), address


def test_a_round_is_signed_and_another_runs(
    accounts: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_sample_rounds(ZONE) == 2
    assert load_sample_rounds(ZONE) == 0
    signed, runs = AssessmentRound.objects.order_by("year")
    assert (signed.year, signed.stage, runs.year, runs.stage) == (2016, Stage.SIGNED, 2017, Stage.REVIEW)
    assert signed.sample and runs.sample
    assert all(each.document.sample for each in EntryDocument.objects.select_related("document"))
    assert recompute(Snapshot.objects.get()).ok
    assert MARK in page(accounts["office"], f"/assessment/{runs.pk}/")

    # Drawn once for each change of what they rest on, and the same when drawn anew.
    drawn: list[Any] = []
    real = standing_module.intervals_json
    monkeypatch.setattr(
        standing_module, "intervals_json", lambda *a, **k: drawn.append(real(*a, **k)) or drawn[-1]
    )
    standing_module.cache.clear()
    first = standing_of(runs).intervals
    assert standing_of(runs).intervals == first and len(drawn) == 1
    GiveScore(
        runs,
        "fuliang-county",
        "training",
        ScoredBy.REVIEW,
        Decimal(40),
        accounts["office"],
        reason="核对签到册",
    ).execute()
    second = standing_of(runs).intervals
    assert len(drawn) == 2
    standing_module.cache.clear()
    assert standing_of(runs).intervals == second and drawn[2] == drawn[1]
