"""What a trigger (督办触发条件) declares. Pure: no Django.

A trigger says when somebody should look at a matter; it never opens a case. The numbers in it are a working rule of
the zone: they stand in ``zones/<zone>/triggers.yaml`` and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, zone_declaration
from ecociv.indicators.lights import Light
from ecociv.supervision.states import DutyState

FILE = "triggers.yaml"


class Severity(StrEnum):
    """How much a matter weighs; the order in which a leader sees proposals."""

    GRAVE = "grave"
    SERIOUS = "serious"
    NOTICE = "notice"

    @property
    def label(self) -> Text:
        """In words."""
        return _SEVERITIES[self]

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


_SEVERITIES = {
    Severity.GRAVE: Text(zh="重大", en="Grave"),
    Severity.SERIOUS: Text(zh="较重", en="Serious"),
    Severity.NOTICE: Text(zh="一般", en="Ordinary"),
}


class TriggerBase(Declared):
    """What every trigger says: its words, which case type it proposes, how grave the matter is, who would answer."""

    title: LocalText
    about: LocalText
    source: LocalText
    proposes: str
    severity: Severity
    first_body: str | None = Field(
        default=None, description="a body asked first, before those that the subject itself names"
    )

    @property
    def digest(self) -> str:
        """SHA-256 of the declaration: a proposal keeps to the rule that made it."""
        return digest_of_json(self.model_dump(mode="json"))


class LightTrigger(TriggerBase):
    """A light that stays red for a number of consecutive judged years."""

    kind: Literal["light"]
    lights: tuple[Light, ...] = Field(min_length=1)
    years: int = Field(gt=0)


class MilestoneTrigger(TriggerBase):
    """A target missed in the year of a milestone."""

    kind: Literal["milestone"]
    lights: tuple[Light, ...] = Field(min_length=1)


class ReportTrigger(TriggerBase):
    """Reports that a body owes and has not made, a number of working days after they were due."""

    kind: Literal["report"]
    working_days: int = Field(ge=0)


class TaskTrigger(TriggerBase):
    """A task or project whose date passed without its being done, a number of working days ago."""

    kind: Literal["task"]
    states: tuple[DutyState, ...] = Field(min_length=1)
    working_days: int = Field(ge=0)


class WaterTrigger(TriggerBase):
    """A section a number of classes below its target class for a number of consecutive months."""

    kind: Literal["water"]
    classes: int = Field(gt=0, le=5)
    months: int = Field(gt=0)
    untested: Literal["breaks", "passed-over"] = Field(
        description="what a month without a test does to a run: it ends it, or neither ends nor lengthens it"
    )


class AirTrigger(TriggerBase):
    """Days on which a pollutant exceeds its daily limit: at least so many a month, for so many months."""

    kind: Literal["air"]
    pollutant: Literal["pm2_5", "pm10", "so2", "no2", "co", "o3"]
    area_class: Literal[1, 2]
    edition: str
    days: int = Field(gt=0, le=31)
    months: int = Field(gt=0)


class ReturnTrigger(TriggerBase):
    """A departmental return that was not handed in, a number of working days after it was due."""

    kind: Literal["return"]
    working_days: int = Field(ge=0)


class SuspectTrigger(TriggerBase):
    """Findings of quality control that stay open, or were confirmed, for a number of working days."""

    kind: Literal["suspect"]
    severities: tuple[Literal["error", "warning", "note"], ...] = Field(min_length=1)
    working_days: int = Field(ge=0)


class ConflictTrigger(TriggerBase):
    """Two sources that must agree and lie further apart than a share of the larger."""

    kind: Literal["conflict"]
    share: float = Field(ge=0, lt=1)


Trigger = (
    LightTrigger
    | MilestoneTrigger
    | ReportTrigger
    | TaskTrigger
    | WaterTrigger
    | AirTrigger
    | ReturnTrigger
    | SuspectTrigger
    | ConflictTrigger
)


class Triggers(Declared):
    """The triggers of a zone, by key."""

    triggers: dict[str, Annotated[Trigger, Field(discriminator="kind")]]

    @model_validator(mode="after")
    def _judged_lights(self) -> Triggers:
        for key, trigger in self.triggers.items():
            if isinstance(trigger, LightTrigger | MilestoneTrigger):
                unknown = [light.value for light in trigger.lights if not light.judged]
                if unknown:
                    raise ValueError(
                        f"the trigger {key!r} names lights that judge no figure ({', '.join(unknown)}); "
                        "name lights of figures held against a target"
                    )
        return self


def load_triggers(zone: str) -> Triggers:
    """The declared triggers of a zone; read again when the file changes.

    Raises
    ------
    DeclarationError
        When the file is absent or does not hold together, with file and line.
    """
    return zone_declaration(zone, FILE, Triggers)
