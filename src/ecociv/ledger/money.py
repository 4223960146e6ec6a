"""Money as whole fen (分): read from what people write, shown as yuan. Pure: no Django."""

from __future__ import annotations

import re
from decimal import Decimal

from ecociv.core.text import Text

FEN = "CNY-fen"
"""Unit of every line of the ledger."""

LARGEST = 10**15
"""Fen that one line may move at most (10¹³ yuan); more is a slip of the hand."""

_WRITTEN = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")


class NotMoney(ValueError):
    """Something that is no amount in whole fen."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def fen(yuan: Decimal | int | str) -> int:
    """Whole fen of an amount in yuan; a part of a fen is refused, never cut off or rounded.

    Parameters
    ----------
    yuan : Decimal, int or str
        Text may have thousands separators (``1,234.50``) and a yuan sign. A float is no money.

    Raises
    ------
    NotMoney
        For parts of a fen, for what is no number, for more than `LARGEST`.

    Examples
    --------
    >>> fen("0.29"), fen("-1,234.5"), fen(Decimal("12.30")), fen(7)
    (29, -123450, 1230, 700)
    >>> fen("0.295")
    Traceback (most recent call last):
    ...
    ecociv.ledger.money.NotMoney: The amount 0.295 has parts of a fen; give it in yuan with two decimals at most.
    """
    if isinstance(yuan, bool) or not isinstance(yuan, Decimal | int | str):
        raise NotMoney(Text(zh=f"{yuan!r} 不是金额。", en=f"{yuan!r} is no amount of money."))
    if isinstance(yuan, str):
        written = yuan.strip().lstrip("¥￥").strip().replace("，", ",")
        if not _WRITTEN.fullmatch(written):
            raise NotMoney(
                Text(
                    zh=f"“{yuan}”不是金额，请写成 1234.50。",
                    en=f"{yuan!r} is no amount; write it as 1234.50.",
                )
            )
        number = Decimal(written.replace(",", ""))
    else:
        number = Decimal(yuan)
    if not number.is_finite():
        raise NotMoney(Text(zh=f"{yuan} 不是金额。", en=f"{yuan} is no amount of money."))
    if abs(number) * 100 > LARGEST:
        raise NotMoney(
            Text(zh=f"金额 {number} 元过大，请核对。", en=f"The amount {number} is too large: check it.")
        )
    whole = number * 100
    if whole != whole.to_integral_value():
        raise NotMoney(
            Text(
                zh=f"金额 {number} 有不足一分的尾数，最多两位小数。",
                en=f"The amount {number} has parts of a fen; give it in yuan with two decimals at most.",
            )
        )
    return int(whole)


def yuan(amount: int) -> Decimal:
    """Yuan of whole fen, with two decimals.

    >>> str(yuan(-5)), str(yuan(123450))
    ('-0.05', '1234.50')
    """
    return Decimal(amount).scaleb(-2)


def shown(amount: int) -> str:
    """Yuan in words for a page: thousands apart, two decimals.

    >>> shown(-123456789), shown(0)
    ('-1,234,567.89', '0.00')
    """
    return f"{yuan(amount):,.2f}"
