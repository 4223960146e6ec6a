"""An auditor's walk in the browser: new audit, seed, sample, paper, review by another, draft, comment, conclusion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.terms import magistrate, sample_returns
from browser.reader import PHONE, Reader
from browser.test_returns import account, log_in, picture
from ecociv.accounts.audit.models import LeavingAudit
from ecociv.accounts.audit.standing import standing_of
from ecociv.people.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.fixture(autouse=True)
def returns(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    with sample_returns():
        yield


def test_the_walk_of_an_auditor(reader: Callable[..., Reader]) -> None:
    official = magistrate(account("ban", Role.LEADING_GROUP_OFFICE))
    auditor, second, county = reader(), reader(), reader(PHONE)
    log_in(auditor, account("shen", Role.AUDITOR))
    log_in(second, account("fu", Role.AUDITOR))
    log_in(county, account("xian", Role.COUNTY_OFFICER, "浮梁县政府"))

    page = auditor.page
    auditor.open("/leaving-audits/new/")
    page.select_option("#id_post", f"{official.pk}:1")
    page.click("form.card button[type=submit]")
    audit = LeavingAudit.objects.get()
    path = f"/leaving-audits/{audit.pk}/"
    for tab in ("position", "changes", "attribution", "targets", "cases", "conclusion", "papers"):
        assert auditor.open(f"{path}?tab={tab}").status == 200
        assert page.locator(".nav-tabs .active").count() == 1
        picture(auditor, f"leaving-audit-{tab}")
    page.fill("#id_seed", "种子")
    page.fill("#id_size", "4")
    page.click("[data-step=publish]")
    page.click("[data-step=draw]")
    expect(page.locator("tbody tr")).to_have_count(4)
    for number in range(1, 5):
        auditor.open(f"{path}papers/{number}/")
        page.fill("#id_procedure", "核对台账")
        page.check("#id_hand_in")
        page.click("[data-step=write]")
        second.open(f"{path}papers/{number}/")
        second.page.select_option("#id_accept", "yes")
        second.page.click("[data-step=review]")
    auditor.open(f"{path}?tab=conclusion")
    page.click("[data-step=draft]")

    assert county.open(path).status == 200
    assert county.overflow <= 0
    picture(county, "leaving-audit-draft")
    county.page.fill("#id_text", "无异议")
    county.page.click("[data-step=comment]")
    expect(county.page.locator("body")).to_contain_text("无异议")

    auditor.open(f"{path}?tab=conclusion")
    expect(page.locator("body")).to_contain_text("无异议")
    page.select_option("#id_chosen", "fairly-good")
    page.fill("#id_reason", "损失由干旱造成")
    page.click("[data-step=conclude]")
    expect(page.locator("[data-step=conclude]")).to_have_count(0)
    now = standing_of(audit)
    assert now.conclusion is not None and now.conclusion.data["class"] == "fairly-good"
    picture(auditor, "leaving-audit-concluded")
