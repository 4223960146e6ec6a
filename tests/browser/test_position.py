"""The position button of the inspection finding: shut on every other page, filled on consent, explained on refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import PHONE, Reader
from browser.test_returns import log_in
from ecociv.people.actions import create_sample_accounts
from ecociv.people.models import User
from ecociv.supervision.inspection.models import InspectionTour
from ecociv.supervision.sample import load_sample_tours

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_position_is_asked_for_on_the_finding_form_only(
    reader: Callable[..., Reader], server: str, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    create_sample_accounts(
        "jingdezhen",
        department="ecology-and-environment-bureau",
        county="fuliang-county",
        office="development-and-reform-commission",
    )
    assert load_sample_tours("jingdezhen") == 1
    tour = InspectionTour.objects.get()
    one = reader(PHONE, "en")
    log_in(one, User.objects.get(username="auditor"))
    page, context = one.page, one.page.context

    answer = one.open(f"/inspections/{tour.pk}/")
    assert "geolocation=()" in answer.headers["permissions-policy"]
    expect(page.locator("h1 .sample-mark")).to_be_visible()  # the tour is a sample, and says so

    form = f"/inspections/{tour.pk}/finding/"
    context.grant_permissions(["geolocation"], origin=server)
    context.set_geolocation({"longitude": 117.21416, "latitude": 29.29255, "accuracy": 11.2})
    answer = one.open(form)
    policy = answer.headers["permissions-policy"]
    assert "geolocation=(self)" in policy and "camera=()" in policy and "microphone=()" in policy
    box = page.locator("[data-position]")
    box.get_by_role("button").click()
    expect(page.locator("#id_longitude")).to_have_value("117.214160")
    expect(page.locator("#id_latitude")).to_have_value("29.292550")
    expect(box.get_by_role("status")).to_contain_text("accurate to 12 m")  # 11.2 m, rounded up
    assert one.overflow <= 0

    context.set_geolocation({"longitude": 117.2, "latitude": 29.3, "accuracy": 850})
    box.get_by_role("button").click()
    expect(box.get_by_role("status")).to_contain_text("only accurate to 850 m")

    context.clear_permissions()
    page.locator("#id_longitude").fill("117.5")  # typed, and left alone by a refusal
    box.get_by_role("button").click()
    expect(box.get_by_role("status")).to_contain_text("refused the position")
    expect(page.locator("#id_longitude")).to_have_value("117.5")
    assert not one.faults and not one.foreign, (one.faults, one.foreign)
