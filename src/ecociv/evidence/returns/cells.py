"""What stands in a cell: a number as it was written, or why there is none, with a remark."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ecociv.core.decimals import plain, to_decimal
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.evidence.returns.forms import Cell

REMARK_LONGEST = 400
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_LARGEST = Decimal(10) ** 18


class CellError(ValueError):
    """What was written is no figure and no kind of absence."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Entry:
    """What was filled in: a figure in the unit of the cell, or the kind of absence; and a remark."""

    value: Decimal | Missing
    remark: str = ""

    def to_json(self) -> dict[str, str]:
        """The form that is stored: digits as they were written."""
        kind = (
            {"missing": self.value.value} if isinstance(self.value, Missing) else {"value": plain(self.value)}
        )
        return kind | ({"remark": self.remark} if self.remark else {})

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Entry:
        """Read the form that `to_json` writes."""
        value: Decimal | Missing = (
            Missing(stored["missing"]) if "missing" in stored else Decimal(stored["value"])
        )
        return cls(value, stored.get("remark", ""))

    @property
    def number(self) -> Decimal | None:
        """The figure, or none."""
        return None if isinstance(self.value, Missing) else self.value

    def same_statement(self, other: Entry | None) -> bool:
        """Whether both say the same of the figure; remarks aside, 1.50 is 1.5."""
        return other is not None and self.value == other.value


def entries_from_json(stored: Mapping[str, Mapping[str, str]]) -> dict[str, Entry]:
    """All entries of a return, by key of the cell."""
    return {key: Entry.from_json(each) for key, each in stored.items()}


def entries_to_json(entries: Mapping[str, Entry]) -> dict[str, dict[str, str]]:
    """The stored form of all entries, in the order given."""
    return {key: entry.to_json() for key, entry in entries.items()}


def read_number(written: str) -> Decimal:
    """A number as people write it: full-width digits, blanks and thousands separators are understood.

    Raises
    ------
    CellError
        When it is no number, or has more than eighteen digits before the point.

    Examples
    --------
    >>> read_number("１２，３４５．６"), read_number(" 1,234 "), read_number("1 234.50")
    (Decimal('12345.6'), Decimal('1234'), Decimal('1234.50'))
    >>> read_number("约300")
    Traceback (most recent call last):
    ...
    ecociv.evidence.returns.cells.CellError: '约300' is no number; write digits only, and put words into the remark
    """
    text = unicodedata.normalize("NFKC", written).replace("\u2212", "-").replace("，", ",").strip()
    compact = re.sub(r"(?<=\d)[\s'](?=\d{3})", "", text)
    if _GROUPED.fullmatch(compact):
        compact = compact.replace(",", "")
    if not _NUMBER.fullmatch(compact):
        raise CellError(
            "no-number",
            Text(
                zh="“{found}”不是数字；请只填数字，文字说明写入备注",
                en="{shown} is no number; write digits only, and put words into the remark",
            ).fill(found=written.strip()[:40], shown=repr(written.strip()[:40])),
        )
    try:
        return _bounded(Decimal(compact))
    except InvalidOperation as error:  # pragma: no cover - the pattern allows only what Decimal reads
        raise CellError("no-number", Text(zh="不是数字", en="no number")) from error


def figure(value: Any, cell: Cell) -> Decimal:
    """A figure given by a program: text and decimals are taken as they are; a float is rounded to the decimals of the
    cell by GB/T 8170, for its last digits mean nothing.

    Raises
    ------
    CellError
        When it is no finite number.
    """
    if isinstance(value, str):
        return read_number(value)
    try:
        number = to_decimal(value)
    except (TypeError, ValueError) as error:
        raise CellError(
            "no-number", Text(zh="{value}不是数字", en="{value} is no number").fill(value=repr(value))
        ) from error
    return _bounded(number if isinstance(value, Decimal | int) else round_half_even(number, cell.decimals))


def too_precise(value: Decimal, cell: Cell) -> bool:
    """Whether a figure has more decimals than the cell asks for; trailing zeros do not count.

    Examples
    --------
    >>> from ecociv.core.text import Text
    >>> one = Cell(key="a", name=Text("甲", "A"), unit="tonne", decimals=1, kind="flow")
    >>> too_precise(Decimal("1.25"), one), too_precise(Decimal("1.20"), one)
    (True, False)
    """
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent > cell.decimals


def _bounded(number: Decimal) -> Decimal:
    if abs(number) >= _LARGEST or (number and number.adjusted() < -30):
        raise CellError(
            "too-large",
            Text(
                zh="数字过大或过小，请核对单位", en="the number is out of all bounds; look at the unit again"
            ),
        )
    return number
