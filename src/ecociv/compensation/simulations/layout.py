"""The terms of an agreement laid out for a form: groups of fields with what is in force in which years. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ecociv.compensation.agreements.declaration import Version
from ecociv.compensation.simulations.catalogue import (
    FORMULAS,
    GENERAL_TERMS,
    PAYING_TERMS,
    PER_MULTIPLE,
    PER_TONNE,
    PROPERTY,
    SECTION_TERMS,
    Term,
    formula_terms,
    item_terms,
    step_terms,
)
from ecociv.compensation.simulations.terms import value_at
from ecociv.core.text import Text
from ecociv.core.trace import Citation


@dataclass(frozen=True, slots=True)
class Spell:
    """What is in force from one year to another; ``value`` is none where the agreement does without it."""

    first: int
    last: int
    value: str | None

    @property
    def years(self) -> str:
        """The years in figures."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Field:
    """One term as a field.

    ``in_force`` is empty where the term belongs to another formula, to an item or to a step that is added.
    """

    path: str
    term: Term
    in_force: tuple[Spell, ...]
    citation: Citation | None

    @property
    def own(self) -> bool:
        """Whether it stands in no version in force, so that a required one has to be written."""
        return not self.in_force


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together.

    Attributes
    ----------
    key : str
        The path that they have in common.
    removable : bool
        Whether it can be left out: an item, a step.
    adds : str
        Path of the list to which a step can be added; empty for none.
    """

    key: str
    title: Text
    fields: tuple[Field, ...]
    removable: bool = False
    own: bool = False
    adds: str = ""
    steps: tuple[Group, ...] = ()

    def all_fields(self) -> Iterator[Field]:
        """Its fields and those of its steps."""
        yield from self.fields
        for step in self.steps:
            yield from step.all_fields()

    def all_groups(self) -> Iterator[Group]:
        """Itself and its steps."""
        yield self
        yield from self.steps


@dataclass(frozen=True)
class Layout:
    """Every term of a variant, from the versions of its years and the shape of its formula."""

    versions: Mapping[int, Version]
    content: Mapping[str, Any]
    replaced: bool
    measured: Mapping[str, Text] = field(default_factory=dict)

    @property
    def reference(self) -> Version:
        """The newest version of the years compared."""
        return self.versions[max(self.versions)]

    @cached_property
    def _contents(self) -> Mapping[int, Mapping[str, Any]]:
        return {id(version): version.content() for version in self.versions.values()}

    def groups(self) -> tuple[Group, ...]:
        """All groups, in the order in which an agreement says them."""
        kind = self.content["formula"]["kind"]
        general = self._fields("formula", formula_terms(kind))
        found = [
            Group(
                "formula",
                FORMULAS[kind],
                general,
                adds=_PAYS if kind == "p-index" else "",
                steps=self._paying(),
            )
        ]
        found += [self._item(key, said) for key, said in self.content["formula"]["items"].items()]
        for at, section in enumerate(self.reference.sections):
            found.append(
                Group(f"sections.{at}", section.label, self._fields(f"sections.{at}", SECTION_TERMS))
            )
        for title, chosen in _PARTS:
            fields = tuple(
                self._field(path, term) for path, term in GENERAL_TERMS.items() if term.part in chosen
            )
            found.append(Group(chosen[0], title, fields))
        return tuple(found)

    def in_force(self, path: str) -> tuple[Spell, ...]:
        """What the versions say of a term, years with the same value together."""
        if self.replaced and path.startswith("formula."):
            return ()
        found: list[Spell] = []
        for year in sorted(self.versions):
            try:
                said = value_at(self._contents[id(self.versions[year])], path)
            except KeyError:
                if not path.startswith("cap."):
                    continue
                said = None
            value = None if said is None else str(said)
            if found and found[-1].last == year - 1 and found[-1].value == value:
                found[-1] = Spell(found[-1].first, year, value)
            else:
                found.append(Spell(year, year, value))
        return tuple(found)

    def _item(self, key: str, said: Mapping[str, Any]) -> Group:
        formula, path = self.content["formula"], f"formula.items.{key}"
        unit = PER_MULTIPLE if formula.get("method") == "multiple" else PER_TONNE
        own = self.replaced or not self.in_force(f"{path}.property")
        terms = item_terms(formula["kind"], unit)
        if own:
            # What the agreement measures can be carried over, also where no evidence of it has come yet.
            carried = {said["property"]: Text.from_mapping(said["name"])} if said.get("property") else {}
            choices = tuple((carried | dict(self.measured)).items())
            terms = {"property": Term(PROPERTY.label, PROPERTY.help, PROPERTY.part, choices=choices)} | terms
        stepped = formula["kind"] == "exceedance"
        steps = tuple(
            self._row(f"{path}.steps.{at}", step_terms(unit), at)
            for at in range(len(said.get("steps") or ()))
        )
        return Group(
            path,
            Text.from_mapping(said["name"]),
            self._fields(path, terms),
            removable=formula["kind"] != "p-index",
            own=own,
            adds=f"{path}.steps" if stepped else "",
            steps=steps if stepped else (),
        )

    def _paying(self) -> tuple[Group, ...]:
        rows = self.content["formula"].get("downstream_pays") or ()
        return tuple(self._row(f"{_PAYS}.{at}", PAYING_TERMS, at) for at in range(len(rows)))

    def _row(self, path: str, terms: Mapping[str, Term], at: int) -> Group:
        fields = self._fields(path, terms)
        title = Text(zh=f"第 {at + 1} 档", en=f"Step {at + 1}")
        return Group(path, title, fields, removable=True, own=all(one.own for one in fields))

    def _fields(self, path: str, terms: Mapping[str, Term]) -> tuple[Field, ...]:
        return tuple(self._field(f"{path}.{leaf}", term) for leaf, term in terms.items())

    def _field(self, path: str, term: Term) -> Field:
        spells = self.in_force(path)
        return Field(path, term, spells, self.reference.clause(term.part) if spells else None)


_PAYS = "formula.downstream_pays"
_PARTS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (Text(zh="数据有效性", en="Readings"), ("readings",)),
    (Text(zh="封顶、起付与周期", en="Caps, least amount, period"), ("cap", "least", "calendar")),
)
