"""Pages that explain, try out and compare scores: who may read them, what they hold, and addresses that no link makes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ecociv.assessment.actions import GiveScore, MoveRound, OpenRound, SignOff
from ecociv.assessment.models import AssessmentRound, ScoreEntry
from ecociv.assessment.stages import ScoredBy, Stage
from ecociv.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, UNIT, OTHER = "jingdezhen", "fuliang-county", "leping-city"


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Any) -> dict[str, User]:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    roles = {"office": "leading_group_office", "leader": "leader", "county": "county_officer"}
    return {
        name: User.objects.create(
            username=f"e-{name}", role=role, organisation=UNIT if name == "county" else "", zone=ZONE
        )
        for name, role in roles.items()
    }


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    found = Client(headers={"accept-language": "en"})
    found.force_login(people["office"])
    return found


def opened(people: dict[str, User], year: int = 2017) -> AssessmentRound:
    return OpenRound(ZONE, "county-2015", year, people["office"]).execute()


def unit_page(round_: AssessmentRound, unit: str = UNIT) -> str:
    return reverse("portal:assessment-unit", args=[round_.pk, unit])


def what_if_page(round_: AssessmentRound) -> str:
    return reverse("portal:assessment-what-if", args=[round_.pk])


def test_visitors_log_in_and_officers_read(people: dict[str, User]) -> None:
    round_ = opened(people)
    for page in (unit_page(round_), what_if_page(round_)):
        assert Client().get(page).status_code == 302
        reader = Client()
        reader.force_login(people["county"])
        assert reader.get(page).status_code == 200
        assert reader.post(page).status_code == 405


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_unit_shows_its_items_with_reasons_and_arithmetic(people: dict[str, User], language: str) -> None:
    round_ = opened(people)
    reader = Client(headers={"accept-language": language})
    reader.force_login(people["office"])
    page = reader.get(unit_page(round_)).content.decode()
    for item in (
        item for category in round_.rules["categories"].values() for item in category["items"].values()
    ):
        assert item["title"]["en" if language == "en" else "zh"] in page
    assert "max(0, full - each * steps(" in page  # the formula of counted items, the same in both languages
    assert "sum(weight * score)" not in page  # the page itself shows the categories


def test_after_sign_off_the_page_shows_what_was_frozen(people: dict[str, User], client: Client) -> None:
    round_ = opened(people)
    while round_.stage is not Stage.REVIEW:
        MoveRound(round_, round_.stage, people["office"]).execute()
    GiveScore(
        round_, UNIT, "sewage", ScoredBy.REVIEW, Decimal("61.5"), people["office"], reason="看过台账"
    ).execute()
    assert "61.50" in client.get(unit_page(round_)).content.decode()
    MoveRound(round_, Stage.REVIEW, people["office"]).execute()
    frozen = SignOff(round_, people["leader"]).execute()
    page = client.get(unit_page(round_)).content.decode()
    assert frozen.digest[:12] in page and "看过台账" in page
    assert frozen.data["results"][UNIT]["score"] in page
    # A score that appears later, however it got there, does not reach the frozen page.
    ScoreEntry.objects.create(
        round=round_, unit=UNIT, item="sewage", stage="review", revision=2, kind="score", amount_text="99.99",
        author=people["office"], author_name="x", recorded_at=frozen.signed_at,
    )  # fmt: skip
    assert "99.99" not in client.get(unit_page(round_)).content.decode()


def test_the_items_as_a_file(people: dict[str, User], client: Client) -> None:
    answer = client.get(unit_page(opened(people)), {"format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert text.count("\n") >= 23 and "forest-coverage" in text


@pytest.mark.parametrize("unit", ["nobody", "%00", "x" * 3000, "昌江", "../../etc", "<script>"])
def test_a_unit_that_is_not_assessed(people: dict[str, User], client: Client, unit: str) -> None:
    round_ = opened(people)
    page = unit_page(round_).replace(UNIT, unit)
    assert client.get(page).status_code == 404
    assert client.get(what_if_page(round_), {"unit": unit}).status_code == 200
    assert client.get(f"/assessment/{'9' * 30}/unit/{UNIT}/").status_code == 404


def test_a_weight_tried_moves_the_score_and_nothing_is_recorded(
    people: dict[str, User], client: Client
) -> None:
    round_ = opened(people)
    before = client.get(unit_page(round_), {"format": "csv"}).content
    page = client.get(
        what_if_page(round_), {"unit": UNIT, "v.sewage": "70.5", "w.work": "0"}
    ).content.decode()
    assert "Before and after" in page and 'value="70.5"' in page
    assert client.get(unit_page(round_), {"format": "csv"}).content == before
    assert not ScoreEntry.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v.sewage", "NaN"), ("v.sewage", "1e999999"), ("v.sewage", "1e-999999"), ("v.sewage", "٧٠"),
        ("v.sewage", "<script>alert(1)</script>"), ("v.nothing", "1"), ("w.work", "-1"), ("w.nothing", "1"),
        ("d.task:1", "2017-13-01"), ("d.task:999", "2017-01-01"), ("e.task:999", "0"), ("v.red-orders", "-1"),
        ("v.sewage", "9" * 4000),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said(people: dict[str, User], client: Client, name: str, value: str) -> None:
    answer = client.get(what_if_page(opened(people)), {"unit": UNIT, name: value})
    page = answer.content.decode()
    assert answer.status_code == 200 and "alert-warning" in page and "<script>alert" not in page


@pytest.mark.parametrize("weights", [{}, {"v.red-orders": "1e15"}])
def test_no_weight_left_is_said_and_no_error(
    people: dict[str, User], client: Client, weights: dict[str, str]
) -> None:
    round_ = opened(people)
    asked = weights or {f"w.{key}": "0" for key in round_.rules["categories"]}
    assert client.get(what_if_page(round_), {"unit": UNIT, **asked}).status_code == 200


def test_the_tasks_that_move_most(people: dict[str, User], client: Client) -> None:
    round_ = opened(people)
    page = client.get(what_if_page(round_), {"unit": UNIT, "best": "1"}).content.decode()
    duties = re.findall(r'name="d\.([a-z]+:\d+)"', page)
    assert "Which few tasks move the score most" in page
    if duties:  # every task of the plan is unfinished where nothing was reported
        assert "unfinished tasks" in page or "No unfinished task" in page


COMPARE = "portal:assessment-compare"


def test_rounds_of_the_same_weights_are_compared(people: dict[str, User], client: Client) -> None:
    first, second = opened(people, 2017), opened(people, 2018)
    text = client.get(reverse(COMPARE), {"a": first.pk, "b": second.pk, "format": "csv"}).content.decode(
        "utf-8-sig"
    )
    assert text.splitlines()[0].startswith("Unit,First,Second,Difference,Verdict")
    assert client.get(reverse(COMPARE), {"a": first.pk, "b": second.pk}).status_code == 200


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Not comparable: the weights changed"), ("zh-hans", "不可比：权重改变")]
)
def test_weights_that_changed_bar_the_comparison(people: dict[str, User], language: str, words: str) -> None:
    first, second = opened(people, 2016), opened(people, 2017)  # the row of weights changes on 1 January 2017
    reader = Client(headers={"accept-language": language})
    reader.force_login(people["office"])
    page = reader.get(reverse(COMPARE), {"a": first.pk, "b": second.pk}).content.decode()
    assert words in page
    barred = reader.get(reverse(COMPARE), {"a": first.pk, "b": second.pk, "format": "csv"}).content.decode()
    assert words in barred


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "9" * 400, "1' or 1=1", "<b>", "²"])
def test_a_round_that_is_none(people: dict[str, User], client: Client, number: str) -> None:
    round_ = opened(people)
    page = client.get(reverse(COMPARE), {"a": number, "b": round_.pk})
    assert page.status_code == 200 and b"<b>" not in page.content
    assert ("alert-warning" in page.content.decode()) is bool(number)


def test_the_comparison_is_internal_and_read_only(people: dict[str, User], client: Client) -> None:
    assert Client().get(reverse(COMPARE)).status_code == 302
    assert client.post(reverse(COMPARE)).status_code == 405
    assert "No round has been opened yet" in client.get(reverse(COMPARE)).content.decode()
