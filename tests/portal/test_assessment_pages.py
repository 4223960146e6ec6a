"""Pages of assessments: who sees and does what, and how it is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ecociv.assessment.actions import GiveScore, MoveRound, OpenRound, SignOff
from ecociv.assessment.models import AssessmentRound, ScoreEntry, Snapshot
from ecociv.assessment.stages import ScoredBy, Stage
from ecociv.casework.models import Case
from ecociv.people.models import User

ZONE, UNIT, OTHER = "jingdezhen", "fuliang-county", "leping-city"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Any) -> dict[str, User]:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    roles = {
        "county": ("county_officer", UNIT),
        "department": ("department_officer", "ecology-and-environment-bureau"),
        "office": ("leading_group_office", ""),
        "auditor": ("auditor", ""),
        "leader": ("leader", ""),
        "admin": ("administrator", ""),
    }
    return {
        name: User.objects.create(username=f"p-{name}", role=role, organisation=body, zone=ZONE)
        for name, (role, body) in roles.items()
    }


def reader(user: User | None) -> Client:
    client = Client()
    client.cookies["ecociv_language"] = "en"
    if user:
        client.force_login(user)
    return client


def opened(people: dict[str, User], stage: Stage = Stage.DRAFT) -> AssessmentRound:
    round_ = OpenRound(ZONE, "county-2015", 2017, people["office"]).execute()
    while round_.stage is not stage:
        MoveRound(round_, round_.stage, people["office"]).execute()
    return round_


def first_item(round_: AssessmentRound) -> str:
    return next(iter(next(iter(round_.rules["categories"].values()))["items"]))


#: What each role gets: list, round, workbench of one unit, workbench of another.
SEEN = {
    "": (302, 302, 302, 302),
    "county": (200, 200, 200, 403),
    "department": (200, 200, 403, 403),
    "office": (200, 200, 200, 200),
    "auditor": (200, 200, 200, 200),
    "leader": (200, 200, 200, 200),
    "admin": (200, 200, 200, 200),
}


@pytest.mark.parametrize("role", SEEN)
def test_each_role_opens_its_pages_only(people: dict[str, User], role: str) -> None:
    pk = opened(people, Stage.SELF_SCORING).pk
    pages = [
        f"/assessment/{rest}"
        for rest in ("", f"{pk}/", f"{pk}/workbench/{UNIT}/", f"{pk}/workbench/{OTHER}/")
    ]
    client = reader(people.get(role))
    assert tuple(client.get(page).status_code for page in pages) == SEEN[role]
    assert client.get("/assessment/99999/").status_code == (404 if role else 302)


def test_an_officer_sees_no_other_units_score_before_sign_off(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.AUDIT)
    address = f"/assessment/{round_.pk}/?format=csv"
    # A heading, one line for each unit: the office sees four, the county its own, a department that is not assessed none.
    lines = {
        name: reader(people[name]).get(address).content.decode("utf-8-sig").splitlines() for name in people
    }
    assert [len(lines[name]) for name in ("office", "county", "department")] == [5, 2, 1]
    SignOff(round_, people["leader"]).execute()
    assert len(reader(people["county"]).get(address).content.decode("utf-8-sig").splitlines()) == 5
    assert reader(people["county"]).get(f"/assessment/{round_.pk}/?format=xlsx").content[:2] == b"PK"


def test_the_office_opens_a_round_and_a_wrong_year_is_refused(people: dict[str, User]) -> None:
    client = reader(people["office"])
    assert "No round has been opened" in client.get("/assessment/").content.decode()
    for year, rules in (("1999", "county-2015"), ("soon", "county-2015"), ("2017", "nothing")):
        answer = client.post("/assessment/", {"rule_set": rules, "year": year})
        assert answer.status_code == 422
        assert "Nothing was changed" in answer.content.decode()
    assert client.post("/assessment/", {"rule_set": "county-2015", "year": "2017"}).status_code == 302
    assert AssessmentRound.objects.count() == 1
    for name in ("county", "leader", "auditor", "admin"):
        sent = reader(people[name]).post("/assessment/", {"rule_set": "county-2015", "year": "2017"})
        assert sent.status_code == 403
    assert AssessmentRound.objects.count() == 1


def test_a_score_is_given_corrected_and_refused_at_its_field(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.REVIEW)
    key = first_item(round_)
    address = f"/assessment/{round_.pk}/workbench/{UNIT}/{key}/review/"
    client = reader(people["office"])
    given = {"amount": "61.5", "kind": "score", "reason": "查阅台账", "seen": "0"}
    paper = SimpleUploadedFile("台账.txt", "台账".encode())
    assert client.post(address, given | {"documents": paper}).status_code == 302
    entry = ScoreEntry.objects.get()
    assert (entry.amount, entry.documents.get().file_name) == (Decimal("61.5"), "台账.txt")
    paper_at = f"/assessment/{round_.pk}/documents/{entry.documents.get().pk}/"
    assert b"".join(client.get(paper_at).streaming_content) == "台账".encode()
    assert reader(people["department"]).get(paper_at).status_code == 403

    for changed, status, said in (
        ({"amount": "101"}, 422, "outside the limits"),
        ({"amount": "many"}, 422, "Give a number"),
        ({"reason": " "}, 422, "Say why"),
        ({"seen": "0", "amount": "70"}, 409, "just changed"),
    ):
        sent = {**given, "seen": "1", **changed}
        plain = client.post(address, sent)
        partial = client.post(address, sent, headers={"HX-Request": "true"})
        assert (plain.status_code, partial.status_code) == (status, 200)
        for page in (plain.content.decode(), partial.content.decode()):
            assert said in page
            assert 'aria-invalid="true"' in page
        assert "<html" not in partial.content.decode()
    assert ScoreEntry.objects.count() == 1
    assert client.post(address, {**given, "seen": "1", "amount": "70"}).status_code == 302
    assert ScoreEntry.objects.count() == 2
    for name in ("county", "department", "auditor", "leader", "admin"):
        assert reader(people[name]).post(address, {**given, "seen": "2"}).status_code == 403


def test_moves_sign_off_and_gaps(people: dict[str, User]) -> None:
    round_ = opened(people)
    move, sign = f"/assessment/{round_.pk}/do/move/", f"/assessment/{round_.pk}/do/sign/"
    assert reader(people["leader"]).post(move, {"seen": "draft"}).status_code == 403
    assert reader(people["office"]).post(move, {"seen": "draft"}).status_code == 302
    assert (
        reader(people["office"]).post(move, {"seen": "draft"}).status_code == 409
    )  # it has moved on meanwhile
    for stage in ("self-scoring", "review"):
        reader(people["office"]).post(move, {"seen": stage})
    assert round_.stage is Stage.AUDIT
    assert reader(people["office"]).post(sign).status_code == 403
    assert reader(people["leader"]).post(sign).status_code == 302
    assert reader(people["leader"]).post(sign).status_code == 409
    page = reader(people["auditor"]).get(f"/assessment/{round_.pk}/?check=1").content.decode()
    assert Snapshot.objects.get().digest in page
    assert "Found again to the last bit" in page
    assert "no figure was restated" in page


def test_an_objection_leads_to_a_supplement(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.AUDIT)
    key, page = first_item(round_), f"/assessment/{round_.pk}/"
    county, given = reader(people["county"]), {"items": [first_item(round_)], "grounds": "数据有误"}
    assert county.post(f"{page}do/object/", given).status_code == 422  # nothing is published yet
    SignOff(round_, people["leader"]).execute()
    assert "Object to the score" in county.get(page).content.decode()
    assert "Object to the score" not in reader(people["department"]).get(page).content.decode()
    assert county.post(f"{page}do/object/", {"grounds": "数据有误"}).status_code == 422  # no item marked
    assert county.post(f"{page}do/object/", given).status_code == 302
    case = Case.objects.get(type="score-objection")
    assert case.subject == f"score:{round_.pk}/{UNIT}"
    act = f"/cases/score-objection/{case.number}/do/move/"
    supplement = {"objection": case.number, f"score.{key}": "90", "reason": "申诉成立"}
    leader = reader(people["leader"])
    assert leader.post(f"{page}do/supplement/", supplement).status_code == 422  # not upheld yet
    reader(people["office"]).post(act, {"transition": "accept", "seen": "1", "reason": "符合条件"})
    upheld = {"transition": "uphold", "seen": "2", "fields.finding": "重新计算", "reason": "复核"}
    reader(people["auditor"]).post(act, upheld)
    case.refresh_from_db()
    assert case.state == "upheld"
    assert reader(people["office"]).post(f"{page}do/supplement/", supplement).status_code == 403
    assert leader.post(f"{page}do/supplement/", {**supplement, f"score.{key}": "101"}).status_code == 422
    assert leader.post(f"{page}do/supplement/", supplement).status_code == 302
    newest = Snapshot.objects.order_by("-number")[0]
    assert (newest.number, newest.data["results"][UNIT]["items"][key]["score"]) == (2, "90.00")
    assert "Result 1" in county.get(page).content.decode()  # the first stays on show


def test_an_audit_score_goes_before_the_review(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.AUDIT)
    key = first_item(round_)
    GiveScore(round_, UNIT, key, ScoredBy.REVIEW, Decimal(60), people["office"], reason="台账").execute()
    page = f"/assessment/{round_.pk}/workbench/{UNIT}/"
    assert reader(people["auditor"]).get(page).content.decode().count("counts-mark") == 1
    GiveScore(round_, UNIT, key, ScoredBy.AUDIT, Decimal(55), people["auditor"], reason="现场").execute()
    shown = reader(people["auditor"]).get(page).content.decode()
    assert shown.count("counts-mark") == 1
    assert "<strong>55.00</strong>" in shown
