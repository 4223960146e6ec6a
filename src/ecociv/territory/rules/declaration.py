"""The shape of the declared rules of space: national files and the zone's own ``space.yaml``."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText

Effect = Literal["forbids", "limits", "encourages"]
KEY = r"^[a-z0-9-]+$"
CLASS = r"^[A-Za-z0-9-]+\*?$"
INDUSTRY = r"^[A-T]([0-9]{2,4})?$"


class Dated(Declared):
    """What holds from a day on, until another where one is given (its last day).

    Attributes
    ----------
    citation, verified
        The document, and whether it was read in the primary text.
    """

    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to is not None and self.to < self.from_:
            raise ValueError(f"the last day {self.to} lies before the first {self.from_}")
        return self

    def holds(self, on: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.from_ <= on and (self.to is None or on <= self.to)


class Rule(Dated):
    """What one kind of control line does to what is wanted there.

    Attributes
    ----------
    layer, classes
        The kind and its classes; ``01*`` is every class that begins so; all classes where none is named.
    within : float
        Metres beyond the line to which the rule reaches; 0 for the inside alone.
    industries
        Codes of GB/T 4754 to which it applies, with all that lies below them; any where none is named.
    traits
        All of them have to be true of the project.
    unless
        Any of them lifts the rule.
    function_zones
        Classes of the function zone in which it applies; any where none is named.
    exemption
        Key of a document with which what the rule forbids becomes a condition.
    """

    key: str = Field(pattern=KEY, max_length=64)
    layer: str = Field(pattern=KEY)
    classes: tuple[str, ...] = ()
    within: float = Field(default=0.0, ge=0, le=20_000)
    effect: Effect
    industries: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    function_zones: tuple[str, ...] = ()
    exemption: str = ""
    said: LocalText
    remedy: LocalText | None = None

    def names_class(self, class_key: str) -> bool:
        """Whether the rule is about a class."""
        return not self.classes or any(matches(pattern, class_key) for pattern in self.classes)


class Priority(Declared):
    """How a class ranks where two plans disagree; 1 prevails over 2."""

    layer: str = Field(pattern=KEY)
    classes: tuple[str, ...] = ()
    priority: int = Field(ge=1, le=99)


class Exemption(Declared):
    """A document that lifts a prohibition."""

    key: str = Field(pattern=KEY)
    name: LocalText
    issued_by: LocalText
    citation: LocalText
    verified: bool = False


class NationalRules(Declared):
    """``national/lines.yaml``."""

    priorities: tuple[Priority, ...]
    exemptions: tuple[Exemption, ...]
    rules: tuple[Rule, ...]


class RequiredLayer(Declared):
    """A kind without which a check cannot say yes, from a day on; only for some projects where traits are named."""

    layer: str = Field(pattern=KEY)
    from_: dt.date = Field(alias="from")
    traits: tuple[str, ...] = ()
    reason: LocalText


class ZoneRules(Declared):
    """``zones/<zone>/space.yaml``.

    Attributes
    ----------
    restricted
        What somebody learns of a layer that they may not see: ``withheld`` (it is not consulted, so that no series of
        checks can trace its border) or ``verdict`` (that a restricted layer forbids or limits, and nothing else).
    """

    zone: str
    restricted: Literal["withheld", "verdict"] = "withheld"
    required: tuple[RequiredLayer, ...] = ()
    priorities: tuple[Priority, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    rules: tuple[Rule, ...] = ()
    conflicts: tuple[ConflictRule, ...] = ()


class Side(Declared):
    """One side of a conflict: a kind and some or all of its classes."""

    layer: str = Field(pattern=KEY)
    classes: tuple[str, ...] = ()

    def covers(self, kind: str, class_key: str) -> bool:
        """Whether a class of a kind is on this side."""
        return self.layer == kind and (
            not self.classes or any(matches(pattern, class_key) for pattern in self.classes)
        )


class ConflictRule(Declared):
    """Two classes that cannot both hold on the same ground.

    Attributes
    ----------
    severity
        ``contradiction``: one of the plans has to change; ``review``: it has to be looked at.
    prevails
        ``a``, ``b``, ``priority`` (by the priorities of the classes) or ``negotiate``.
    """

    key: str = Field(pattern=KEY)
    a: Side
    b: Side
    severity: Literal["contradiction", "review"]
    prevails: Literal["a", "b", "priority", "negotiate"]
    cause: LocalText
    resolution: LocalText
    from_: dt.date | None = Field(default=None, alias="from")
    to: dt.date | None = None
    citation: LocalText | None = None
    verified: bool = False


class ConflictDefaults(Declared):
    """What holds for each row of the matrix that does not say otherwise."""

    from_: dt.date = Field(alias="from")
    citation: LocalText


class Conflicts(Declared):
    """``national/conflicts.yaml``."""

    defaults: ConflictDefaults
    conflicts: tuple[ConflictRule, ...]


class Traits(Declared):
    """Traits that are true or false in any case."""

    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class Division(Declared):
    """A division (大类) of GB/T 4754."""

    key: str = Field(pattern=r"^[0-9]{2}$")
    name: LocalText
    traits: Traits = Traits()


class IndustrySection(Declared):
    """A section (门类) of GB/T 4754 with its divisions."""

    key: str = Field(pattern=r"^[A-T]$")
    name: LocalText
    traits: Traits = Traits()
    divisions: tuple[Division, ...]


class Industries(Declared):
    """``national/industries.yaml``."""

    standard: str
    verified: bool
    sections: tuple[IndustrySection, ...]


class Trait(Declared):
    """Something that rules ask of a project; ``claimed`` ones are false until they are claimed."""

    key: str = Field(pattern=KEY)
    name: LocalText
    default: Literal["unknown", "claimed"]


class PurposeEntry(Declared):
    """A use that is asked for often: its industry and what is known of it."""

    key: str = Field(pattern=KEY)
    name: LocalText
    industry: str = Field(pattern=INDUSTRY)
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class Purposes(Declared):
    """``national/purposes.yaml``."""

    traits: tuple[Trait, ...]
    purposes: tuple[PurposeEntry, ...]


class Tolerance(Declared):
    """One declared tolerance."""

    value: float
    said: LocalText
    citation: LocalText
    verified: bool = False


class Tolerances(Declared):
    """``national/tolerances.yaml``."""

    least_share: Tolerance
    uncovered_share: Tolerance
    buffer_segments: Tolerance
    largest_site: Tolerance
    most_vertices: Tolerance


def matches(pattern: str, key: str) -> bool:
    """Whether a class is meant by a pattern.

    >>> matches("01*", "0101"), matches("01", "0101")
    (True, False)
    """
    return key.startswith(pattern[:-1]) if pattern.endswith("*") else key == pattern


ZoneRules.model_rebuild()
