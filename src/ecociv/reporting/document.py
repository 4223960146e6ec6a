"""The content of a report, free of any file format: sections of paragraphs and tables, and numbered figures.

Everything is already in one language. A renderer lays the content out and decides nothing about it: a figure has
the same number, the same words and the same digits in Word, in PDF and in the workbook.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ecociv.core.text import Language

# What XML 1.0 cannot hold, and neither Word nor Excel opens: control characters, halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A status light as a reader sees it: a shape (for print in black), a colour and words.

    Attributes
    ----------
    key : str
        The light, such as ``"on-track"``.
    shape : str
        One character; shapes differ wherever colours do.
    words : str
        In the language of the report.
    colour : str
        Six hexadecimal digits, at least 4.5 : 1 on white.
    """

    key: str
    shape: str
    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text; ``mark`` is the number of the figure that it ends with."""

    text: str
    mark: int | None = None
    strong: bool = False
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: ``body`` text, a numbered ``item``, a small ``note``, or a ``notice`` that must be seen."""

    runs: tuple[Run, ...]
    style: Literal["body", "item", "note", "notice"] = "body"

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section; the section's own title is level 1."""

    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text : str
        What is shown; for a number, the digits as published.
    value : Decimal, int or None
        The number behind the text, so that a workbook can calculate with it.
    mark : int or None
        Number of the figure in the appendix.
    sign : Sign or None
        A light shown before the text.
    sample : bool
        True when the figure rests on sample data.
    """

    text: str
    value: Decimal | int | None = None
    mark: int | None = None
    sign: Sign | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its share of the width, and a mark when one entry stands for the whole column."""

    heading: str
    share: float
    align: Align = "left"
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``data``, a ``total``, or a ``group`` heading whose one cell spans the table."""

    cells: tuple[Cell, ...]
    kind: Literal["data", "group", "total"] = "data"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``sheet`` is its name in a workbook (31 characters at most)."""

    key: str
    number: int
    title: str
    sheet: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    empty: str = ""

    @property
    def data_rows(self) -> tuple[Row, ...]:
        """The rows that are neither group headings nor totals."""
        return tuple(row for row in self.rows if row.kind == "data")


Block = Paragraph | Heading | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter; ``landscape`` where its tables are wider than a page is."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of an entry: what it says, how deep in the arithmetic it stands, and its parts for a workbook.

    ``kind`` is ``figure`` for the line of a computed figure, ``input`` for an input, else the name of the statement
    (``formula``, ``standard``, ``parameter``, ``rounding``, ``note``, ``more``, ``recorded``, ``digest``).
    """

    depth: int
    kind: str
    label: str
    text: str
    value: Decimal | int | float | None = None
    unit: str = ""
    source: str = ""
    revision: str = ""
    valid: str = ""
    recorded: str = ""
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A numbered figure of the appendix: its value and the arithmetic behind it."""

    number: int
    title: str
    shown: str
    lines: tuple[EntryLine, ...]
    digest: str
    sample: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """A list behind a numbered figure that is too long for a page; only the workbook carries it."""

    mark: int
    table: Table


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    office: str
    date: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language.

    Attributes
    ----------
    sample_mark : str
        Words that every page, cover and sheet must carry; empty when no sample data was used.
    as_of : datetime
        What was known when; also the document's own date, so that the same input gives the same file.
    words : dict
        Fixed words a renderer needs (contents, page, heading of the appendix).
    """

    language: Language
    title: str
    year: int
    zone: str
    as_of: dt.datetime
    cover: Cover
    sections: tuple[Section, ...]
    entries: tuple[Entry, ...]
    ledgers: tuple[Ledger, ...] = ()
    sample_mark: str = ""
    mark_form: str = "[{n}]"
    words: dict[str, str] = field(default_factory=dict)

    def mark(self, number: int) -> str:
        """The mark of a figure as it is printed, such as ``[数12]``."""
        return self.mark_form.format(n=number)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Table))

    def marks_used(self) -> Iterator[int]:
        """The mark of each place that carries one, in the order of the text."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    yield from (run.mark for run in block.runs if run.mark is not None)
                elif isinstance(block, Table):
                    yield from (column.mark for column in block.columns if column.mark is not None)
                    yield from (
                        cell.mark for row in block.rows for cell in row.cells if cell.mark is not None
                    )


def printable(content: Any) -> Any:
    """The same content without characters that no office file can hold; people paste them in unseen.

    >>> printable(Run("耕地\x0b保有量")).text
    '耕地保有量'
    """
    if isinstance(content, str):
        return _UNPRINTABLE.sub("", content)
    if isinstance(content, tuple):
        return tuple(printable(item) for item in content)
    if isinstance(content, dict):
        return {key: printable(value) for key, value in content.items()}
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        values = {field.name: getattr(content, field.name) for field in dataclasses.fields(content)}
        return dataclasses.replace(content, **{name: printable(value) for name, value in values.items()})
    return content
