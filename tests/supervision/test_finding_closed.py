"""A finding from the spot to its end: told, planned, put right, verified by another inspector, closed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image

from ecociv.casework.actions import Attachment, CaseRefused, TakeStep
from ecociv.supervision.inspection.actions import BeginTour, DrawSample, PlanTour, PublishTour
from ecociv.supervision.inspection.field_actions import RecordFinding

ZONE, BODY = "jingdezhen", "ecology-and-environment-bureau"


def photograph(folder: Path, shade: int) -> Path:
    path = folder / f"{shade}.jpg"
    Image.new("RGB", (8, 6), (shade, 90, 60)).save(path)
    return path


def test_a_finding_is_closed_and_the_finder_does_not_verify_it(
    plan_in_database, user, officer, tmp_path, settings
):
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    office, finder, second, chief = (
        user(role) for role in ("leading_group_office", "auditor", "auditor", "leading_group_office")
    )
    today = timezone.localdate()
    tour = PlanTour(ZONE, "督查", today, today, ("task",), "年度督查", office).execute()
    PublishTour(tour, "s1", 9, office).execute()
    unit = DrawSample(tour, office).execute().data["sample"][0]["key"]
    BeginTour(tour, office).execute()
    case = RecordFinding(
        tour, unit, "台账缺失", "现场未见台账", "任务分解表", "serious", BODY, today,
        ((photograph(tmp_path, 10), "现场.jpg"),), finder, place_text="办公楼",
    ).execute().case  # fmt: skip

    def take(move, author, **more):
        case.refresh_from_db()
        TakeStep(case, move, author, case.steps_taken, **more).execute()
        case.refresh_from_db()
        return case.state

    assert take("notify", office) == "notified"
    fields = {"plan": "补建台账", "rectify_by": (today + dt.timedelta(30)).isoformat()}
    assert take("plan", officer, fields=fields) == "planned"
    after = Attachment(photograph(tmp_path, 20), "整改后.jpg", "repair-photo")
    assert take("rectify", officer, fields={"done": "台账已建"}, documents=[after]) == "rectified"
    seen = {
        "fields": {"seen": "台账齐全"},
        "documents": [Attachment(photograph(tmp_path, 30), "核实.jpg", "site-photo")],
    }
    with pytest.raises(CaseRefused, match="opened this case"):
        take("verify", finder, **seen)
    with pytest.raises(CaseRefused, match="somebody else"):
        take("verify", office, **seen)  # told the body, so does not verify either
    with pytest.raises(CaseRefused, match="opened this case"):
        take("not-verified", finder, reason="x", **seen)
    case.refresh_from_db()
    assert case.state == "rectified"
    assert take("verify", second, **seen) == "verified"
    assert take("close", chief, outcome="put-right") == "closed"
    assert case.closed_at is not None and case.outcome == "put-right"
