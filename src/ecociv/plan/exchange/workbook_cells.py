"""Raw cells of a workbook and how text, numbers and dates are read from them.

Excel stores 2015 as 2015.0 and turns 2016-06 into a date; people type full-width digits and paste formulas. All of
that is read for what it means or refused with what to do, never guessed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.plan.exchange.characters import fold_sentence
from ecociv.plan.exchange.timing import read_timing

_YEARS = range(1900, 2201)
_LONGEST_NUMBER = 30


class CellError(ValueError):
    """What is wrong with a cell and what to do; the caller adds sheet, row and column."""

    def __init__(self, code: str, text: Text, remedy: Text) -> None:
        self.code = code
        self.text = text
        self.remedy = remedy
        super().__init__(f"{text.en} {remedy.en}")


@dataclass(frozen=True)
class RawCell:
    """A cell as the workbook holds it; ``data_type`` and ``number_format`` are openpyxl's."""

    value: object
    letter: str
    data_type: str = "s"
    number_format: str = "General"

    def text(self) -> str:
        """The cell as words: numbers without a trailing ``.0``, dates as in the plan.

        Raises
        ------
        CellError
            For a formula or an error value.
        """
        if self.data_type == "f" or (
            isinstance(self.value, str) and self.data_type != "s" and self.value[:1] == "="
        ):
            raise CellError(
                "formula",
                Text(zh=f"单元格是公式({self.value})", en=f"The cell holds a formula ({self.value})"),
                Text(
                    zh="请复制该单元格，用“选择性粘贴—数值”换成结果",
                    en="Copy the cell and paste it back as a value",
                ),
            )
        if self.data_type == "e":
            raise CellError(
                "error-value",
                Text(zh=f"单元格是错误值({self.value})", en=f"The cell holds an error value ({self.value})"),
                Text(zh="请填写正确的内容", en="Put the right content in"),
            )
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "是" if self.value else "否"
        if isinstance(self.value, dt.datetime | dt.date):
            return date_text(self.value, self.number_format)
        if isinstance(self.value, int | float):
            if not math.isfinite(self.value):
                raise _not_a_number(str(self.value))
            return number_text(self.value)
        return str(self.value).strip()


def number_text(value: int | float | Decimal) -> str:
    """The shortest plain writing of a number.

    >>> number_text(2015.0), number_text(36.48542), number_text(1e-07)
    ('2015', '36.48542', '0.0000001')
    """
    decimal = Decimal(str(value))
    if decimal == decimal.to_integral_value():
        return str(int(decimal))
    return format(decimal.normalize(), "f")


def read_number(text: str) -> int | float:
    """The number that ``text`` is, with full-width digits and separated thousands.

    >>> read_number("1，895"), read_number("３６.５")
    (1895, 36.5)

    Raises
    ------
    CellError
        When it is none.
    """
    folded = fold_sentence(text)
    if len(folded) > _LONGEST_NUMBER or not re.fullmatch(
        r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", folded
    ):
        raise _not_a_number(text)
    return plain_number(Decimal(folded.replace(",", "")))


def plain_number(value: Decimal | int | float) -> int | float:
    """A number as the zone package's JSON holds it: whole numbers as int, others as float."""
    decimal = Decimal(str(value))
    return int(decimal) if decimal == decimal.to_integral_value() else float(decimal)


def read_integer(text: str) -> int:
    """A whole number such as a row's number.

    Raises
    ------
    CellError
        When it is none.
    """
    found = re.fullmatch(r"([+-]?\d{1,9})(?:\.0*)?", fold_sentence(text))
    if found is None:
        raise CellError(
            "not-a-whole-number",
            Text(zh=f"“{text}”不是整数", en=f"{text!r} is not a whole number"),
            Text(zh="请填写整数", en="Write a whole number"),
        )
    return int(found[1])


def date_text(value: dt.date | dt.datetime, number_format: str) -> str:
    """An Excel date as the plan writes it, no more exact than its format shows.

    Excel turns 2016-06 into 1 June 2016 with a format without day; the day is then not what was typed.

    >>> date_text(dt.datetime(2016, 6, 1), "mmm-yy"), date_text(dt.datetime(2016, 6, 30), "yyyy-mm-dd")
    ('2016-06', '2016-06-30')
    """
    shape = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.lower())
    if shape != "general" and "d" not in shape and "日" not in number_format and value.day == 1:
        return f"{value.year}-{value.month:02d}" if "m" in shape else str(value.year)
    return f"{value.year}-{value.month:02d}-{value.day:02d}"


def read_date(text: str) -> int | str | None:
    """A date as the zone package holds it: a year as int, ``"2016-06"``, ``"2016-06-30"``, or None when empty.

    >>> read_date("2015"), read_date("２０１６年６月"), read_date("2016.6.30"), read_date("2015年底"), read_date("")
    (2015, '2016-06', '2016-06-30', 2015, None)

    Raises
    ------
    CellError
        When it is no date, or a date that does not exist.
    """
    folded = fold_sentence(text)
    if not folded:
        return None
    found = re.fullmatch(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?月?)?年?(?:00:00:00)?", folded)
    if found and int(found[1]) in _YEARS:
        year, month, day = (int(part) if part else None for part in found.groups())
        try:
            dt.date(year or 1, month or 1, day or 1)
        except ValueError:
            raise _not_a_date(text) from None
        if month is None:
            return year
        return f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")
    if re.fullmatch(r"\d{4}年[^,，。;]*", folded):
        due = read_timing(folded).due
        if due is not None:
            return int(due) if len(due) == 4 else due
    raise _not_a_date(text)


def _not_a_number(text: str) -> CellError:
    return CellError(
        "not-a-number",
        Text(zh=f"“{text}”不是数值", en=f"{text!r} is not a number"),
        Text(zh="请只填数字，单位写在单位栏", en="Write figures only; the unit has its own column"),
    )


def _not_a_date(text: str) -> CellError:
    return CellError(
        "not-a-date",
        Text(zh=f"“{text}”不是日期", en=f"{text!r} is not a date"),
        Text(
            zh="请写成 2015、2016-06 或 2016-06-30，并把单元格格式设为文本",
            en="Write 2015, 2016-06 or 2016-06-30, with the cell's format set to text",
        ),
    )
