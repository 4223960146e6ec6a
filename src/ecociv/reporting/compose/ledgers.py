"""Lists too long for a page, which only the workbook carries: the days behind yearly values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.plan.package import Indicator
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Ledger, Row, Table
from ecociv.reporting.facts import Days, SeriesFact

_HEADINGS = {
    "day": Text(zh="日期", en="Day"),
    "so2": Text(zh="SO₂", en="SO₂"),
    "no2": Text(zh="NO₂", en="NO₂"),
    "co": Text(zh="CO", en="CO"),
    "o3": Text(zh="O₃", en="O₃"),
    "pm10": Text(zh="PM₁₀", en="PM₁₀"),
    "pm2_5": Text(zh="PM₂.₅", en="PM₂.₅"),
    "aqi": Text(zh="AQI", en="AQI"),
    "primary": Text(zh="首要污染物", en="Primary pollutant"),
    "verdict": Text(zh="判定", en="Verdict"),
    "row": Text(zh="源文件行", en="Row of the file"),
    "source": Text(zh="源文件", en="File"),
    "revision": Text(zh="版本", en="Revision"),
}
_VERDICTS = {
    "good": Text(zh="优良", en="good"),
    "exceeding": Text(zh="超标", en="exceeding"),
    "not-valid": Text(zh="无效", en="not valid"),
}


def ledgers(voice: Voice) -> tuple[Ledger, ...]:
    """The days behind each value that has them, in the order of the plan."""
    facts = voice.facts
    found = []
    for indicator in facts.package.indicators:
        for series in indicator.series:
            fact = facts.fact(series.key)
            if fact.days is not None and fact.known:
                found.append(_days(voice, indicator, fact, fact.days, voice.text(indicator.series_name(series))))
    return tuple(found)


def _days(voice: Voice, indicator: Indicator, fact: SeriesFact, days: Days, name: str) -> Ledger:
    mark = voice.actual(indicator, fact).mark
    assert mark is not None  # a known value is numbered
    files = [days.sources[digest] or digest[:12] for digest in sorted(days.sources)]
    columns = tuple(Column(_heading(voice, column), 1.6 if column in ("day", "source") else 1.0, "center") for column in days.columns)
    rows = tuple(
        Row(tuple(_cell(voice, column, value, files) for column, value in zip(days.columns, row, strict=True)))
        for row in days.rows
    )
    title = voice.say("{name}：逐日明细", "{name}: day by day", name=name)
    sheet = voice.say("逐日明细 {n}", "Days {n}", n=fact.key)[:31]
    return Ledger(mark, Table(f"days:{fact.key}", 0, title, sheet, columns, rows))


def _heading(voice: Voice, column: str) -> str:
    if column in _HEADINGS:
        return voice.text(_HEADINGS[column])
    kind, _, rest = column.partition("_")
    inner = voice.text(_HEADINGS[rest]) if rest in _HEADINGS else rest
    return f"{kind.upper()} {inner}" if rest else column


def _cell(voice: Voice, column: str, value: Any, files: list[str]) -> Cell:
    if value is None:
        return Cell("")
    if column == "source":
        return Cell(files[value] if isinstance(value, int) and value < len(files) else str(value))
    if column == "verdict" and value in _VERDICTS:
        return Cell(voice.text(_VERDICTS[value]))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Cell(str(value))
    number = Decimal(repr(value)) if isinstance(value, float) else value
    return Cell(shortest(number) if isinstance(number, Decimal) else str(number), number)
