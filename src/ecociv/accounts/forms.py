"""The national forms of the accounts: columns, rows with their side and cause, units, grades. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.evidence.declared import Declared, LocalText, Unit, read_declaration
from ecociv.standards.natural_capital import Change, pilot_form, pilot_forms

Side = Literal["opening", "add", "reduce", "closing", "flow"]
OPENING, CLOSING = "opening", "closing"


def _pair(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(one, str) for one in value):
        return Text(*value)
    raise ValueError("give the Chinese and the English name, as [耕地, Cultivated land]")


Name = Annotated[Text, BeforeValidator(_pair), PlainSerializer(lambda text: [text.zh, text.en])]


class Row(Declared):
    """A row of an account: its side, and the row of the SEEA central framework that it belongs to."""

    side: Side
    flow: str
    name: Name

    @model_validator(mode="before")
    @classmethod
    def _four(cls, value: object) -> object:
        if isinstance(value, list | tuple):
            if len(value) != 4:
                raise ValueError("a row is [side, SEEA row, Chinese, English]")
            return {"side": value[0], "flow": value[1], "name": list(value[2:])}
        return value

    @model_validator(mode="after")
    def _flow_fits(self) -> Self:
        if self.side in ("add", "reduce"):
            if self.flow not in set(Change):
                raise ValueError(f"{self.flow!r} is no row of an asset account; rows: {', '.join(Change)}")
            if Change(self.flow).adds is not (self.side == "add"):
                raise ValueError(f"{self.flow} does not belong to the side {self.side!r}")
        return self


class Basis(Declared):
    """The document that defines an account."""

    standard: str
    clause: str = ""
    year: int | None = None
    verified: bool = False

    @property
    def citation(self) -> Citation:
        """As a citation."""
        return Citation(self.standard, self.clause, self.year, self.verified)


class AccountForm(Declared):
    """One account as it is laid down.

    Attributes
    ----------
    pilot : str
        Key of the form of the 2015 pilot that gives columns and rows; empty where they stand here.
    flows : dict of str to str
        SEEA row of each row of the pilot form.
    kind : str
        ``stock``: opening + additions - reductions = closing; ``flow``: amounts of the year that add up.
    total_constant : bool
        Whether the sum of the columns stays from year to year, unless the boundary changed.
    """

    resource: str
    pilot: str = ""
    title: LocalText | None = None
    unit: Unit = ""
    kind: Literal["stock", "flow"]
    decimals: int = Field(ge=0, le=8)
    total_constant: bool = False
    columns: dict[str, Name] = Field(default_factory=dict)
    rows: dict[str, Row] = Field(default_factory=dict)
    flows: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_pilot(cls, value: object) -> object:
        if not isinstance(value, dict) or not value.get("pilot"):
            return value
        key = str(value["pilot"])
        if key not in pilot_forms():
            raise ValueError(f"{key!r} is no form of the pilot; forms: {', '.join(pilot_forms())}")
        if wrong := sorted({"title", "unit", "columns", "rows"} & set(value)):
            raise ValueError(f"{', '.join(wrong)}: the form of the pilot gives these")
        form = pilot_form(key)
        flows = dict(value.get("flows") or {})
        changes = [row for row, side in form.sides.items() if side in ("add", "reduce")]
        if set(flows) != set(changes):
            raise ValueError(f"flows names the SEEA row of each of: {', '.join(changes)}")
        rows = {
            row: {"side": side, "flow": flows.get(row, side), "name": form.rows[row]}
            for row, side in form.sides.items()
        }
        return {**value, "title": form.title, "unit": form.unit, "columns": dict(form.columns), "rows": rows}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.title is None or not self.unit:
            raise ValueError("title and unit are needed where no form of the pilot is named")
        sides = [row.side for row in self.rows.values()]
        if self.kind == "stock" and (sides.count("opening"), sides.count("closing")) != (1, 1):
            raise ValueError("an account of stocks has one opening and one closing row")
        if self.kind == "stock" and (
            self.rows.get(OPENING, None) is None or self.rows.get(CLOSING, None) is None
        ):
            raise ValueError("the rows of opening and closing go by these names")
        if (self.kind == "flow") != ("flow" in sides) or (self.kind == "flow" and set(sides) != {"flow"}):
            raise ValueError("an account of flows has rows of the side flow, and no others")
        return self

    @property
    def name(self) -> Text:
        """Title in both languages."""
        assert self.title is not None
        return self.title

    def rows_of(self, side: Side) -> tuple[str, ...]:
        """Keys of the rows of a side, in their order."""
        return tuple(key for key, row in self.rows.items() if row.side == side)


class Grades(Declared):
    """The declared rule of confidence: a letter by kind of source, lowered by marks."""

    order: tuple[str, ...] = Field(min_length=2)
    sources: dict[str, str]
    lowered: dict[str, int]
    names: dict[str, LocalText]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if strange := sorted(set(self.sources.values()) - set(self.order)):
            raise ValueError(f"order does not have {', '.join(strange)}")
        if set(self.names) != set(self.order):
            raise ValueError(f"names gives each of {', '.join(self.order)}")
        return self

    def grade(self, source: str, marks: frozenset[str] = frozenset()) -> str:
        """The grade of a cell.

        >>> rule = national().grades
        >>> rule.grade("layer"), rule.grade("layer", frozenset({"older"})), rule.grade("return", frozenset({"estimate"}))
        ('A', 'B', 'D')
        """
        place = self.order.index(self.sources[source]) + sum(self.lowered[mark] for mark in marks)
        return self.order[min(place, len(self.order) - 1)]

    def worst(self, grades: Mapping[str, object] | tuple[str, ...] | frozenset[str]) -> str:
        """The lowest of some grades; empty for none."""
        places = [self.order.index(one) for one in grades if one]
        return self.order[max(places)] if places else ""


class IntensityForm(Declared):
    """What an account holds for each unit of another, at both ends of the year: opening, change, closing.

    Attributes
    ----------
    stock, by : str
        The two accounts; the columns are those that both have.
    """

    title: LocalText
    stock: str
    by: str
    columns: tuple[str, ...] = Field(min_length=1)
    unit: Unit
    decimals: int = Field(ge=0, le=8)
    rows: dict[Literal["opening", "change", "closing"], Name]
    basis: Basis


class National(Declared):
    """All national forms."""

    basis: Basis
    accounts: dict[str, AccountForm]
    intensities: dict[str, IntensityForm] = Field(default_factory=dict)
    grades: Grades

    @model_validator(mode="after")
    def _of_accounts(self) -> Self:
        for key, form in self.intensities.items():
            for account in (form.stock, form.by):
                if account not in self.accounts:
                    raise ValueError(f"{key}: {account!r} is no account; accounts: {', '.join(self.accounts)}")
                if strange := sorted(set(form.columns) - set(self.accounts[account].columns)):
                    raise ValueError(f"{key}: {account} has no column {', '.join(strange)}")
        return self

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """The resources, in their order."""
        return tuple(dict.fromkeys(form.resource for form in self.accounts.values()))


@lru_cache(maxsize=1)
def national() -> National:
    """The forms in ``national.yaml``.

    Raises
    ------
    ecociv.evidence.declared.DeclarationError
        With file and line of each fault.

    Examples
    --------
    >>> land = national().accounts["land"]
    >>> land.name.zh, land.unit, land.rows["human_addition"].side, list(land.columns)[:2]
    ('土地资源存量及变动表', 'hectare', 'add', ['cultivated', 'garden'])
    """
    return read_declaration(Path(__file__).parent / "national.yaml", National)
