"""One sheet of a workbook of returns: its cells read, and every problem with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.utils import get_column_letter

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.periods import PeriodError
from ecociv.core.text import Text
from ecociv.evidence.returns.actions.base import Subject, subject
from ecociv.evidence.returns.checks import EXPLANATION_LONGEST, Finding
from ecociv.evidence.returns.drafts import Typed, read_typed
from ecociv.evidence.returns.refusals import ReturnRefused
from ecociv.evidence.returns.workbook import HEADER_ROW, MARK, MISSING, REMARK, VALUE

MOST_PROBLEMS = 200


_ABSENCES = {name: kind.value for kind in Missing for name in (kind.value, kind.label.zh, kind.label.en)}


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One fault: where, what was found, which rule, what to do."""

    sheet: str
    cell: str
    found: str
    rule: Text
    remedy: Text

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "sheet": self.sheet,
            "cell": self.cell,
            "found": self.found,
            "rule": self.rule.to_mapping(),
            "remedy": self.remedy.to_mapping(),
        }


@dataclass(frozen=True, slots=True)
class SheetReading:
    """One return as it stands in the workbook. ``rows`` gives the row of each cell, for findings that come later."""

    sheet: str
    subject: Subject
    typed: dict[str, Typed]
    explanations: dict[str, str]
    rows: dict[str, int]

    def problem(self, finding: Finding) -> SheetProblem:
        """A finding of the rules with its place in the sheet."""
        key = (
            finding.key
            if finding.key in self.rows
            else next((k for k in finding.cells if k in self.rows), "")
        )
        column = REMARK if finding.key in self.rows else VALUE
        return SheetProblem(
            self.sheet,
            f"{get_column_letter(column)}{self.rows[key]}" if key else "",
            finding.found,
            finding.text,
            finding.remedy,
        )


class SheetReader:
    def __init__(
        self,
        name: str,
        written: Any,
        computed: Any,
        zone: str,
        sample: bool,
        expected: Sequence[Subject] | None,
    ) -> None:
        self.name, self.zone, self.sample, self.expected = name, zone, sample, expected
        self.written, self.computed = written, computed
        self.problems: list[SheetProblem] = []

    def read(self) -> SheetReading | None:
        """The return of the sheet; none when it is not one, or when it is refused (then a problem says why)."""
        if not hasattr(self.written, "iter_rows"):  # a chart sheet
            return None
        for each in (self.written, self.computed):
            each.reset_dimensions()
        rows = self._rows()
        identity = [_plain(cell) for cell in next(rows, [])]
        if not identity or identity[0] != MARK:
            return None
        about = self._subject(identity)
        return self._returned(about, rows) if about is not None else None

    def _rows(self) -> Iterator[list[Any]]:
        """Rows as pairs of what is written and what the spreadsheet computed, at most ten columns."""
        pairs = zip(self.written.iter_rows(max_col=10), self.computed.iter_rows(max_col=10), strict=False)
        for left, right in pairs:
            yield [
                (getattr(a, "data_type", "n"), a.value, b.value) for a, b in zip(left, right, strict=False)
            ]

    def _subject(self, identity: list[str]) -> Subject | None:
        form, place, period, digest, kind = (identity + [""] * 6)[1:6]
        try:
            about = subject(self.zone, form, place, period, sample=self.sample)
        except (ReturnRefused, PeriodError) as error:
            text = error.text if isinstance(error, ReturnRefused) else Text(zh=str(error), en=str(error))
            self._say("A1", f"{form} {place} {period}", text, _TAKE_NEW)
            return None
        if kind != ("sample" if self.sample else "real"):
            self._say(
                "F1",
                kind,
                Text(
                    zh="样例数据与真实数据不能混用",
                    en="the workbook is of sample data and this is real data, or the other way round; the two never mix",
                ),
                _TAKE_NEW,
            )
            return None
        if self.expected is not None and about.key not in {each.key for each in self.expected}:
            asked = self.expected[0]
            self._say(
                "A1",
                about.key,
                Text(
                    zh="这张工作表是{place}{period}的{form}，此处要的是{asked_place}{asked_period}的{asked_form}",
                    en="this sheet is {form} of {place} for {period}; asked for here is {asked_form} of {asked_place} for "
                    "{asked_period}",
                ).fill(
                    place=about.place.name,
                    period=about.period.text,
                    form=about.form.title,
                    asked_place=asked.place.name,
                    asked_period=asked.period.text,
                    asked_form=asked.form.title,
                ),
                Text(
                    zh="到对应报表的页面上交，或换一个文件",
                    en="send it on the page of its own return, or take another file",
                ),
            )
            return None
        if digest != about.form.digest:
            self._say(
                "E1",
                digest[:12],
                Text(
                    zh="工作簿是按旧版报表生成的，报表的栏目或单位已有变动",
                    en="the workbook was made from an earlier version of the form; its cells or units have changed since",
                ),
                _TAKE_NEW,
            )
            return None
        return about

    def _returned(self, about: Subject, rows: Iterator[list[Any]]) -> SheetReading:
        cells = {cell.key: cell for cell in about.cells}
        typed: dict[str, Typed] = {}
        explanations: dict[str, str] = {}
        where: dict[str, int] = {}
        for number, row in enumerate(rows, start=2):
            if number <= HEADER_ROW or not row:
                continue
            key = _plain(row[0]).strip()
            if key in where:
                self._say(
                    f"A{number}",
                    key,
                    Text(zh="代码与第{row}行重复", en="the code is in row {row} already").fill(
                        row=where[key]
                    ),
                    Text(zh="删去多余的行", en="take the extra row out"),
                )
            elif key in cells:
                where[key] = number
                read = self._typed(number, row)
                if read is not None:
                    if problem := read_typed([cells[key]], {key: read}).findings:
                        self._finding(number, problem[0])
                    typed[key] = read
            elif key.startswith(("rule:", "plausible:")):
                where[key] = number
                if text := self._remark(number, row):
                    explanations[key] = text[:EXPLANATION_LONGEST]
            elif len(row) >= REMARK and any(_plain(row[c - 1]).strip() for c in (VALUE, MISSING, REMARK)):
                self._say(
                    f"A{number}",
                    key,
                    Text(
                        zh="这一行的代码不是本表的栏目，行中的内容没有采用",
                        en="the code of this row is no cell of the form, so what stands in the row was not taken",
                    ),
                    Text(zh="不要增加行或改动代码", en="do not add rows or change codes"),
                )
        if absent := [key for key in cells if key not in where]:
            self._say(
                "A",
                ", ".join(absent[:5]),
                Text(zh="缺少{count}行", en="{count} rows are missing").fill(count=len(absent)),
                _TAKE_NEW,
            )
        return SheetReading(self.name, about, typed, explanations, where)

    def _typed(self, number: int, row: list[Any]) -> Typed | None:
        row = row + [("n", None, None)] * (REMARK - len(row))
        text = self._figure(number, row[VALUE - 1])
        if text is None:
            return None
        absence = _plain(row[MISSING - 1]).strip()
        read = Typed(text, _ABSENCES.get(absence, absence), self._remark(number, row))
        return None if read.empty and not read.remark else read

    def _figure(self, number: int, cell: tuple[str, Any, Any]) -> str | None:
        """The text of a figure; none when it was refused here."""
        kind, value, result = cell
        place = f"{get_column_letter(VALUE)}{number}"
        if kind == "f" or (isinstance(value, str) and value.startswith("=") and kind != "s"):
            if isinstance(result, int | float) and not isinstance(result, bool):
                return format(to_decimal(result), "f")
            shown = str(value)[:40] if result is None else str(result)
            self._say(
                place,
                shown,
                Text(zh="公式没有保存下来的数值结果", en="the formula has no number saved as its result"),
                Text(
                    zh="在表格软件中复制后“选择性粘贴为数值”，或直接填数字",
                    en="paste it as a value, or write the number",
                ),
            )
            return None
        if value is None:
            return ""
        if isinstance(value, datetime | date | time | timedelta):
            self._say(
                place,
                str(value),
                Text(
                    zh="这里要数字，表格软件把它变成了日期或时间",
                    en="a number is asked for; the spreadsheet made a date or a time of it",
                ),
                Text(
                    zh="把单元格格式改为“数值”，再填一次",
                    en="set the format of the cell to number and write it again",
                ),
            )
            return None
        if isinstance(value, bool) or kind == "e":
            self._say(
                place,
                str(value),
                Text(zh="这里要数字", en="a number is asked for"),
                Text(zh="改为数字", en="write a number"),
            )
            return None
        return format(to_decimal(value), "f") if isinstance(value, int | float) else str(value).strip()

    def _remark(self, number: int, row: list[Any]) -> str:
        row = row + [("n", None, None)] * (REMARK - len(row))
        return _plain(row[REMARK - 1]).strip()

    def _finding(self, number: int, finding: Finding) -> None:
        column = REMARK if finding.code == "remark-too-long" else VALUE
        self._say(f"{get_column_letter(column)}{number}", finding.found, finding.text, finding.remedy)

    def _say(self, cell: str, found: str, rule: Text, remedy: Text) -> None:
        self.problems.append(SheetProblem(self.name, cell, found[:80], rule, remedy))


_TAKE_NEW = Text(
    zh="重新下载工作簿，把数字填进去再交", en="take the workbook anew, fill the figures in and send that one"
)


def _plain(cell: tuple[str, Any, Any]) -> str:
    """Text of a cell; a number as it is written."""
    value = cell[1]
    if value is None:
        return ""
    return (
        format(to_decimal(value), "f")
        if isinstance(value, int | float) and not isinstance(value, bool)
        else str(value)
    )
