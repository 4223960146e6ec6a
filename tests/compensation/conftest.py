"""An evidence store of its own, accounts of the parties, and an agreement whose readings a test writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence.actions import LoadFile
from ecociv.people.models import User

HEAD = "section,month,codmn,nh3n,tp\n"


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_VAR = tmp_path
    return tmp_path


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("department_officer", "finance-bureau")``."""

    def make(role: str, organisation: str = "", zone: str = "jingdezhen") -> User:
        return User.objects.create(
            username=f"{role}-{User.objects.count()}", role=role, organisation=organisation, zone=zone
        )

    return make


@pytest.fixture
def load(evidence_folder: Path) -> Callable[..., None]:
    """Load ammonia (and the other items at their limits) of section 6 by month: ``load({"2017-03": 1.5}, flow=10)``."""

    def write(values: dict[str, Any], flow: Any = 10, reason: str = "") -> None:
        waters = evidence_folder / f"waters-{len(list(evidence_folder.glob('*.csv')))}.csv"
        waters.write_text(
            "section,month,ph,do,codmn,cod,bod5,nh3n,tp,note\n"
            + "".join(f"示例断面6,{month},7,8,6,10,2,{value},0.2,\n" for month, value in values.items()),
            encoding="utf-8",
        )
        LoadFile(waters, "water-zones-monthly", "tests", reason, sample=True).execute()
        if flow is None:
            return
        flows = evidence_folder / f"flows-{len(list(evidence_folder.glob('*.csv')))}.csv"
        flows.write_text(
            "section,month,flow,total_nitrogen,note\n"
            + "".join(f"示例断面6,{month},{flow},1,\n" for month in values),
            encoding="utf-8",
        )
        LoadFile(flows, "border-sections-monthly", "tests", reason, sample=True).execute()

    return write


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
