"""Accounts, a plan, and cases of the type that the zone declares for assignments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ecociv.casework.actions import OpenCase
from ecociv.casework.models import Case
from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE = "jingdezhen"
ECOLOGY = "ecology-and-environment-bureau"
"""Holds the duties of 市环保局 (``environmental-protection-bureau``) since 2019."""


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("department_officer", "finance-bureau")``."""

    def make(role: str = "department_officer", organisation: str = "", **more: Any) -> User:
        count = User.objects.count()
        fields: dict[str, Any] = {
            "username": f"person-{count}",
            "display_name": f"经办人{count}",
            "role": Role(role).value,
            "organisation": organisation,
            "zone": ZONE,
            **more,
        }
        return User.objects.create(**fields)

    return make


@pytest.fixture
def office(user: Callable[..., User]) -> User:
    return user("leading_group_office")


@pytest.fixture
def officer(user: Callable[..., User]) -> User:
    return user("department_officer", ECOLOGY)


def assignment(office: User, **changes: Any) -> OpenCase:
    """An assignment to the environment bureau, to be reported on by the last day of 2030."""
    given: dict[str, Any] = {
        "zone": ZONE,
        "type": "general",
        "title": "整治昌江沿岸排口",
        "author": office,
        "subject": "task:112",
        "parties": {"responsible": [ECOLOGY]},
        "fields": {"request": "查清排口并整治", "report_by": "2030-12-31"},
        **changes,
    }
    return OpenCase(**given)


@pytest.fixture
def case(plan_in_database: None, office: User) -> Case:
    return assignment(office).execute()
