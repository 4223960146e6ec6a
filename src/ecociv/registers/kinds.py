"""What a kind of register (登记类别) declares: its fields, its key, its life cycle and who keeps it. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.people.roles import Role
from ecociv.standards.declared import Declared, LocalText, Unit

FieldType = Literal["text", "integer", "decimal", "date", "flag", "choice", "reference", "amounts"]
KeyRule = Literal["free", "unified-social-credit-code", "discharge-permit-number"]

_OWN_COLUMNS = frozenset({"key", "state", "valid-from", "document", "reason", "sample", "number", "on"})
_NAME = r"^[a-z][a-z0-9-]*$"


class Named(Declared):
    """A word of a register."""

    key: str = Field(pattern=_NAME)
    name: LocalText


class FieldRule(Named):
    """One field of an entry.

    ``amounts`` is a table of figures, one for each of the choices (kilograms a year by pollutant); ``reference`` holds
    the key of an entry of another kind. ``public`` is false for what only people of the zone and the holder read.
    """

    type: FieldType
    unit: Unit | None = None
    required: bool = False
    choices: tuple[Named, ...] = ()
    kind: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = Field(default=None, ge=0, le=9)
    pattern: str = ""
    longest: int = Field(default=500, ge=1, le=4000)
    public: bool = True
    help: LocalText | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type in ("choice", "amounts")) != bool(self.choices):
            raise ValueError(f"{self.key}: choices belong to the types choice and amounts, and to them alone")
        if (self.type == "reference") != bool(self.kind):
            raise ValueError(f"{self.key}: kind belongs to the type reference, and to it alone")
        if self.unit is not None and self.type not in ("integer", "decimal", "amounts"):
            raise ValueError(f"{self.key}: a {self.type} has no unit")
        if self.type in ("decimal", "amounts") and self.unit is None:
            raise ValueError(f"{self.key}: give the unit ('1' for a bare number)")
        if self.key in _OWN_COLUMNS:
            raise ValueError(f"{self.key}: every entry has a column of that name already; choose another")
        _once((one.key for one in self.choices), f"{self.key}: choice")
        return self

    def choice(self, key: str) -> Named | None:
        """A choice by its key."""
        return next((one for one in self.choices if one.key == key), None)


class State(Named):
    """A state of the life cycle; ``active``: the entry counts as being in force."""

    active: bool = True


class Move(Declared):
    """A move from one state to another, the bodies and roles that may make it (the keepers, where none are named)."""

    from_: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str
    name: LocalText
    roles: tuple[Role, ...] = ()
    bodies: tuple[str, ...] = ()
    document: bool = True


class Keepers(Declared):
    """Who enters and revises; bodies are named by the zone, successors beside them."""

    roles: tuple[Role, ...] = ()
    bodies: tuple[str, ...] = ()


class NumberRule(Declared):
    """The key of an entry: what it is called and how it is written."""

    name: LocalText
    rule: KeyRule = "free"
    pattern: str = ""
    help: LocalText | None = None
    example: str = ""


class Term(Declared):
    """The fields that say from when to when an entry runs."""

    from_: str = Field(alias="from")
    to: str


class Kind(Named):
    """A kind of thing on record.

    ``title`` is the field that names an entry; ``holder`` the field with the enterprise that it belongs to (``key``
    where the entry is the enterprise itself): its accounts read the entry whole.
    """

    about: LocalText
    number: NumberRule
    title: str
    holder: str = ""
    term: Term | None = None
    fields: tuple[FieldRule, ...] = Field(min_length=1)
    states: tuple[State, ...] = Field(min_length=1)
    initial: str
    moves: tuple[Move, ...] = ()
    keepers: Keepers = Keepers()
    public: bool = True
    citation: LocalText | None = None
    verified: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _once((one.key for one in self.fields), "field")
        _once((one.key for one in self.states), "state")
        named = {one.key: one for one in self.fields}
        if self.title not in named:
            raise ValueError(f"title: there is no field {self.title!r}")
        if self.holder not in ("", "key") and (
            self.holder not in named or named[self.holder].type != "reference"
        ):
            raise ValueError(f"holder: {self.holder!r} is no field that refers to another kind")
        if self.term is not None:
            for field in (self.term.from_, self.term.to):
                if field not in named or named[field].type != "date":
                    raise ValueError(f"term: {field!r} is no field that holds a day")
        states = {one.key for one in self.states}
        for state in (self.initial, *(s for move in self.moves for s in (*move.from_, move.to))):
            if state not in states:
                raise ValueError(f"there is no state {state!r}; there are: {', '.join(sorted(states))}")
        return self

    def field(self, key: str) -> FieldRule | None:
        """A field by its key."""
        return next((one for one in self.fields if one.key == key), None)

    def state(self, key: str) -> State | None:
        """A state by its key."""
        return next((one for one in self.states if one.key == key), None)

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that leave a state."""
        return tuple(move for move in self.moves if state in move.from_)

    def move(self, before: str, after: str) -> Move | None:
        """The move between two states, where one is allowed."""
        return next((move for move in self.moves_from(before) if move.to == after), None)

    def may_enter(self) -> Keepers:
        """Who enters and revises."""
        return self.keepers

    def may_move(self, move: Move) -> Keepers:
        """Who may make a move."""
        if move.roles or move.bodies:
            return Keepers(roles=move.roles, bodies=move.bodies)
        return self.keepers


class ZoneAddition(Declared):
    """What a zone adds to a national kind: its keeping bodies, further fields, states and moves."""

    extends: str
    bodies: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    states: tuple[State, ...] = ()
    moves: tuple[Move, ...] = ()


def extended(kind: Kind, addition: ZoneAddition) -> Kind:
    """The kind as the zone keeps it; a field, a state or a move that is there already is not replaced.

    Raises
    ------
    ValueError
        Where the two do not fit together.
    """
    keepers = Keepers(
        roles=(*kind.keepers.roles, *addition.roles), bodies=(*kind.keepers.bodies, *addition.bodies)
    )
    said = kind.model_copy(
        update={
            "keepers": keepers,
            "fields": (*kind.fields, *addition.fields),
            "states": (*kind.states, *addition.states),
            "moves": (*kind.moves, *addition.moves),
        }
    )
    return Kind.model_validate(said.model_dump(by_alias=True))


def _once(keys: object, what: str) -> None:
    seen: set[str] = set()
    for key in keys:  # type: ignore[attr-defined]
        if key in seen:
            raise ValueError(f"{what} {key!r} is declared twice")
        seen.add(key)
