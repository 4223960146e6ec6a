"""Every kind, composed from what is on record: its figures are those of the queries, and each has an entry."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ecociv.people.models import User
from ecociv.reporting.official.content import Level, OfficialDocument
from ecociv.reporting.official.kinds import KINDS, OptionMissing, UnknownKind, kind_of
from ecociv.reporting.official.write import BodyUnknown, Options, compose_document, write_document
from ecociv.reporting.problems import ReportRefused, UnknownForm, YearOutsidePlan
from ecociv.supervision.queries import statuses
from ecociv.supervision.self_reports.actions import SubmitSelfReport
from ecociv.supervision.self_reports.composition import Statement
from ecociv.supervision.states import DutyState

ZONE, DAY = "jingdezhen", dt.date(2017, 3, 31)
OPTIONS = {
    "bulletin": Options(day=DAY),
    "self-report": Options(year=2016, body="市林业局"),
    "annual-report": Options(year=2016),
    "completion": Options(year=2016),
    "breakdown": Options(day=DAY),
}
LANGUAGES = [(key, language) for key in OPTIONS for language in KINDS[key].languages]


def composed(key: str, language: str = "zh", **changes: Any) -> OfficialDocument:
    options = Options(**{**OPTIONS[key].__dict__, **changes})
    return compose_document(KINDS[key], ZONE, options, language=language)


@pytest.mark.parametrize(("key", "language"), LANGUAGES)
def test_every_figure_has_its_entry(plan_in_database: None, db: None, key: str, language: str) -> None:
    document = composed(key, language)
    assert set(document.marks_used()) == {entry.number for entry in document.entries} and document.entries
    assert document.draft_mark and document.attachments[-1].entries


def test_the_bulletin_counts_as_the_queries_do(plan_in_database: None, db: None) -> None:
    known = statuses(ZONE, DAY, known_on=dt.date.today())  # noqa: DTZ011
    late = [s for s in known.values() if s.state in (DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED)]
    document = composed("bulletin")
    words = "".join(part.text for part in document.parts if hasattr(part, "text"))
    assert f"任务和项目{len(known)}项" in words and f"逾期、滞后或停止{len(late)}项" in words and late
    lights = document.tables[0]
    # The lights of 57 series add up.
    assert sum(int(row.cells[1].value or 0) for row in lights.data_rows) == 57


def test_the_lists_are_whole(plan_in_database: None, db: None) -> None:
    assert len(composed("completion").tables[0].data_rows) == 57
    assert [row.cells[0].value for row in composed("breakdown").tables[0].data_rows] == list(range(1, 177))


def test_a_self_report_goes_up(plan_in_database: None, db: None) -> None:
    document = composed("self-report", signer="李某")
    assert document.upward and document.signer == "李某" and document.issuer_mark == "景德镇市林业局文件"
    assert document.addressees == "景德镇市生态文明先行示范区建设领导小组办公室"


def test_the_annual_report_has_the_chapters_of_the_annual_report(
    plan_in_database: None, db: None, tmp_path: Path
) -> None:
    made = write_document("annual-report", ZONE, tmp_path / "annual.xlsx", OPTIONS["annual-report"])
    levels = [part for part in made.document.parts if isinstance(part, Level) and part.level == 1]
    # References in the text ("see chapter 5") hold: the chapters keep their numbers.
    assert [each.number for each in levels] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    assert not any(each.text[:2] in ("一、", "二、") for each in levels)
    assert made.document.upward and made.document.addressees.endswith("领导小组")
    assert [each.landscape for each in made.document.attachments] == [True, True, False]
    assert len(next(t for t in made.document.tables if t.key == "completion").data_rows) == 57
    assert "指标完成情况表" in openpyxl.load_workbook(made.path, read_only=True).sheetnames


def test_a_submitted_self_report_is_quoted_and_its_figures_lead_back(plan_in_database: None, db: None) -> None:
    nothing = composed("self-report", body="finance-bureau")
    assert "没有报送" in nothing.parts[0].text  # type: ignore[union-attr]
    officer = User.objects.create(username="f", role="department_officer", organisation="finance-bureau", zone=ZONE)
    said = {"summary": "总体良好，按计划推进各项工作。", "problems": "资金到位偏慢，正在筹措。", "next_steps": "三月底前补齐资金缺口。"}
    SubmitSelfReport(ZONE, "finance-bureau", 2016, Statement(**said), officer).execute()
    document = composed("self-report", body="finance-bureau")
    words = "".join(part.text for part in document.parts if hasattr(part, "text"))
    assert all(text in words for text in said.values()) and "逾期报送" in words and "没有报送" not in words
    assert set(document.marks_used()) == {entry.number for entry in document.entries}
    lines = [line for entry in document.entries for line in entry.lines]
    assert any("self-report:jingdezhen/finance-bureau/2016" in line.source for line in lines)


@pytest.mark.parametrize("form", [".docx", ".xlsx"])
@pytest.mark.parametrize("key", [key for key in OPTIONS if key != "annual-report"])
def test_every_kind_is_written(plan_in_database: None, db: None, tmp_path: Path, key: str, form: str) -> None:
    moment = dt.datetime.now(dt.UTC)
    first = write_document(key, ZONE, tmp_path / f"a{form}", OPTIONS[key], as_of=moment)
    second = write_document(key, ZONE, tmp_path / f"b{form}", OPTIONS[key], as_of=moment)
    assert (first.digest, first.sha256) == (second.digest, second.sha256) and first.path.stat().st_size > 1000


def test_the_workbook_holds_every_task(plan_in_database: None, db: None, tmp_path: Path) -> None:
    write_document("breakdown", ZONE, tmp_path / "tasks.xlsx", OPTIONS["breakdown"])
    sheet = openpyxl.load_workbook(tmp_path / "tasks.xlsx")["任务分解表"]
    assert sum(isinstance(row[0].value, int) for row in sheet.iter_rows(min_row=3)) == 176


@pytest.mark.parametrize(
    ("key", "options", "refusal", "words"),
    [
        ("self-report", Options(year=2016), OptionMissing, "--body"),
        ("self-report", Options(year=2016, body="市月球局"), BodyUnknown, "市林业局"),
        ("completion", Options(year=1999), YearOutsidePlan, "choose another year"),
        ("bulletin", Options(day=dt.date(2999, 1, 1)), ReportRefused, "choose"),
        ("bulletin", Options(day=DAY, number="12"), ReportRefused, "document number"),
    ],
)
def test_what_is_refused(
    plan_in_database: None,
    db: None,
    tmp_path: Path,
    key: str,
    options: Options,
    refusal: type[ReportRefused],
    words: str,
) -> None:
    with pytest.raises(refusal, match=words):
        write_document(key, ZONE, tmp_path / "a.docx", options)
    assert not list(tmp_path.iterdir())


def test_another_kind_and_another_form(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="bulletin"):
        kind_of("decree")
    with pytest.raises(UnknownForm, match="suffix"):
        write_document("bulletin", ZONE, tmp_path / "a.odt", Options(day=DAY))
