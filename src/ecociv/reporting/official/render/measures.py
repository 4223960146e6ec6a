"""Measures that both forms need and the standard leaves to the hand: the red line's size, the title's lines, the signature. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ecociv.reporting.official.layout import POINTS_PER_MM, OfficialLayout

NARROWEST = 0.6
"""A red line of a long name is set narrower, to this part of the width of its characters; then it becomes smaller."""
_GOOD_ENDS = (
    "关于",
    "建设",
    "办公室",
    "委员会",
    "领导小组",
    "示范区",
    "年度",
    "季度",
    "月",
    "情况",
    "工作",
    "市",
    "局",
    "的",
    "、",
    "》",
    "）",
    " ",
)


def width_of(text: str) -> float:
    """Width in characters of the text's own size; a Latin letter or digit is half as wide.

    >>> width_of("2017年3月1日")
    6.0
    """
    return sum(1.0 if ord(character) > 0x2E7F or character in "〔〕“”—…" else 0.5 for character in text)


@dataclass(frozen=True)
class IssuerMark:
    """The red line: its size in points and how much narrower its characters are set (1 is as they are)."""

    size: float
    scale: float


def issuer_mark(text: str, layout: OfficialLayout) -> IssuerMark:
    """The greatest red line within the type area that the layout allows.

    >>> import datetime as dt
    >>> from ecociv.reporting.official.layout import layout_on
    >>> issuer_mark("景德镇市人民政府文件", layout_on(dt.date(2017, 1, 1)))
    IssuerMark(size=36.0, scale=1.0)
    """
    size, width = layout.size_of("issuer"), layout.page.text_width * POINTS_PER_MM
    wanted = width_of(text) * size
    if wanted <= width:
        return IssuerMark(size, 1.0)
    scale = max(NARROWEST, math.floor(width / wanted * 100) / 100)
    return IssuerMark(min(size, math.floor(width / (width_of(text) * scale) * 2) / 2), scale)


@dataclass(frozen=True)
class SignatureInsets:
    """How far name and date stand from the right edge, in characters of the body."""

    name: float
    date: float


def signature_insets(name: str, date: str, layout: OfficialLayout) -> SignatureInsets:
    """Name centred on the date, the date four characters in; a long name moves both to the left, not over the edge.

    >>> import datetime as dt
    >>> from ecociv.reporting.official.layout import layout_on
    >>> signature_insets("景德镇市人民政府", "2017年3月1日", layout_on(dt.date(2017, 1, 1)))
    SignatureInsets(name=3.0, date=4.0)
    """
    inset = float(layout.signature.date_from_right)
    half = (width_of(name) - width_of(date)) / 2
    if half <= inset:
        return SignatureInsets(inset - half, inset)
    return SignatureInsets(0.0, half)


def title_lines(title: str, per_line: float) -> tuple[str, ...]:
    """A title in lines of about the same length, parted between words where a word's end is known (回行).

    >>> title_lines("关于2017年第一季度示范区建设任务进展的通报", 20)
    ('关于2017年第一季度', '示范区建设任务进展的通报')
    """
    if width_of(title) <= per_line:
        return (title,)
    whole = [m.group() for m in re.finditer(r"[A-Za-z0-9]+[年月日号]?|.", title)]
    lines = math.ceil(width_of(title) / per_line)
    for count in (lines, lines + 1):
        cuts = range(1, len(whole))
        # Titles are short: three lines at most of some sixty characters.
        choices = [[0, *cut, len(whole)] for cut in combinations(cuts, count - 1)] if count <= 3 else []
        fitting = [bounds for bounds in choices if all(w <= per_line for w in _widths(whole, bounds))]
        if fitting:
            best = min(fitting, key=lambda bounds: _ugliness(whole, bounds))
            return tuple("".join(whole[a:b]).strip() for a, b in zip(best, best[1:], strict=False))
    return (title,)


def _widths(whole: Sequence[str], bounds: Sequence[int]) -> list[float]:
    return [width_of("".join(whole[a:b])) for a, b in zip(bounds, bounds[1:], strict=False)]


def _ugliness(whole: Sequence[str], bounds: Sequence[int]) -> float:
    widths = _widths(whole, bounds)
    bad = sum(not "".join(whole[:cut]).endswith(_GOOD_ENDS) for cut in bounds[1:-1])
    orphan = sum("".join(whole[cut:]).startswith(("的", "、", "年", "）", "》")) for cut in bounds[1:-1])
    return (max(widths) - min(widths)) + 6 * bad + 20 * orphan
