"""The ladder of supervision walked through the pages by five roles, from a trigger's proposal to striking off."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import expect

from browser.reader import PHONE, Reader
from browser.test_returns import account, log_in
from ecociv.casework.load import case_type
from ecociv.casework.models import Case
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.supervision.ladder.models import Proposal
from ecociv.supervision.ladder.propose import Propose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]

BODY = "市统计局"


class Clock:
    """The time that the server goes by: it moves on only when told, a minute for each move and day by day."""

    def __init__(self) -> None:
        self.moment = dt.datetime.now(dt.UTC).replace(hour=1, minute=0, second=0, microsecond=0)

    def __call__(self) -> dt.datetime:
        return self.moment

    def tick(self) -> None:
        self.moment += dt.timedelta(minutes=1)

    def go_to(self, day: dt.date) -> None:
        """Nine in the morning in Shanghai of a day that is not before today."""
        assert day >= timezone.localdate()
        self.moment += dt.timedelta(days=(day - timezone.localdate()).days)


@pytest.fixture
def clock(server: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    made.moment += dt.timedelta(days=1)  # after the plan was loaded, whatever the hour
    monkeypatch.setattr(timezone, "now", made)
    return made


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")


class Walk:
    """One case and the five who walk it, each at a window of their own."""

    def __init__(
        self, clock: Clock, make: Callable[..., Reader], people: dict[str, User], paper: Path
    ) -> None:
        self.clock, self.people, self.paper, self.path = clock, people, paper, ""
        self.at = {name: make(PHONE if name == "county" else None) for name in people}
        self.declared = case_type("jingdezhen", "supervision-order")

    def as_(self, name: str, path: str = "") -> Reader:
        """The window of one of them, logged in on this day, with a page open; the case's when none is named."""
        self.clock.tick()
        one = self.at[name]
        log_in(one, self.people[name])
        assert one.open(path or self.path).status == 200
        assert one.overflow <= 0, (name, path)
        return one

    @property
    def case(self) -> Case:
        return Case.objects.get(type="supervision-order")

    def late(self) -> None:
        """Let the time of the step run out: the day after the due day that the case shows."""
        assert self.case.due is not None
        self.clock.go_to(self.case.due + dt.timedelta(days=1))

    def offered(self, one: Reader) -> set[str]:
        """The moves that the page offers."""
        return {each.get_attribute("value") for each in one.page.locator("input[name=transition]").all()}

    def take(self, name: str, move: str, reached: str, outcome: str = "", **fields: str) -> None:
        """Take a move on the page and see where the case stands, on the page and on record."""
        one = self.as_(name)
        form = one.page.locator(f'form:has(input[name=transition][value="{move}"])')
        details = one.page.locator("details.case-move").filter(has=form)
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()
        for key, value in fields.items():
            form.locator(f'[name="fields.{key}"]').fill(value)
        for file in form.locator("input[type=file]").all():
            file.set_input_files(str(self.paper))
        if outcome:
            form.locator("select[name=outcome]").select_option(outcome)
        form.locator("textarea[name=reason]").fill(f"{name} {move}")
        form.locator("button[type=submit]").click()
        one.page.wait_for_load_state("networkidle")
        expect(one.page.locator(".alert-success")).to_be_visible()
        title = self.declared.states[reached].title.zh
        expect(one.page.locator(".case-stand dd strong").first).to_have_text(title)
        assert self.case.state == reached
        if folder := os.environ.get("ECOCIV_PICTURES"):
            one.page.screenshot(path=str(Path(folder) / f"ladder-{reached}-{name}.png"), full_page=True)


@pytest.fixture
def walk(clock: Clock, reader: Callable[..., Reader], tmp_path: Path) -> Walk:
    book = Workbook()
    book.active["A1"] = "督办单"
    book.save(tmp_path / "督办单.xlsx")
    people = {
        "office": account("ban", Role.LEADING_GROUP_OFFICE),
        "department": account("ju", Role.DEPARTMENT_OFFICER, BODY),
        "county": account("xian", Role.COUNTY_OFFICER, "浮梁县政府"),
        "leader": account("ling", Role.LEADER),
        "auditor": account("shen", Role.AUDITOR),
    }
    return Walk(clock, reader, people, tmp_path / "督办单.xlsx")


def opened(walk: Walk) -> None:
    """The office looks at what a trigger proposes, accepts it and so opens the case."""
    Propose("jingdezhen", dt.date(2016, 3, 1)).execute()
    proposal = Proposal.objects.filter(proposes="supervision-order").order_by("pk").first()
    assert proposal is not None
    address = f"/supervision/proposals/{proposal.pk}/"
    leader = walk.as_("leader", "/board/")
    expect(leader.page.locator(f'a[href="{address}"]')).to_have_count(1)
    auditor = walk.as_("auditor", address)
    expect(auditor.page.locator("input[name=decision]")).to_have_count(0)  # reads and does not decide
    office = walk.as_("office", address)
    page = office.page
    page.locator("input[name=decision][value=accepted]").check()
    page.locator("#reason").fill("情况属实，立项督办")
    page.locator("#party-responsible").select_option(walk.people["department"].organisation)
    page.locator("#party-supporting").select_option([walk.people["county"].organisation])
    page.locator("#field-demand").fill("一个月内办结并报告")
    page.locator("form:has(#reason) button[type=submit]").click()
    page.wait_for_load_state("networkidle")
    case = walk.case
    assert (case.state, case.origin) == ("filed", f"proposal:{proposal.pk}")
    link = page.get_by_role("link", name=case.number)
    link.click()
    page.wait_for_load_state("networkidle")
    walk.path = urlsplit(page.url).path
    assert case.number in page.title()


def test_five_roles_walk_the_ladder_from_the_proposal_to_striking_off(walk: Walk) -> None:
    opened(walk)
    walk.take("office", "assign", "assigned")

    inbox = walk.as_("department", "/cases/inbox/")
    expect(inbox.page.get_by_role("link", name=walk.case.title)).to_be_visible()
    assert inbox.page.locator(".notice-count").inner_text() != "0"
    for name in ("county", "auditor", "leader"):
        assert "sign" not in walk.offered(walk.as_(name)), name
    walk.take("department", "sign", "signed", contact="张科长")

    # Urging is not open while the fifteen working days run; the page says so and offers no form.
    assert "urge" not in walk.offered(walk.as_("office"))
    walk.late()
    expect(
        walk.as_("office", "/cases/overdue/").page.get_by_role("link", name=walk.case.title)
    ).to_be_visible()
    walk.take("office", "urge", "urged")
    for move, reached in [
        ("issue-blue", "blue"),
        ("issue-yellow", "yellow"),
        ("propose-red", "red-proposed"),
    ]:
        assert move not in walk.offered(walk.as_("office")), f"{move} before its time"
        walk.late()
        walk.take("office", move, reached)

    # What a leader has to approve stands on the board and leads to the case; the office cannot approve its own.
    assert not walk.offered(walk.as_("office"))
    board = walk.as_("leader", "/board/")
    expect(board.page.locator(f'.board-list a[href="{walk.path}"]').first).to_be_visible()
    walk.take("leader", "approve-red", "red")
    walk.late()
    walk.take("office", "propose-interview", "interview-proposed")
    walk.take("leader", "approve-interview", "interview")
    promised = timezone.localdate() + dt.timedelta(days=20)
    walk.take(
        "office",
        "record-commitment",
        "committed",
        commitment="二十日内办结",
        commitment_due=promised.isoformat(),
    )
    assert walk.case.due == promised
    walk.late()
    walk.take("office", "propose-accountability", "accountability-proposed")
    walk.take("leader", "approve-accountability", "accountability")

    walk.take("department", "report", "reported", feedback="已办，见附件")
    walk.take("office", "verify-fail", "rework", finding="佐证不足")
    walk.take("department", "report", "reported", feedback="已补齐")
    walk.take("office", "verify-pass", "verified", finding="属实")
    assert "close" not in walk.offered(walk.as_("office"))  # whoever verified does not strike it off

    auditor = walk.as_("auditor")
    assert not walk.offered(auditor)
    auditor.page.locator("details:has(#note-text) > summary").click()
    auditor.page.locator("#note-text").fill("程序完整，已阅")
    auditor.page.locator("form:has(#note-text) button[type=submit]").click()
    expect(auditor.page.locator(".case-steps")).to_contain_text("程序完整，已阅")

    walk.take("leader", "close", "closed", outcome="done-late")
    _log_is_whole(walk)


def _log_is_whole(walk: Walk) -> None:
    case = walk.case
    assert case.closed_at is not None and case.outcome == "done-late"
    steps = list(case.steps.order_by("number"))
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    moved = [(step.transition, step.actor.username) for step in steps if step.transition]
    assert moved == [
        ("assign", "ban"),
        ("sign", "ju"),
        ("urge", "ban"),
        ("issue-blue", "ban"),
        ("issue-yellow", "ban"),
        ("propose-red", "ban"),
        ("approve-red", "ling"),
        ("propose-interview", "ban"),
        ("approve-interview", "ling"),
        ("record-commitment", "ban"),
        ("propose-accountability", "ban"),
        ("approve-accountability", "ling"),
        ("report", "ju"),
        ("verify-fail", "ban"),
        ("report", "ju"),
        ("verify-pass", "ban"),
        ("close", "ling"),
    ]
    # Each approval opened its own case, linked to the step it came from.
    opened_by_steps = Case.objects.exclude(pk=case.pk).order_by("pk")
    assert [one.type for one in opened_by_steps] == ["interview", "accountability"]
    assert all(one.origin.startswith(f"case:supervision-order/{case.number}#") for one in opened_by_steps)
    auditor = walk.as_("auditor")
    expect(auditor.page.locator(".case-steps > li")).to_have_count(len(steps))
    assert not walk.offered(auditor)
    for one in walk.at.values():
        assert not one.faults and not one.foreign, (one.faults, one.foreign)
