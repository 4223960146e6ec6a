"""What a zone declares in ``gep.yaml``: the lines of its ecosystem product, their inputs, prices and uncertainties. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from ecociv.accounts.declared_beside import Cells, Nothing
from ecociv.accounts.forms import Basis, Name
from ecociv.accounts.gep.methods import METHODS
from ecociv.core.text import Text
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    NotDeclared,
    Unit,
    zone_declaration_if_any,
)
from ecociv.standards.natural_capital import Category

FILE = "gep.yaml"
RECORDED, STATED = "recorded", "stated"

Relative = Field(default=Decimal(0), ge=0, le=3)


class Coefficient(Declared):
    """A figure that is not measured here, used by one line or by several.

    Attributes
    ----------
    uncertainty : Decimal
        Relative standard uncertainty, 0.2 for 20 %: of a declared judgement where no source gives one.
    """

    name: Name
    value: Decimal
    unit: Unit
    uncertainty: Decimal = Relative
    basis: Basis


class GepPrice(Declared):
    """A unit price: a published one by name and edition, or a value with its unit and document."""

    name: Name
    published: str = ""
    edition: str = ""
    value: Decimal | None = Field(default=None, ge=0)
    unit: str = ""
    uncertainty: Decimal = Relative
    basis: Basis | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.published) == (self.value is not None):
            raise ValueError("give either published (with edition) or value (with unit and basis)")
        if self.value is not None and not (self.unit and self.basis):
            raise ValueError("a price of the zone has a unit and a basis")
        return self


class GepInput(Declared):
    """Where an input comes from: exactly one of return, layer, coefficient, none.

    Attributes
    ----------
    places : tuple of str
        Places whose figures are added up; the area itself, when not given.
    group : str
        The same as a group of ``_places.yaml``.
    uncertainty : Decimal
        Relative standard uncertainty of what is reported or measured.
    """

    return_: str = Field(default="", alias="return")
    cells: Cells = ()
    less: Cells = ()
    group: str = ""
    layer: str = ""
    classes: Cells = ()
    coefficient: str = ""
    none: Nothing | None = None
    uncertainty: Decimal = Relative

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [bool(self.return_), bool(self.layer), bool(self.coefficient), self.none is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of return, layer, coefficient, none")
        if self.return_ and not self.cells:
            raise ValueError("cells names the cells of the return")
        if self.layer and not self.classes:
            raise ValueError("classes names the classes of the layer")
        return self


class GepLineDeclared(Declared):
    """A line: what nature gives, how much of it, at which price.

    Attributes
    ----------
    method : str
        Name of a way to quantify, ``recorded`` (input ``quantity``, in `unit`) or ``stated`` (input ``value``, in yi_yuan).
    price : str
        Key of a price; none where the value is stated.
    """

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    category: Category
    service: Name
    indicator: Name
    method: str
    options: dict[str, str] = Field(default_factory=dict)
    inputs: dict[str, GepInput]
    unit: str = ""
    price: str = ""
    note: LocalText | None = None

    @model_validator(mode="after")
    def _fits_the_method(self) -> Self:
        if self.method in (RECORDED, STATED):
            wanted = {"quantity" if self.method == RECORDED else "value"}
            optional: frozenset[str] = frozenset()
            options: dict[str, tuple[str, ...]] = {}
        elif self.method in METHODS:
            method = METHODS[self.method]
            wanted, optional, options = set(method.inputs), method.optional, dict(method.options)
        else:
            raise ValueError(f"{self.method!r} is no method; methods: {', '.join([RECORDED, STATED, *METHODS])}")
        if set(self.inputs) - wanted or wanted - optional - set(self.inputs):
            raise ValueError(f"{self.method} takes the inputs {', '.join(sorted(wanted))}")
        for name, choices in options.items():
            if self.options.get(name) not in choices:
                raise ValueError(f"options.{name} is one of: {', '.join(choices)}")
        if strange := sorted(set(self.options) - set(options)):
            raise ValueError(f"no option {', '.join(strange)}")
        if (self.method == STATED) == bool(self.price):
            raise ValueError("a stated value has no price, every other line has one")
        if (self.method == RECORDED) != bool(self.unit):
            raise ValueError("unit is given for recorded quantities, and only for them")
        return self


class ZoneGep(Declared):
    """The ecosystem product of a zone.

    Attributes
    ----------
    draws, seed : int
        How many draws the interval rests on, and from which seed.
    level : Decimal
        Coverage of the interval.
    """

    zone: str
    first_year: int
    last_year: int | None = None
    areas: str = "counties"
    basis: Basis
    note: LocalText | None = None
    draws: int = Field(default=4000, ge=200, le=100_000)
    seed: int = Field(default=20151127, ge=0)
    level: Decimal = Field(default=Decimal("0.90"), gt=0, lt=1)
    coefficients: dict[str, Coefficient] = Field(default_factory=dict)
    prices: dict[str, GepPrice] = Field(default_factory=dict)
    lines: tuple[GepLineDeclared, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        keys = [line.key for line in self.lines]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"lines declared twice: {', '.join(twice)}")
        for line in self.lines:
            if line.price and line.price not in self.prices:
                raise ValueError(f"{line.key}: no price {line.price!r}; prices: {', '.join(self.prices)}")
            for name, source in line.inputs.items():
                if source.coefficient and source.coefficient not in self.coefficients:
                    raise ValueError(f"{line.key}.{name}: no coefficient {source.coefficient!r}")
        return self


class GepNotDeclared(NotDeclared):
    """The zone declares no ecosystem product."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone, Text(zh="生态系统生产总值", en="ecosystem product"), FILE)


def load_gep(zone: str) -> ZoneGep:
    """The lines that a zone declares.

    Raises
    ------
    GepNotDeclared
        Where it has no ``gep.yaml``.
    ecociv.evidence.declared.DeclarationError
        With file and line of each fault.
    """
    found = zone_declaration_if_any(zone, FILE, ZoneGep)
    if found is None:
        raise GepNotDeclared(zone)
    return found
