"""What a zone declares as sample land administration (``land_sample.yaml``). Pure: no Django."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, read_declaration, zone_folder
from ecociv.land_administration.rights.declaration import Event
from ecociv.land_administration.rights.statement import RestrictionSaid, TransferStatement, UnitStatement

Account = Literal["department", "county", "land", "window"]


class SampleUnit(Declared):
    """A unit: an irregular area of ``reach`` km around a point (longitude, latitude), and what the register says."""

    key: str
    kind: str
    at: tuple[float, float]
    reach: float = Field(gt=0, le=20)
    state: UnitStatement


class SampleRegistration(Declared):
    """One entry; what is not given stays as it was. ``notice``: first and last day."""

    unit: str
    event: Event
    day: dt.date
    notice: tuple[dt.date, dt.date] | None = None
    reason: str = ""
    transfer: TransferStatement | None = None
    restrictions: tuple[RestrictionSaid, ...] | None = None
    reach: float | None = None
    corrects: int | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if (self.event == "transfer") != (self.transfer is not None):
            raise ValueError("transfer: a transfer, and only that, says what passes")
        if (self.event == "correction") != (self.corrects is not None):
            raise ValueError("corrects: a correction, and only that, says what was wrong")
        return self


class SampleRegister(Declared):
    """Units and entries, these in the order of their days."""

    units: tuple[SampleUnit, ...]
    registrations: tuple[SampleRegistration, ...]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [one.day for one in self.registrations]
        if days != sorted(days):
            raise ValueError("registrations: write them in the order of their days")
        strange = {one.unit for one in self.registrations} - {one.key for one in self.units}
        if strange:
            raise ValueError(f"registrations: there are no units {', '.join(sorted(strange))}")
        return self

    def unit(self, key: str) -> SampleUnit:
        """A unit by its key."""
        return next(one for one in self.units if one.key == key)


class SampleMove(Declared):
    """A step of a case: who, how many working days after the step before, and what it says.

    A value such as ``"+20"`` of a field for a day is so many days after the step.
    """

    move: str
    by: Account
    after: int = Field(ge=0)
    fields: dict[str, str] = Field(default_factory=dict)
    outcome: str = ""
    reason: str = ""


class PatchStory(Declared):
    """How far a dispatched patch came; its age in working days."""

    age: int = Field(ge=0)
    moves: tuple[SampleMove, ...] = ()


class SamplePatches(Declared):
    """Patches of the newest version of a layer that lie in the county of the sample account, in their order."""

    layer: str
    stories: tuple[PatchStory, ...]


class SampleApplication(Declared):
    """An application: what was asked and how far it came.

    ``after`` of an opinion counts from the day on which the bodies were asked; one by ``window`` is about every body that
    has not answered. ``result`` counts from there too.
    """

    title: str
    applicant: str
    contact: str = ""
    project_class: str
    purpose: str
    site: str
    documents: tuple[str, ...]
    age: int = Field(ge=0)
    moves: tuple[SampleMove, ...] = ()
    opinions: tuple[SampleMove, ...] = ()
    result: SampleMove | None = None


class SampleLand(Declared):
    """``land_sample.yaml``."""

    seed: int
    register_: SampleRegister = Field(alias="register")
    patches: SamplePatches
    applications: tuple[SampleApplication, ...]


def sample_land(zone: str) -> SampleLand | None:
    """The declaration of a zone; none where it has no sample land administration.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    path = zone_folder(zone) / "land_sample.yaml"
    return read_declaration(path, SampleLand) if path.is_file() else None
