"""Reporting from the list of one's work on a phone: found, typed, left, found again, handed in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.supervision.models import ProgressReport, WorkDraft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARRATIVE = "已完成前期工作，正在编制实施方案，年底前报批。"


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def log_in(one: Reader) -> None:
    user = User.objects.create_user(
        "li",
        password="long enough 1",
        role=Role.DEPARTMENT_OFFICER,
        zone="jingdezhen",
        organisation="ecology-and-environment-bureau",
    )
    client = Client()
    client.force_login(user)
    name = project.SESSION_COOKIE_NAME
    one.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": one.address}])


def looked_at(one: Reader, name: str) -> None:
    """Nothing wider than the window; a picture where ECOCIV_PICTURES names a folder."""
    if folder := os.environ.get("ECOCIV_PICTURES"):
        one.page.screenshot(path=str(Path(folder) / f"work-{name}.png"), full_page=True)
    assert one.overflow <= 0, name


def saved(one: Reader, act: Callable[[], object]) -> None:
    """Do something that saves the draft, and wait until the page says that it is saved."""
    with one.page.expect_response(lambda answer: answer.url.endswith("/draft/")):
        act()
    expect(one.page.locator("#draft-state .icon")).to_be_visible()


@pytest.mark.parametrize(
    ("size", "language"), [(PHONE, "zh-hans"), (DESKTOP, "en")], ids=["phone-zh", "desktop-en"]
)
def test_a_task_is_reported_with_a_draft_in_between(
    reader: Callable[..., Reader], server: str, size: dict[str, int], language: str
) -> None:
    one = reader(size, language)
    log_in(one)
    width = "phone" if size is PHONE else "desktop"
    one.open("/work/?on=2016-12-20&q=151")
    looked_at(one, f"list-{width}")
    row = one.page.locator('.work-row[href*="/report/task/151/"]').first
    assert row.bounding_box()["height"] >= 44  # the least height that a finger hits
    row.click()
    one.page.wait_for_url("**/work/report/task/151/**")
    saved(one, lambda: one.page.locator("[name=state][value=under-way]").check())
    one.page.locator("[name=percent]").fill("40")
    saved(one, lambda: one.page.locator("[name=basis]").select_option("steps"))
    # Typing alone saves, two seconds after the last key; nothing has to be left for it.
    one.page.locator("[name=narrative]").press_sequentially(NARRATIVE)
    for _attempt in range(80):
        if WorkDraft.objects.get().content.get("narrative") == NARRATIVE:
            break
        one.page.wait_for_timeout(250)
    assert WorkDraft.objects.get().content.get("narrative") == NARRATIVE
    assert not ProgressReport.objects.exists()

    # The phone is put away; another day the page is opened again.
    one.open("/work/?on=2016-12-20")
    looked_at(one, f"drafts-{width}")
    one.page.locator('.work-row[href*="/report/task/151/"]').first.click()
    expect(one.page.locator(".draft-found")).to_be_visible()
    expect(one.page.locator("[name=narrative]")).to_have_value(NARRATIVE)
    expect(one.page.locator("[name=percent]")).to_have_value("40")
    expect(one.page.locator("[name=state][value=under-way]")).to_be_checked()
    looked_at(one, f"report-{width}")
    one.page.locator("button[value=send]").click()
    one.page.wait_for_url("**/work/")
    report = ProgressReport.objects.get()
    assert (report.place, report.narrative, str(report.percent)) == ("task:151", NARRATIVE, "40.0")
    assert not WorkDraft.objects.exists()
    assert one.faults == [] and one.foreign == []
