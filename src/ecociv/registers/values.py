"""The values of a field: read from text, checked, kept as JSON, shown. Pure: no Django.

A value that is not there says why (`core.missing.Missing`), or is simply empty; zero is a figure.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.text import Text
from ecociv.people.credit_code import CodeRefused, credit_code
from ecociv.registers.kinds import FieldRule, Kind

Value = str | int | Decimal | dt.date | bool | Mapping[str, Decimal] | Missing
"""A value as programs use it; an absent one is not in the mapping of values at all."""

LONGEST_KEY = 80
_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})*(\.\d+)?|[+-]?\d+(\.\d+)?")
_MISSING = {word: kind for kind in Missing for word in (kind.value, kind.label.zh, kind.label.en)}
_YES, _NO = frozenset({"是", "yes", "true", "1", "y"}), frozenset({"否", "no", "false", "0", "n"})
_PERMIT = re.compile(r"(?P<code>[0-9A-Z]{18})\d{3}[0-9A-Z]")


class ValueRefused(ValueError):
    """A value that a field does not take; ``text`` says why and what it takes."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def _refuse(zh: str, en: str) -> ValueRefused:
    return ValueRefused(Text(zh=zh, en=en))


def key_of(kind: Kind, given: object) -> str:
    """The key of an entry as it is kept.

    Raises
    ------
    ValueRefused
        Where it is not written as the kind declares.
    """
    key = str(given or "").strip()
    rule = kind.number
    if not key:
        raise _refuse(f"请填写{rule.name.zh}。", f"Give the {rule.name.en.lower()}.")
    _check_text(key, LONGEST_KEY)
    if any(character in "/?#%\\" or character.isspace() for character in key):
        raise _refuse(
            f"“{key}”含有空格或 / ? # % \\ 等字符。", f"{key!r} has a blank or one of / ? # % \\ in it."
        )
    try:
        if rule.rule == "unified-social-credit-code":
            return credit_code(key)
        if rule.rule == "discharge-permit-number":
            return _permit_number(key)
    except CodeRefused as refused:
        raise ValueRefused(refused.text) from refused
    if rule.pattern and not re.fullmatch(rule.pattern, key):
        shown = f"，如 {rule.example}" if rule.example else ""
        shown_en = f", as {rule.example} is" if rule.example else ""
        raise _refuse(
            f"“{key}”不符合{rule.name.zh}的格式{shown}。",
            f"{key!r} is not written as a {rule.name.en.lower()} is{shown_en}.",
        )
    return key


def _permit_number(given: str) -> str:
    key = given.upper()
    found = _PERMIT.fullmatch(key)
    if found is None:
        raise _refuse(
            f"“{key}”不是排污许可证编号：18位统一社会信用代码、3位顺序号、1位校验码，共22位。",
            f"{key!r} is no number of a discharge permit: the unified social credit code (18), a serial (3) and a check "
            "character, 22 in all.",
        )
    credit_code(found["code"])
    return key


def parsed(rule: FieldRule, given: object) -> Value | None:
    """A value from what was typed, from a cell or from a program; ``None`` for an empty one.

    Raises
    ------
    ValueRefused
        With what the field takes.
    """
    if given is None or given == "" or given == {}:
        return None
    if isinstance(given, str):
        given = given.strip()
        if not given:
            return None
        if given in _MISSING:
            return _MISSING[given]
    if isinstance(given, Missing):
        return given
    found: Value = _READERS[rule.type](rule, given)
    return found


def _text(rule: FieldRule, given: object) -> str:
    text = str(given)
    _check_text(text, rule.longest)
    if rule.pattern and not re.fullmatch(rule.pattern, text):
        raise _refuse(
            f"“{text}”不符合规定的格式 {rule.pattern}。", f"{text!r} does not fit the form {rule.pattern}."
        )
    return text


def _check_text(text: str, longest: int) -> None:
    if len(text) > longest:
        raise _refuse(
            f"“{text[:20]}…”有 {len(text)} 个字，最多 {longest} 个。",
            f"“{text[:20]}…” has {len(text)} characters; {longest} at most.",
        )
    if any(
        (ord(character) < 32 and character not in "\n\r\t") or ord(character) == 127 for character in text
    ):
        raise _refuse(f"{text[:20]!r} 含有控制字符。", f"{text[:20]!r} has control characters.")


def _decimal(rule: FieldRule, given: object) -> Decimal:
    if isinstance(given, (bool, float)):
        # Floats are refused: what a register says is exact.
        raise _refuse(f"{given!r} 不是精确数字。", f"{given!r} is no exact number.")
    text = plain(given) if isinstance(given, Decimal) else str(given)
    if not _NUMBER.fullmatch(text) or len(text) > 30:
        raise _refuse(f"“{text[:40]}”不是数字。", f"{text[:40]!r} is no number.")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise _refuse(f"“{text[:40]}”不是数字。", f"{text[:40]!r} is no number.") from error
    _, _, exponent = number.as_tuple()
    if rule.decimals is not None and isinstance(exponent, int) and -exponent > rule.decimals:
        trimmed = number.normalize().as_tuple().exponent
        if isinstance(trimmed, int) and -trimmed > rule.decimals:
            raise _refuse(
                f"{plain(number)} 的小数位超过 {rule.decimals} 位。",
                f"{plain(number)} has more than {rule.decimals} decimals.",
            )
    if rule.minimum is not None and number < rule.minimum:
        raise _refuse(
            f"{plain(number)} 小于下限 {plain(rule.minimum)}。",
            f"{plain(number)} is less than {plain(rule.minimum)}.",
        )
    if rule.maximum is not None and number > rule.maximum:
        raise _refuse(
            f"{plain(number)} 大于上限 {plain(rule.maximum)}。",
            f"{plain(number)} is more than {plain(rule.maximum)}.",
        )
    return number


def _integer(rule: FieldRule, given: object) -> int:
    number = _decimal(rule, given)
    if number != number.to_integral_value():
        raise _refuse(f"{plain(number)} 不是整数。", f"{plain(number)} is no whole number.")
    return int(number)


def _date(rule: FieldRule, given: object) -> dt.date:
    if isinstance(given, dt.datetime):
        given = given.date()
    if isinstance(given, dt.date):
        day = given
    else:
        text = str(given).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
        parts = text.split("-")
        try:
            if len(parts) != 3:
                raise ValueError
            day = dt.date(*(int(part) for part in parts))
        except ValueError as error:
            raise _refuse(
                f"“{str(given)[:30]}”不是日期，请写成 2017-03-01。",
                f"{str(given)[:30]!r} is no day: write 2017-03-01.",
            ) from error
    if not 1900 <= day.year <= 2999:
        raise _refuse(f"{day} 超出1900至2999年。", f"{day} lies outside the years 1900 to 2999.")
    return day


def _flag(rule: FieldRule, given: object) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise _refuse(f"“{given}”请写是或否。", f"{given!r}: write yes or no.")


def _choice(rule: FieldRule, given: object) -> str:
    return _choice_key(rule, str(given))


def _choice_key(rule: FieldRule, word: str) -> str:
    for one in rule.choices:
        if word.strip() in (one.key, one.name.zh, one.name.en):
            return one.key
    known_zh = "、".join(one.name.zh for one in rule.choices)
    known_en = ", ".join(one.name.en for one in rule.choices)
    raise _refuse(f"没有选项“{word[:40]}”：{known_zh}。", f"{word[:40]!r} is no choice: {known_en}.")


def _amounts(rule: FieldRule, given: object) -> dict[str, Decimal]:
    if isinstance(given, Mapping):
        pairs = [(str(key), value) for key, value in given.items()]
    else:
        pairs = []
        for part in re.split(r"[;；]", str(given)):
            if not part.strip():
                continue
            name, equals, figure = part.partition("=")
            if not equals:
                raise _refuse(
                    f"“{part.strip()[:40]}”请写成 名称=数量，各项用分号隔开。",
                    f"{part.strip()[:40]!r}: write name=figure, with semicolons between.",
                )
            pairs.append((name, figure.strip()))
    found: dict[str, Decimal] = {}
    for name, figure in pairs:
        key = _choice_key(rule, name)
        if key in found:
            raise _refuse(f"“{name.strip()}”出现两次。", f"{name.strip()!r} occurs twice.")
        found[key] = _decimal(rule, figure)
    return {one.key: found[one.key] for one in rule.choices if one.key in found}


_READERS: Mapping[str, Any] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "flag": _flag,
    "choice": _choice,
    "reference": lambda rule, given: _text(rule, given),
    "amounts": _amounts,
}


def to_json(value: Value) -> Any:
    """A value for the store; decimals as text, so that no digit is lost."""
    if isinstance(value, Missing):
        return {"missing": value.value}
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {"amounts": {key: plain(amount) for key, amount in value.items()}}
    return value


def from_json(rule: FieldRule, stored: Any) -> Value:
    """What `to_json` wrote, as the field has it now; a stored value is not judged again by limits that came later."""
    if isinstance(stored, dict) and "missing" in stored:
        return Missing(stored["missing"])
    if isinstance(stored, dict) and "amounts" in stored:
        return {key: Decimal(amount) for key, amount in stored["amounts"].items()}
    if rule.type == "decimal":
        return Decimal(str(stored))
    if rule.type == "date":
        return dt.date.fromisoformat(stored)
    return stored  # type: ignore[no-any-return]


def shown(rule: FieldRule, value: Value | None, language: str, *, unit: bool = True) -> str:
    """A value in words, in the reader's language; ``unit=False`` as a cell of a file has it."""
    if value is None:
        return ""
    if isinstance(value, Missing):
        return value.label.in_language(language)
    if isinstance(value, bool):
        return Text(zh="是" if value else "否", en="yes" if value else "no").in_language(language)
    if isinstance(value, Mapping):
        names = {one.key: one.name.in_language(language) for one in rule.choices}
        return "; ".join(f"{names.get(key, key)}={plain(amount)}" for key, amount in value.items())
    if isinstance(value, Decimal | int):
        if unit and rule.unit and rule.unit != "1":
            return with_unit(f"{Decimal(plain(Decimal(value))):,f}", label_of(rule.unit), language)
        return plain(Decimal(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    if rule.type == "choice":
        chosen = rule.choice(value)
        return chosen.name.in_language(language) if chosen else value
    return str(value)
