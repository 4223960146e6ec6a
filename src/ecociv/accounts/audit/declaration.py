"""How an audit compares, attributes and proposes, as dated data; and what a zone adds. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.accounts.audit.methods import Reading, Wider, every_method, refuse_overlap
from ecociv.accounts.forms import Basis, national
from ecociv.core.periods import OutsideValidity, Validity
from ecociv.core.text import Text
from ecociv.evidence.declared import (
    Declared,
    LocalText,
    read_declaration,
    zone_declaration_if_any,
)

ZONE_FILE = "audit.yaml"
RECORDS = "records"


class Measure(Declared):
    """One figure by which a term is judged.

    Attributes
    ----------
    columns : tuple of str
        Columns of the account, added up.
    of : tuple of str
        For a share: the columns of which they are a part, in percent. Changes are then percentage points.
    better : str
        Which way is better.
    material : Decimal
        Smallest change that counts: a share of the opening, or percentage points of a share.
    weather : str
        Key of the method that takes the weather out; empty where there is none.
    """

    name: LocalText
    account: str
    columns: tuple[str, ...] = Field(min_length=1)
    of: tuple[str, ...] = ()
    better: Literal["increase", "decrease"]
    material: Decimal = Field(ge=0)
    weather: str = ""

    @property
    def share(self) -> bool:
        """Whether it is a share in percent."""
        return bool(self.of)


class Weather(Declared):
    """A method that takes the weather out of a quantity: after x (driver before / driver after) ^ exponent."""

    name: LocalText
    account: str
    row: str
    exponent: Decimal = Field(gt=0, le=2)
    verified: bool


class FactRule(Declared):
    """A number that conditions ask for, and which way is worse."""

    worse: Literal["more", "less"]
    name: LocalText


class Condition(Declared):
    """A limit on a fact, with the code of the reason that it gives."""

    fact: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    code: str

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.code}: give either at_least or at_most")
        return self

    @property
    def limit(self) -> Decimal:
        """The limit."""
        found = self.at_least if self.at_least is not None else self.at_most
        assert found is not None
        return found

    def holds(self, value: Decimal | None) -> bool | None:
        """Whether it holds; none where the fact is not known."""
        if value is None:
            return None
        return value >= self.limit if self.at_least is not None else value <= self.limit


class ConclusionClass(Declared):
    """A class of conclusion (评价等级)."""

    key: str
    name: LocalText
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()


class Sampling(Declared):
    """How many records are drawn, and of each stratum at the least."""

    size: int = Field(ge=1, le=500)
    least: int = Field(ge=1)


class RuleSet(Declared):
    """One version of the rules, between two days."""

    key: str
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    basis: Basis
    least_peers: int = Field(ge=2)
    comment_days: int = Field(ge=1)
    causes: dict[str, tuple[str, ...]]
    cause_names: dict[str, LocalText]
    weather: dict[str, Weather] = Field(default_factory=dict)
    measures: dict[str, Measure]
    facts: dict[str, FactRule]
    needs: tuple[Condition, ...] = ()
    classes: tuple[ConclusionClass, ...] = Field(min_length=2)
    sampling: Sampling

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        forms = national().accounts
        for key, one in self.measures.items():
            if one.account not in forms:
                raise ValueError(f"measures.{key}: {one.account!r} is no account; accounts: {', '.join(forms)}")
            known = forms[one.account].columns
            if known and (strange := sorted({*one.columns, *one.of} - set(known))):
                raise ValueError(f"measures.{key}: no column {', '.join(strange)}; columns: {', '.join(known)}")
            if one.weather and one.weather not in self.weather:
                raise ValueError(f"measures.{key}: no method {one.weather!r} under weather")
        if set(self.cause_names) != {*self.causes, RECORDS}:
            raise ValueError(f"cause_names gives each of {', '.join([*self.causes, RECORDS])}")
        named = [row for rows in self.causes.values() for row in rows]
        if twice := sorted({row for row in named if named.count(row) > 1}):
            raise ValueError(f"causes: named twice: {', '.join(twice)}")
        self._classes_fit()
        return self

    def _classes_fit(self) -> None:
        rest = [place for place, one in enumerate(self.classes) if not one.all and not one.any]
        if len(rest) != 1:
            raise ValueError("classes: exactly one class has no conditions, the rest")
        keys = [one.key for one in self.classes]
        if len(set(keys)) != len(keys):
            raise ValueError("classes: a key stands twice")
        for place, one in enumerate(self.classes):
            if one.all and (one.any or place > rest[0]):
                raise ValueError(f"classes.{one.key}: `all` belongs to the classes above {keys[rest[0]]!r}")
            if one.any and place < rest[0]:
                raise ValueError(f"classes.{one.key}: `any` belongs to the classes below {keys[rest[0]]!r}")
            for condition in one.all:
                self._sided(one.key, condition, good=True)
            for condition in one.any:
                self._sided(one.key, condition, good=False)
        for condition in self.needs:
            self._sided("needs", condition, good=True)

    def _sided(self, where: str, condition: Condition, *, good: bool) -> None:
        """A condition must not be met the better for a worse fact, or more wrong would give a better class."""
        if condition.fact not in self.facts:
            raise ValueError(f"{where}: no fact {condition.fact!r}; facts: {', '.join(self.facts)}")
        capped = (self.facts[condition.fact].worse == "more") is good
        if capped is not (condition.at_most is not None):
            raise ValueError(f"{where}.{condition.code}: the limit lies on the wrong side; say {'at_most' if capped else 'at_least'}")

    @property
    def validity(self) -> Validity:
        """The days on which the version holds."""
        return Validity(self.from_, self.to)

    def cause_of(self, row: str) -> str:
        """What is behind a row.

        >>> rules_on(dt.date(2026, 1, 1)).cause_of("felling"), rules_on(dt.date(2026, 1, 1)).cause_of("reappraised_up")
        ('human', 'records')
        """
        return next((cause for cause, rows in self.causes.items() if row in rows), RECORDS)

    def class_of(self, key: str) -> ConclusionClass:
        """A class by its key; ``KeyError`` when there is none."""
        return {one.key: one for one in self.classes}[key]


class AuditRules(Declared):
    """Every version."""

    versions: tuple[RuleSet, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        refuse_overlap(self.versions)
        return self


class ZoneAudit(Declared):
    """What a zone adds.

    Attributes
    ----------
    scopes : dict of str to tuple of str
        Measures and readings that a department answers for, by key of the body; all where a body is not named.
    readings : dict of str to Reading
        Measures by series of evidence, beside those by accounts.
    wider : dict of str to Wider
        By measure, the provincial or national series that stands in for peers.
    base_year : int, optional
        Year on whose last day constant prices are taken; the opening, when not given.
    """

    zone: str
    scopes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    readings: dict[str, Reading] = Field(default_factory=dict)
    wider: dict[str, Wider] = Field(default_factory=dict)
    base_year: int | None = None
    note: LocalText | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {*self.readings, *(key for one in _read().versions for key in one.measures)}
        named = {f"scopes.{body}": keys for body, keys in self.scopes.items()} | {"wider": tuple(self.wider)}
        for where, keys in named.items():
            if strange := sorted(set(keys) - known):
                raise ValueError(f"{where}: no measure {', '.join(strange)}; measures: {', '.join(sorted(known))}")
        regressions = {key: one for each in every_method() for key, one in each.regressions.items()}
        for key, reading in self.readings.items():
            method = regressions.get(reading.weather)
            if reading.weather and method is None:
                raise ValueError(f"readings.{key}: no method {reading.weather!r}; methods: {', '.join(regressions)}")
            if strange := sorted(set(reading.drivers) - set(method.drivers if method else ())):
                raise ValueError(f"readings.{key}: {reading.weather!r} has no driver {', '.join(strange)}")
        return self


def rules_on(day: dt.date) -> RuleSet:
    """The rules in force on the day on which an audit is drawn up.

    Raises
    ------
    OutsideValidity
        When none are: a term is not judged by the rules of another time.
    """
    every = _read().versions
    for one in every:
        if one.validity.contains(day):
            return one
    raise OutsideValidity(
        f"No rules of the leaving-office audit hold on {day} (declared: {'; '.join(str(one.validity) for one in every)})."
    )


@lru_cache(maxsize=1)
def _read() -> AuditRules:
    return read_declaration(Path(__file__).parent / "rules.yaml", AuditRules)


def zone_audit(zone: str) -> ZoneAudit:
    """What a zone declares; nothing where it has no file.

    Raises
    ------
    ecociv.evidence.declared.DeclarationError
        With file and line of each fault.
    """
    return zone_declaration_if_any(zone, ZONE_FILE, ZoneAudit) or ZoneAudit(zone=zone)


def measures_of(rules: RuleSet, zone: ZoneAudit, body: str) -> Mapping[str, Measure]:
    """The measures that a body answers for."""
    asked = zone.scopes.get(body)
    return {key: one for key, one in rules.measures.items() if asked is None or key in asked}


def readings_of(zone: ZoneAudit, body: str, area: str) -> Mapping[str, Reading]:
    """The readings that a body answers for in its area."""
    asked = zone.scopes.get(body)
    return {key: one for key, one in zone.readings.items() if area in one.areas and (asked is None or key in asked)}


__all__ = [
    "AuditRules",
    "ConclusionClass",
    "Condition",
    "Measure",
    "RuleSet",
    "Text",
    "Weather",
    "ZoneAudit",
    "measures_of",
    "readings_of",
    "rules_on",
    "zone_audit",
]
