"""What a file (YAML or JSON) says of a unit: parties, holdings, restrictions, amounts. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from ecociv.evidence.declared import DeclarationError, Declared, read_declaration
from ecociv.land_administration.rights.state import Holding, Party, Restriction, UnitState, share_of

LARGEST = 2 * 1024**2
"""Bytes of a statement."""


def _share(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("write a share as 1, 1/3 or 0.25")
    return share_of(str(value))


def _amount(value: object) -> tuple[str, str]:
    if (
        not isinstance(value, (list, tuple))
        or len(value) != 2
        or not all(isinstance(one, str) for one in value)
    ):
        raise ValueError('write an amount as ["120000", "m3"]: the figure and its unit, both as text')
    return str(value[0]), str(value[1])


class PartySaid(Declared):
    """A party; ``key`` is how holdings name it, and may be left out where they name it by its name."""

    name: str = Field(min_length=1, max_length=120)
    kind: str
    identifier: str = Field(default="", max_length=40)
    key: str = Field(default="", pattern=r"^[a-z0-9-]*$", max_length=40)


class HoldingSaid(Declared):
    """A share of a right, held by a party named by key or by name."""

    right: str
    party: str
    share: Annotated[Any, BeforeValidator(_share)] = Fraction(1)
    until: dt.date | None = None


class RestrictionSaid(Declared):
    """A restriction and its document."""

    kind: str
    text: str = Field(max_length=500)
    document: str = Field(max_length=200)
    until: dt.date | None = None


class UnitStatement(Declared):
    """Everything that the register is to say of a unit."""

    name: str = Field(min_length=1, max_length=120)
    parties: tuple[PartySaid, ...]
    holdings: tuple[HoldingSaid, ...]
    restrictions: tuple[RestrictionSaid, ...] = ()
    quantities: dict[str, Annotated[tuple[str, str], BeforeValidator(_amount)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _parties_can_be_told_apart(self) -> Self:
        unkeyed = [one.name for one in self.parties if not one.key]
        for name in unkeyed:
            if unkeyed.count(name) > 1:
                raise ValueError(f"two parties are named {name}: give each a key")
        return self

    def state(self, before: UnitState | None = None) -> UnitState:
        """As the register keeps it; parties that it knows keep their keys."""
        known = {(one.name, one.identifier): one.key for one in before.parties} if before else {}
        parties: list[Party] = []
        by_word: dict[str, str] = {}
        taken = {one.key for one in self.parties if one.key} | set(known.values())
        for said in self.parties:
            name, identifier = said.name.strip(), said.identifier.strip()
            key = said.key or known.get((name, identifier), "")
            if not key:
                key = next(one for n in range(1, len(taken) + 2) if (one := f"p{n}") not in taken)
                taken.add(key)
            parties.append(Party(key, name, said.kind, identifier))
            by_word.setdefault(name, key)
            by_word[key] = key
        return UnitState(
            self.name.strip(),
            tuple(parties),
            tuple(
                Holding(one.right, by_word.get(one.party, one.party), one.share, one.until)
                for one in self.holdings
            ),
            tuple(
                Restriction(one.kind, one.text.strip(), one.document.strip(), one.until)
                for one in self.restrictions
            ),
            dict(self.quantities),
        )


class TransferStatement(Declared):
    """What a transfer says: which share of which right passes from whom to whom."""

    right: str
    giver: str
    taker: PartySaid
    share: Annotated[Any, BeforeValidator(_share)]

    def parties_in(self, state: UnitState) -> tuple[str, Party]:
        """Key of the giver, and the taker, as the register knows or will know them.

        Raises
        ------
        DeclarationError
            When nobody, or more than one party, bears the giver's name.
        """
        givers = [one.key for one in state.parties if self.giver in (one.key, one.name)]
        if len(givers) != 1:
            there = ", ".join(f"{one.key} {one.name}" for one in state.parties)
            raise DeclarationError(f"giver: {self.giver!r} names {len(givers)} parties; there are: {there}.")
        name, identifier = self.taker.name.strip(), self.taker.identifier.strip()
        same = [one for one in state.parties if (one.name, one.identifier) == (name, identifier)]
        if same:
            return givers[0], same[0]
        taken = {one.key for one in state.parties}
        key = self.taker.key or next(one for n in range(1, len(taken) + 2) if (one := f"p{n}") not in taken)
        if key in taken:
            raise DeclarationError(
                f"taker: the key {key!r} is another party's; leave it out or choose another."
            )
        return givers[0], Party(key, name, self.taker.kind, identifier)


def read_statement(path: Path) -> UnitStatement:
    """A statement from a YAML or JSON file.

    Raises
    ------
    DeclarationError
        With file, line and field of each fault.
    """
    return read_declaration(checked_file(path), UnitStatement)


def read_transfer(path: Path) -> TransferStatement:
    """A transfer from a YAML or JSON file; errors as :func:`read_statement`."""
    return read_declaration(checked_file(path), TransferStatement)


def statement_of(state: UnitState) -> Mapping[str, Any]:
    """A state as a statement says it: what `rights show` prints can be changed and sent back."""
    return {
        "name": state.name,
        "parties": [
            {"key": one.key, "name": one.name, "kind": one.kind}
            | ({"identifier": one.identifier} if one.identifier else {})
            for one in state.parties
        ],
        "holdings": [
            {"right": one.right, "party": one.party, "share": str(one.share)}
            | ({"until": one.until.isoformat()} if one.until else {})
            for one in state.holdings
        ],
        "restrictions": [
            {"kind": one.kind, "text": one.text, "document": one.document}
            | ({"until": one.until.isoformat()} if one.until else {})
            for one in state.restrictions
        ],
        "quantities": {key: list(value) for key, value in (state.quantities or {}).items()},
    }


def checked_file(path: Path) -> Path:
    """The path of a statement that can be read as text and is not too large; DeclarationError otherwise."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise DeclarationError(f"{path.name}: {size} bytes; a statement has at most {LARGEST}.")
        path.read_text(encoding="utf-8")
    except OSError as error:
        raise DeclarationError(f"{path.name}: it cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{path.name}: it is not text in UTF-8.") from error
    return path
