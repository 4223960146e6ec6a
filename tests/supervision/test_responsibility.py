"""Duties held through successors, posts and records for life."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from PIL import Image

from ecociv.plan.package import load_zone
from ecociv.supervision.inspection.actions import (
    BeginTour,
    DrawSample,
    InspectionRefused,
    PlanTour,
    PublishTour,
    ReportTour,
    TourMovedOn,
)
from ecociv.supervision.inspection.field_actions import RecordFinding, RecordVisit
from ecociv.supervision.inspection.photographs import PhotographRefused, doubts_about, read_photograph
from ecociv.supervision.responsibility.actions import (
    CorrectPost,
    PostDraft,
    RecordOfficial,
    RecordPost,
    RecordRefused,
)
from ecociv.supervision.responsibility.models import PostHolding
from ecociv.supervision.responsibility.queries import officials_of, record_of_body, record_of_official
from ecociv.supervision.responsibility.spans import spans_of

ZONE = "jingdezhen"
PLAN = load_zone(ZONE)
OLD = PLAN.resolve("市环保局").key
NEW = PLAN.body_on(OLD, dt.date(2020, 1, 1)).key


def test_spans_agree_with_the_plan_on_every_day_that_matters():
    days = {dt.date(2016, 1, 1), dt.date(2024, 6, 1)}
    days |= {
        step.from_ + dt.timedelta(n) for b in PLAN.organisations for step in b.successors for n in (-1, 0)
    }
    for key in (OLD, NEW):
        spans = spans_of(key, PLAN)
        for day in days:
            if day < PLAN.zone.plan.issued:
                continue
            held = {(e.duty.place, e.role) for e in PLAN.duties_held(key, day)}
            if PLAN.body_on(key, day).key != key:
                held = set()
            assert {(s.place, s.role) for s in spans if s.holds_on(day) and s.role != "supply"} == held


def test_a_duty_is_held_by_one_after_the_other():
    before, after = spans_of(OLD, PLAN), {(s.place, s.role): s for s in spans_of(NEW, PLAN) if s.named == OLD}
    assert before and NEW != OLD
    for span in before:
        assert span.ends is not None
        assert after[span.place, span.role].starts == span.ends + dt.timedelta(days=1)


@pytest.fixture
def office(user):
    return user("leading_group_office", "development-and-reform-commission")


@pytest.fixture
def chief(plan_in_database, office):
    official = RecordOfficial(ZONE, "张三", "1960-01", office).execute()
    RecordPost(
        official,
        PostDraft(
            OLD,
            "局长",
            dt.date(2015, 8, 1),
            dt.date(2017, 3, 31),
            "景府任〔2015〕1号",
            without_document="档案未移交",
        ),
        office,
    ).execute()
    return official


def test_a_record_stays_when_the_person_has_gone(chief, office):
    record = record_of_official(office, chief, dt.date(2022, 1, 1))
    assert record.duties
    for duty in record.duties:
        assert duty.span.starts >= dt.date(2015, 8, 1)
        assert duty.handed_over is not None and duty.handed_over.day <= dt.date(2017, 3, 31)
    assert record_of_official(office, chief, dt.date(2015, 8, 2)).duties[0].open


def test_persons_are_not_for_the_public(chief, office, user):
    visitor = user("visitor")
    with pytest.raises(PermissionDenied):
        record_of_official(visitor, chief, dt.date(2017, 1, 1))
    assert officials_of(visitor, ZONE, OLD) == ()
    assert [each.name for each in officials_of(office, ZONE, OLD)] == ["张三"]
    assert record_of_body(visitor, ZONE, OLD, dt.date(2017, 1, 1)).duties


def test_only_the_office_records(chief, user):
    draft = PostDraft(OLD, "副局长", dt.date(2016, 1, 1), None, "x", without_document="档案未移交")
    for role in ("department_officer", "leader", "auditor", "administrator", "visitor"):
        with pytest.raises(PermissionDenied):
            RecordPost(chief, draft, user(role, OLD)).execute()


def test_a_correction_is_the_next_revision(chief, office):
    draft = PostDraft(
        OLD,
        "局长",
        dt.date(2015, 8, 1),
        dt.date(2017, 6, 30),
        "景府任〔2015〕1号",
        without_document="档案未移交",
    )
    with pytest.raises(RecordRefused, match="reason"):
        CorrectPost(chief, 1, 1, draft, "", office).execute()
    CorrectPost(chief, 1, 1, draft, "离任日期有误", office).execute()
    with pytest.raises(RecordRefused, match="corrected by somebody else"):
        CorrectPost(chief, 1, 1, draft, "again", office).execute()
    assert PostHolding.objects.filter(official=chief).count() == 2
    with pytest.raises(RecordRefused, match="overlap"):
        RecordPost(
            chief,
            PostDraft(OLD, "局长", dt.date(2016, 1, 1), None, "y", without_document="档案未移交"),
            office,
        ).execute()


def test_the_database_refuses_changes(chief):
    from ecociv.people.append_only import statements

    with connection.cursor() as cursor:
        for line in statements(connection.vendor, "supervision_postholding"):
            cursor.execute(line)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE supervision_postholding SET title = 'x'")


def photograph(folder: Path, when: str = "2026:11:20 10:00:00", name: str = "a.jpg") -> Path:
    image = Image.new("RGB", (64, 48), (10, 120, 60))
    exif = Image.Exif()
    exif[0x0132] = when
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 18.0, 0.0), 3: "E", 4: (117.0, 12.0, 0.0)})
    image.save(folder / name, exif=exif)
    return folder / name


def test_a_camera_is_read_and_doubted(tmp_path):
    told = read_photograph(photograph(tmp_path))
    assert told.taken_at == dt.datetime(2026, 11, 20, 10)  # noqa: DTZ001
    assert (told.longitude, told.latitude) == (117.2, 29.3)
    days = {"first_day": dt.date(2026, 11, 1), "last_day": dt.date(2026, 11, 30)}
    assert doubts_about(told, **days, longitude=117.21, latitude=29.3) == ()
    # one degree of latitude is about 111 km
    far = doubts_about(
        told, first_day=dt.date(2026, 12, 1), last_day=dt.date(2026, 12, 2), longitude=117.2, latitude=28.3
    )
    assert [each.code for each in far] == ["photo-other-date", "photo-other-place"]
    assert 110 < float(far[1].data["km"]) < 112


def test_hostile_files_are_refused_in_words(tmp_path):
    bomb = tmp_path / "bomb.png"
    Image.new("1", (12_000, 12_000)).save(bomb)  # 144 million pixels in a few kilobytes
    assert bomb.stat().st_size < 100_000
    text = tmp_path / "a.jpg"
    text.write_text("<script>alert(1)</script>")
    gif = tmp_path / "b.jpg"
    Image.new("RGB", (4, 4)).save(gif, format="GIF")
    cut = tmp_path / "c.jpg"
    cut.write_bytes(photograph(tmp_path, name="d.jpg").read_bytes()[:-200])
    empty = tmp_path / "e.jpg"
    empty.touch()
    for path, words in ((bomb, "pixels"), (text, "sound"), (gif, "sound"), (cut, "sound"), (empty, "empty")):
        with pytest.raises(PhotographRefused, match=words):
            read_photograph(path)


@pytest.fixture
def tour(plan_in_database, office):
    from django.utils import timezone

    today = timezone.localdate()
    return PlanTour(
        ZONE, "督查", today - dt.timedelta(5), today + dt.timedelta(5), ("task",), "年度督查", office
    ).execute()


def test_a_tour_from_plan_to_report(tour, office, user, tmp_path):
    from django.utils import timezone

    today = timezone.localdate()
    with pytest.raises(InspectionRefused, match="Publish"):
        DrawSample(tour, office).execute()
    with pytest.raises(PermissionDenied):
        PublishTour(tour, "s1", 12, user("auditor")).execute()
    published = PublishTour(tour, "s1", 12, office).execute().data
    with pytest.raises(TourMovedOn):
        PublishTour(tour, "s2", 12, office).execute()
    sample = DrawSample(tour, office).execute().data["sample"]
    assert len(sample) == 12 and len(published["population"]) == len(PLAN.tasks)
    BeginTour(tour, office).execute()
    unit = sample[0]["key"]
    finding = RecordFinding(
        tour, unit, "台账缺失", "现场未见台账", "任务分解表", "serious", NEW, today,
        ((photograph(tmp_path), "现场.jpg"),), user("auditor"), longitude=117.2, latitude=29.3,
    ).execute()  # fmt: skip
    assert finding.case.state == "found" and finding.case.subject == unit
    assert finding.photographs.get().longitude == 117.2
    outside = next(e["key"] for e in published["population"] if e["key"] not in {s["key"] for s in sample})
    with pytest.raises(InspectionRefused, match="not in the sample"):
        RecordVisit(tour, outside, today, "nothing", "", office).execute()
    for each in sample[1:]:
        RecordVisit(tour, each["key"], today, "nothing", "", office).execute()
    told = ReportTour(tour, "完成", office).execute().data["estimate"]
    assert told["visited"] == 12 and told["share"] > 0
