"""A paper with numbered figures on a subject of its own: cover, chapters, appendix of arithmetic."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from ecociv.core.text import Language, Text
from ecociv.core.trace import Trace
from ecociv.plan.package import ZonePackage
from ecociv.reporting.compose.appendix import appendix
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.compose.words import document_words
from ecociv.reporting.document import Align, Cell, Column, Cover, Document, Row, Section, Table, printable
from ecociv.reporting.facts import AnnualFacts

_NOT_IN_SHEETS = re.compile(r"[\\*?:/\[\]]")
"""Characters that no workbook takes in the name of a sheet."""


@dataclass(frozen=True, slots=True)
class _PaperFacts:
    """What a voice asks of its facts in a paper: the plan for names of bodies, and the moment of knowledge."""

    package: ZonePackage
    as_of: dt.datetime


@dataclass(slots=True)
class PaperWriter:
    """Speaks one language and numbers the figures of a paper."""

    package: ZonePackage
    as_of: dt.datetime
    language: Language
    voice: Voice = field(init=False)

    def __post_init__(self) -> None:
        facts = cast(AnnualFacts, _PaperFacts(self.package, self.as_of))
        self.voice = Voice(facts, self.language)

    def say(self, zh: str, en: str, **values: object) -> str:
        """A sentence in the paper's language, with its fields filled."""
        return self.voice.say(zh, en, **values)

    def text(self, text: Text) -> str:
        """A text in the paper's language."""
        return self.voice.text(text)

    def figure(self, key: str, trace: Trace, shown: str = "") -> Cell:
        """A cell with a computed figure and its number in the appendix."""
        mark = self.voice.figures.number(key, trace)
        value = trace.value if isinstance(trace.value, Decimal | int) else None
        return Cell(shown or f"{value:,}", value, mark, sample=trace.sample)

    def table(
        self,
        key: str,
        title: str,
        heads: Sequence[tuple[str, float, Align]],
        rows: Sequence[Sequence[Cell | str | Decimal | int | None]],
        *,
        note: str = "",
        empty: str = "",
        total_last: bool = False,
    ) -> Table:
        """A table; numbers are written with thousands separated, none as a dash."""
        made = [Row(tuple(_cell(cell) for cell in row)) for row in rows]
        if total_last and made:
            made[-1] = Row(made[-1].cells, "total")
        return Table(
            key=key,
            number=self.voice.table_number(),
            title=title,
            sheet=_NOT_IN_SHEETS.sub(" ", title)[:31],
            columns=tuple(Column(*head) for head in heads),
            rows=tuple(made),
            note=note,
            empty=empty,
        )

    def document(
        self,
        *,
        title: str,
        subtitle: str,
        facts: Sequence[tuple[str, str]],
        office: str,
        sections: Sequence[Section],
        sample: bool,
    ) -> Document:
        """The whole paper; every page carries the sample mark where it rests on sample data."""
        voice, zone = self.voice, self.package.zone
        document = Document(
            language=self.language,
            title=title,
            year=self.as_of.year,
            zone=zone.key,
            as_of=self.as_of,
            cover=Cover(title, subtitle, tuple(facts), office, voice.day(self.as_of.date())),
            sections=tuple(sections),
            entries=appendix(voice),
            sample_mark=self.say("示例数据 · 仅供演示", "SAMPLE DATA - for demonstration only")
            if sample
            else "",
            mark_form="[数{n}]" if self.language == "zh" else "[F{n}]",
            words=document_words(voice, title),
        )
        clean: Document = printable(document)
        return clean


def _cell(value: Cell | str | Decimal | int | None) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None:
        return Cell("—")
    if isinstance(value, str):
        return Cell(value)
    return Cell(f"{value:,}", value)
