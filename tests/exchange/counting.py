"""A machine small enough to see through: it adds, refuses what is negative, and breaks where it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecociv.core.digests import digest_of_json


class Counting:
    """Adds ``by`` to a total."""

    def __init__(self) -> None:
        self.total = 0
        self.seen: list[int] = []

    def apply(self, command: Mapping[str, Any], at: int) -> dict[str, Any]:
        if command["kind"] == "break":
            self.total += 1_000_000  # a machine that fails has half done something
            raise RuntimeError("broken as told")
        if command["by"] < 0:
            return {"ok": False, "code": "negative"}
        self.total += command["by"]
        self.seen.append(command["by"])
        return {"ok": True, "total": self.total, "at": at}

    def digest(self) -> str:
        return digest_of_json(self.dump())

    def dump(self) -> Any:
        return {"total": self.total}

    def load(self, state: Any) -> None:
        self.total = state["total"]

    def drain(self) -> list[int]:
        seen, self.seen = self.seen, []
        return seen


class Kept:
    """Remembers what was written, as tables would."""

    def __init__(self) -> None:
        self.written: list[int] = []

    def write(self, venue: str, changes: Any) -> None:
        self.written += changes

    def clear(self, venue: str) -> None:
        self.written.clear()
