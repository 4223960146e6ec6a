"""Progress filled in a workbook comes back as reports: what was left alone changes nothing, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ecociv.people.models import AuditEntry, User
from ecociv.plan.queries import current_package
from ecociv.reporting.official.progress_file import WorkbookUnreadable, import_progress
from ecociv.reporting.official.write import Options, write_document
from ecociv.supervision.models import ProgressReport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, SAID = "jingdezhen", "排查排口二十处，完成整治八处，其余在建"
FILLED = {"填报年度": 2016, "状态": "推进中", "完成%": 40, "口径": "按工作步骤", "进展说明": SAID}


@pytest.fixture
def office(db: None) -> User:
    return User.objects.create(username="office", role="leading_group_office", zone=ZONE)


def workbook(folder: Path, language: str = "zh") -> Path:
    import datetime as dt

    out = folder / "tasks.xlsx"
    write_document("breakdown", ZONE, out, Options(day=dt.date(2017, 3, 31)), language=language)
    return out


def fill(path: Path, rows: dict[int, dict[str, Any]]) -> Path:
    book = openpyxl.load_workbook(path)
    sheet = book["进展填报"]
    heads = next(row for row in sheet.iter_rows() if "任务编号" in [cell.value for cell in row])
    columns = {cell.value: cell.column for cell in heads}
    for row in sheet.iter_rows(min_row=heads[0].row + 1):
        for name, value in rows.get(row[0].value, {}).items():
            sheet.cell(row[0].row, columns[name]).value = value
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["zh", "en"])
def test_left_alone_it_changes_nothing(office: User, tmp_path: Path, language: str) -> None:
    import_progress(fill(workbook(tmp_path), {112: FILLED}), ZONE, office)
    found = import_progress(workbook(tmp_path, language), ZONE, office)
    # The plan has 176 tasks; each row comes back as it was printed, the reported one too.
    assert (len(found.rows), found.count("unchanged"), found.recorded) == (176, 176, 0)
    assert ProgressReport.objects.count() == 1


def test_a_filled_row_is_a_report(office: User, tmp_path: Path) -> None:
    path = fill(workbook(tmp_path), {112: FILLED})
    trial = import_progress(path, ZONE, office, trial=True)
    assert trial.count("new") == 1 and not ProgressReport.objects.exists()
    assert import_progress(path, ZONE, office).recorded == 1
    report = ProgressReport.objects.get()
    assert (report.place, report.period, report.state, str(report.percent)) == (
        "task:112",
        2016,
        "under-way",
        "40.0",
    )
    assert report.narrative == SAID and report.author == office
    assert AuditEntry.objects.filter(action="report-progress").count() == 1
    # The same file once more: its row was printed before that report, so it is not taken twice.
    again = import_progress(path, ZONE, office)
    assert again.recorded == 0 and again.count("refused") == 1


def test_one_row_refused_and_nothing_is_recorded(office: User, tmp_path: Path) -> None:
    bad = {**FILLED, "状态": "差不多"}
    found = import_progress(fill(workbook(tmp_path), {112: FILLED, 113: bad}), ZONE, office)
    assert (found.count("new"), found.count("refused"), found.recorded) == (1, 1, 0)
    refused = next(row for row in found.rows if row.outcome == "refused")
    assert refused.task == "113" and "差不多" in refused.reasons[0].zh
    assert not ProgressReport.objects.exists()


def test_the_rights_are_the_authors(office: User, tmp_path: Path) -> None:
    package = current_package(ZONE)
    task = next(each for each in package.tasks if each.number == 112)
    holders = {lead.key for lead in package.leads(task)}
    stranger = next(
        b.key for b in package.organisations if b.key not in holders and b.key == "finance-bureau"
    )
    officer = User.objects.create(username="f", role="department_officer", organisation=stranger, zone=ZONE)
    found = import_progress(fill(workbook(tmp_path), {112: FILLED}), ZONE, officer)
    assert found.count("refused") == 1 and not ProgressReport.objects.exists()


def test_another_file_is_refused(office: User, tmp_path: Path) -> None:
    text = tmp_path / "tasks.xlsx"
    text.write_text("no workbook")
    with pytest.raises(WorkbookUnreadable):
        import_progress(text, ZONE, office)
    openpyxl.Workbook().save(text)
    with pytest.raises(WorkbookUnreadable, match="Progress form"):
        import_progress(text, ZONE, office)
