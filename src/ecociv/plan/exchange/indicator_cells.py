"""Cells of an indicator table: which text is a value, which a unit, and what figures a value holds."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from ecociv.plan.exchange.characters import fold, fold_sentence

_NUMBER = r"\d+(?:\.\d+)?"
_MARK = r"(?:[<>≤≥=~约]|不[低高少大]于|不超过)?"
_NUMERIC = re.compile(
    rf"^{_MARK}{_NUMBER}%?(?:(?:及?以[上下内])|左右)?$"
    rf"|^{_NUMBER}(?::{_NUMBER})+$"
    rf"|^{_NUMBER}%?(?:[、/;]{_NUMBER}%?)+$"
    rf"|^{_NUMBER}%?[-~]{_NUMBER}%?$"
)
_NOT_SET = re.compile(r"^(?:-+|/|无|暂无)$")
_PHRASE = re.compile(
    # Anchored at the end, so that names such as 国家考核断面水质达标率 or 基本农田保护面积 are not taken for values.
    r"(?:省|国家|上级|全国)[^,。]{0,12}(?:下达|要求|规定|水平|控制|目标|任务|考核|标准|落实|执行|以[上下内])(?:的|目标|任务|指标|要求)*$"
    r"|^(?:完成|达到)[^,。]*(?:任务|目标|要求|水平|标准|以上)$|^按照?[^,。]*(?:落实|执行|要求|下达)[^,。]{0,6}$"
    r"|^(?:保持|维持)?(?:稳定|不变|不下降|不降低|只增不减|只减不增|持续改善|(?:逐步|稳步|不断|持续|明显|有所)(?:提高|提升|下降|降低|改善|增加|减少)|全覆盖|达标|完成|持平)$"
)
_ATOM = (
    r"(?:[十百千万亿]{0,2}(?:元|美元|吨标准煤|吨标煤|吨二氧化碳|吨|公斤|千克|克|毫克|微克|公顷|亩|立方米|平方米|平方公里|平方千米"
    r"|公里|千米|米|千瓦时|千瓦|兆瓦|度|人次|人|户|家|个|座|处|件|项|辆|标台|天|天数|升|分贝|分|岁|年|倍|张|条|台|册|所|级))"
)
_KNOWN_UNIT = re.compile(
    rf"^(?:[%‰]|百分点|个百分点|{_ATOM}(?:/{_ATOM}){{0,2}}|元/人|km2|m2|m3|kg|t|mg/l|μg/m3|-)$"
)
_UNIT_LIKE = re.compile(r"^[^,。、:;]{1,14}$")

ValueForm = Literal["number", "not-set", "phrase", "none"]


def value_form(text: str) -> ValueForm:
    """What sort of value a cell holds.

    >>> [value_form(cell) for cell in ("2.29:1", "83、85、72", "-", "省下达的控制目标", "氨氮")]
    ['number', 'number', 'not-set', 'phrase', 'none']
    >>> value_form("国家考核断面水质达标率")
    'none'
    """
    folded = fold_sentence(text)
    if _NUMERIC.match(folded):
        return "number"
    if _NOT_SET.match(folded):
        return "not-set"
    return "phrase" if _PHRASE.search(folded) and len(folded) <= 30 else "none"


def is_unit(text: str) -> bool:
    """Whether a cell is a unit that the importer knows.

    >>> [is_unit(cell) for cell in ("万吨标准煤", "吨/万元", "-", "万公倾")]
    [True, True, True, False]
    """
    return _KNOWN_UNIT.match(fold(text).replace(" ", "")) is not None


def may_be_unit(text: str) -> bool:
    """Whether a cell is short enough to be a unit that the importer does not know."""
    return _UNIT_LIKE.match(fold(text)) is not None and value_form(text) == "none"


def figures(text: str) -> tuple[Decimal, ...]:
    """The figures of a value cell: one, the members of a list or a composition, the first of a ratio to one.

    >>> figures("2.29:1"), figures("7.2:58.3:34.5"), figures("82.5、84、70.5"), figures("-")
    ((Decimal('2.29'),), (Decimal('7.2'), Decimal('58.3'), Decimal('34.5')),
     (Decimal('82.5'), Decimal('84'), Decimal('70.5')), ())
    """
    folded = fold_sentence(text)
    if value_form(folded) != "number":
        return ()
    parts = [Decimal(part) for part in re.findall(_NUMBER, folded)]
    if folded.count(":") == 1 and len(parts) == 2 and parts[1] == 1:
        return (parts[0],)
    return tuple(parts)
