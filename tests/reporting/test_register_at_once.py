"""Several documents issued at the same moment; real transactions on the database in use."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from ecociv.people import audit
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages
from ecociv.reporting.models import IssuedDocument
from ecociv.reporting.official import register as register_module
from ecociv.reporting.official.register import (
    IssueDocument,
)
from ecociv.reporting.official.register_queries import numbers_missing
from ecociv.reporting.official.write import Options

ZONE, DAY, OFFICE = "jingdezhen", dt.date(2017, 3, 31), "景生态办"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def person(role: str = "leading_group_office", body: str = "") -> User:
    count = User.objects.count()
    return User.objects.create(username=f"p{count}", role=role, zone=ZONE, organisation=body)


def issue(author: User, kind: str = "bulletin", **more: Any) -> IssuedDocument:
    options = more.pop("options", Options(day=DAY))
    return IssueDocument(kind, ZONE, options, author, **more).execute()


@pytest.mark.django_db(transaction=True)
def test_several_at_once_get_numbers_without_gap_or_double(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_packages()
    LoadZonePackage(ZONE).execute()
    office, together = person(), 4
    start, waited = Barrier(together), set()
    number = IssueDocument._next

    def next_together(self: IssueDocument, series: Any, year: int) -> int:
        """All of them look before any of them writes, once: each sees the same next number."""
        found = number(self, series, year)
        me = id(connections["default"])
        if me not in waited:
            waited.add(me)
            start.wait(timeout=60)
        return found

    def run(_n: int) -> str:
        try:
            return issue(office, form=".xlsx").number
        finally:
            connections.close_all()

    monkeypatch.setattr(register_module.IssueDocument, "_next", next_together)
    with ThreadPoolExecutor(together) as pool:
        numbers = list(pool.map(run, range(together)))
    year = timezone.localdate().year
    assert sorted(numbers) == [f"{OFFICE}〔{year}〕{n}号" for n in range(1, together + 1)]
    assert numbers_missing(ZONE) == {} and audit.verify() is None
    forget_packages()
