"""Accounts, enterprises and a place for documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecociv.people.models import User
from ecociv.people.roles import Role
from green_economy.situations import BORROWER, PROVIDER, ZONE, entered


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.ECOCIV_VAR = str(tmp_path / "var")
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("department_officer", "forestry-bureau")``."""

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


@pytest.fixture
def enterprises(plan_in_database: None, db: None) -> None:
    """A provider of treatment and a borrower."""
    for key, name in ((PROVIDER, "治理公司"), (BORROWER, "借款公司")):
        entered("enterprise", key, name=name, division="360222")


@pytest.fixture
def evidence(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
