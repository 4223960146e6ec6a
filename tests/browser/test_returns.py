"""Pages of departmental returns as their readers meet them: two widths and languages, saving while typing, by keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakeReader = Callable[..., Reader]
ONE = "/returns/real/sewage/jingdezhen/2015/"


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def account(name: str, role: Role, body: str = "") -> User:
    key = ""
    if body:
        plan = current_package("jingdezhen")
        key = plan.body_on(plan.resolve(body).key, timezone.localdate()).key
    return User.objects.create_user(
        name, password="long enough 1", role=role, zone="jingdezhen", organisation=key
    )


def log_in(one: Reader, user: User) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    one.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": one.address}]
    )


def picture(one: Reader, name: str) -> None:
    """Keep a picture where ECOCIV_PICTURES names a folder."""
    if folder := os.environ.get("ECOCIV_PICTURES"):
        one.page.screenshot(path=str(Path(folder) / f"returns-{name}.png"), full_page=True)


@pytest.mark.parametrize(
    ("size", "language"), [(DESKTOP, "en"), (PHONE, "zh-hans")], ids=["desktop-en", "phone-zh"]
)
def test_a_return_is_filled_reviewed_and_restated(
    reader: MakeReader, server: str, size: dict[str, int], language: str
) -> None:
    width = "phone" if size is PHONE else "desktop"
    fills, judges = reader(size, language), reader(size, language)
    log_in(fills, account("li", Role.DEPARTMENT_OFFICER, "市建设局"))
    log_in(judges, account("wang", Role.LEADING_GROUP_OFFICE))

    def looked_at(one: Reader, name: str) -> None:
        picture(one, f"{name}-{width}")
        assert one.overflow <= 0, name

    fills.open("/returns/?year=2015")
    looked_at(fills, "list")
    fills.open(ONE + "fill/")
    treated, discharged = fills.page.locator(".return-figure").all()
    with fills.page.expect_response(lambda answer: "/fill/" in answer.url):
        treated.fill("1200")
        treated.press("Tab")
    with fills.page.expect_response(lambda answer: "/fill/" in answer.url):
        discharged.fill("1000")
        discharged.press("Tab")
    expect(fills.page.locator("#return-findings .severity-error").first).to_be_visible()
    looked_at(fills, "fill")
    with fills.page.expect_response(lambda answer: "/fill/" in answer.url):
        treated.fill("800")
        treated.press("Tab")
    expect(fills.page.locator("#return-findings .return-ready")).to_be_visible()
    fills.page.locator("button[value=submit]").click()
    fills.page.wait_for_url("**" + ONE)
    looked_at(fills, "detail")

    judges.open(ONE + "review/")
    looked_at(judges, "review")
    judges.page.locator("button[value=review]").click()
    judges.page.locator("button[value=accept]").click()
    judges.page.wait_for_url("**" + ONE)

    fills.open(ONE)
    looked_at(fills, "locked")
    fills.page.locator("#restate-reason").fill("漏计一厂")
    fills.page.locator("#restate-reason + button").click()
    fills.page.wait_for_url("**/fill/")
    with fills.page.expect_response(lambda answer: "/fill/" in answer.url):
        fills.page.locator(".return-figure").first.fill("850")
        fills.page.keyboard.press("Tab")
    fills.page.locator("button[value=submit]").click()
    fills.page.wait_for_url("**" + ONE)
    judges.open(ONE + "review/")
    looked_at(judges, "restatement")
    judges.open(ONE + "history/")
    looked_at(judges, "history")
    fills.open("/returns/real/sewage/jingdezhen/2014/upload/")
    looked_at(fills, "upload")
    assert fills.faults == [] and judges.faults == [] and fills.foreign == []
