"""People who act on the plan in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE = "jingdezhen"

MakeUser = Callable[..., User]


@pytest.fixture
def user(db: None) -> MakeUser:
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
def officer(user: MakeUser) -> User:
    """An officer of 市生态环境局, which holds the duties of 市环保局 since 2019."""
    return user("department_officer", "ecology-and-environment-bureau")
