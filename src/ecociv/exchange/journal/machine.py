"""What the journal asks of the machine whose commands it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Machine(Protocol):
    """A deterministic machine: the same commands at the same times give the same outcomes and the same state."""

    def apply(self, command: Mapping[str, Any], at: int) -> Mapping[str, Any]:
        """Take one command; the outcome is plain, and a refused command changes nothing."""
        ...

    def digest(self) -> str:
        """SHA-256 of the canonical text of the dump."""
        ...

    def dump(self) -> Any:
        """The whole state as plain values."""
        ...

    def load(self, state: Any) -> None:
        """Take over the state of a dump; only for a machine that has done nothing yet."""
        ...

    def drain(self) -> Any:
        """What changed since the last call, for the projections."""
        ...


class Projector(Protocol):
    """Writes what changed into tables that pages and queries read."""

    def write(self, venue: str, changes: Any) -> None:
        """Within the transaction that writes the journal."""
        ...

    def clear(self, venue: str) -> None:
        """Remove all rows of a venue, before they are written anew from the journal."""
        ...
