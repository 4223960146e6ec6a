"""A factory and its mine on record, people of the bodies concerned, and damage at each step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecociv.casework.actions import Attachment, TakeStep
from ecociv.casework.models import Case
from ecociv.liabilities.damage.actions import OpenDamage
from ecociv.liabilities.models import Damage
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.actions import RegisterEntry

ZONE, FACTORY, MINE = "jingdezhen", "91360222MA0000001W", "C3602002010017120000001"
BUREAU = "ecology-and-environment-bureau"


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    def make(role: str = "department_officer", organisation: str = BUREAU) -> User:
        return User.objects.create(
            username=f"person-{User.objects.count()}",
            role=Role(role).value,
            organisation=organisation,
            zone=ZONE,
        )

    return make


@pytest.fixture
def bureau(user: Callable[..., User]) -> User:
    return user()


@pytest.fixture
def finance(user: Callable[..., User]) -> User:
    return user("department_officer", "finance-bureau")


@pytest.fixture
def mine(plan_in_database: None, db: None) -> str:
    """40,000 m2 of open pit for kaolin, licensed for the ten years from 2016."""
    for kind, key, values in (
        ("enterprise", FACTORY, {"name": "甲公司", "division": "360222"}),
        (
            "mining-right",
            MINE,
            {
                "mine": "甲矿",
                "holder": FACTORY,
                "division": "360222",
                "mineral": "kaolin",
                "method": "open-pit",
                "area": "40000",
                "valid-from-day": "2016-01-01",
                "valid-to-day": "2025-12-31",
            },
        ),
    ):
        RegisterEntry(
            zone=ZONE, kind=kind, key=key, author="test", on=dt.date(2016, 1, 1), values=values
        ).execute()
    return MINE


@pytest.fixture
def damage(mine: str, bureau: User) -> Damage:
    """A clue on record."""
    return OpenDamage(
        zone=ZONE,
        title="甲公司偷排案",
        enterprise=FACTORY,
        clue="群众举报",
        medium="surface-water",
        happened_on=dt.date(2018, 5, 1),
        author=bureau,
    ).execute()


@pytest.fixture
def step(tmp_path: Path) -> Callable[..., Case]:
    """Take a move: ``step(case, "assess", author, fields={...}, documents=("investigation",))``."""

    def take(case: Case, move: str, author: User, documents: tuple[str, ...] = (), **more: Any) -> Case:
        paper = tmp_path / "paper.txt"
        paper.write_text("paper", encoding="utf-8")
        case.refresh_from_db()
        attached = [Attachment(paper, f"{key}.txt", key) for key in documents]
        TakeStep(case, move, author, case.steps_taken, documents=attached, **more).execute()
        case.refresh_from_db()
        return case

    return take


@pytest.fixture
def consulted(damage: Damage, bureau: User, step: Callable[..., Case]) -> Damage:
    """The damage, valued and in consultation."""
    step(damage.case, "investigate", bureau)
    step(damage.case, "assess", bureau, ("investigation",), fields={"findings": "属实", "appraiser": "某所"})
    step(damage.case, "consult", bureau, ("appraisal",))
    damage.refresh_from_db()
    return damage
