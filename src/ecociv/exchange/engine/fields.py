"""What a command must hold, looked at before anything happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ecociv.exchange.engine.refusals import refuse

WORD, DOCUMENT, DAY, TABLE, SIDE, FLAG = "word", "document", "day", "table", "side", "flag"
WORDS = "words"
POSITIVE, COUNT, MOMENT = "positive", "count", "moment"
_LONGEST = {WORD: 120, DOCUMENT: 300}
_MOST_WORDS = 50
_WITHIN = {POSITIVE: (1, 10**15), COUNT: (0, 10**15), MOMENT: (0, 10**17)}
"""Ten trillion yuan in fen are beyond any sum of a zone; a moment in microseconds reaches beyond the year 5000."""


def read(
    command: Mapping[str, Any], needed: Mapping[str, str], optional: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """The command itself, when it holds what is needed, nothing unknown, and everything of its kind.

    Raises
    ------
    Refused
        With the code ``malformed`` and the key.
    """
    optional = optional or {}
    for key in command:
        if key not in needed and key not in optional and key != "kind":
            refuse("malformed", f"指令含不认识的项“{key}”。", f"The command has an unknown key {key!r}.")
    for names, must in ((needed, True), (optional, False)):
        for key, wanted in names.items():
            if key not in command:
                if must:
                    refuse("malformed", f"指令缺少“{key}”。", f"The command lacks {key!r}.")
                continue
            _check(key, command[key], wanted)
    return command


def _check(key: str, value: Any, wanted: str) -> None:
    if wanted in _LONGEST:
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST[wanted]:
            refuse(
                "malformed",
                f"“{key}”应为1至{_LONGEST[wanted]}个字的文字。",
                f"{key!r} is a text of 1 to {_LONGEST[wanted]} characters.",
            )
    elif wanted in _WITHIN:
        least, largest = _WITHIN[wanted]
        if type(value) is not int or not least <= value <= largest:
            refuse(
                "malformed",
                f"“{key}”应为{least}至{largest}的整数，而不是{value!r}。",
                f"{key!r} is a whole number from {least} to {largest}, not {value!r}.",
            )
    elif wanted == WORDS:
        if not isinstance(value, list | tuple) or len(value) > _MOST_WORDS or len(set(map(str, value))) < len(value):
            refuse(
                "malformed",
                f"“{key}”应为最多{_MOST_WORDS}个互不相同的文字。",
                f"{key!r} is a list of at most {_MOST_WORDS} different texts.",
            )
        for each in value:
            _check(key, each, WORD)
    elif wanted == DAY:
        if not isinstance(value, str) or not _is_day(value):
            refuse("malformed", f"“{key}”应为2017-06-21这样的日期。", f"{key!r} is a day such as 2017-06-21.")
    elif wanted == SIDE:
        if value not in ("buy", "sell"):
            refuse("malformed", f"“{key}”应为buy或sell。", f"{key!r} is 'buy' or 'sell', not {value!r}.")
    else:
        made = {TABLE: Mapping, FLAG: bool}[wanted]
        if not isinstance(value, made):
            refuse("malformed", f"“{key}”的类型不对。", f"{key!r} is of the wrong kind: a {wanted} is expected.")


_LONG_TEXTS = frozenset(
    ("document", "source", "claim", "giver_claim", "taker_claim", "citation_zh", "citation_en")
)


def bounded(value: Any, key: str = "movement") -> None:
    """Refuse texts and numbers within a table that the tables of the exchange could not hold."""
    if isinstance(value, str) and len(value) > _LONGEST[DOCUMENT if key in _LONG_TEXTS else WORD]:
        refuse("malformed", f"“{key}”的文字过长。", f"The text of {key!r} is too long.")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            bounded(each, str(name))
    elif isinstance(value, list | tuple):
        for each in value:
            bounded(each, key)
    elif isinstance(value, int) and abs(value) > _WITHIN[POSITIVE][1]:
        refuse("malformed", f"“{key}”的数值过大。", f"The number of {key!r} is too large.")


def one_of(command: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
    """A word out of a list."""
    value = command.get(key)
    words = list(allowed)
    if value not in words:
        refuse(
            "malformed",
            f"“{key}”应为{'、'.join(words)}之一。",
            f"{key!r} is one of {', '.join(words)}, not {value!r}.",
        )
    return str(value)


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
