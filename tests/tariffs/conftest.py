"""Accounts of the bodies that set prices and of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecociv.people.models import User
from ecociv.people.roles import Role

ZONE = "jingdezhen"


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("department_officer", "development-and-reform-commission")``."""

    def make(role: str = "department_officer", organisation: str = "") -> User:
        count = User.objects.count()
        return User.objects.create(
            username=f"person-{count}",
            display_name=f"经办人{count}",
            role=Role(role).value,
            organisation=organisation,
            zone=ZONE,
        )

    return make
