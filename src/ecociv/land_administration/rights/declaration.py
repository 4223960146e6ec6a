"""The declared rules of registration. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from ecociv.evidence.declared import Declared, LocalText, read_declaration

Event = Literal["first", "change", "transfer", "correction", "cancellation"]


class Named(Declared):
    """A word of the register."""

    key: str
    name: LocalText


class RightKind(Named):
    """A right; ``whole``: its shares add up to one, and a unit without a holder of it is not complete."""

    whole: bool


class Overlap(Declared):
    """Two kinds of unit that may lie over one another; ``*`` is any kind."""

    kinds: tuple[str, str]
    citation: LocalText
    verified: bool = False

    def allows(self, one: str, other: str) -> bool:
        """Whether this is about the two kinds, in either order."""
        return any(
            all(pattern in ("*", kind) for pattern, kind in zip(self.kinds, pair, strict=True))
            for pair in ((one, other), (other, one))
        )


class Tolerance(Declared):
    """The area up to which an overlap counts as the inexactness of a shared boundary."""

    area_m2: Decimal
    citation: LocalText
    verified: bool = False


class Notice(Declared):
    """The public notice that some registrations need."""

    working_days: int = Field(gt=0)
    for_: tuple[Event, ...] = Field(alias="for")
    valid_from: dt.date
    citation: LocalText
    verified: bool = False


class Rules(Declared):
    """Everything that registration has to obey."""

    rights: tuple[RightKind, ...]
    party_kinds: tuple[Named, ...]
    restrictions: tuple[Named, ...]
    may_overlap: tuple[Overlap, ...]
    tolerance: Tolerance
    notice: Notice

    def right(self, key: str) -> RightKind | None:
        """A right by its key."""
        return next((one for one in self.rights if one.key == key), None)

    def overlap_allowed(self, one: str, other: str) -> bool:
        """Whether units of two kinds may lie over one another.

        >>> rules().overlap_allowed("forest", "mineral"), rules().overlap_allowed("forest", "water")
        (True, False)
        """
        return any(each.allows(one, other) for each in self.may_overlap)


@lru_cache(maxsize=1)
def rules() -> Rules:
    """The rules as declared beside this file."""
    return read_declaration(Path(__file__).with_name("rules.yaml"), Rules)
