"""Documents about a case: colour by state or step, due day with its counting, who may ask for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ecociv.casework.actions import TakeStep
from ecociv.people.models import User
from ecociv.reporting.document import Paragraph, Table
from ecociv.reporting.official.case_facts import CaseUnknown, NoOrderNow
from ecociv.reporting.official.content import OfficialDocument
from ecociv.reporting.official.kinds import KINDS
from ecociv.reporting.official.render.pdf import to_pictures
from ecociv.reporting.official.write import Options, compose_document, write_document
from ecociv.reporting.render.fonts import FontChoice
from reporting.official_cases import ECOLOGY, ZONE, interview, late_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


@pytest.fixture
def office(db: None, settings: Any, tmp_path: Path) -> User:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return User.objects.create(
        username="office", role="leading_group_office", zone=ZONE, display_name="经办人"
    )


def order(number: str, step: str = "", **more: Any) -> OfficialDocument:
    return compose_document(KINDS["supervision-order"], ZONE, Options(case=number, step=step), **more)


def words(document: OfficialDocument) -> str:
    return "\n".join(part.text for part in document.parts if isinstance(part, Paragraph))


@pytest.mark.parametrize(
    ("until", "colour", "sent"),
    [
        ("urge", "蓝色", False),
        ("issue-blue", "蓝色", True),
        ("issue-yellow", "黄色", True),
        ("propose-red", "红色", False),
    ],
)
def test_the_colour_is_that_of_the_state(
    office: User, tmp_path: Path, until: str, colour: str, sent: bool
) -> None:
    document = order(late_case(office, until, tmp_path).number)
    assert document.title == f"关于“昌江沿岸排口整治”的{colour}督办单"
    assert ("尚未发出" not in words(document)) is sent
    assert document.draft_mark and set(document.marks_used()) == {entry.number for entry in document.entries}


def test_the_due_day_is_counted_as_the_clock_counts(office: User, tmp_path: Path) -> None:
    case = late_case(office, "issue-yellow", tmp_path)
    # Yellow from 26 April 2017, five working days: 27, 28 April, 2, 3, 4 May; 1 May is off.
    text = words(order(case.number))
    assert case.due == dt.date(2017, 5, 4)
    assert "请于2017年5月4日前办结" in text and "2017年4月26日次日起计5个工作日，其间放假5月1日" in text
    # The blue one before it: 7, 10, 11, 12, 13 April.
    assert "请于2017年4月13日前办结" in words(order(case.number, "issue-blue"))


def test_the_order_tells_the_case(office: User, tmp_path: Path) -> None:
    document = order(late_case(office, "issue-blue", tmp_path).number)
    assert document.addressees == "景德镇市生态环境局" and "查清昌江沿岸排口" in words(document)
    facts, steps = (part for part in document.parts if isinstance(part, Table))
    assert "任务112" in facts.rows[3].cells[1].text
    assert [row.cells[1].text for row in steps.rows] == ["立案", "交办", "视为签收", "催办", "发蓝色督办单"]


def test_no_order_is_made_where_none_is_due(office: User, tmp_path: Path) -> None:
    number = late_case(office, "assign", tmp_path).number
    with pytest.raises(NoOrderNow, match="no order"):
        order(number)
    with pytest.raises(NoOrderNow, match="not taken"):
        order(number, "issue-yellow")
    with pytest.raises(CaseUnknown):
        order("督办〔2017〕99号")


def test_only_who_may_see_the_case_gets_its_document(office: User) -> None:
    number = interview(office).number
    options, kind = Options(case=number), KINDS["interview-notice"]
    body = User.objects.create(username="b", role="department_officer", organisation=ECOLOGY, zone=ZONE)
    other = User.objects.create(
        username="o", role="department_officer", organisation="finance-bureau", zone=ZONE
    )
    for reader in (office, body):
        assert compose_document(kind, ZONE, options, reader=reader).title.endswith("约谈通知书")
    with pytest.raises(CaseUnknown):
        compose_document(kind, ZONE, options, reader=other)


def test_a_notice_says_what_is_still_to_be_set(office: User) -> None:
    case = interview(office)
    kind = KINDS["interview-notice"]
    planned = compose_document(kind, ZONE, Options(case=case.number))
    assert "尚待批准" in words(planned)
    leader = User.objects.create(username="l", role="leader", zone=ZONE)
    TakeStep(case, "approve", leader, case.steps_taken, reason="同意").execute()
    approved = compose_document(kind, ZONE, Options(case=case.number))
    table = approved.tables[0]
    assert "尚待批准" not in words(approved) and table.rows[2].cells[1].text == "王某"
    assert table.rows[5].cells[1].text == "（待定）"


@pytest.mark.parametrize("form", [".docx", ".xlsx"])
def test_the_order_is_written_in_every_form(office: User, tmp_path: Path, form: str) -> None:
    case = late_case(office, "issue-blue", tmp_path)
    for language in ("zh", "en"):
        out = tmp_path / f"{language}{form}"
        made = write_document("督办单", ZONE, out, Options(case=case.number), language=language)
        assert made.path.stat().st_size > 1000


def test_the_order_fits_its_page(office: User, tmp_path: Path, fonts: FontChoice) -> None:
    assert len(to_pictures(order(late_case(office, "issue-blue", tmp_path).number), fonts)) in {2, 3}
