"""Characters of Chinese office documents: widths, spaces and numerals.

Web pages mix full-width and half-width forms of the same sign and pad cells with no-break spaces. Names and
figures are compared in the folded form only; the words of a cell are kept.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = str.maketrans({"–": "-", "—": "-", "―": "-", "−": "-", "‐": "-", "‑": "-"})
_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_SPACES = re.compile(r"\s+")
_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")


def fold(text: str) -> str:
    """Half-width digits, letters and punctuation, single spaces, none at the ends.

    >>> fold("  各县(市、区)政府 2015年 ")
    '各县(市、区)政府 2015年'
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def fold_name(text: str) -> str:
    """A name without any space, for comparison.

    >>> fold_name("资源能源   节约利用")
    '资源能源节约利用'
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def fold_sentence(text: str) -> str:
    """A sentence for reading figures and dates: folded, dashes alike, no spaces next to figures.

    >>> fold_sentence("产业销售收入达到1 亿元,2014—2020年")
    '产业销售收入达到1亿元,2014-2020年'
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES)


def tidy(text: str) -> str:
    """The words of a cell: padding removed, spaces between Chinese characters dropped.

    >>> tidy(" 资源能源   节约利用 ")
    '资源能源节约利用'
    """
    return _BETWEEN_IDEOGRAPHS.sub("", _SPACES.sub(" ", text.replace("\xa0", " ")).strip())


def chinese_number(text: str) -> int | None:
    """The value of a numeral from one to ninety-nine, Chinese or Arabic; None for anything else.

    >>> [chinese_number(word) for word in ("七", "十", "十二", "二十", "三十五", "12", "甲")]
    [7, 10, 12, 20, 35, 12, None]
    """
    text = fold(text)
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(sign not in _DIGITS and sign != "十" for sign in text) or text.count("十") > 1:
        return None
    if "十" not in text:
        return _DIGITS[text] if len(text) == 1 else None
    tens, ones = text.split("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
