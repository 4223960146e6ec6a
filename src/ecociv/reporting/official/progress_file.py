"""Reading progress back from a workbook of the task breakdown: row by row, all or nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.core.exceptions import PermissionDenied
from django.db import transaction
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.reporting.official.progress_form import (
    FILLED,
    SHEET,
    CellUnreadable,
    LastReport,
    columns_of,
    draft_of,
    plain,
)
from ecociv.reporting.problems import ReportRefused
from ecociv.supervision.actions import DutyNotFound, ReportProgress
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.models import ProgressReport

MOST_ROWS = 5000


class WorkbookUnreadable(ReportRefused):
    """The file is no workbook of the task breakdown."""


@dataclass(frozen=True)
class RowOutcome:
    """What came of a row: ``unchanged``, ``new`` or ``refused`` with every reason."""

    row: int
    task: str
    outcome: str
    reasons: tuple[Text, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        reasons = [reason.to_mapping() for reason in self.reasons]
        return {"row": self.row, "task": self.task, "outcome": self.outcome, "reasons": reasons}


@dataclass(frozen=True)
class ImportOutcome:
    """Every row's outcome; ``recorded`` reports were added, none where a row was refused."""

    rows: tuple[RowOutcome, ...]
    recorded: int

    def count(self, outcome: str) -> int:
        """Number of rows of an outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def ok(self) -> bool:
        """Whether no row was refused."""
        return not self.count("refused")


def last_reports(zone: str, moment: dt.datetime) -> dict[str, LastReport]:
    """The newest report on each task or project as on record at a moment, by place."""
    rows = ProgressReport.objects.of(zone).filter(recorded_at__lte=moment).in_force()
    return {row.place: _last(row) for row in rows.order_by("number")}


def _last(row: ProgressReport) -> LastReport:
    values = {
        "period": str(row.period),
        "state": str(row.state),
        "percent": "" if row.percent is None else shortest(row.percent),
        "basis": str(row.percent_basis),
        "done_on": row.done_on.isoformat() if row.done_on else "",
        "narrative": " ".join(row.narrative.split()),
        "done_reason": " ".join(row.done_reason.split()),
    }
    return LastReport(f"{row.number}/{row.revision}", values)


def import_progress(path: Path, zone: str, author: Any, *, trial: bool = False) -> ImportOutcome:
    """Record the rows that were changed as reports of the author's body; one row refused, and nothing is recorded.

    Parameters
    ----------
    author : user
        Whose rights decide, row by row.
    trial : bool
        Say what would be recorded and record nothing.

    Raises
    ------
    WorkbookUnreadable
        When there is no such sheet in the file.
    """
    at, positions, lines = _lines(path)
    outcomes: list[RowOutcome] = []
    actions: list[ReportProgress] = []
    seen: set[str] = set()
    for number, cells in enumerate(lines, start=at):
        if all(cell in (None, "") for cell in cells):
            continue
        task = _task(cells[positions["task"]])
        place = f"task:{task}"
        try:
            if place in seen:
                raise CellUnreadable(
                    Text(zh="这项任务在表中出现两次", en="the task stands twice in the sheet")
                )
            seen.add(place)
            action = _action(zone, place, cells, positions, author)
            if action is not None:
                action.check()
                actions.append(action)
            outcomes.append(RowOutcome(number, task, "unchanged" if action is None else "new"))
        except CellUnreadable as error:
            outcomes.append(RowOutcome(number, task, "refused", (error.text,)))
        except DraftRefused as error:
            reasons = tuple(problem.reason.text for problem in error.problems)
            outcomes.append(RowOutcome(number, task, "refused", reasons))
        except (PermissionDenied, DutyNotFound) as error:
            outcomes.append(RowOutcome(number, task, "refused", (Text(zh=str(error), en=str(error)),)))
    found = ImportOutcome(tuple(outcomes), 0)
    if trial or not found.ok or not actions:
        return found
    with transaction.atomic():
        recorded = sum(action.execute().created for action in actions)
    return ImportOutcome(found.rows, recorded)


def _lines(path: Path) -> tuple[int, dict[str, int], list[tuple[Any, ...]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError) as error:
        raise WorkbookUnreadable(
            Text(
                zh=f"“{path.name}”打不开：请给出.xlsx文件。",
                en=f"{path.name!r} cannot be read: give an .xlsx file.",
            )
        ) from error
    try:
        name = next((each for each in (SHEET.zh, SHEET.en) if each in book.sheetnames), None)
        rows = (
            []
            if name is None
            else [tuple(row) for row in book[name].iter_rows(max_row=MOST_ROWS, values_only=True)]
        )
    finally:
        book.close()
    for number, row in enumerate(rows, start=1):
        if positions := columns_of(row):
            return number + 1, positions, _before_notes(rows[number:], positions)
    raise WorkbookUnreadable(
        Text(
            zh=f"“{path.name}”里没有“{SHEET.zh}”表或表头不全：请用 ecociv document breakdown … --out 任务.xlsx 写出后填写。",
            en=f"{path.name!r} has no sheet {SHEET.en!r} with all its headings: write one by `ecociv document breakdown … --out tasks.xlsx`.",
        )
    )


def _before_notes(rows: list[tuple[Any, ...]], positions: dict[str, int]) -> list[tuple[Any, ...]]:
    """The rows without the note under the table, whose one cell is text."""

    def is_note(row: tuple[Any, ...]) -> bool:
        return (
            sum(cell not in (None, "") for cell in row) == 1 and not _task(row[positions["task"]]).isdigit()
        )

    return [() if is_note(row) else row for row in rows]


def _task(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell or "").strip()


def _action(
    zone: str, place: str, cells: tuple[Any, ...], positions: dict[str, int], author: Any
) -> ReportProgress | None:
    """The report of a row; none where it says what it was printed with."""
    values = {key: plain(key, cells[positions[key]]) for key in FILLED}
    values |= {key: " ".join(values[key].split()) for key in ("narrative", "done_reason")}
    mark = str(cells[positions["report"]] or "—").strip()
    number, _, revision = mark.partition("/")
    printed = None
    reports = ProgressReport.objects.of(zone, place)
    if number.isdigit() and revision.isdigit():
        printed = reports.filter(number=int(number), revision=int(revision)).first()
    if mark != "—" and printed is None:
        raise CellUnreadable(
            Text(
                zh=f"“依据报告”栏的“{mark}”不在案，这一栏不要改动",
                en=f"no report {mark!r} is on record: leave 'From report' as it was",
            )
        )
    before = _last(printed).values if printed is not None else dict.fromkeys(FILLED, "")
    if values == before:
        return None
    newest = reports.in_force().order_by("-number").first()
    if newest is not None and _last(newest).mark != mark:
        raise CellUnreadable(
            Text(
                zh=f"写出本表之后又有新的报告（{_last(newest).mark}），请重新写出后填写",
                en=f"a newer report ({_last(newest).mark}) came in since: write the workbook anew and fill it in",
            )
        )
    return ReportProgress(zone, place, draft_of(values), author)
