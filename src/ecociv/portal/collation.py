"""Order and search of Chinese names by pinyin, as a reader expects them in a list.

Sorting by code point puts 市 (U+5E02) before 发 (U+53D1) for no reason a reader knows; by pinyin ``f`` comes
before ``sh``. The order follows GB/T 13418-1992's first rule (by the letters of the pinyin, then by tone, then by
character) for the characters of the plan; names in Latin letters and digits come first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# Place names and terms of this plan that have another reading than their characters alone suggest.
load_phrases_dict(
    {
        "乐平": [["lè"], ["píng"]],
        "浮梁": [["fú"], ["liáng"]],
        "昌江": [["chāng"], ["jiāng"]],
        "重金属": [["zhòng"], ["jīn"], ["shǔ"]],
    }
)

_DIGITS = re.compile(r"(\d+)")
# What is not Chinese stays as it is, character by character; the library's types know only whole strings.
_EACH: Any = list

Key = tuple[tuple[int, int, str, str], ...]


@lru_cache(maxsize=20_000)
def collation_key(text: str) -> Key:
    """Sort key of a name: numbers by value, Latin letters, then Chinese by pinyin and tone.

    >>> sorted(["市卫计委", "市发改委", "GDP", "市财政局", "任务10", "任务9"], key=collation_key)
    ['GDP', '任务9', '任务10', '市财政局', '市发改委', '市卫计委']
    """
    parts: list[tuple[int, int, str, str]] = []
    for piece in _DIGITS.split(text):
        if piece.isdigit():
            parts.append((0, int(piece), "", ""))
            continue
        syllables = lazy_pinyin(piece, style=Style.TONE3, neutral_tone_with_five=True, errors=_EACH)
        characters = list(piece)
        for syllable, character in zip(syllables, characters, strict=False):
            if "㐀" <= character <= "鿿":
                parts.append((2, 0, syllable, character))
            else:
                parts.append((1, 0, character.casefold(), character))
    return tuple(parts)


@lru_cache(maxsize=20_000)
def initials(text: str) -> str:
    """First letters of the pinyin, lower case, for typing a name without an input method.

    >>> initials("市环保局"), initials("景德镇PM2.5")
    ('shbj', 'jdzpm2.5')
    """
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_EACH)).casefold()


@lru_cache(maxsize=20_000)
def full_pinyin(text: str) -> str:
    """The pinyin without tones or spaces.

    >>> full_pinyin("森林覆盖率")
    'senlinfugailv'
    """
    return "".join(lazy_pinyin(text, style=Style.NORMAL, errors=_EACH)).casefold()
