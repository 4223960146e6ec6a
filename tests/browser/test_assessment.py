"""An assessment through the pages by four roles: scored, reviewed, audited, signed, objected to, supplemented, recomputed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from openpyxl import Workbook
from playwright.sync_api import Locator, expect

from browser.reader import PHONE, Reader
from browser.test_returns import account, log_in
from ecociv.assessment.models import AssessmentRound, ScoreEntry, Snapshot
from ecociv.assessment.stages import Stage
from ecociv.assessment.verify import recompute
from ecociv.casework.models import Case
from ecociv.people.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.long]

UNIT, ITEM = "fuliang-county", "straw"


class Walk:
    """One round and the four who take it through, each at a window of their own and logged in from the start."""

    def __init__(self, make: Callable[..., Reader], paper: Path) -> None:
        people = {
            "county": account("xian", Role.COUNTY_OFFICER, "浮梁县政府"),
            "office": account("ban", Role.LEADING_GROUP_OFFICE),
            "auditor": account("shen", Role.AUDITOR),
            "leader": account("ling", Role.LEADER),
        }
        self.paper, self.path = paper, "/assessment/"
        self.at = {name: make(PHONE if name == "county" else None) for name in people}
        for name, user in people.items():
            log_in(self.at[name], user)

    @property
    def round(self) -> AssessmentRound:
        return AssessmentRound.objects.get()

    def as_(self, name: str, path: str = "") -> Reader:
        """The window of one of them with a page open; the round's when none is named."""
        one = self.at[name]
        assert one.open(path or self.path).status == 200, (name, path)
        assert one.overflow <= 0, (name, path)
        return one

    def row(self, name: str) -> Locator:
        """The row of the item on the workbench of the unit."""
        one = self.as_(name, f"{self.path}workbench/{UNIT}/")
        if folder := os.environ.get("ECOCIV_PICTURES"):
            path = Path(folder) / f"assessment-{self.round.stage.value}-{name}.png"
            one.page.screenshot(path=str(path), caret="initial")  # hiding the caret would be an inline style
        return one.page.locator(f"#item-{ITEM}")

    def send(self, one: Reader, form: Locator) -> None:
        """Send a form that leads to another page, and see that it says it was done."""
        form.locator("button[type=submit]").click()
        one.page.wait_for_load_state("networkidle")
        expect(one.page.locator(".alert-success")).to_be_visible()

    def move(self, reached: Stage) -> None:
        """The office moves the round on."""
        office = self.as_("office")
        self.send(office, office.page.locator('form[action$="/do/move/"]'))
        assert self.round.stage is reached

    def score(
        self,
        name: str,
        by: str,
        amount: str,
        reason: str,
        *,
        evidence: bool = False,
        row: Locator | None = None,
    ) -> Locator:
        """Give a score on the workbench; the row comes back with it."""
        row = row or self.row(name)
        there = f'form[action$="/{ITEM}/{by}/"]'
        form = row.locator(there)
        row.locator("details").filter(has=self.at[name].page.locator(there)).locator("summary").click()
        form.locator("[name=amount]").fill(amount)
        form.locator("[name=reason]").fill(reason)
        if evidence:
            form.locator("[name=documents]").set_input_files(str(self.paper))
        with self.at[name].page.expect_response(lambda answer: f"/{ITEM}/{by}/" in answer.url):
            form.locator("button[type=submit]").click()
        expect(row.locator(".bench-slots")).to_contain_text(reason)
        entry = ScoreEntry.objects.get(unit=UNIT, item=ITEM, stage=by)
        assert (entry.amount_text, entry.documents.count()) == (amount, int(evidence))
        return row

    def take(self, name: str, path: str, move: str, **fields: str) -> None:
        """Take a move of the objection's case."""
        one = self.as_(name, path)
        form = one.page.locator(f'form:has(input[name=transition][value="{move}"])')
        details = one.page.locator("details.case-move").filter(has=form)
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()
        for key, value in fields.items():
            form.locator(f'[name="fields.{key}"]').fill(value)
        form.locator("textarea[name=reason]").fill(f"{name} {move}")
        self.send(one, form)


@pytest.fixture
def walk(reader: Callable[..., Reader], server: str, settings: Any, tmp_path: Path) -> Walk:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    book = Workbook()
    book.active["A1"] = "秸秆综合利用台账"
    book.save(tmp_path / "台账.xlsx")
    return Walk(reader, tmp_path / "台账.xlsx")


def test_four_roles_take_an_assessment_to_its_supplement(walk: Walk) -> None:
    office = walk.as_("office")
    office.page.locator("select[name=rule_set]").select_option("county-2015")
    office.page.locator("[name=year]").fill("2017")
    walk.send(office, office.page.locator("form:has(select[name=rule_set])"))
    walk.path = urlsplit(office.page.url).path
    walk.move(Stage.SELF_SCORING)

    # The county scores itself with evidence; nobody else can, and the self score does not count.
    assert not walk.row("office").locator("form").count()
    row = walk.score("county", "self", "95", "按台账自评", evidence=True)
    assert not row.locator(".bench-slot.counts").count()
    # Before sign-off an officer sees the own unit only.
    assert walk.at["county"].open(f"{walk.path}workbench/leping-city/").status == 403

    walk.move(Stage.REVIEW)
    assert not walk.row("county").locator("form").count()
    row = walk.row("office")
    with walk.at["office"].page.expect_download() as taken:  # the reviewer looks at the evidence
        row.get_by_role("link", name="台账.xlsx").click()
    assert Path(taken.value.path()).read_bytes() == walk.paper.read_bytes()
    walk.score("office", "review", "90", "抽查两个乡镇", row=row)

    walk.move(Stage.AUDIT)
    assert (
        not walk.row("office").locator('form[action$="/audit/"]').count()
    )  # its own score it may still mend
    row = walk.score("auditor", "audit", "80", "核减重复统计")
    expect(row.locator(".bench-slot.counts")).to_contain_text("80")  # it goes before the review's 90

    assert not walk.as_("office").page.locator('form[action$="/do/sign/"]').count()
    leader = walk.as_("leader")
    walk.send(leader, leader.page.locator('form[action$="/do/sign/"]'))
    first = Snapshot.objects.get()
    assert first.data["results"][UNIT]["items"][ITEM]["score"] == "80.00"

    # The county objects; the office accepts, and somebody else than the reviewer decides.
    county = walk.as_("county")
    form = county.page.locator('form[action$="/do/object/"]')
    county.page.locator("details").filter(has=form).locator("summary").click()
    form.locator(f'input[name=items][value="{ITEM}"]').check()
    form.locator("[name=grounds]").fill("核减部分并非重复统计，见台账")
    form.locator("[name=documents]").set_input_files(str(walk.paper))
    walk.send(county, form)
    path, case = urlsplit(county.page.url).path, Case.objects.get()
    assert (case.type, case.subject) == ("score-objection", f"score:{walk.round.pk}/{UNIT}")
    assert not walk.as_("leader").page.locator('form[action$="/do/supplement/"]').count()  # not upheld yet
    walk.take("office", path, "accept")
    assert not walk.as_("office", path).page.locator('input[value="uphold"]').count()
    walk.take("auditor", path, "uphold", finding="复核：按85分计")

    leader = walk.as_("leader")
    form = leader.page.locator('form[action$="/do/supplement/"]')
    leader.page.locator("details").filter(has=form).locator("summary").click()
    form.locator(f'[name="score.{ITEM}"]').fill("85")
    form.locator("[name=reason]").fill("申诉成立")
    walk.send(leader, form)

    # Both results are found again bit for bit, on the page and by the programme; the first is as it was signed.
    second = Snapshot.objects.get(number=2)
    assert second.data["results"][UNIT]["items"][ITEM]["score"] == "85.00"
    assert Snapshot.objects.get(number=1).content == first.content
    for number in (1, 2):
        page = walk.as_("auditor", f"{walk.path}?result={number}&check=1").page
        expect(page.locator("#frozen .verified-mark")).to_be_visible()
        assert recompute(Snapshot.objects.get(number=number)).ok
    for one in walk.at.values():
        faults = [each for each in one.faults if "403" not in each]
        assert not faults and not one.foreign, (faults, one.foreign)
