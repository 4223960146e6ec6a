"""What senders share: counts of what was sent, and an end that is always reached."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class ChannelError(RuntimeError):
    """The receiver cannot be reached, or the zone does not declare what the channel needs."""


class Counted:
    """Counts of a sender, and an end that is always reached."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {"sent": 0, "acknowledged": 0, "refused": 0}

    def period_ends(self) -> None:
        """Nothing to do between periods."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
