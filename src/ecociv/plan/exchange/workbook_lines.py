"""Lists and bilingual texts within one cell: a line each, fields parted by `` | ``, languages by `` // ``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ecociv.core.text import Text
from ecociv.plan.exchange.workbook_cells import CellError

OUTCOMES = {
    "started": "启动",
    "taking-shape": "初步形成",
    "basically-formed": "基本形成",
    "completed": "完成",
    "issued": "出台",
    "piloted": "试点",
    "major-progress": "重大进展",
    "interim-results": "阶段性成果",
    "improved": "改善",
    "built": "建成",
}
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")


def escape(words: str) -> str:
    r"""``words`` with the signs that part fields and lines made harmless.

    >>> escape("a|b")
    'a\\|b'
    """
    return words.replace("\\", "\\\\").replace("|", "\\|").replace("//", "\\/\\/").replace("\n", "\\n")


def unescape(words: str) -> str:
    r"""The words that `escape` was given.

    >>> unescape(escape("a|b // c\\n"))
    'a|b // c\\n'
    """
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), words)


def join_fields(fields: Sequence[str]) -> str:
    """One line of a list; each field is already escaped where it needs to be."""
    return " | ".join(fields)


def split_fields(line: str) -> list[str]:
    """The fields of a line; full-width bars count too."""
    return [field.strip() for field in _UNESCAPED_BAR.split(line.replace("\uff5c", "|"))]


def lines_of_cell(words: str) -> list[str]:
    """The lines of a cell that have words."""
    return [line for line in words.split("\n") if line.strip()]


def pair(text: Mapping[str, str]) -> str:
    """A text in both languages."""
    if set(text) != {"zh", "en"}:
        raise ValueError("both languages are needed")
    return f"{escape(text['zh'])} // {escape(text['en'])}"


def unpair(words: str, line: str) -> dict[str, str]:
    """The text in both languages that `pair` wrote.

    Raises
    ------
    CellError
        When one language is lacking.
    """
    halves = [unescape(half.strip()) for half in words.split("//")]
    if len(halves) != 2 or not all(halves):
        raise CellError(
            "two-languages-needed",
            Text(zh=f"“{line}”缺少中文或英文", en=f"{line!r} lacks one of the two languages"),
            Text(zh="请写成“中文 // English”", en="Write it as 中文 // English"),
        )
    return {"zh": halves[0], "en": halves[1]}


def one_line(line: str, shape: str) -> CellError:
    """The error for a line that does not have the right fields."""
    return CellError(
        "line-not-understood",
        Text(zh=f"“{line}”读不懂", en=f"The line {line!r} is not understood"),
        Text(zh=f"请写成：{shape}", en=f"Write it as: {shape}"),
    )
