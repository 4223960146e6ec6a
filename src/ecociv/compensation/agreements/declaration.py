"""An agreement between upstream and downstream as dated policy. Pure: no Django.

One agreement has versions, each in force between two days and with the document and clause that it comes from. What a
reader has to know to compute a figure is in the version: sections, items, formula, prices, caps, what counts as enough
readings and what happens where they are missing.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ecociv.compensation.agreements.formulas import (
    FLOW,
    Exceedance,
    Formula,
    Index,
    Load,
    NotNegative,
    Positive,
)
from ecociv.core.periods import Validity
from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.evidence.declared import Declared, LocalText, read_declaration, zone_declaration

__all__ = [
    "Accident",
    "AccountTitle",
    "Agreement",
    "Alternative",
    "BookTitle",
    "CLAUSES",
    "Calendar",
    "Cap",
    "Clause",
    "Compensation",
    "Exceedance",
    "FLOW",
    "Formula",
    "Index",
    "Load",
    "NotNegative",
    "OutOfForce",
    "Pattern",
    "Positive",
    "Readings",
    "Section",
    "Version",
    "compensation",
    "patterns",
]

Handling = Literal["not-settled", "design"]


class OutOfForce(ValueError):
    """No version of the agreement was in force in the period."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Clause(Declared):
    """The document and clause that something comes from."""

    document: str
    clause: str = ""
    year: int | None = None
    verified: bool = False

    @property
    def citation(self) -> Citation:
        """As a citation of a trace."""
        return Citation(self.document, self.clause, self.year, self.verified)


class Section(Declared):
    """A section where the water passes the border; ``share`` of the result of each, 1 for a single one."""

    place: str
    name: LocalText | None = None
    design_flow: Positive | None = None
    share: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)

    @property
    def label(self) -> Text:
        """Its name, or the key of the place where none is given."""
        return self.name or Text(zh=self.place, en=self.place)


class Readings(Declared):
    """What counts as enough readings (数据有效性), and what happens where they are missing.

    ``months`` is the least number of months with readings in a year's settlement; ``design`` lets a declared design
    value stand in and says so, ``not-settled`` leaves the period open.
    """

    minimum: Annotated[int, Field(ge=1)] = 1
    months: Annotated[int, Field(ge=1, le=12)] = 12
    concentration: Handling = "not-settled"
    flow: Handling = "not-settled"


class Cap(Declared):
    """The most that a party pays, in yuan: in one settlement, and in a calendar year."""

    settlement: NotNegative | None = None
    year: NotNegative | None = None


class Accident(Declared):
    """A major water pollution accident for which upstream answers: under the P index it pays whatever P is."""

    day: dt.date
    document: str


class Calendar(Declared):
    """The settlement calendar: which periods, until which day of the next month the preliminary figure is due, how many
    working days a party may object, how many working days after the final figure it is paid."""

    period: Literal["month", "year"]
    preliminary_day: Annotated[int, Field(ge=1, le=28)] = 15
    objection_days: Annotated[int, Field(ge=0, le=60)] = 10
    payment_days: Annotated[int, Field(ge=0, le=120)] = 20


class Pattern(Declared):
    """A formula known from elsewhere, with the document that it comes from; what it leaves open the agreement says."""

    title: LocalText
    source: Clause
    formula: dict[str, Any]


class _Patterns(Declared):
    patterns: dict[str, Pattern]


@lru_cache(maxsize=1)
def patterns() -> dict[str, Pattern]:
    """The national patterns, as declared beside this file.

    >>> patterns()["xinan-round-2"].formula["coefficients"]
    "Xin'an round 2"
    """
    return read_declaration(Path(__file__).with_name("patterns.yaml"), _Patterns).patterns


class Version(Declared):
    """The agreement as in force between two days.

    ``least`` is the amount in yuan below which nothing is paid (起付额).
    """

    valid_from: dt.date
    valid_to: dt.date | None = None
    source: Clause
    upstream: str
    downstream: str
    sections: tuple[Section, ...] = Field(min_length=1)
    formula: Formula
    readings: Readings = Readings()
    calendar: Calendar
    cap: dict[Literal["upstream", "downstream"], Cap] = {}
    least: NotNegative = Decimal(0)
    clauses: dict[str, str] = {}
    accidents: tuple[Accident, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_pattern(cls, data: Any) -> Any:
        """Lay what the version says of its formula over the national pattern that it names."""
        formula = data.get("formula") if isinstance(data, dict) else None
        if not isinstance(formula, dict) or "pattern" not in formula:
            return data
        name = formula["pattern"]
        if name not in patterns():
            raise ValueError(f"there is no pattern {name!r}; there are: {', '.join(patterns())}")
        own = {key: value for key, value in formula.items() if key != "pattern"}
        return {**data, "formula": {**patterns()[name].formula, **own}}

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if self.upstream == self.downstream:
            raise ValueError("upstream and downstream are the same body")
        if isinstance(self.formula, Index):
            if len(self.sections) != 1 or self.calendar.period != "year":
                raise ValueError("the P index has one section and is settled by the year")
        elif sum(section.share for section in self.sections) not in (1, len(self.sections)):
            raise ValueError("the shares of the sections have to add up to 1, or be 1 each")
        if self.readings.flow == "design" and any(section.design_flow is None for section in self.sections):
            raise ValueError("a design flow is wanted and a section has none")
        if self.readings.concentration == "design" and any(
            item.design is None for item in self.formula.items.values()
        ):
            raise ValueError("design concentrations are wanted and an item has none")
        unknown = set(self.clauses) - CLAUSES
        if unknown:
            raise ValueError(f"no part of an agreement is called {', '.join(sorted(unknown))}")
        return self

    @property
    def valid(self) -> Validity:
        """From when to when."""
        return Validity(self.valid_from, self.valid_to)

    def clause(self, part: str) -> Citation:
        """The clause that says a part of the version; the whole document where none is named."""
        clause = self.clauses.get(part, self.source.clause)
        return Citation(self.source.document, clause, self.source.year, self.source.verified)

    def content(self) -> dict[str, Any]:
        """As plain JSON, to be kept with a figure; `Version.model_validate` reads it back."""
        return self.model_dump(mode="json", by_alias=True)


CLAUSES = {"parties", "sections", "formula", "readings", "calendar", "cap", "least", "accidents"}
"""The parts of an agreement for which a clause can be named."""


class Agreement(Declared):
    """An agreement with its versions; ``office`` settles it, ``book`` is the book in which it is paid."""

    key: str
    title: LocalText
    river: LocalText
    office: str
    book: str
    sample: bool = False
    versions: tuple[Version, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in zip(self.versions, self.versions[1:], strict=False):
            if before.valid_to is None or before.valid_to >= after.valid_from:
                raise ValueError(f"the version of {after.valid_from} begins before the one before it ends")
        return self

    def version_on(self, first: dt.date, last: dt.date) -> Version:
        """The version in force from a day to a day.

        Raises
        ------
        OutOfForce
            Where none was, or one ended in between.
        """
        for version in self.versions:
            if version.valid.contains(first) and version.valid.contains(last):
                return version
        known = "; ".join(str(version.valid) for version in self.versions)
        raise OutOfForce(
            Text(
                zh=f"协议“{self.title.zh}”在 {first} 至 {last} 没有整段有效的版本，有效期：{known}。",
                en=f"No version of {self.title.en!r} was in force from {first} to {last}; in force: {known}.",
            )
        )

    def bodies(self) -> tuple[str, ...]:
        """Every body that is a party in some version."""
        return tuple(
            dict.fromkeys(body for each in self.versions for body in (each.upstream, each.downstream))
        )


class AccountTitle(Declared):
    """The account of a party in the book."""

    key: str
    title: LocalText
    kind: Literal["finance", "fund", "party"] = "finance"


class Alternative(Declared):
    """Another set of terms for what-if questions: parts of a version that replace those in force."""

    title: LocalText
    agreements: tuple[str, ...]
    terms: dict[str, Any]


class BookTitle(Declared):
    """A book in which compensation is paid, and the body that keeps it."""

    title: LocalText
    keeper: str
    sample: bool = False


class Compensation(Declared):
    """What a zone declares: agreements, the books with the accounts of the parties, formulas to compare with."""

    books: dict[str, BookTitle]
    accounts: dict[str, AccountTitle]
    agreements: tuple[Agreement, ...]
    alternatives: dict[str, Alternative] = {}

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        keys = [agreement.key for agreement in self.agreements]
        if len(set(keys)) < len(keys):
            raise ValueError("two agreements have the same key")
        for agreement in self.agreements:
            if agreement.book not in self.books:
                raise ValueError(f"{agreement.key} names the book {agreement.book!r}, which is not declared")
            for body in agreement.bodies():
                if body not in self.accounts:
                    raise ValueError(f"{agreement.key}: {body} has no account")
        return self

    def agreement(self, key: str) -> Agreement:
        """An agreement by its key; ``KeyError`` when there is none."""
        for each in self.agreements:
            if each.key == key:
                return each
        raise KeyError(key)

    def agreement_keys(self) -> tuple[str, ...]:
        """Keys of the agreements."""
        return tuple(each.key for each in self.agreements)


def compensation(zone: str) -> Compensation:
    """What a zone declares in ``compensation.yaml``.

    Raises
    ------
    DeclarationError
        With file, line and key of everything that is wrong.
    """
    return zone_declaration(zone, "compensation.yaml", Compensation)
