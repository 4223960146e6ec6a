"""What is handed to the journal, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text

LONGEST_KEY, LONGEST_ACTOR = 120, 150
"""Characters of an idempotency key and of the name of a sender."""


class KeyReused(ValueError):
    """An idempotency key came again with another command, or from somebody else."""

    def __init__(self, key: str) -> None:
        self.text = Text(
            zh=f"幂等键“{key}”已用于另一条指令；新的指令请换用新的键。",
            en=f"The key {key!r} was used for another command; give a new command a new key.",
        )
        super().__init__(self.text.en)


class JournalUnavailable(RuntimeError):
    """The command could not be written; whether it was is told by sending it again with the same key."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command came to, on the disk.

    Attributes
    ----------
    sequence : int
        Its place in the journal.
    at : int
        When it was taken, microseconds since 1970 UTC.
    outcome : Mapping
        As the machine gave it.
    repeated : bool
        Whether the command had been taken before under the same key: nothing was done this time.
    """

    sequence: int
    at: int
    outcome: Mapping[str, Any]
    repeated: bool = False


Also = Callable[[Receipt], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """One command on its way into the journal.

    Attributes
    ----------
    command : Mapping
        Plain values with a ``kind``.
    key : str
        Idempotency key: sent again with the same key, a command gives its first outcome and does nothing.
    actor : str
        Who sends it.
    at : int or None
        When it was taken, for what is loaded from elsewhere; never before the entry before. The clock otherwise.
    also : callable or None
        Run in the same transaction once the outcome is known (an entry in the record of changes); not when repeated.
    """

    command: Mapping[str, Any]
    key: str
    actor: str = ""
    at: int | None = None
    also: Also | None = None
