"""The sample orders of a new installation: every step of the ladder is there, marked, and nothing comes twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from ecociv.casework.models import Case
from ecociv.casework.queries import inbox, overdue
from ecociv.people.actions import create_sample_accounts
from ecociv.people.models import User
from ecociv.supervision.sample import STORIES, load_sample_cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(plan_in_database: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    create_sample_accounts(
        "jingdezhen",
        department="ecology-and-environment-bureau",
        county="fuliang-county",
        office="development-and-reform-commission",
    )


def test_the_sample_orders_stand_on_every_step(accounts: None) -> None:
    assert load_sample_cases("jingdezhen") == len(STORIES)
    cases = Case.objects.all()
    assert all(case.sample for case in cases)
    assert set(cases.values_list("state", flat=True)) == {
        "filed", "assigned", "signed", "reported", "rework", "urged", "blue", "yellow", "red-proposed", "closed",
    }  # fmt: skip
    day = timezone.localdate()
    assert (
        overdue("jingdezhen", day).count() >= 3
    )  # signing after 6 days, feedback after 21, blue after its five
    assert inbox(User.objects.get(username="department"), "jingdezhen", day)
    assert inbox(User.objects.get(username="leader"), "jingdezhen", day)
    assert load_sample_cases("jingdezhen") == 0


def test_nothing_is_opened_without_the_sample_accounts(plan_in_database: None) -> None:
    assert load_sample_cases("jingdezhen") == 0
    assert not Case.objects.exists()
