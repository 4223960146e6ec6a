"""The zone and its plan document: names, divisions, milestones, chapters."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, model_validator

from ecociv.plan.package.fields import LocalText, Number, PackageModel, Unit, UnitLabel


class County(PackageModel):
    """A county unit (县、市、区) of the zone."""

    code: str
    key: str
    name: LocalText


class Area(PackageModel):
    """The administrative area, which several indicators divide by."""

    value: Number
    unit: Unit
    verified: bool
    note: LocalText


class PlanDocument(PackageModel):
    """The document (实施意见) in which the zone's plan was promulgated."""

    title: LocalText
    number: str | None
    number_note: LocalText | None = None
    issued: dt.date
    published: dt.date
    issuing_bodies: tuple[str, ...]
    based_on: tuple[LocalText, ...] = ()
    counts: dict[str, int]


class Stage(PackageModel):
    """A stage of the plan and the year by which it ends."""

    key: str
    name: LocalText
    by: int


class Category(PackageModel):
    """A category of indicators (类别) with its first and last number."""

    key: str
    name: LocalText
    indicators: tuple[int, int]


class System(PackageModel):
    """One of the plan's systems (体系) or its chapter on implementation."""

    key: str
    number: str
    title: LocalText
    tasks: tuple[int, int]


class Topic(PackageModel):
    """A topic (建设任务) within a system."""

    key: str
    system: str
    title: LocalText


class Programme(PackageModel):
    """A programme (工程) of projects."""

    key: str
    number: int
    title: LocalText


class Statement(PackageModel):
    """A figure or an undertaking that another part of the plan repeats or contradicts.

    Attributes
    ----------
    place : str
        Chapter of the main text, e.g. "三(四)3".
    part : "text" or "annex"
        Whether it stands in the main text, or only between two annexes.
    says : LocalText
        What the text undertakes, in our words.
    compare_with : tuple of str
        Places in the annexes ("task:38", "project:42", "indicator:38").
    difference : LocalText or None
        How the annex differs; none where they agree.
    """

    place: str
    part: Literal["text", "annex"] = "text"
    says: LocalText
    compare_with: tuple[str, ...] = ()
    difference: LocalText | None = None
    series: str | None = None
    year: int | None = None
    value: Number | None = None
    unit: Unit | None = None
    scope: LocalText | None = None


class IdentitySide(PackageModel):
    """One side of an identity: a formula over ``[series]`` references and declared names."""

    name: LocalText
    formula: str


class Identity(PackageModel):
    """What several indicators imply together, and what must hold of it.

    ``kind``: ``agree`` (two sides give the same), ``constant`` (one side is the same in all years),
    ``at-most`` (one side does not exceed ``high``), ``within`` (one side lies from ``low`` to ``high``).
    With ``relative_to_base`` each side is divided by its value in the base year first.
    """

    key: str
    title: LocalText
    kind: Literal["agree", "constant", "at-most", "within"]
    sides: tuple[IdentitySide, ...] = Field(min_length=1, max_length=2)
    relative_to_base: bool = False
    low: Number | None = None
    high: Number | None = None
    digits: int = 2
    unit_label: UnitLabel
    severity: Literal["error", "warning", "note"]
    meaning: LocalText
    basis: LocalText | None = None

    @model_validator(mode="after")
    def _sides_fit(self) -> Identity:
        if (self.kind == "agree") != (len(self.sides) == 2):
            raise ValueError("an identity of kind 'agree' has two sides, any other kind has one")
        if self.kind in ("at-most", "within") and self.high is None:
            raise ValueError(f"an identity of kind {self.kind!r} declares its bound")
        return self


class Zone(PackageModel):
    """The zone itself (示范区)."""

    key: str
    name: LocalText
    title: LocalText
    division_code: str
    area: Area
    counties: tuple[County, ...]
    plan: PlanDocument
    base_year: int
    milestones: tuple[int, ...]
    leading_group_office: str
    stages: tuple[Stage, ...]
    categories: tuple[Category, ...]
    systems: tuple[System, ...]
    topics: tuple[Topic, ...] = ()
    programmes: tuple[Programme, ...] = ()
    statements: tuple[Statement, ...] = ()
    identities: tuple[Identity, ...] = ()
