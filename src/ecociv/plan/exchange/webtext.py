"""The flattened text of a web page: where its annexes and tables are.

Nothing but the order of lines is left of a table. An annex is found by its heading (附表2, 附件一 ...), a table inside
it by its column headings, wherever they stand and in whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.plan.exchange.characters import chinese_number, fold
from ecociv.plan.exchange.headers import TableHeading, find_heading
from ecociv.plan.exchange.rows import Doubt, ItemKind, Place

_ANNEX = re.compile(r"^附[表件录]\s*[0-9一二三四五六七八九十]*\s*[::.、]?\s*\S{0,40}$")
_HALF_BRACKET = re.compile(r"^\((?:[一二三四五六七八九十]*)$")
_GROUP = re.compile(
    r"^(?:\((?P<bracketed>[一二三四五六七八九十]+)\)|(?P<bare>[一二三四五六七八九十]+)、)\s*(?P<title>\S.{1,40})$"
)
_SENTENCE_END = ("。", ";", ":")


@dataclass(frozen=True)
class Line:
    """A line of the document. ``blank`` lines matter: they may be what is left of an empty cell."""

    number: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether nothing but spaces stands on the line."""
        return not self.text


@dataclass(frozen=True)
class Group:
    """The heading of a system or programme of rows."""

    number: int
    title: str


@dataclass(frozen=True)
class Region:
    """The lines of one table, without its headings."""

    annex: str
    heading: TableHeading
    lines: tuple[Line, ...]


def lines_of(text: str) -> list[Line]:
    """Lines of ``text`` numbered from 1; padding is reduced to single spaces, which may part two names."""
    return [Line(number, " ".join(line.split())) for number, line in enumerate(text.split("\n"), start=1)]


def is_annex_heading(text: str) -> bool:
    """Whether a line is the heading of an annex.

    >>> is_annex_heading("附表2"), is_annex_heading("附件一:指标体系"), is_annex_heading("附近企业")
    (True, True, False)
    """
    folded = fold(text)
    return bool(_ANNEX.match(folded)) and not folded.endswith(("。", ";"))


def find_regions(lines: Sequence[Line]) -> tuple[dict[ItemKind, Region], list[Doubt]]:
    """The tables of the document by kind, and doubts about headings that are repeated at page breaks."""
    texts = [line.text for line in lines]
    headings: list[TableHeading] = []
    position = 0
    while position < len(texts):
        heading = find_heading(texts, position) if texts[position] and len(texts[position]) <= 16 else None
        if heading is not None:
            headings.append(heading)
            position = heading.last
        position += 1
    annexes = [position for position, text in enumerate(texts) if is_annex_heading(text)]
    regions: dict[ItemKind, Region] = {}
    doubts: list[Doubt] = []
    for heading in headings:
        if heading.kind in regions:
            continue
        stops = [position for position in annexes if position > heading.last]
        stops += [
            other.first for other in headings if other.first > heading.last and other.kind != heading.kind
        ]
        end = min(stops, default=len(lines))
        repeats = [
            other for other in headings if heading.last < other.first < end and other.kind == heading.kind
        ]
        skipped = {at for other in repeats for at in range(other.first, other.last + 1)}
        body = [
            line
            for at, line in enumerate(lines[heading.last + 1 : end], heading.last + 1)
            if at not in skipped
        ]
        body, joined = _join_broken_headings(body, heading.kind)
        annex = next((texts[position] for position in reversed(annexes) if position < heading.first), "")
        regions[heading.kind] = Region(annex, heading, tuple(body))
        doubts.extend(joined)
        doubts.extend(
            Doubt(
                heading.kind, None, "heading", "repeated-heading",
                " ".join(texts[other.first : other.last + 1]), "",
                Text(zh="表头重复，应为分页所致，已略去", en="The headings are repeated, as at a page break; left out"),
                lines[other.first].number,
            )
            for other in repeats
        )  # fmt: skip
    return regions, doubts


def _join_broken_headings(lines: list[Line], kind: Place) -> tuple[list[Line], list[Doubt]]:
    """Group headings broken after their bracket ("(" / "三)...") made whole again."""
    result: list[Line] = []
    doubts: list[Doubt] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        following = next((at for at in range(position + 1, len(lines)) if not lines[at].blank), None)
        if following is not None and _HALF_BRACKET.match(fold(line.text)):
            whole = Line(line.number, line.text + lines[following].text)
            if group_of(whole.text) is not None:
                why = Text(
                    zh="标题断在两行，已合并", en="The heading was broken over two lines and has been joined"
                )
                doubts.append(
                    Doubt(kind, None, "group", "broken-heading", line.text, whole.text, why, line.number)
                )
                line, position = whole, following
        result.append(line)
        position += 1
    return result, doubts


def group_of(text: str) -> Group | None:
    """The system or programme that a line heads, or None.

    >>> group_of("(三)净水护土")
    Group(number=3, title='净水护土')
    >>> group_of("十、绿色生活引导工程").number
    10
    """
    folded = fold(text)
    found = _GROUP.match(folded)
    if found is None or folded.endswith(_SENTENCE_END):
        return None
    number = chinese_number(found["bracketed"] or found["bare"])
    return Group(number, found["title"]) if number else None
