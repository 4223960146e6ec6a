"""People of the zone and an enterprise that is on record with its permit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ecociv.people.models import User
from ecociv.people.roles import Role
from registers.situations import FACTORY, NAMES, PERMIT, ZONE, permit_values


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("department_officer", "environmental-protection-bureau")``."""

    def make(role: str = "department_officer", organisation: str = "environmental-protection-bureau") -> User:
        count = User.objects.count()
        return User.objects.create(
            username=f"person-{count}",
            display_name=f"经办人{count}",
            role=Role(role).value,
            organisation=organisation,
            zone=ZONE,
        )

    return make


@pytest.fixture
def factory(db: None) -> str:
    """An enterprise on record since 2015."""
    from ecociv.registers.actions import RegisterEntry
    from registers.situations import SINCE

    RegisterEntry(
        zone=ZONE, kind="enterprise", key=FACTORY, author="test", on=SINCE, values=NAMES, document="登记表"
    ).execute()
    return FACTORY


@pytest.fixture
def permit(factory: str) -> str:
    """A permit of the factory, applied for at the beginning of 2017."""
    import datetime as dt

    from ecociv.registers.actions import RegisterEntry

    RegisterEntry(
        zone=ZONE,
        kind="discharge-permit",
        key=PERMIT,
        author="test",
        on=dt.date(2017, 1, 1),
        values=permit_values(),
        document="申请表",
    ).execute()
    return PERMIT
