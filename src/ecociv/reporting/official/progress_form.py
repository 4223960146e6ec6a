"""The sheet of the task breakdown in which progress is filled in (进展填报), written and read. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Table
from ecociv.supervision.drafts import Draft
from ecociv.supervision.states import PercentBasis, ReportState

SHEET = Text(zh="进展填报", en="Progress form")
HEADINGS = {
    "task": Text(zh="任务编号", en="Task no."),
    "title": Text(zh="任务", en="Task"),
    "report": Text(zh="依据报告", en="From report"),
    "period": Text(zh="填报年度", en="Year"),
    "state": Text(zh="状态", en="State"),
    "percent": Text(zh="完成%", en="Done %"),
    "basis": Text(zh="口径", en="Counted"),
    "done_on": Text(zh="完成日期", en="Done on"),
    "narrative": Text(zh="进展说明", en="What was done"),
    "done_reason": Text(zh="完成说明", en="Why done"),
}
"""Columns by key; the first three are not filled in."""
FILLED = ("period", "state", "percent", "basis", "done_on", "narrative", "done_reason")
_SHARES = {"title": 2.2, "narrative": 3.6, "done_reason": 1.6, "basis": 1.1}
RISKY = ("=", "+", "-", "@")


@dataclass(frozen=True)
class LastReport:
    """The newest report on a task: its number and revision as ``3.1``, and what it said."""

    mark: str
    values: Mapping[str, str]


class CellUnreadable(ValueError):
    """A cell holds what its column does not take; ``text`` says so in both languages."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


def form_table(voice: Voice, package: ZonePackage, reports: Mapping[str, LastReport]) -> Table:
    """Every task with its newest report; a row that is left as it is reports nothing."""
    rows = []
    for task in package.tasks:
        last = reports.get(task.place)
        values = last.values if last else {}
        head = (
            Cell(str(task.number), task.number),
            Cell(voice.text(task.title)),
            Cell(last.mark if last else "—"),
        )
        rows.append(Row((*head, *(Cell(_shown(voice, key, values.get(key, ""))) for key in FILLED))))
    columns = tuple(Column(voice.text(title), _SHARES.get(key, 0.9)) for key, title in HEADINGS.items())
    note = voice.say(
        "只填要报告的行，其余各行不要改动；状态填{s}，口径填{b}，日期写作2017-03-31。",
        "Fill in only rows to be reported and leave the others; State is one of {s}; Counted one of {b}; dates as 2017-03-31.",
        s=voice.join(voice.text(state.label) for state in ReportState),
        b=voice.join(voice.text(basis.label) for basis in PercentBasis),
    )
    title = voice.say("任务进展填报", "Progress of tasks, to be filled in")
    return Table(
        "progress-form", voice.table_number(), title, voice.text(SHEET), columns, tuple(rows), note=note
    )


def _shown(voice: Voice, key: str, value: str) -> str:
    if value and key == "state":
        return voice.text(ReportState(value).label)
    if value and key == "basis":
        return voice.text(PercentBasis(value).label)
    return value


def columns_of(heading: tuple[Any, ...]) -> dict[str, int]:
    """Positions of the columns in a row of headings, in either language; empty where it is no such row."""
    names = {name: key for key, title in HEADINGS.items() for name in (title.zh, title.en)}
    found = {names[str(cell).strip()]: at for at, cell in enumerate(heading) if str(cell).strip() in names}
    return found if set(found) == set(HEADINGS) else {}


def plain(key: str, cell: Any) -> str:
    """What a cell says, in the form in which reports are compared.

    Raises
    ------
    CellUnreadable
        Where the column does not take it.

    Examples
    --------
    >>> plain("state", "推进中"), plain("percent", 40.0), plain("done_on", "2017/3/31")
    ('under-way', '40', '2017-03-31')
    """
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    text = "" if cell is None else str(cell).strip()
    if text.startswith("'") and text[1:].startswith(RISKY):
        text = text[1:]
    if text in {"", "—"}:
        return ""
    if key in {"state", "basis"}:
        return _word(key, ReportState if key == "state" else PercentBasis, text)
    if key in {"percent", "period"}:
        return _number(key, text.removesuffix("%"))
    return _date(text) if key == "done_on" else text


def _word(key: str, words: type[ReportState] | type[PercentBasis], text: str) -> str:
    known: Mapping[str, StrEnum] = {
        name: each for each in words for name in (each.value, each.label.zh, each.label.en)
    }
    if text not in known:
        zh = "、".join(each.label.zh for each in words)
        en = ", ".join(each.label.en for each in words)
        raise CellUnreadable(
            Text(
                zh=f"“{HEADINGS[key].zh}”栏填了“{text}”，应为：{zh}",
                en=f"{HEADINGS[key].en!r} says {text!r}; write one of: {en}",
            )
        )
    return str(known[text].value)


def _number(key: str, text: str) -> str:
    try:
        value = Decimal(text.strip())
        if not value.is_finite() or abs(value) >= 10_000 or (key == "period" and value != int(value)):
            raise InvalidOperation
    except InvalidOperation as error:
        raise CellUnreadable(
            Text(
                zh=f"“{HEADINGS[key].zh}”栏填了“{text[:30]}”，应为数字",
                en=f"{HEADINGS[key].en!r} says {text[:30]!r}; write a number",
            )
        ) from error
    return shortest(value)


def _date(text: str) -> str:
    try:
        year, month, day = (int(part) for part in text.replace("/", "-").split("-"))
        return dt.date(year, month, day).isoformat()
    except ValueError as error:
        raise CellUnreadable(
            Text(
                zh=f"“完成日期”栏填了“{text[:30]}”，应写作2017-03-31",
                en=f"'Done on' says {text[:30]!r}; write it as 2017-03-31",
            )
        ) from error


def draft_of(values: Mapping[str, str]) -> Draft:
    """The report that a row makes.

    Raises
    ------
    CellUnreadable
        When year or state is empty.
    """
    for key in ("period", "state"):
        if not values[key]:
            raise CellUnreadable(
                Text(zh=f"“{HEADINGS[key].zh}”栏没有填", en=f"{HEADINGS[key].en!r} is empty: fill it in")
            )
    return Draft(
        period=int(values["period"]),
        state=ReportState(values["state"]),
        narrative=values["narrative"],
        percent=Decimal(values["percent"]) if values["percent"] else None,
        basis=PercentBasis(values["basis"]) if values["basis"] else None,
        done_on=dt.date.fromisoformat(values["done_on"]) if values["done_on"] else None,
        done_reason=values["done_reason"],
    )
