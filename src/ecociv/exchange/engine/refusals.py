"""How the engine says no: a code for programs and a sentence for readers."""

from __future__ import annotations

from typing import NoReturn

from ecociv.core.text import Text


class Refused(ValueError):
    """A command that may not happen; nothing of it did."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


class EngineFault(RuntimeError):
    """The engine contradicts itself: what it holds must not be used any more."""


def refuse(code: str, zh: str, en: str) -> NoReturn:
    """Refuse the command at hand.

    Raises
    ------
    Refused
        Always.
    """
    raise Refused(code, Text(zh=zh, en=en))


def yuan(fen: int) -> str:
    """Fen as yuan for sentences.

    >>> yuan(6235), yuan(-5)
    ('62.35', '-0.05')
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
