"""A settlement walked through its page: preliminary, final, its arithmetic, and the same page on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import PHONE, Reader
from browser.test_returns import log_in
from ecociv.compensation.models import Settlement
from ecociv.evidence.actions import LoadFile
from ecociv.people.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]
PAGE = "/compensation/zhushan-changjiang/2017-03/"


@pytest.fixture
def month(server: str, settings: Any, tmp_path: Path) -> None:
    """Ammonia half over the limit in March 2017."""
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    for mapping, head, row in (
        (
            "water-zones-monthly",
            "section,month,ph,do,codmn,cod,bod5,nh3n,tp,note",
            "示例断面6,2017-03,7,8,6,10,2,1.5,0.2,",
        ),
        ("border-sections-monthly", "section,month,flow,total_nitrogen,note", "示例断面6,2017-03,10,1,"),
    ):
        path = tmp_path / f"{mapping}.csv"
        path.write_text(f"{head}\n{row}\n", encoding="utf-8")
        LoadFile(path, mapping, "tests", sample=True).execute()


def test_from_the_preliminary_figure_to_the_final_one(month: None, reader: Callable[..., Reader]) -> None:
    def open_as(role: str, body: str, **how: Any) -> Any:
        user = User.objects.create_user(
            f"{role}-{body}",
            password="long-enough-1",
            role=role,
            organisation=body,
            zone="jingdezhen",
            display_name=body or role,
        )
        one = reader(**how)
        log_in(one, user)
        one.open(PAGE)
        return one.page

    finance = open_as("department_officer", "finance-bureau", language="en-us")
    expect(finance.get_by_text("53,568.00").first).to_be_visible()
    finance.get_by_label("Day").fill("2017-04-14")
    finance.get_by_label("Number of the document").fill("初1")
    finance.get_by_role("button", name="Put on record").click()
    expect(finance.get_by_text("The parties may object until 2017-04-28.")).to_be_visible()

    county = open_as("county_officer", "zhushan-district", language="en-us", size=PHONE)
    assert county.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], "no sideways scrolling"
    expect(county.get_by_role("button", name="Put on record")).to_have_count(0)
    finance.reload()
    finance.get_by_label("Day").first.fill("2017-05-02")
    finance.get_by_label("Number of the document").first.fill("终1")
    finance.get_by_role("button", name="Make final").click()
    expect(finance.get_by_text("To be paid by 2017-05-31.")).to_be_visible()
    finance.get_by_text("5 inputs").click()
    expect(finance.get_by_text("Compensation for exceedance")).to_be_visible()
    done = Settlement.objects.get(stage="final")
    assert (done.total, done.own) == (5_356_800, 5_356_800)
