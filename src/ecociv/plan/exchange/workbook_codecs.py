"""How a value of the zone package is written in a cell and read back.

Each codec writes words that an officer can read and edit. Where the words would not be read back as exactly the same
value (a name with a comma in it, say), the value is written as ``json:...`` instead, so that nothing is ever lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecociv.core.quantities import UnitError, check_unit
from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import split_outside_brackets
from ecociv.plan.exchange.characters import fold, fold_name
from ecociv.plan.exchange.workbook_cells import (
    CellError,
    number_text,
    read_date,
    read_integer,
    read_number,
)
from ecociv.plan.exchange.workbook_targets import decode_target, encode_target


class Absent:
    """The value of a field that an item does not have; neither None nor empty."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()
_JSON = "json:"
LONGEST_CELL = 32_000
_NOT_IN_A_CELL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True)
class Surroundings:
    """What a codec may need besides the value: choices by field, and the item the value belongs to."""

    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    direction: str | None = None
    parts: tuple[str, ...] = ()


Encoder = Callable[[Any, Surroundings], str]
Decoder = Callable[[str, Surroundings], Any]


@dataclass(frozen=True)
class Codec:
    """A pair of functions between a value and a cell's words. Empty cells and ABSENT are dealt with by the column.

    ``types`` are those that an exact value (``json:...``) may have.
    """

    name: str
    encode: Encoder
    decode: Decoder
    types: tuple[type, ...] = (str,)
    numeric: bool = False

    def write(self, value: Any, around: Surroundings) -> str:
        """The words for ``value``; ``json:...`` where plain words would lose something."""
        try:
            words = self.encode(value, around)
            fits = words.strip() == words and len(words) <= LONGEST_CELL and not _NOT_IN_A_CELL.search(words)
            if fits and not words.startswith(_JSON) and _same(self.decode(words, around), value):
                return words
        except (CellError, KeyError, TypeError, ValueError, AttributeError):
            pass
        # Characters that a workbook cannot hold are escaped; XML would change or refuse them.
        text = json.dumps(value, ensure_ascii=False)
        if _NOT_IN_A_CELL.search(text):
            text = json.dumps(value, ensure_ascii=True).replace("_x", "\\u005fx").replace("\x7f", "\\u007f")
        return _JSON + text

    def read(self, words: str, around: Surroundings) -> Any:
        """The value of a cell's words.

        Raises
        ------
        CellError
            When the words are not understood.
        """
        if words.startswith(_JSON):
            return self._exact(words[len(_JSON) :])
        return self.decode(words, around)

    def _exact(self, text: str) -> Any:
        try:
            value = json.loads(text)
            if isinstance(value, self.types) and not (isinstance(value, bool) and bool not in self.types):
                return value
            said = f"a {type(value).__name__} where {self.name} is expected"
        except (ValueError, RecursionError) as error:
            said = str(error)
        raise CellError(
            "not-json",
            Text(zh="以 json: 开头的内容有误", en=f"The content after json: is not valid: {said}"),
            Text(zh="请恢复导出时的原文", en="Restore the content as it was exported"),
        )


def _same(first: Any, second: Any) -> bool:
    """Equal, and a truth value is not a number."""
    if isinstance(first, bool) is not isinstance(second, bool):
        return False
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_same, first, second))
    return bool(first == second)


def _text_value(value: Any, _: Surroundings) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _names(value: Sequence[str], _: Surroundings) -> str:
    return "、".join(value)


def _read_names(words: str, _: Surroundings) -> list[str]:
    # Bodies are written with half-width brackets in the package; a name is not changed otherwise.
    lines = re.sub(r"[\n,\uff0c;\uff1b]+", "、", words.replace("\uff08", "(").replace("\uff09", ")"))
    names = [name.strip() for name in split_outside_brackets(lines, "、") if name.strip()]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CellError(
            "name-twice",
            Text(zh=f"“{twice}”写了两次", en=f"{twice!r} stands twice"),
            Text(zh="每个部门只写一次", en="Name each body once"),
        )
    return names


def _yes_no(value: Any, _: Surroundings) -> str:
    return {True: "是", False: "否"}[value]


def _read_yes_no(words: str, _: Surroundings) -> bool:
    answer = {
        "是": True,
        "否": False,
        "yes": True,
        "no": False,
        "true": True,
        "false": False,
        "1": True,
        "0": False,
    }
    found = answer.get(fold_name(words).lower())
    if found is None:
        raise CellError(
            "not-yes-or-no",
            Text(zh=f"“{words}”不是“是”或“否”", en=f"{words!r} is neither yes nor no"),
            Text(zh="请填“是”或“否”", en="Write 是 or 否"),
        )
    return found


def _baseline(value: Any, around: Surroundings) -> str:
    if isinstance(value, dict):
        if set(value) == {"missing"}:
            return MISSING[value["missing"]]
        if list(value) == list(around.parts):
            return ":".join(number_text(share) for share in value.values())
        return "; ".join(f"{part}={number_text(share)}" for part, share in value.items())
    return number_text(value)


def _read_baseline(words: str, around: Surroundings) -> Any:
    kind = next((kind for kind, label in MISSING.items() if fold_name(words) in (label, kind)), None)
    if kind is not None:
        return {"missing": kind}
    if "=" in words:
        mapping = decode_target(words, around.direction, around.parts)
        if "composition" in mapping:
            return mapping["composition"]
    if ":" in fold(words) and around.parts:
        shares = fold(words).split(":")
        if len(shares) == len(around.parts):
            return {part: read_number(share) for part, share in zip(around.parts, shares, strict=True)}
    return read_number(words)


MISSING = {
    "missing": "缺失",
    "planned": "计划中",
    "not-applicable": "不适用",
    "withheld": "不公开",
    "delegated": "由上级确定",
}


def _target(value: Any, around: Surroundings) -> str:
    words = encode_target(value, around.direction, around.parts)
    if words is None:
        raise ValueError
    return words


def _read_target(words: str, around: Surroundings) -> Any:
    return decode_target(words, around.direction, around.parts)


def _whole(value: Any, _: Surroundings) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return str(value)


def _date(value: Any, _: Surroundings) -> str:
    return str(value)


def _read_unit(words: str, _: Surroundings) -> str:
    try:
        check_unit(words)
    except UnitError as error:
        raise CellError(
            "unknown-unit",
            Text(
                zh=f"“{words}”不是能换算的单位代码",
                en=f"{words!r} is not a unit that can be converted: {error}",
            ),
            Text(
                zh="例如 percent、wan_hectare、tce / wan_yuan",
                en="For example percent, wan_hectare, tce / wan_yuan",
            ),
        ) from error
    return words


TEXT = Codec("text", _text_value, lambda words, _: words)
UNIT = Codec("unit", _text_value, _read_unit)
INTEGER = Codec("integer", _whole, lambda words, _: read_integer(words), (int,), numeric=True)
NAMES = Codec("names", _names, _read_names, (list,))
YES_NO = Codec("yes-no", _yes_no, _read_yes_no, (bool,))
DATE = Codec("date", _date, lambda words, _: read_date(words), (int, str, type(None)))
BASELINE = Codec("baseline", _baseline, _read_baseline, (int, float, dict), numeric=True)
TARGET = Codec("target", _target, _read_target, (dict,), numeric=True)


def _read_rest(words: str, _: Surroundings) -> Any:
    # The rest is exact without the mark.
    return JSON.read(_JSON + words.removeprefix(_JSON), Surroundings())


JSON = Codec("json", lambda value, _: "", _read_rest, (dict,))


def choice(name: str) -> Codec:
    """A codec for a field with a fixed set of values, shown by their labels in ``Surroundings.choices[name]``."""

    def encode(value: Any, around: Surroundings) -> str:
        labels = around.choices.get(name, {})
        return next((label for label, key in labels.items() if key == value), value)

    def decode(words: str, around: Surroundings) -> str:
        labels = around.choices.get(name, {})
        if not labels:
            return words
        folded = {fold_name(label): key for label, key in labels.items()} | {
            fold_name(key): key for key in labels.values()
        }
        found = folded.get(fold_name(words))
        if found is None:
            raise CellError(
                "not-a-choice",
                Text(zh=f"“{words}”不在可选项中", en=f"{words!r} is not one of the choices"),
                Text(zh=f"可选：{'、'.join(labels)}", en=f"Choose one of: {', '.join(labels)}"),
            )
        return found

    return Codec(f"choice:{name}", encode, decode)
