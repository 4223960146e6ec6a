"""The unified social credit code of organisations (统一社会信用代码), GB 32100-2015. Pure: no Django.

The code has 18 characters: registering department, category, six digits of the division, nine characters of the
organisation and a check character. The letters I, O, S, V and Z do not occur, because they are misread.
"""

from __future__ import annotations

import re

from ecociv.core.text import Text

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


class CodeRefused(ValueError):
    """A code that cannot be one; ``text`` says what is wrong with it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def check_character(first: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015, 4.3: weights 3**i modulo 31).

    Raises
    ------
    ValueError
        For another length, or a character that the code does not know.

    Examples
    --------
    >>> check_character("91350100M000100Y4")
    '3'
    """
    if len(first) != 17:
        raise ValueError(f"{first!r} has {len(first)} characters; 17 come before the check character.")
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first))
    return ALPHABET[-total % 31]


def credit_code(given: str) -> str:
    """A code as it is kept: capitals, no blanks, its check character right.

    Raises
    ------
    CodeRefused
        With the length, the form or the check character that is expected.

    Examples
    --------
    >>> credit_code(" 91350100m000100y43 ")
    '91350100M000100Y43'
    >>> credit_code("91350100M000100Y44")
    Traceback (most recent call last):
    ecociv.people.credit_code.CodeRefused: 91350100M000100Y44: the last character should be 3 (GB 32100-2015). Compare it with the licence.
    """
    code = "".join(given.split()).upper()
    if len(code) != 18:
        raise CodeRefused(
            Text(
                zh=f"“{code}”有 {len(code)} 位，统一社会信用代码为18位。",
                en=f"{code!r} has {len(code)} characters; a unified social credit code has 18.",
            )
        )
    if not _FORM.fullmatch(code):
        raise CodeRefused(
            Text(
                zh=f"“{code}”不符合统一社会信用代码的格式：第3至8位是数字，不用字母 I、O、S、V、Z。",
                en=f"{code!r} is not written as a unified social credit code: places 3 to 8 are digits, and the letters "
                "I, O, S, V and Z are not used.",
            )
        )
    expected = check_character(code[:17])
    if code[17] != expected:
        raise CodeRefused(
            Text(
                zh=f"“{code}”的校验位应为 {expected}（GB 32100-2015），请与执照核对。",
                en=f"{code}: the last character should be {expected} (GB 32100-2015). Compare it with the licence.",
            )
        )
    return code
